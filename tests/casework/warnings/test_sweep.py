"""The sweep on both databases: what is late goes upward, day by day or made up for, and nothing is ever closed."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from ews.casework.warnings.body import body_of
from ews.casework.warnings.life import acknowledge, plan, report, snooze, verify
from ews.casework.warnings.sweep import Swept, sweep
from tests.casework.people import HEAD, MANAGER, OFFICER
from tests.casework.signals import JULY, LARGE, batch, borrower, held, last_act, now, only, verbs, warnings
from tests.casework.submitted import by_check
from tests.casework.warnings.test_life import TRUE, to_handled

OFFICER_, BRANCH, RISK_, TOP = "officer", "branch_manager", "risk_manager", "head_office"
TO_THE_TOP = (BRANCH, RISK_, TOP)


@pytest.fixture
def red(desk):
    """Give a red warning to be acknowledged by Tuesday, 7 July; each next role gets one working day."""
    batch(desk, borrower("B1", held("GRADE_RED")))
    return only(desk)


def at(clock, day, hour=1):
    clock.at = datetime(2026, 7, day, hour)


@pytest.mark.parametrize(
    ("day", "role", "due"),
    [(7, OFFICER_, 7), (8, BRANCH, 8), (9, RISK_, 9), (10, TOP, 10), (11, TOP, 10), (31, TOP, 10)],
)
@pytest.mark.parametrize("nightly", [True, False])
def test_what_is_late_goes_up_one_role_per_day_missed_whether_or_not_the_sweep_ran(
    desk, clock, red, day, role, due, nightly
):
    for night in range(7, day + 1) if nightly else [day]:
        at(clock, night)
        sweep(desk)
    case = now(desk, red)
    assert (case.role, case.due_on, case.state) == (role, date(2026, 7, due), "raised")
    assert body_of(case).escalations == TO_THE_TOP[: TO_THE_TOP.index(role) + 1 if role != OFFICER_ else 0]
    assert case.is_open


def test_a_day_lasts_to_its_end_and_a_weekend_is_no_delay(desk, clock):
    clock.at = datetime(2026, 7, 10, 9)  # Friday
    batch(desk, borrower("B1", held("GRADE_RED")))
    assert only(desk).due_on == date(2026, 7, 13)
    at(clock, 13, 23)
    assert sweep(desk) == Swept(0, 0)
    at(clock, 14, 0)
    assert sweep(desk) == Swept(1, 0)


def test_the_same_night_again_does_nothing(desk, clock, red):
    at(clock, 9)
    assert [sweep(desk), sweep(desk)] == [Swept(2, 0), Swept(0, 0)]
    assert verbs(desk, red) == ["raise", "escalate", "escalate"]


def test_an_escalation_tells_what_was_missed_when_and_who_has_it_now(desk, clock, red):
    at(clock, 8)
    sweep(desk)
    act = last_act(desk, red)
    assert (act.user_id, act.content) == (
        "ews",
        {"deadline": "acknowledge", "missed_on": "2026-07-07", "from": OFFICER_, "to": BRANCH, "due_on": "2026-07-08"},
    )


def test_the_former_role_may_still_act_and_then_has_it_again(desk, clock, red):
    at(clock, 8)
    sweep(desk)
    case = acknowledge(desk, OFFICER, red.case_id, version=2)
    assert (case.state, case.role, case.due_on) == ("acknowledged", OFFICER_, date(2026, 7, 9))


def test_what_is_late_in_more_than_one_way_stays_with_who_got_it(desk, clock, red):
    at(clock, 10)
    sweep(desk)
    case = acknowledge(desk, OFFICER, red.case_id, version=4)
    assert (case.role, case.due_on, body_of(case).late_for) == (TOP, date(2026, 7, 13), "plan")
    case = verify(desk, MANAGER, case.case_id, **by_check(desk, TRUE), version=5)
    assert (case.role, case.due_on) == (TOP, date(2026, 7, 13))
    case = plan(desk, OFFICER, case.case_id, text="x", version=6)
    assert (case.role, case.due_on, body_of(case).late_for) == (OFFICER_, date(2026, 7, 23), None)


def test_each_deadline_escalates_anew(desk, clock, red):
    at(clock, 8)
    sweep(desk)
    acknowledge(desk, MANAGER, red.case_id, version=2)
    at(clock, 10)
    sweep(desk)
    assert (now(desk, red).role, body_of(now(desk, red)).escalations) == (BRANCH, (BRANCH, BRANCH))
    assert last_act(desk, red).content["deadline"] == "plan"


def test_a_report_that_is_missed_takes_the_warning_to_head_office_at_once(desk, clock):
    batch(desk, borrower("B1", held("GRADE_RED"), exposure_fen=LARGE))
    case = acknowledge(desk, OFFICER, only(desk).case_id, version=1)
    at(clock, 7)
    sweep(desk)
    case = now(desk, case)
    assert (case.role, last_act(desk, case).content["deadline"]) == (TOP, "report")
    case = report(desk, HEAD, case.case_id, how="Read it here.", version=case.version)
    assert (case.role, case.due_on) == (OFFICER_, date(2026, 7, 9))


def test_a_snooze_ends_by_itself_and_nothing_escalates_meanwhile(desk, clock):
    batch(desk, borrower("B1", held("LATE_ELSEWHERE")))
    acknowledge(desk, OFFICER, only(desk).case_id, version=1)
    clock.forward(4)
    snooze(desk, OFFICER, only(desk).case_id, until=date(2026, 7, 15), reason="Papers come.", version=2)
    at(clock, 14)
    assert sweep(desk) == Swept(0, 0)
    at(clock, 15)
    assert sweep(desk) == Swept(0, 1)
    assert body_of(only(desk)).snoozed_until is None
    at(clock, 16)
    assert sweep(desk) == Swept(1, 0)


def test_a_snooze_and_escalations_that_were_slept_through_are_made_up_for_in_their_order(desk, clock):
    batch(desk, borrower("B1", held("LATE_ELSEWHERE")))
    acknowledge(desk, OFFICER, only(desk).case_id, version=1)
    snooze(desk, OFFICER, only(desk).case_id, until=date(2026, 7, 8), reason="Papers come.", version=2)
    at(clock, 31)
    sweep(desk)
    assert verbs(desk, only(desk))[3:] == ["wake", "escalate", "escalate", "escalate"]
    assert only(desk).version == 7


def test_a_warning_that_was_handled_comes_back_to_be_looked_at(desk, clock):
    batch(desk, borrower("B1", held("GRADE_RED")))
    case = to_handled(desk, only(desk))
    clock.at = datetime(2026, 7, 21, 1)
    sweep(desk)
    assert (now(desk, case).role, last_act(desk, case).content["deadline"]) == (BRANCH, "follow_up")


def test_a_sweep_that_is_killed_between_chunks_goes_on_where_it_was(desk, clock, monkeypatch):
    batch(desk, *(borrower(f"B{number:02d}", held("GRADE_RED")) for number in range(7)))
    at(clock, 8)
    monkeypatch.setattr("ews.casework.chunk.CHUNK", 2)
    done = []

    def killed(_head):
        done.append(1)
        if len(done) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(replace(desk, witness=killed))
    assert sweep(desk) == Swept(3, 0)
    assert {(case.role, case.version) for case in warnings(desk)} == {(BRANCH, 2)}


def test_a_batch_that_comes_before_the_sweep_puts_nothing_off(desk, clock, red):
    at(clock, 8)
    batch(desk, borrower("B1"), as_of=JULY)
    assert (now(desk, red).due_on, verbs(desk, red)) == (date(2026, 7, 7), ["raise", "observe"])
    assert sweep(desk) == Swept(1, 0)
    batch(desk, borrower("B1"), as_of=date(2026, 8, 1))
    assert (now(desk, red).role, now(desk, red).due_on) == (BRANCH, date(2026, 7, 8))
    batch(desk, borrower("B1", held("GRADE_RED", date(2026, 8, 2))), as_of=date(2026, 8, 2))
    assert (now(desk, red).role, now(desk, red).due_on) == (BRANCH, date(2026, 7, 8))
