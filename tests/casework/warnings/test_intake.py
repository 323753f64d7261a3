"""Intake on both databases: what a batch raises, joins, observes, and never raises twice."""

import json
from datetime import date, datetime

import pytest
from sqlalchemy import delete, select

from ews.casework.chunk import CHUNK
from ews.casework.warnings.body import body_of
from ews.casework.warnings.intake import TakenIn, take_in
from ews.domain.errors import ReconciliationError
from ews.domain.levels import Tier, WarningLevel
from ews.store.audit import touched
from ews.store.engine import reading, writing
from ews.store.tables import audit, packed_records
from tests.casework.signals import (
    AUGUST,
    JULY,
    JUNE,
    LARGE,
    again,
    batch,
    borrower,
    gone,
    held,
    last_act,
    now,
    only,
    verbs,
    warnings,
)
from tests.store.samples import published

MONDAY, TUESDAY, THURSDAY = date(2026, 7, 6), date(2026, 7, 7), date(2026, 7, 9)


def test_each_kind_of_signal_is_a_warning_of_its_own(desk):
    told = batch(
        desk,
        borrower("B1", held("BALANCE_THIN"), held("BALANCE_GONE"), held("PRIVATE_MONEY"), held("GRADE_RED")),
        borrower("B2"),
    )
    found = {body_of(case).kind: sorted(body_of(case).codes) for case in warnings(desk)}
    assert found == {
        "DEBT_SERVICE": ["BALANCE_GONE", "BALANCE_THIN"],
        "SPECULATION": ["PRIVATE_MONEY"],
        "STANDING": ["GRADE_RED"],
    }
    assert told == TakenIn(raised=3)


