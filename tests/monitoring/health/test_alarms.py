"""What is an alarm, what is watched, and since when."""

from dataclasses import replace
from datetime import date

import pytest

from ews.monitoring.health.alarms import AlarmCode, AlarmLevel, alarms, standing_since
from ews.monitoring.health.feeds import FeedState
from ews.monitoring.health.health import from_json, to_json
from ews.monitoring.health.shifts import Moved
from tests.monitoring.health.healths import JUNE, RATE, cohort, feed, health, part, shift

ALARM, WATCH = AlarmLevel.ALARM, AlarmLevel.WATCH


def raised(*, shifts=(), feeds=(), cohorts=()):
    return [(one.code, one.level, one.about) for one in alarms(JUNE, shifts, feeds, cohorts, RATE)]


@pytest.mark.parametrize(
    ("moved", "expected"),
    [
        (Moved.STABLE, None),
        (Moved.USUAL, None),
        (Moved.TOO_FEW, None),
        (Moved.MOVED, (AlarmCode.FEATURE_MOVED, WATCH)),
        (Moved.MOVED_FAR, (AlarmCode.FEATURE_MOVED, ALARM)),
        (Moved.VANISHED, (AlarmCode.FEATURE_VANISHED, ALARM)),
        (Moved.CONSTANT, (AlarmCode.FEATURE_CONSTANT, ALARM)),
    ],
)
def test_a_feature_is_told_by_how_it_moved(moved, expected):
    assert raised(shifts=[shift(moved=moved)]) == ([] if expected is None else [(*expected, "inflow_change_3m")])


def test_the_score_has_an_alarm_of_its_own():
    assert raised(shifts=[shift("pd")]) == [(AlarmCode.SCORE_MOVED, ALARM, "pd")]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (FeedState.ON_TIME, []),
        (FeedState.ABSENT, []),
        (FeedState.LATE, [(AlarmCode.FEED_LATE, WATCH, "transactions")]),
        (FeedState.THIN, [(AlarmCode.FEED_THIN, WATCH, "transactions")]),
        (FeedState.MISSING, [(AlarmCode.FEED_MISSING, ALARM, "transactions")]),
    ],
)
def test_a_feed_is_told_by_its_state(state, expected):
    assert raised(feeds=[feed(state=state)]) == expected


def test_chances_too_low_are_an_alarm_beyond_what_holm_and_the_year_leave():
    """One test: half of the half that outcomes have of 5 % a year, by twelve looks."""
    limit = 0.05 / 2 / 12 / 2
    assert raised(cohorts=[cohort(whole=part(p_low=limit * 0.99))]) == [(AlarmCode.PD_TOO_LOW, ALARM, "2025-06-30")]
    assert raised(cohorts=[cohort(whole=part(p_low=limit * 1.01))]) == []
    two = cohort(whole=part(p_low=limit * 0.99), grades={"G1": part()})
    assert raised(cohorts=[two]) == []
    graded = cohort(whole=part(), grades={"G1": part(p_low=limit / 4)})
    assert raised(cohorts=[graded]) == [(AlarmCode.PD_TOO_LOW, ALARM, "2025-06-30 grade:G1")]


def test_chances_too_high_are_watched_once_all_is_known():
    high = part(p_low=1 - 1e-9)
    assert raised(cohorts=[cohort(whole=high)]) == [(AlarmCode.PD_TOO_HIGH, WATCH, "2025-06-30")]
    running = cohort(whole=high, is_mature=False, is_apart=False)
    assert raised(cohorts=[running]) == []


def test_only_the_newest_cohort_apart_and_those_that_run_are_tested():
    bad = part(p_low=1e-12)
    older = cohort(date(2024, 6, 30), whole=bad)
    between = cohort(date(2025, 5, 31), whole=bad, is_apart=False)
    running = cohort(date(2026, 5, 31), whole=bad, is_mature=False, is_apart=False)
    assert raised(cohorts=[older, between, cohort(), running]) == [(AlarmCode.PD_TOO_LOW, ALARM, "2026-05-31")]


def test_an_alarm_is_told_with_its_numbers_in_both_languages():
    (found,) = alarms(JUNE, (), (), [cohort(whole=part(1000, 30.0, 70, 1e-9))], RATE)
    assert found.text.en.startswith("Cohort of 2025-06-30: 70 of 1,000 borrowers defaulted, 30.0 were expected.")
    assert found.text.zh.startswith("2025-06-30 批次：1,000 户中违约 70 户，预期 30.0 户")
    (late,) = alarms(JUNE, (), [feed()], (), RATE)
    assert "ends 5 days before the day of the batch; usual are 1 at most" in late.text.en


def test_alarms_come_before_what_is_watched():
    found = raised(shifts=[shift(moved=Moved.MOVED)], feeds=[feed(), feed("ledger", FeedState.MISSING)])
    assert [level for _, level, _ in found] == [ALARM, WATCH, WATCH]


def test_an_alarm_that_stands_on_keeps_the_day_it_began():
    may = alarms(date(2026, 5, 31), [shift()], (), (), RATE)
    now = alarms(JUNE, [shift(), shift("dpd_now")], (), (), RATE)
    assert [one.since for one in standing_since(now, may)] == [date(2026, 5, 31), JUNE]


def test_a_look_is_read_as_it_was_written():
    assert from_json(to_json(health())) == health()
    assert from_json('{"portfolio": "sme"}') is None


def test_what_raises_something_stands_before_what_only_lies_far():
    usual = shift("region_default_share", Moved.USUAL, 5.0)
    unused = replace(shift("card_utilisation"), is_used=False)
    found = health(shifts=(shift("dpd_now", Moved.STABLE, 0.05), usual, unused, shift()))
    assert [one.column for one in found.farthest(2)] == ["inflow_change_3m", "region_default_share"]


def test_a_feature_that_no_tree_asks_for_raises_nothing():
    assert raised(shifts=[replace(shift(), is_used=False)]) == []
