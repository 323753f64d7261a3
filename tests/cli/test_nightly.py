import itertools
import json
from dataclasses import fields
from datetime import date

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ews.casework.approvals.proposal import NO_HANDS
from ews.casework.checks.body import CheckBody, write_body
from ews.casework.desk import at_work, open_case
from ews.casework.neighbours.webhooks import Round
from ews.casework.tasks.tasks import cancel_task
from ews.casework.warnings.life import acknowledge
from ews.cli import nightly, show
from ews.cli.nightly import Night, do_night, night, notices, plain
from ews.cli.settings import Settings
from ews.store.audit_search import EntryFilter, entry_page
from ews.store.cases import Case, CaseFilter, find_cases
from ews.store.engine import open_store, reading
from tests.casework import signals
from tests.casework.conftest import clock, desk, policy  # noqa: F401 - a desk on both databases
from tests.casework.loan_books import loan
from tests.casework.people import HEAD, OFFICER
from tests.store.conftest import store, url  # noqa: F401 - what the desk is made of
from tests.store.samples import published

NOTHING = {one.name: 0 for one in fields(Night) if one.name != "folder"}


@pytest.fixture
def go(desk, policy, tmp_path):  # noqa: F811 - the fixtures of these names
    return lambda: night(desk, NO_HANDS, {policy.hash: policy}.get, tmp_path / "notices")


@pytest.fixture
def with_batch(desk, monkeypatch):  # noqa: F811 - likewise
    """Publish a batch with two warnings, and leave it to the night to take it in."""
    monkeypatch.setattr(signals, "again", lambda _desk: None)
    red, late = signals.held("GRADE_RED"), signals.held("LATE_ELSEWHERE")
    signals.batch(desk, signals.borrower("B1", red), signals.borrower("B2", late))


@pytest.mark.usefixtures("with_batch")
def test_a_night_raises_what_the_newest_batch_says_and_tells_it_in_a_file(go, clock):  # noqa: F811 - likewise
    done = go()
    assert (done.raised, done.escalated, done.told) == (2, 0, 2)
    assert done.folder.name.startswith(f"{clock.at.date()}-")
    assert [row["verb"] for row in pq.read_table(done.folder / "warnings.parquet").to_pylist()] == ["raise", "raise"]


@pytest.mark.usefixtures("with_batch")
def test_the_same_night_again_does_nothing_more(go):
    first = go()
    again = go()
    assert plain(again) == {**NOTHING, "folder": str(first.folder)}


@pytest.mark.usefixtures("with_batch")
def test_a_deadline_that_was_missed_goes_up_the_night_after(go, clock):  # noqa: F811 - likewise
    go()
    clock.forward(1)
    assert go().escalated == 0
    clock.forward(1)
    late = go()
    assert late.escalated > 0
    assert "escalate" in {row["verb"] for row in pq.read_table(late.folder / "warnings.parquet").to_pylist()}


@pytest.mark.usefixtures("with_batch")
def test_a_night_that_was_killed_goes_on_where_it_stopped(go, desk, monkeypatch):  # noqa: F811 - likewise
    def killed(_desk):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(nightly, "sweep", killed)
        with pytest.raises(KeyboardInterrupt):
            go()
    with reading(desk.store) as connection:
        assert len(find_cases(connection, CaseFilter(kinds={"warning"}))) == 2
    rest = go()
    assert (rest.raised, rest.told) == (0, 2)


def test_progress_counts_the_steps_to_the_last(desk, policy, tmp_path):  # noqa: F811 - likewise
    told = []
    night(desk, NO_HANDS, {policy.hash: policy}.get, tmp_path / "notices", lambda *step: told.append(step))
    assert told == [("casework", done, 6) for done in range(7)]


def test_the_command_does_the_night_of_this_machine_and_tells_it(tmp_path, capsys, monkeypatch):
    settings = Settings(home=tmp_path / "home")
    open_store(settings.database).close()
    nightly.run(settings, as_json=True)
    told = json.loads(capsys.readouterr().out)
    folder = told.pop("folder")
    assert told == NOTHING
    assert folder.startswith(str(notices(settings) / date.today().isoformat()))
    monkeypatch.setattr(show.OUT, "_width", 200)
    nightly.run(settings, as_json=False)
    shown = capsys.readouterr().out
    assert "new warnings 新预警" in shown
    assert f"nightly file 夜间文件: {folder}" in shown


def test_every_count_of_a_night_is_told():
    assert set(nightly._COUNTED) == set(NOTHING)


def test_the_first_night_begins_the_log(tmp_path):
    settings = Settings(home=tmp_path / "home")
    made = open_store(settings.database)
    do_night(settings, quiet=True)
    (begun,), _ = entry_page(made, EntryFilter(), limit=9)
    made.close()
    assert begun.entry.action == "audit.begin"


@pytest.fixture
def remembered(desk, policy, tmp_path, monkeypatch):  # noqa: F811 - likewise
    """Give a night that remembers, which returns whom it went through beside what it did; null is everybody."""

    def go():
        gone_through = []
        take_in, plan_tasks = nightly.take_in, nightly.plan_tasks

        def told(work):
            def noted(*arguments):
                gone_through.append(arguments[-1])
                return work(*arguments)

            return noted

        with monkeypatch.context() as patch:
            patch.setattr(nightly, "take_in", told(take_in))
            patch.setattr(nightly, "plan_tasks", told(plan_tasks))
            done = night(desk, NO_HANDS, {policy.hash: policy}.get, tmp_path / "notices", remembers=True)
        warnings, tasks = gone_through
        assert warnings == tasks
        return warnings, done

    return go