def test_a_warning_says_whose_it_is_what_is_at_risk_and_when_each_step_is_due(desk):
    batch(desk, borrower("B1", held("GRADE_RED"), exposure_fen=LARGE))
    case = only(desk)
    body = body_of(case)
    assert (case.state, case.portfolio, case.borrower_id) == ("raised", "sme", "B1")
    assert (case.branch_id, case.officer_id, case.role) == ("branch-1", "officer-1", "officer")
    assert (case.level, case.exposure_fen, case.at_risk_fen) == (WarningLevel.RED, LARGE, LARGE // 4)
    assert (body.report_by, body.acknowledge_by, body.plan_by) == (MONDAY, TUESDAY, THURSDAY)
    assert body.handle_by == date(2026, 7, 23)  # ten working days from the plan
    assert case.due_on == MONDAY
    assert (body.first_level, body.worst_level, body.handed_over_on) == (WarningLevel.RED, WarningLevel.RED, MONDAY)
    assert body.roles == ("officer", "branch_manager", "head_office")
    assert (body.as_of, body.policy_hash) == (JUNE, desk.policy_on(JUNE).hash)


def test_a_small_red_one_is_not_reported_to_head_office(desk):
    batch(desk, borrower("B1", held("GRADE_RED")))
    assert (body_of(only(desk)).report_by, only(desk).due_on) == (None, TUESDAY)


def test_time_runs_faster_where_a_signal_is_urgent(desk):
    batch(desk, borrower("B1", held("BULLET_UNFUNDED")), borrower("B2", held("LATE_ELSEWHERE")))
    assert [case.due_on for case in warnings(desk)] == [TUESDAY, THURSDAY]


def test_the_same_batch_again_does_nothing(desk):
    rows = (borrower("B1", held("GRADE_RED"), held("BALANCE_THIN", state="lingers")), borrower("B2"))
    batch(desk, *rows)
    before = [(case.version, verbs(desk, case)) for case in warnings(desk)]
    assert again(desk) == TakenIn()
    assert [(case.version, verbs(desk, case)) for case in warnings(desk)] == before


def test_a_signal_that_goes_on_is_not_warned_of_again(desk):
    batch(desk, borrower("B1", held("BALANCE_THIN")))
    told = batch(desk, borrower("B1", held("BALANCE_THIN")), as_of=JULY)
    assert (told, verbs(desk, only(desk))) == (TakenIn(), ["raise"])


def test_a_new_code_of_the_same_kind_joins_and_a_graver_one_raises_the_level(desk):
    batch(desk, borrower("B1", held("BALANCE_THIN")))
    assert only(desk).due_on == date(2026, 7, 13)
    told = batch(desk, borrower("B1", held("BALANCE_THIN"), held("LATE_ELSEWHERE", JULY)), as_of=JULY)
    case = only(desk)
    assert (told, verbs(desk, case)) == (TakenIn(joined=1), ["raise", "join"])
    assert (case.level, body_of(case).first_level) == (WarningLevel.ORANGE, WarningLevel.YELLOW)
    assert case.due_on == THURSDAY
    content = last_act(desk, case).content
    assert (content["joined"], content["level_before"], content["level"]) == (["LATE_ELSEWHERE"], "yellow", "orange")


def test_a_code_that_joins_never_puts_a_deadline_off(desk, clock):
    batch(desk, borrower("B1", held("LATE_ELSEWHERE")))
    clock.forward(2)
    batch(desk, borrower("B1", held("LATE_ELSEWHERE"), held("BALANCE_THIN", JULY)), as_of=JULY)
    body = body_of(only(desk))
    assert (body.acknowledge_by, body.plan_by) == (THURSDAY, date(2026, 7, 13))


def test_a_later_episode_of_a_code_joins_the_open_warning(desk):
    batch(desk, borrower("B1", held("OVERDUE_NOW")))
    batch(desk, borrower("B1"), as_of=JULY)
    batch(desk, borrower("B1", held("OVERDUE_NOW", AUGUST)), as_of=AUGUST)
    case = only(desk)
    assert verbs(desk, case) == ["raise", "observe", "join"]
    assert body_of(case).episodes == (("OVERDUE_NOW", JUNE), ("OVERDUE_NOW", AUGUST))
    assert gone(case) == {"OVERDUE_NOW": 0}


@pytest.mark.parametrize(("state", "observations"), [("holds", 0), ("carried", 0), ("lingers", 1), (None, 1)])
def test_what_lingers_or_is_not_there_is_gone_and_what_holds_or_is_carried_is_not(desk, state, observations):
    batch(desk, borrower("B1", held("BALANCE_THIN")))
    signals = () if state is None else (held("BALANCE_THIN", state=state),)
    batch(desk, borrower("B1", *signals), as_of=JULY)
    assert gone(only(desk)) == {"BALANCE_THIN": observations}


def test_a_batch_of_the_same_day_again_does_not_count_twice(desk):
    batch(desk, borrower("B1", held("BALANCE_THIN")))
    batch(desk, borrower("B1"), as_of=JULY)
    batch(desk, borrower("B1"), borrower("B2"), as_of=JULY)
    assert gone(only(desk)) == {"BALANCE_THIN": 1}


def test_a_signal_that_is_back_counts_from_nothing(desk):
    batch(desk, borrower("B1", held("BALANCE_THIN")))
    batch(desk, borrower("B1"), as_of=JULY)
    batch(desk, borrower("B1", held("BALANCE_THIN")), as_of=AUGUST)
    case = only(desk)
    assert (gone(case), last_act(desk, case).content["back"]) == ({"BALANCE_THIN": 0}, ["BALANCE_THIN"])


def test_counting_ends_where_the_policy_has_enough(desk):
    batch(desk, borrower("B1", held("BALANCE_THIN")))
    for day in range(1, 6):
        batch(desk, borrower("B1"), as_of=date(2026, 7, day))
    assert (gone(only(desk)), only(desk).version) == ({"BALANCE_THIN": 3}, 4)


def test_a_warning_that_waits_is_handed_over_when_its_day_comes_without_a_new_batch(desk, clock):
    row = borrower("B1", held("BALANCE_THIN"), held("GRADE_RED"), waiting=("BALANCE_THIN",), until=THURSDAY)
    assert batch(desk, row) == TakenIn(raised=1, waiting=1)
    clock.at = datetime(2026, 7, 8, 23)
    assert again(desk) == TakenIn(waiting=1)
    clock.at = datetime(2026, 7, 9, 1)
    assert again(desk) == TakenIn(raised=1)
    late = next(case for case in warnings(desk) if body_of(case).kind == "DEBT_SERVICE")
    assert (body_of(late).handed_over_on, late.due_on) == (THURSDAY, date(2026, 7, 16))


def test_a_borrower_that_left_the_book_keeps_its_warning_which_says_so(desk):
    batch(desk, borrower("B1", held("BALANCE_THIN")), borrower("B2"))
    batch(desk, borrower("B2"), as_of=JULY)
    batch(desk, borrower("B2"), as_of=AUGUST)
    case = only(desk)
    assert (case.state, body_of(case).absent_since, body_of(case).absent_observations) == ("raised", JULY, 2)
    batch(desk, borrower("B1", held("BALANCE_THIN")), as_of=date(2026, 9, 30))
    assert (body_of(now(desk, case)).absent_since, gone(now(desk, case))) == (None, {"BALANCE_THIN": 0})


def test_a_borrower_in_default_has_a_warning_for_whom_the_playbook_names(desk):
    batch(
        desk,
        borrower("B1", held("GRADE_RED"), in_default=True, tier=Tier.SUBSTANDARD, pd=None, exposure_fen=LARGE),
    )
    case, body = only(desk), body_of(only(desk))
    assert (body.in_default, body.non_performing, case.at_risk_fen) == (True, True, LARGE)
    assert (body.who.en, case.role) == ("Asset preservation", "officer")


def test_a_borrower_that_moves_to_another_branch_takes_its_warning_along(desk):
    batch(desk, borrower("B1", held("BALANCE_THIN")))
    batch(desk, borrower("B1", held("BALANCE_THIN"), branch_id="branch-2", officer_id="officer-9"), as_of=JULY)
    assert (only(desk).branch_id, only(desk).officer_id) == ("branch-2", "officer-9")


def test_a_red_one_whose_exposure_has_grown_large_is_to_be_reported(desk, clock):
    batch(desk, borrower("B1", held("GRADE_RED")))
    batch(desk, borrower("B1", held("GRADE_RED"), exposure_fen=LARGE), as_of=JULY)
    assert (body_of(only(desk)).report_by, only(desk).due_on) == (MONDAY, MONDAY)


def test_the_same_borrower_of_two_portfolios_has_two_warnings(desk):
    batch(desk, borrower("B1", held("BALANCE_THIN")))
    batch(desk, borrower("B1", held("BALANCE_THIN"), portfolio="retail"), portfolio="retail")
    assert [case.portfolio for case in warnings(desk)] == ["sme", "retail"]


def test_signals_of_a_policy_that_nobody_can_read_any_more_are_warned_of_by_their_code(desk):
    published(desk.store, "old", [borrower("B1", held("BALANCE_THIN"), held("GRADE_RED"))])
    take_in(desk, lambda _hash: None)
    assert sorted(body_of(case).kind for case in warnings(desk)) == ["BALANCE_THIN", "STANDING"]


def test_records_that_are_missing_from_the_newest_batch_are_told_and_raise_nothing(desk):
    published(desk.store, "broken", [borrower("B1", held("BALANCE_THIN"))])
    with writing(desk.store) as connection:
        connection.execute(delete(packed_records))
    with pytest.raises(ReconciliationError, match="'broken' is the newest of 'sme', but its records are not in the"):
        again(desk)
    assert warnings(desk) == ()


def test_every_act_of_a_chunk_has_an_entry_with_the_rows_as_they_are(desk):
    batch(desk, borrower("B1", held("BALANCE_THIN")), borrower("B2", held("GRADE_RED")))
    with reading(desk.store) as connection:
        entries = connection.execute(select(audit).order_by(audit.c.entry)).all()
        expected = [
            [
                [row.table, row.key, row.digest, None]  # nothing was there before
                for row in (touched(connection, "cases", key), touched(connection, "acts", act))
            ]
            for key, act in (("W0000001", "1"), ("W0000002", "2"))
        ]
    assert [(one.user_id, one.action, one.subject) for one in entries] == [
        ("ews", "warning.raise", "W0000001"),
        ("ews", "warning.raise", "W0000002"),
    ]
    assert [json.loads(one.rows) for one in entries] == expected


def test_a_batch_of_several_chunks_is_taken_in_whole_and_once(desk):
    rows = [borrower(f"B{number:05d}", held("BALANCE_THIN")) for number in range(2 * CHUNK + 1)]
    published(desk.store, "large", rows, policy_hash=desk.policy_on(JUNE).hash)
    assert again(desk).raised == 2 * CHUNK + 1
    assert again(desk) == TakenIn()
