"""The sample of warnings marked false, on both databases: who reviews, what follows, what is counted later."""

from datetime import date
from typing import Any

import pytest

from ews.casework.warnings.body import body_of
from ews.casework.warnings.false_sample import is_sampled, marked_false, review_false
from ews.casework.warnings.life import acknowledge, verify
from ews.casework.warnings.lifting import ask_lift, lift
from ews.domain.errors import RequestError, SecondPersonError, TransitionError
from ews.store.engine import reading
from tests.casework.people import MANAGER, OFFICER, OFFICER2, RISK
from tests.casework.signals import AUGUST, JULY, batch, borrower, held, last_act, may, warnings

FALSE: dict[str, Any] = {"verdict": "false", "reason": "A holiday of the trade.", "how": "documents"}
KEY = b"a key of the tests"


@pytest.fixture
def marked(desk):
    """Give twenty warnings that the officer marked false: those that are sampled, and those that are not."""
    batch(desk, *(borrower(f"B{number:02d}", held("BALANCE_THIN")) for number in range(20)))
    cases = []
    for case in warnings(desk):
        acknowledge(desk, OFFICER, case.case_id, version=1)
        cases.append(verify(desk, OFFICER, case.case_id, **FALSE, version=2))
    sampled = [case for case in cases if body_of(case).sampled]
    return sampled, [case for case in cases if case not in sampled]


def review(desk, actor, case, review="agrees", reason="Seen with my own eyes."):
    return review_false(desk, actor, case.case_id, review=review, reason=reason, version=case.version)


def asked(desk, case):
    return ask_lift(desk, OFFICER, case.case_id, evidence="Papers attached.", version=case.version)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 1.0])
def test_the_share_of_the_policy_is_sampled_and_the_key_decides_which(share):
    ids = [f"W{number:07d}" for number in range(4_000)]
    chosen = [is_sampled(KEY, case_id, share) for case_id in ids]
    assert sum(chosen) == pytest.approx(share * len(ids), abs=0.03 * len(ids))
    other = [is_sampled(b"another key", case_id, share) for case_id in ids]
    assert (chosen == other) == (share in {0.0, 1.0})
    assert chosen == [is_sampled(KEY, case_id, share) for case_id in ids]


def test_what_is_sampled_goes_to_the_branch_manager_with_days_of_the_policy(desk, marked):
    sampled, others = marked
    assert (len(sampled), len(others)) == (5, 15)
    assert {(case.role, case.due_on) for case in sampled} == {("branch_manager", date(2026, 7, 13))}
    assert {(case.role, may(desk, case)) for case in others} == {("officer", ("verify", "ask-lift", "snooze"))}


def test_until_it_is_reviewed_it_cannot_be_lifted(desk, marked):
    sampled, others = marked
    with pytest.raises(TransitionError, match=r"not done now. What may be done now: verify, review-false"):
        asked(desk, sampled[0])
    assert lift(desk, MANAGER, asked(desk, others[0]).case_id, version=4).state == "lifted"


def test_whoever_marked_it_false_does_not_review_it_a_colleague_or_a_superior_does(desk, marked):
    sampled, _ = marked
    with pytest.raises(SecondPersonError, match="'officer' may not review a warning that was marked false"):
        review(desk, OFFICER, sampled[0])
    with pytest.raises(RequestError, match="The reason of the review is empty"):
        review(desk, OFFICER2, sampled[0], reason="")
    for actor, case in ((OFFICER2, sampled[0]), (MANAGER, sampled[1]), (RISK, sampled[2])):
        body = body_of(review(desk, actor, case))
        assert (body.sample_review, body.sample_by, body.verdict) == ("agrees", actor.user_id, "false")


def test_after_agreement_it_may_be_lifted_though_its_signals_go_on(desk, marked):
    case = review(desk, OFFICER2, marked[0][0])
    assert lift(desk, MANAGER, asked(desk, case).case_id, version=case.version + 1).state == "lifted"
    batch(desk, *(borrower(f"B{number:02d}", held("BALANCE_THIN")) for number in range(20)), as_of=JULY)
    assert len(warnings(desk)) == 20


def test_disagreement_makes_it_true_and_a_plan_due(desk, marked):
    case = review(desk, MANAGER, marked[0][0], "disagrees")
    body = body_of(case)
    assert (case.state, body.verdict, case.role, case.due_on) == ("verified", "true", "officer", date(2026, 7, 20))
    assert may(desk, case) == ("plan", "snooze")
    assert last_act(desk, case).content["verdict"] == "true"


def test_nobody_lifts_on_a_verdict_of_their_own(desk):
    batch(desk, borrower("B1", held("BALANCE_THIN")), borrower("B2", held("BALANCE_THIN")))
    told = "'manager' may not decide on lifting a warning, having taken part before"
    for raised in warnings(desk):
        acknowledge(desk, MANAGER, raised.case_id, version=1)
        marked = verify(desk, MANAGER, raised.case_id, **FALSE, version=2)
        case = asked(desk, review(desk, OFFICER2, marked) if body_of(marked).sampled else marked)
        with pytest.raises(SecondPersonError, match=told):
            lift(desk, MANAGER, case.case_id, version=case.version)
        assert lift(desk, RISK, case.case_id, version=case.version).state == "lifted"


def test_later_defaults_among_those_marked_false_are_counted_however_they_ended(desk, marked):
    sampled, others = marked
    review(desk, MANAGER, sampled[0], "disagrees")
    review(desk, MANAGER, sampled[1])
    lift(desk, MANAGER, asked(desk, others[0]).case_id, version=4)
    bad = {sampled[0].borrower_id, others[0].borrower_id}
    for day in (JULY, AUGUST):
        names = [f"B{number:02d}" for number in range(20)]
        rows = [borrower(name, in_default=name in bad and day == AUGUST) for name in names]
        batch(desk, *rows, as_of=day)
    with reading(desk.store) as connection:
        record = marked_false(connection)
        assert (record.marked, record.sampled, record.reviewed, record.disagreed) == (20, 5, 2, 1)
        assert record.defaulted == {sampled[0].case_id: AUGUST, others[0].case_id: AUGUST}
        assert marked_false(connection, branch_id="branch-2").marked == 0