@pytest.mark.usefixtures("with_batch")
def test_a_night_that_was_done_is_not_gone_through_again_the_same_day(remembered, desk):  # noqa: F811 - likewise
    everybody, first = remembered()
    nobody, again = remembered()
    assert (everybody, nobody) == (None, frozenset())
    assert plain(again) == {**NOTHING, "folder": str(first.folder)}
    acknowledge(desk, OFFICER, "W0000001", version=1)
    assert [remembered()[0] for _ in range(2)] == [{("sme", "B1")}, frozenset()]


@pytest.mark.usefixtures("with_batch")
@pytest.mark.parametrize("change", ["day", "batch", "policy"])
def test_everybody_is_gone_through_on_another_day_batch_or_policy(remembered, desk, policy, clock, monkeypatch, change):  # noqa: F811 - likewise
    remembered()
    if change == "day":
        clock.forward(1)
    elif change == "batch":
        signals.batch(desk, signals.borrower("B1", signals.held("GRADE_RED")), as_of=signals.JULY)
    else:
        monkeypatch.setattr(nightly, "due_now", lambda _desk: "another policy")
    assert remembered()[0] is None


@pytest.mark.usefixtures("with_batch")
def test_a_night_that_was_killed_is_not_remembered(remembered, desk, monkeypatch):  # noqa: F811 - likewise
    def killed(_desk):
        raise KeyboardInterrupt

    remembered()
    acknowledge(desk, OFFICER, "W0000001", version=1)
    with monkeypatch.context() as patch:
        patch.setattr(nightly, "deliver", killed)
        with pytest.raises(KeyboardInterrupt):
            remembered()
    assert remembered()[0] == {("sme", "B1")}


def test_a_night_over_which_the_day_changes_is_not_remembered(remembered, desk, clock, monkeypatch):  # noqa: F811 - likewise
    with monkeypatch.context() as patch:
        patch.setattr(nightly, "deliver", lambda _desk: clock.forward(1) or Round(0, 0, 0))
        remembered()
    assert remembered()[0] is None


@pytest.mark.usefixtures("with_batch")
def test_too_many_touched_are_everybody_and_who_waits_is_told_again(remembered, desk, monkeypatch):  # noqa: F811 - likewise
    waits = signals.borrower("B3", signals.held("BALANCE_THIN"), waiting=("BALANCE_THIN",), until=date(2026, 7, 20))
    signals.batch(desk, signals.borrower("B1", signals.held("GRADE_RED")), waits, as_of=signals.JULY)
    assert remembered()[1].waiting == 1
    about, again = remembered()
    assert (about, again.waiting) == (frozenset(), 1)
    acknowledge(desk, OFFICER, "W0000001", version=1)
    monkeypatch.setattr(nightly, "MOST_TOUCHED", 0)
    assert remembered()[0] is None


_NUMBERS = itertools.count()
ACTS = st.lists(st.sampled_from(["acknowledge", "cancel", "check", "day", "batch", "restart"]), max_size=6)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_after_a_night_that_remembers_a_whole_one_finds_nothing_to_do(remembered, go, desk, clock, acts):  # noqa: F811 - likewise
    """Whatever people do between two starts of the service, nothing that is due is left out."""
    portfolio = f"p{next(_NUMBERS)}"
    bring_out(desk, portfolio, signals.JUNE)
    remembered()
    for act in acts:
        if act == "restart":
            remembered()
        elif act == "day":
            clock.forward(1)
        elif act == "batch":
            bring_out(desk, portfolio, signals.JULY)
        elif act == "check":
            check(desk, portfolio)
        else:
            people_act(desk, act, portfolio)
    remembered()
    whole = plain(go())
    assert {name: whole[name] for name in NOTHING} == NOTHING


def bring_out(desk, portfolio, as_of):  # noqa: F811 - likewise
    """Publish a batch of two borrowers with warnings and tasks."""
    usual = {"portfolio": portfolio, "as_of": as_of, "customer_type": "C"}
    red, late = signals.held("GRADE_RED"), signals.held("LATE_ELSEWHERE", as_of)
    rows = [
        signals.borrower("B1", red, loans=(loan("L1", dpd=8), loan("L2", opened_on=date(2026, 6, 20))), **usual),
        signals.borrower("B2", late, loans=(loan("L3"),), **usual),
    ]
    name = f"{portfolio}-{next(_NUMBERS)}"
    published(desk.store, name, rows, as_of=as_of, portfolio=portfolio, policy_hash=desk.policy_on(as_of).hash)


def check(desk, portfolio):  # noqa: F811 - likewise
    """Submit a visit, whatever its answers, which does tasks."""
    body = CheckBody(
        "visit", date(2026, 7, 6), done_on=date(2026, 7, 6), entered_on=date(2026, 7, 6), entered_by="head"
    )
    with at_work(desk, HEAD, "check.submit", portfolio) as work:
        made = Case(
            "check", "submitted", portfolio, "B2", branch_id="branch-1", body=write_body(body), closed_at=work.at
        )
        open_case(work, made, "submit")


def people_act(desk, act, portfolio):  # noqa: F811 - likewise
    """Acknowledge the first warning that is new, or cancel the first task."""
    kind, state = ("warning", "raised") if act == "acknowledge" else ("task", "open")
    with reading(desk.store) as connection:
        found = find_cases(connection, CaseFilter(kinds={kind}, states={state}, portfolio=portfolio))
    for case in found[:1]:
        if act == "acknowledge":
            acknowledge(desk, HEAD, case.case_id, version=case.version)
        else:
            cancel_task(desk, HEAD, case.case_id, "It is not asked for any more.", version=case.version)
