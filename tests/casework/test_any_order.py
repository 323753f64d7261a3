"""Whatever several people do, in whatever order: no case gets into a state that it should not be in.

People   two officers, a manager and two risk managers of a branch, two of head office, an officer of another branch
Do       any act on any case at any version, sensible or not, days apart or not at all; what is refused changes nothing
Holds    states follow one another as in FOLLOWS; who proposed never decides; what is closed stays as it is; versions
         count the acts; lists and their counts agree; the audit log holds each act and verifies
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from shutil import copytree, rmtree
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from ews.casework import watch_list
from ews.casework.checks import checks
from ews.casework.checks.draft import cancel_check, take_over
from ews.casework.checks.prefill import knows_nothing
from ews.casework.day.my_day import my_day
from ews.casework.desk import Desk
from ews.casework.measures import measures
from ews.casework.measures.measures import MeasureDraft
from ews.casework.overrides import overrides
from ews.casework.overrides.body import OverrideDraft
from ews.casework.reviews import reviews
from ews.casework.reviews.reviews import ToApprove, ToDetermine
from ews.casework.reviews.session import one_by_one, open_session
from ews.casework.warnings import false_sample, lifting
from ews.casework.warnings import life as warnings
from ews.casework.warnings.intake import take_in
from ews.casework.warnings.sweep import sweep
from ews.casework.watch_list import WatchDraft
from ews.domain.decisions import Held
from ews.domain.errors import EwsError
from ews.domain.levels import Tier, WarningLevel
from ews.domain.people import Actor
from ews.store.accounts import Profile, add_user
from ews.store.audit_check import verify
from ews.store.cases import Act, Case, CaseFilter, acts_of, find_cases
from ews.store.engine import open_store, reading
from tests.casework.borrowers import borrower, publish_day
from tests.casework.conftest import Clock
from tests.casework.people import HEAD, HEAD2, MANAGER, OFFICER, OFFICER2, OTHER, RISK, RISK2
from tests.store.samples import JUNE

PEOPLE = (OFFICER, OFFICER2, MANAGER, RISK, RISK2, HEAD, HEAD2, OTHER)
KEY = b"a key of the tests"
WORDS = "Three of five buyers have paid, the bank has seen the slips"
FOLLOWS: Mapping[str, set[tuple[str, str]]] = {
    "warning": {
        ("raised", "acknowledged"),
        ("acknowledged", "verified"),
        ("verified", "planned"),
        ("planned", "handled"),
        ("handled", "planned"),
        ("handled", "lifted"),
        ("verified", "lifted"),
    },
    "override": {("proposed", "approved"), ("proposed", "refused"), ("approved", "ended"), ("approved", "expired")},
    "measure": {("proposed", "approved"), ("proposed", "refused"), ("approved", "done")},
    "watch": {("on", "off")},
    "review": {
        ("prepared", "determined"),
        ("determined", "approved"),
        ("determined", "returned"),
        ("determined", "prepared"),
        ("returned", "determined"),
    },
    "check": {("draft", "submitted"), ("draft", "cancelled")},
}
"""States, each with those that may come next, by kind of case."""
CLOSED = {"lifted", "refused", "ended", "expired", "done", "off", "submitted", "cancelled"}
"""And an approved review."""
FIRST = {
    "approve": ("propose", "determine"),
    "refuse": ("propose",),
    "lift": ("ask-lift",),
    "refuse-lift": ("ask-lift",),
}
"""Acts that take another person than the one who did the newest of those."""
Do = Callable[[Desk, Actor, Case, Any], object]


@dataclass(frozen=True)
class Try:
    """An act on a case of a kind; `words` are reason, plan or note."""

    kind: str
    verb: str
    do: Do


def _act(function: Callable[..., object], **told: Any) -> Do:
    def do(desk: Desk, actor: Actor, case: Case, draw: Any) -> object:
        drawn = {name: draw(one) if isinstance(one, st.SearchStrategy) else one for name, one in told.items()}
        return function(desk, actor, case.case_id, version=case.version, **drawn)

    return do


def _day(desk: Desk, days: int) -> date:
    return desk.now().date() + timedelta(days=days)


def _snooze(desk: Desk, who: Actor, case: Case, draw: Any) -> object:
    until = _day(desk, draw(st.integers(0, 9)))
    return warnings.snooze(desk, who, case.case_id, until=until, reason=WORDS, version=case.version)


def _determine(desk: Desk, who: Actor, case: Case, draw: Any) -> object:
    tiers = {one["original"]["loan_id"]: draw(st.sampled_from(Tier)) for one in case.body["loans"]}
    return reviews.determine(desk, who, ToDetermine(case.case_id, case.version, tiers, WORDS))


def _save(desk: Desk, who: Actor, case: Case, draw: Any) -> object:
    answers = {"contact_reached": "reached", "summary": WORDS} if draw(st.booleans()) else {}
    told: dict[str, Any] = {"answers": answers, "why_empty": {}, "done_on": _day(desk, -draw(st.integers(0, 3)))}
    return checks.save_check(desk, who, case.case_id, version=case.version, **told)


TRIES = (
    Try("warning", "acknowledge", _act(warnings.acknowledge)),
    Try("warning", "report", _act(warnings.report, how=WORDS)),
    Try(
        "warning",
        "verify",
        _act(
            warnings.verify,
            verdict=st.sampled_from(["true", "false"]),
            reason=WORDS,
            how=st.sampled_from(["documents", "call"]),
            cause=st.sampled_from([None, "customer_lost"]),
        ),
    ),
    Try("warning", "plan", _act(warnings.plan, text=WORDS)),
    Try("warning", "handle", _act(warnings.handle, text=WORDS)),
    Try("warning", "snooze", _snooze),
    Try("warning", "wake", _act(warnings.wake)),
    Try("warning", "ask-lift", _act(lifting.ask_lift, evidence=WORDS)),
    Try("warning", "lift", _act(lifting.lift)),
    Try("warning", "refuse-lift", _act(lifting.refuse_lift, reason=WORDS)),
    Try(
        "warning",
        "review-false",
        _act(false_sample.review_false, review=st.sampled_from(["agrees", "disagrees"]), reason=WORDS),
    ),
    Try("override", "approve", _act(overrides.approve, reason=WORDS)),
    Try("override", "refuse", _act(overrides.refuse, reason=WORDS)),
    Try("override", "note", _act(overrides.take_note)),
    Try("override", "end", _act(overrides.end, reason=WORDS)),
    Try("measure", "approve", _act(measures.approve, reason=WORDS)),
    Try("measure", "refuse", _act(measures.refuse, reason=WORDS)),
    Try("measure", "done", _act(measures.finish, evidence=WORDS)),
    Try("watch", "review", _act(watch_list.review, note=WORDS)),
    Try("watch", "off", _act(watch_list.take_off, reason=WORDS)),
    Try("review", "determine", _determine),
    Try(
        "review",
        "approve",
        lambda desk, who, case, _: reviews.approve(desk, who, ToApprove(case.case_id, case.version)),
    ),
    Try("review", "return", _act(reviews.send_back, reason=WORDS)),
    Try("review", "withdraw", _act(reviews.withdraw)),
    Try("check", "save", _save),
    Try("check", "submit", _act(checks.submit_check)),
    Try("check", "cancel", _act(cancel_check, reason=WORDS)),
    Try("check", "take-over", _act(take_over, reason=WORDS)),
)


@dataclass(frozen=True)
class Seen:
    """A case as it was seen last."""

    state: str
    version: int
    is_open: bool


class People(RuleBasedStateMachine):
    """A branch at work; `home` holds a store in which warnings were raised and a session of reviews was opened."""

    def __init__(self, home: Any, folder: Any, policy: Any) -> None:
        super().__init__()
        self.folder = folder / f"run-{len(list(folder.iterdir()))}"
        copytree(home, self.folder)
        self.clock = Clock()
        self.store = open_store(f"sqlite:///{self.folder / 'ews.db'}")
        self.desk = Desk(self.store, lambda _day: policy, self.clock, KEY)
        self.seen = {one.case_id: Seen(one.state, one.version, one.is_open) for one in self._cases()}
        self.unproven = verify(self.store, KEY).faults
        assert not {fault.table for fault in self.unproven} & {"cases", "acts", "audit", "users"}  # but batches
        self.done = self.refused = 0

    def _cases(self) -> tuple[Case, ...]:
        with reading(self.store) as connection:
            return find_cases(connection, CaseFilter())

    def _try(self, what: Callable[[], object]) -> bool:
        try:
            what()
        except EwsError:
            self.refused += 1
            return False
        self.done += 1
        return True

    @rule(data=st.data(), who=st.sampled_from(PEOPLE), one=st.sampled_from(TRIES), is_stale=st.integers(0, 9))
    def act(self, data: Any, who: Actor, one: Try, is_stale: int) -> None:
        """Do anything to any case of a kind; one time in ten from a page that is no longer what it was."""
        found = [case for case in self._cases() if case.kind == one.kind]
        if found:
            case = data.draw(st.sampled_from(found))
            asked = replace(case, version=case.version + 1) if is_stale == 0 else case
            before = self._acts(case)
            if self._try(lambda: one.do(self.desk, who, asked, data.draw)):
                assert is_stale
                self._check_second_person(one, who, before)

    @rule(data=st.data(), who=st.sampled_from(PEOPLE))
    def propose(self, data: Any, who: Actor) -> None:
        """Open something about a borrower."""
        name = data.draw(st.sampled_from(["B1", "B2", "B9", "B404"]))
        what = data.draw(st.sampled_from(["override", "measure", "watch", "check"]))
        tier = data.draw(st.sampled_from(Tier))
        day = _day(self.desk, data.draw(st.integers(-1, 90)))
        proposed: dict[str, Callable[[], object]] = {
            "override": lambda: overrides.propose(self.desk, who, name, OverrideDraft(tier, WORDS, day)),
            "measure": lambda: measures.propose(
                self.desk, who, name, MeasureDraft("reduce", "customer_lost", WORDS, 50_000_00, day)
            ),
            "watch": lambda: watch_list.put_on(self.desk, who, name, WatchDraft(WORDS, review_on=day)),
            "check": lambda: checks.begin_check(self.desk, who, name, checks.Begin("phone"), facts_of=knows_nothing),
        }
        self._try(proposed[what])

    @rule(days=st.sampled_from([1, 3, 30]))
    def time_goes_by(self, days: int) -> None:
        """Come back later; the night does what deadlines ask for."""
        self.clock.forward(days)
        sweep(self.desk)
        overrides.expire(self.desk)

    def _acts(self, case: Case) -> tuple[Act, ...]:
        with reading(self.store) as connection:
            return acts_of(connection, [case.case_id])

    def _check_second_person(self, one: Try, who: Actor, before: tuple[Act, ...]) -> None:
        firsts = [act.user_id for act in before if act.verb in FIRST.get(one.verb, ())]
        assert not firsts or firsts[-1] != who.user_id, f"{who.user_id} decided on what is theirs: {one}"

    @invariant()
    def states_follow_one_another(self) -> None:
        now = {one.case_id: Seen(one.state, one.version, one.is_open) for one in self._cases()}
        kinds = {one.case_id: one.kind for one in self._cases()}
        for case_id, seen in self.seen.items():
            found = now[case_id]
            if found.version == seen.version or not seen.is_open:
                assert found == seen, case_id
            elif found.state != seen.state:
                self._check_step(kinds[case_id], seen, found)
            assert found.version >= seen.version
        self.seen = now

    def _check_step(self, kind: str, seen: Seen, found: Seen) -> None:
        """One rule may do several acts, those of a night: each step has to be one that may follow."""
        assert (seen.state, found.state) in FOLLOWS[kind], (kind, seen, found)
        assert found.is_open is (found.state not in CLOSED | ({"approved"} if kind == "review" else set()))

    @invariant()
    def lists_and_their_counts_agree(self) -> None:
        who = PEOPLE[(self.done + self.refused) % len(PEOPLE)]  # one after the other
        day = my_day(self.desk, who)
        counted = {band: times for band, times in day.counts.items() if times}
        assert counted == Counter(item.band for item in day.items), who.user_id
        assert all(who.sees(item.case.branch_id) for item in day.items)
        assert all(item.case.is_open for item in day.items)

    def teardown(self) -> None:
        """Look at the log of it all."""
        found = self._cases()
        for case in found:
            assert [act.version for act in self._acts(case)] == list(range(1, case.version + 1)), case.case_id
            assert self._acts(case)[-1].state == case.state
        assert verify(self.store, KEY).faults == self.unproven
        self.store.close()
        rmtree(self.folder)


@pytest.fixture(scope="module")
def home(tmp_path_factory, policy):
    """Make a store with two borrowers of the branch and one of another, warnings, and an open session of reviews."""
    folder = tmp_path_factory.mktemp("any-order")
    store, clock = open_store(f"sqlite:///{folder / 'ews.db'}"), Clock()
    desk = Desk(store, lambda _day: policy, clock, KEY)
    for one in PEOPLE:
        profile = Profile(one.name, one.roles, one.branch_id, one.officer_id)
        add_user(desk.log, one.user_id, profile, by="ews", at=clock())
    told = {"policy_hash": policy.hash}
    rows = [
        borrower(
            "B1", level=WarningLevel.ORANGE, held=(Held("signal", "GRADE_RED", "orange", {}, "holds", JUNE),), **told
        ),
        borrower(
            "B2", level=WarningLevel.YELLOW, held=(Held("signal", "BALANCE_THIN", "yellow", {}, "holds", JUNE),), **told
        ),
        borrower("B9", branch_id="branch-2", officer_id="officer-9", **told),
    ]
    publish_day(store, "june", rows, JUNE)
    take_in(desk, {policy.hash: policy}.get)
    records = {one.borrower_id: one for one in rows}
    find = one_by_one(lambda name, **_: records[name])
    open_session(desk, MANAGER, "sme", "branch-1", "2026Q2", find)
    with reading(store) as connection:
        assert {one.kind for one in find_cases(connection, CaseFilter())} >= {"warning", "review"}
    store.close()
    return folder


def test_no_order_of_acts_leads_where_nobody_may_get(home, policy, tmp_path):
    few = settings(
        max_examples=6, stateful_step_count=40, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
    )
    machines: list[People] = []

    def machine() -> People:
        machines.append(People(home, tmp_path, policy))
        return machines[-1]

    run_state_machine_as_test(machine, settings=few)
    assert sum(one.done for one in machines) > 0  # else nothing was tried
    assert sum(one.refused for one in machines) > 0
