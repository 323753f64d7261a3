"""Lifting on both databases: when it may be asked for, who decides, and how a red one goes down."""

from datetime import date

import pytest

from ews.casework.warnings.body import body_of
from ews.casework.warnings.life import plan
from ews.casework.warnings.lifting import ask_lift, lift, refuse_lift
from ews.domain.errors import RequestError, SecondPersonError, TransitionError
from ews.domain.levels import WarningLevel
from tests.casework.people import HEAD, HEAD2, MANAGER, OFFICER, OFFICER2, RISK
from tests.casework.signals import JULY, again, batch, borrower, held, last_act, may, now, only, verbs, warnings
from tests.casework.warnings.test_life import to_handled

RED, ORANGE, YELLOW = WarningLevel.RED, WarningLevel.ORANGE, WarningLevel.YELLOW


def quiet(desk, days=3, first=1):
    """Let batches pass without a signal."""
    for day in range(first, first + days):
        batch(desk, borrower("B1"), as_of=date(2026, 7, day))


@pytest.fixture
def handled(desk):
    batch(desk, borrower("B1", held("LATE_ELSEWHERE"), held("BALANCE_THIN")))
    return to_handled(desk, only(desk))


@pytest.fixture
def asked(desk, handled):
    quiet(desk)
    case = now(desk, handled)
    return ask_lift(desk, OFFICER, case.case_id, evidence="Statements attached.", version=case.version)


@pytest.mark.parametrize(("days", "enough"), [(0, False), (2, False), (3, True), (4, True)])
def test_every_signal_must_be_gone_for_as_many_batches_as_the_policy_wants(desk, handled, days, enough):
    quiet(desk, days)
    case = now(desk, handled)
    if enough:
        assert body_of(ask_lift(desk, OFFICER, case.case_id, evidence="x", version=case.version)).lift_evidence == "x"
        return
    told = f"gone for 3 batches in a row and BALANCE_THIN has been gone for {days}, LATE_ELSEWHERE has been gone for"
    with pytest.raises(TransitionError, match=told):
        ask_lift(desk, OFFICER, case.case_id, evidence="x", version=case.version)


def test_lifting_takes_evidence(desk, handled):
    quiet(desk)
    case = now(desk, handled)
    with pytest.raises(RequestError, match="The evidence is empty"):
        ask_lift(desk, OFFICER, case.case_id, evidence=" \n", version=case.version)


def test_a_second_more_senior_person_lifts(desk, clock, asked):
    assert (asked.state, asked.role, asked.due_on) == ("handled", "branch_manager", date(2026, 7, 8))
    case = lift(desk, MANAGER, asked.case_id, version=asked.version)
    assert (case.state, case.closed_at, case.role, case.due_on) == ("lifted", clock.at, None, None)
    assert last_act(desk, case).content["asked_by"] == "officer"
    with pytest.raises(TransitionError, match="Nothing more is done with it"):
        plan(desk, OFFICER, case.case_id, text="x", version=case.version)


@pytest.mark.parametrize(
    ("actor", "told"),
    [
        (OFFICER, "'officer' may not decide on lifting a warning, having taken part before"),
        (OFFICER2, "'officer2' may not decide on lifting a warning: it takes somebody more senior"),
    ],
)
def test_who_asked_or_is_no_more_senior_does_not_decide(desk, asked, actor, told):
    with pytest.raises(SecondPersonError, match=told):
        lift(desk, actor, asked.case_id, version=asked.version)
    with pytest.raises(SecondPersonError, match=told):
        refuse_lift(desk, actor, asked.case_id, reason="x", version=asked.version)
    assert now(desk, asked).version == asked.version


@pytest.mark.parametrize(("first", "second"), [(MANAGER, RISK), (RISK, HEAD), (HEAD, HEAD2)])
def test_above_each_rank_somebody_decides_at_the_top_another_of_head_office(desk, handled, first, second):
    quiet(desk)
    case = now(desk, handled)
    case = ask_lift(desk, first, case.case_id, evidence="x", version=case.version)
    with pytest.raises(SecondPersonError):
        lift(desk, first, case.case_id, version=case.version)
    with pytest.raises(SecondPersonError):
        lift(desk, MANAGER, case.case_id, version=case.version)
    assert lift(desk, second, case.case_id, version=case.version).state == "lifted"


