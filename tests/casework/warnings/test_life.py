"""The life of a warning on both databases: who may do what from where, and what is due then."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ews.casework.warnings.body import body_of
from ews.casework.warnings.life import acknowledge, blocks_cutting, handle, plan, report, snooze, verify, wake
from ews.casework.warnings.lifting import ask_lift, lift, refuse_lift
from ews.domain.errors import (
    ForbiddenError,
    RequestError,
    StaleVersionError,
    TransitionError,
    UnknownCaseError,
)
from ews.domain.levels import WarningLevel
from ews.store.engine import reading
from tests.casework.people import AUDITOR, HEAD, MACHINE, MANAGER, OFFICER, OFFICER2, OPERATOR, OTHER
from tests.casework.signals import JULY, LARGE, batch, borrower, held, last_act, may, now, only, verbs
from tests.casework.submitted import by_check

MONDAY, TUESDAY, THURSDAY = date(2026, 7, 6), date(2026, 7, 7), date(2026, 7, 9)
TRUE: dict[str, Any] = {"verdict": "true", "reason": "The workshop stands still.", "how": "visit"}
FALSE: dict[str, Any] = {"verdict": "false", "reason": "A holiday of the trade.", "how": "phone"}


@pytest.fixture
def raised(desk):
    """Give a red warning of a small exposure, raised on a Monday."""
    batch(desk, borrower("B1", held("GRADE_RED")))
    return only(desk)


@pytest.fixture
def orange(desk):
    batch(desk, borrower("B1", held("LATE_ELSEWHERE")))
    return only(desk)


def to_handled(desk, case):
    """Return the warning after all steps up to the handling."""
    case = acknowledge(desk, OFFICER, case.case_id, version=case.version)
    case = verify(desk, OFFICER, case.case_id, **by_check(desk, TRUE), version=case.version)
    case = plan(desk, OFFICER, case.case_id, text="More security.", version=case.version)
    return handle(desk, OFFICER, case.case_id, text="Mortgage registered.", version=case.version)


def test_each_step_leads_to_the_next_with_its_deadline_and_leaves_an_act(desk, raised):
    case = acknowledge(desk, OFFICER, raised.case_id, version=1)
    assert (case.state, case.due_on, case.role) == ("acknowledged", THURSDAY, "officer")
    case = verify(desk, OFFICER, case.case_id, **by_check(desk, TRUE), version=2, cause="market")
    assert (case.state, case.due_on) == ("verified", THURSDAY)
    case = plan(desk, OFFICER2, case.case_id, text=" More security. ", version=3)
    assert (case.state, case.due_on, body_of(case).plan) == ("planned", date(2026, 7, 23), "More security.")
    case = handle(desk, OFFICER, case.case_id, text="Mortgage registered.", version=4)
    assert (case.state, case.due_on, case.is_open) == ("handled", date(2026, 7, 20), True)
    assert verbs(desk, case) == ["raise", "acknowledge", "verify", "plan", "handle"]
    body = body_of(case)
    assert (body.acknowledged_by, body.verified_by, body.planned_by, body.handled_by) == (
        "officer",
        "officer",
        "officer2",
        "officer",
    )
    assert (body.verdict, body.verified_how, body.cause, body.verified_on) == ("true", "visit", "market", MONDAY)


STEPS: dict[str, Any] = {
    "acknowledge": acknowledge,
    "verify": lambda desk, actor, case_id, **more: verify(desk, actor, case_id, **by_check(desk, TRUE), **more),
    "plan": lambda *who, **more: plan(*who, text="x", **more),
    "handle": lambda *who, **more: handle(*who, text="x", **more),
    "snooze": lambda *who, **more: snooze(*who, until=THURSDAY, reason="x", **more),
    "wake": wake,
    "report": lambda *who, **more: report(*who, how="x", **more),
    "ask-lift": lambda *who, **more: ask_lift(*who, evidence="x", **more),
    "lift": lift,
    "refuse-lift": lambda *who, **more: refuse_lift(*who, reason="x", **more),
}
ALLOWED = {
    "raised": {"acknowledge"},
    "acknowledged": {"verify", "snooze"},
    "verified": {"plan", "snooze"},
    "planned": {"handle", "plan", "snooze"},
    "handled": {"plan", "snooze"},  # its signal stands
}


def at_state(desk, case, state):
    for step in ("acknowledge", "verify", "plan", "handle"):
        if case.state != state:
            case = STEPS[step](desk, OFFICER, case.case_id, version=case.version)
    return case


NEXT = [(state, step) for state, steps in ALLOWED.items() for step in sorted(steps)]


@pytest.mark.parametrize(("state", "step"), NEXT)
def test_from_each_state_what_is_next_may_be_done(desk, orange, state, step):
    case = at_state(desk, orange, state)
    assert STEPS[step](desk, OFFICER, case.case_id, version=case.version).version == case.version + 1


@pytest.mark.parametrize("state", ALLOWED)
def test_from_each_state_nothing_else_may_be_done_and_it_is_told_what_may(desk, orange, state):
    case = at_state(desk, orange, state)
    allowed = may(desk, case)
    assert set(allowed) == ALLOWED[state]
    for step in STEPS.keys() - ALLOWED[state]:
        with pytest.raises(TransitionError) as told:
            STEPS[step](desk, OFFICER, case.case_id, version=case.version)
        assert f"'{step}' is not done now" in str(told.value)
        assert str(told.value).endswith(f"What may be done now: {', '.join(allowed)}.")
    assert now(desk, case).version == case.version


def test_a_stale_version_is_told_before_anything_else(desk, orange):
    acknowledge(desk, OFFICER, orange.case_id, version=1)
    for step in STEPS.values():
        with pytest.raises(StaleVersionError, match=r"Case 'W0000001' is at version 2 by now, not 1"):
            step(desk, AUDITOR, orange.case_id, version=1)


def test_a_warning_of_another_branch_reads_like_none(desk, orange):
    for step in STEPS.values():
        with pytest.raises(UnknownCaseError) as foreign:
            step(desk, OTHER, orange.case_id, version=1)
        with pytest.raises(UnknownCaseError) as none:
            step(desk, OTHER, "W0000099", version=1)
        assert str(foreign.value).replace("W0000001", "W0000099") == str(none.value)


@pytest.mark.parametrize("actor", [AUDITOR, OPERATOR, MACHINE])
def test_who_does_not_work_with_borrowers_may_not_act(desk, orange, actor):
    with pytest.raises(ForbiddenError, match=f"'{actor.user_id}' may not acknowledge a warning"):
        acknowledge(desk, actor, orange.case_id, version=1)


def test_a_machine_that_has_the_role_of_an_officer_may_not_act_either(desk, orange):
    with pytest.raises(ForbiddenError, match="'officer' is a machine and may not acknowledge a warning"):
        acknowledge(desk, replace(OFFICER, is_machine=True), orange.case_id, version=1)


@pytest.mark.parametrize(
    ("step", "content", "told"),
    [
        (verify, {**TRUE, "reason": "  "}, "The reason of the verdict is empty"),
        (verify, {**TRUE, "how": "hearsay"}, "'how' is 'hearsay'. Give one of visit, phone, audit, documents, data."),
        (verify, {**TRUE, "cause": "moon"}, "'cause' is 'moon', which the policy does not know. Give one of "),
        (verify, {**TRUE, "check_id": "C0000009"}, "'C0000009' is no submitted check of borrower 'B1'"),
        (snooze, {"until": THURSDAY, "reason": ""}, "The reason of the snooze is empty"),
    ],
)
def test_what_is_written_has_to_say_something(desk, orange, step, content, told):
    case = acknowledge(desk, OFFICER, orange.case_id, version=1)
    with pytest.raises(RequestError, match=told):
        step(desk, OFFICER, case.case_id, **content, version=2)
    assert now(desk, case).version == 2


def test_a_large_red_one_is_reported_the_same_day(desk):
    batch(desk, borrower("B1", held("GRADE_RED"), exposure_fen=LARGE))
    case = only(desk)
    assert may(desk, case) == ("acknowledge", "report")
    case = acknowledge(desk, OFFICER, case.case_id, version=1)
    assert case.due_on == MONDAY
    case = report(desk, MANAGER, case.case_id, how="Called at 10:20.", version=2)
    assert (case.due_on, body_of(case).reported_on) == (THURSDAY, MONDAY)
    assert "report" not in may(desk, case)


def test_what_head_office_does_itself_needs_no_report(desk):
    batch(desk, borrower("B1", held("GRADE_RED"), exposure_fen=LARGE))
    assert body_of(acknowledge(desk, HEAD, only(desk).case_id, version=1)).reported_on == MONDAY


@pytest.mark.parametrize(
    ("until", "told"),
    [
        (MONDAY, "The snooze ends on 2026-07-06, which is not after today, 2026-07-06. Give a later day."),
        (date(2026, 7, 14), "it would rest for 6 working days, after 0 before; a warning of orange rests for 5 in all"),
    ],
)
def test_a_snooze_ends_ahead_and_within_the_limit_of_the_level(desk, orange, until, told):
    acknowledge(desk, OFFICER, orange.case_id, version=1)
    with pytest.raises(RequestError, match=told):
        snooze(desk, OFFICER, orange.case_id, until=until, reason="Statements come.", version=2)


def test_a_red_one_is_never_snoozed(desk, raised):
    acknowledge(desk, OFFICER, raised.case_id, version=1)
    with pytest.raises(TransitionError, match="'snooze' is not done now, since it is red, which is never snoozed"):
        snooze(desk, OFFICER, raised.case_id, until=TUESDAY, reason="x", version=2)


def test_a_snooze_tells_which_deadlines_it_moves_and_moves_no_other(desk, orange):
    acknowledge(desk, OFFICER, orange.case_id, version=1)
    case = snooze(desk, OFFICER, orange.case_id, until=date(2026, 7, 13), reason="Statements come.", version=2)
    body = body_of(case)
    assert (body.snoozed_until, body.snoozed_by, body.snoozed_days) == (date(2026, 7, 13), "officer", 5)
    assert last_act(desk, case).content["moved"] == []
    assert (body.plan_by, case.due_on) == (date(2026, 7, 13), date(2026, 7, 13))


def test_a_deadline_within_the_snooze_moves_to_its_end_and_all_snoozes_count_together(desk, clock, orange):
    acknowledge(desk, OFFICER, orange.case_id, version=1)
    clock.forward(4)  # Friday; the plan is due on Monday
    case = snooze(desk, OFFICER, orange.case_id, until=date(2026, 7, 15), reason="Statements come.", version=2)
    moved = {"deadline": "plan_by", "from": "2026-07-13", "to": "2026-07-15"}
    assert (last_act(desk, case).content["moved"], case.due_on) == ([moved], date(2026, 7, 15))
    with pytest.raises(TransitionError, match="'snooze' is not done now"):
        snooze(desk, OFFICER, orange.case_id, until=date(2026, 7, 16), reason="x", version=3)


@pytest.mark.parametrize(("days_later", "left", "due"), [(0, 0, 13), (1, 1, 13), (2, 2, 14), (3, 3, 15)])
def test_a_snooze_taken_back_gives_back_its_days_and_deadlines(desk, clock, orange, days_later, left, due):
    acknowledge(desk, OFFICER, orange.case_id, version=1)
    clock.forward(4)  # Friday; the plan is due on Monday
    before = snooze(desk, OFFICER, orange.case_id, until=date(2026, 7, 15), reason="Statements come.", version=2)
    clock.forward((0, 3, 4, 5)[days_later])

    case = wake(desk, OFFICER, orange.case_id, version=before.version)

    body = body_of(case)
    assert (body.snoozed_until, body.snoozed_by, body.snoozed_days) == (None, None, left)
    assert (body.plan_by, case.due_on) == (date(2026, 7, due), date(2026, 7, due))
    with pytest.raises(TransitionError, match="'wake' is not done now"):
        wake(desk, OFFICER, orange.case_id, version=case.version)


def test_what_is_late_is_not_put_off(desk, clock, orange):
    acknowledge(desk, OFFICER, orange.case_id, version=1)
    clock.forward(8)
    with pytest.raises(TransitionError, match="since 'plan' was due on 2026-07-13; what is late is not put off"):
        snooze(desk, OFFICER, orange.case_id, until=date(2026, 7, 15), reason="x", version=2)


def test_a_snooze_ends_when_it_gets_worse(desk, orange):
    acknowledge(desk, OFFICER, orange.case_id, version=1)
    snooze(desk, OFFICER, orange.case_id, until=THURSDAY, reason="Statements come.", version=2)
    batch(desk, borrower("B1", held("LATE_ELSEWHERE"), held("BALANCE_THIN", JULY)), as_of=JULY)
    case = now(desk, orange)
    assert (body_of(case).snoozed_until, last_act(desk, case).content["ended"]) == (None, ["snoozed_until"])


def test_a_graver_level_starts_a_warning_again(desk):
    batch(desk, borrower("B1", held("GRADE_ORANGE")))
    case = to_handled(desk, only(desk))
    batch(desk, borrower("B1", held("GRADE_RED", JULY)), as_of=JULY)
    case = now(desk, case)
    body = body_of(case)
    assert (case.state, case.level, case.due_on) == ("raised", WarningLevel.RED, TUESDAY)
    assert (body.verdict, body.plan, body.worst_level) == (None, None, WarningLevel.RED)
    assert last_act(desk, case).content["state_before"] == "handled"


def test_a_code_that_joins_what_is_in_hand_does_not_take_it_back(desk, orange):
    case = acknowledge(desk, OFFICER, orange.case_id, version=1)
    case = verify(desk, OFFICER, case.case_id, **by_check(desk, TRUE), version=2)
    batch(desk, borrower("B1", held("LATE_ELSEWHERE"), held("BALANCE_THIN", JULY)), as_of=JULY)
    assert (now(desk, case).state, body_of(now(desk, case)).verdict) == ("verified", "true")


def test_a_code_that_joins_what_was_marked_false_is_verified_anew(desk, orange):
    case = acknowledge(desk, OFFICER, orange.case_id, version=1)
    case = verify(desk, OFFICER, case.case_id, **by_check(desk, FALSE), version=2)
    batch(desk, borrower("B1", held("LATE_ELSEWHERE"), held("BALANCE_THIN", JULY)), as_of=JULY)
    body = body_of(now(desk, case))
    assert (now(desk, case).state, body.verdict, body.marked_false_on) == ("raised", None, MONDAY)


def test_a_plan_made_anew_after_the_handling_has_days_of_its_own(desk, clock, orange):
    case = to_handled(desk, orange)
    clock.forward(28)
    case = plan(desk, OFFICER, case.case_id, text="Visit monthly.", version=case.version)
    assert (case.state, case.due_on) == ("planned", date(2026, 8, 31))


def test_what_was_marked_false_may_be_found_true_but_not_false_again(desk, orange):
    case = acknowledge(desk, OFFICER, orange.case_id, version=1)
    case = verify(desk, OFFICER, case.case_id, **by_check(desk, FALSE), version=2)
    with pytest.raises(TransitionError, match="marked false already"):
        verify(desk, OFFICER2, case.case_id, **FALSE, version=3)
    case = verify(desk, OFFICER2, case.case_id, **by_check(desk, TRUE), version=3)
    assert (body_of(case).verdict, body_of(case).marked_false_on, case.due_on) == ("true", MONDAY, date(2026, 7, 13))


def test_a_red_one_that_nobody_verified_blocks_the_cutting_of_credit(desk, raised):
    def blocking():
        with reading(desk.store) as connection:
            return blocks_cutting(connection, "sme", "B1"), blocks_cutting(connection, "sme", "B2")

    assert blocking() == (("W0000001",), ())
    acknowledge(desk, OFFICER, raised.case_id, version=1)
    assert blocking() == (("W0000001",), ())
    verify(desk, OFFICER, raised.case_id, **by_check(desk, TRUE), version=2)
    assert blocking() == ((), ())


def test_a_red_one_marked_false_that_somebody_else_still_reviews_blocks_too(desk, raised):
    acknowledge(desk, OFFICER, raised.case_id, version=1)
    verify(desk, OFFICER, raised.case_id, **by_check(desk, {**FALSE, "how": "visit"}), version=2)
    with reading(desk.store) as connection:
        assert blocks_cutting(connection, "sme", "B1") == (raised.case_id,)


def test_an_orange_one_blocks_nothing(desk, orange):
    with reading(desk.store) as connection:
        assert blocks_cutting(connection, "sme", "B1") == ()