def test_a_refusal_leaves_it_open_and_tells_why(desk, asked):
    case = refuse_lift(desk, MANAGER, asked.case_id, reason="The flows are circular.", version=asked.version)
    assert (case.state, case.role, body_of(case).lift_asked_by) == ("handled", "officer", None)
    assert last_act(desk, case).content == {"asked_by": "officer", "reason": "The flows are circular."}


def test_a_signal_that_is_back_takes_back_what_was_asked(desk, asked):
    batch(desk, borrower("B1", held("BALANCE_THIN")), as_of=JULY)
    case = now(desk, asked)
    assert (body_of(case).lift_asked_by, last_act(desk, case).content["ended"]) == (None, ["lift_asked_by"])
    with pytest.raises(TransitionError, match="'lift' is not done now"):
        lift(desk, MANAGER, case.case_id, version=case.version)


def test_a_red_one_goes_down_one_level_per_lifting_each_asked_for_anew(desk):
    batch(desk, borrower("B1", held("GRADE_RED")))
    case = to_handled(desk, only(desk))
    quiet(desk)
    levels = []
    while (case := now(desk, case)).is_open:
        case = ask_lift(desk, OFFICER, case.case_id, evidence="x", version=case.version)
        case = lift(desk, MANAGER, case.case_id, version=case.version)
        levels.append((case.level, case.state))
        if case.is_open:
            with pytest.raises(TransitionError):
                lift(desk, MANAGER, case.case_id, version=case.version)
            told = "since 1 newer batches must be observed after its last step down, and 0 have been"
            with pytest.raises(TransitionError, match=told):
                ask_lift(desk, OFFICER, case.case_id, evidence="x", version=case.version)
            again(desk)  # the same batch is no newer one
            assert "ask-lift" not in may(desk, now(desk, case))
            batch(desk, borrower("B1"), as_of=date(2026, 7, 3 + len(levels)))
            assert "ask-lift" in may(desk, now(desk, case))
    assert levels == [(ORANGE, "handled"), (YELLOW, "handled"), (YELLOW, "lifted")]
    assert verbs(desk, case).count("lift") == 3


def test_a_red_signal_that_is_back_while_it_goes_down_starts_it_again(desk):
    batch(desk, borrower("B1", held("GRADE_RED")))
    case = to_handled(desk, only(desk))
    quiet(desk)
    case = now(desk, case)
    case = ask_lift(desk, OFFICER, case.case_id, evidence="x", version=case.version)
    case = lift(desk, MANAGER, case.case_id, version=case.version)
    batch(desk, borrower("B1", held("GRADE_RED")), as_of=JULY)
    assert (now(desk, case).level, now(desk, case).state) == (RED, "raised")


def test_one_that_was_never_red_is_lifted_at_once(desk, asked):
    assert (asked.level, lift(desk, MANAGER, asked.case_id, version=asked.version).state) == (ORANGE, "lifted")


def test_the_same_episode_never_warns_again_and_a_later_one_does(desk, asked):
    lift(desk, MANAGER, asked.case_id, version=asked.version)
    batch(desk, borrower("B1", held("LATE_ELSEWHERE"), held("BALANCE_THIN")), as_of=JULY)
    assert [case.state for case in warnings(desk)] == ["lifted"]
    batch(desk, borrower("B1", held("LATE_ELSEWHERE", JULY), held("BALANCE_THIN")), as_of=date(2026, 8, 1))
    assert [(case.state, sorted(body_of(case).codes)) for case in warnings(desk)] == [
        ("lifted", ["BALANCE_THIN", "LATE_ELSEWHERE"]),
        ("raised", ["LATE_ELSEWHERE"]),
    ]


def test_a_borrower_that_nobody_has_seen_for_as_many_batches_may_be_lifted(desk, handled):
    for day in (1, 2, 3):
        case = now(desk, handled)
        with pytest.raises(TransitionError, match="its signals must be gone"):
            ask_lift(desk, OFFICER, case.case_id, evidence="Paid back in full.", version=case.version)
        batch(desk, borrower("B2"), as_of=date(2026, 7, day))
    case = now(desk, handled)
    asked = ask_lift(desk, OFFICER, case.case_id, evidence="Paid back in full.", version=case.version)
    assert lift(desk, MANAGER, case.case_id, version=asked.version).state == "lifted"


def test_what_was_learnt_is_kept_with_the_act(desk, handled):
    quiet(desk)
    case = now(desk, handled)
    case = ask_lift(desk, OFFICER, case.case_id, evidence="x", learnt="Ask for orders early.", version=case.version)
    assert last_act(desk, case).content == {"evidence": "x", "learnt": "Ask for orders early."}
