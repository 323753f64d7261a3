from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ews.domain.levels import WarningLevel
from ews.policy.policy import Policy
from ews.policy.rules import Signal, names_read
from ews.scoring.episodes import Folded, Told, fold
from ews.scoring.states import EPISODES, NOTHING, States
from tests.policy.policies import POLICY

START = date(2026, 1, 31)
LEVELS = {"FACT": "red", "SLOW": "orange", "MILD": "yellow", "GRAVE": "red"}
COOL_DOWN = {"FACT": 0, "SLOW": 90, "MILD": 30, "GRAVE": 365}


def signal(code: str, level: str, cool_down_days: int) -> Signal:
    return replace(POLICY.signals[0], code=code, level=WarningLevel(level), cool_down_days=cool_down_days)


SIGNALS = tuple(signal(code, LEVELS[code], COOL_DOWN[code]) for code in LEVELS)
TRIAL: Policy = replace(POLICY, signals=SIGNALS)
"""Days of the default policy: carried 35, lingers 56, a step down every 28."""


def judged(verdicts: Mapping[str, bool | None], borrower_id: str = "B1", **more: Any) -> pd.DataFrame:
    held = [code for code in LEVELS if verdicts.get(code, False)]
    undecided = [code for code in LEVELS if verdicts.get(code, False) is None]
    rank = max((WarningLevel(LEVELS[code]).rank for code in held), default=0)
    row = {"borrower_id": borrower_id, "signals": held, "undecided": undecided, "level_rank": rank, **more}
    return pd.DataFrame([row])


def folded(before: States, verdicts: Mapping[str, bool | None], day: date, policy: Policy = TRIAL) -> Folded:
    return fold(before, judged(verdicts), policy, day)


def after(found: Folded) -> States:
    return States(NOTHING.loans, found.episodes, found.remembered)


def path(steps: Sequence[tuple[int, Mapping[str, bool | None]]]) -> list[Folded]:
    """Fold verdicts, each so many days after START."""
    states, found = NOTHING, []
    for days, verdicts in steps:
        found.append(folded(states, verdicts, START + timedelta(days=days)))
        states = after(found[-1])
    return found


def level(found: Folded) -> str:
    return tuple(WarningLevel)[int(found.levels["level_rank"].iloc[0])].value


def test_a_signal_that_was_never_true_leaves_nothing():
    (found,) = path([(0, {"SLOW": None, "MILD": False})])
    assert (level(found), found.told, found.episodes.num_rows) == ("none", {}, 0)


def test_a_signal_that_is_true_for_the_first_time_is_new():
    (found,) = path([(0, {"SLOW": True})])
    assert found.told == {("B1", "SLOW"): Told("holds", START)}
    assert found.episodes.to_pylist() == [
        {
            "borrower_id": "B1",
            "code": "SLOW",
            "level_rank": 2,
            "since": START,
            "last_true_on": START,
            "seen_on": START,
            "release_on": None,
            "is_waiting": True,
        }
    ]
    assert found.remembered.to_pylist() == [{"borrower_id": "B1", "level_rank": 2, "level_since": START}]


@pytest.mark.parametrize("code", list(LEVELS))
def test_a_signal_that_stays_true_is_one_episode_however_far_apart_the_batches_are(code: str):
    found = path([(0, {code: True}), (1, {code: True}), (500, {code: True})])
    assert [one.told["B1", code].since for one in found] == [START] * 3


@pytest.mark.parametrize(("days", "state"), [(1, "lingers"), (55, "lingers"), (56, None), (57, None)])
def test_a_signal_that_went_away_lingers_for_56_days(days: int, state: str | None):
    found = path([(0, {"SLOW": True}), (days, {})])[-1]
    told = found.told.get(("B1", "SLOW"))
    assert (told.state if told else None, level(found)) == (state, "orange" if state else "yellow")


@pytest.mark.parametrize(
    ("days", "expected"), [(1, "orange"), (27, "orange"), (28, "yellow"), (55, "yellow"), (56, "none")]
)
def test_a_fact_of_the_day_does_not_linger_but_the_level_falls_step_by_step(days: int, expected: str):
    found = path([(0, {"FACT": True}), (days, {})])[-1]
    assert (level(found), found.told) == (expected, {})


@pytest.mark.parametrize(
    ("code", "gone", "is_new"),
    [
        ("SLOW", 90, False),
        ("SLOW", 91, True),
        ("MILD", 31, False),
        ("MILD", 55, False),
        ("MILD", 56, True),
        ("FACT", 6, False),  # the officer has it on the desk
        ("FACT", 7, True),
    ],
)
def test_the_same_again_is_new_once_it_has_cooled_down_and_lingers_no_more(code: str, gone: int, is_new: bool):
    first = path([(0, {code: True})])[0]
    told = first.episodes.set_column(6, first.episodes.field(6), [[START]]).set_column(
        7, first.episodes.field(7), [[False]]
    )
    states = replace(after(first), episodes=told)
    away = folded(states, {}, START + timedelta(days=1))
    again = folded(after(away), {code: True}, START + timedelta(days=gone))
    row = again.episodes.to_pylist()[0]
    assert row["is_waiting"] is is_new
    assert row["since"] == (START + timedelta(days=gone) if is_new else START)


def test_an_unknown_signal_is_carried_for_35_days_and_lingers_from_then():
    found = path([(0, {"SLOW": True}), (20, {"SLOW": None}), (35, {"SLOW": None}), (36, {"SLOW": None})])
    assert [one.told["B1", "SLOW"].state for one in found] == ["holds", "carried", "carried", "lingers"]
    assert path([(0, {"SLOW": True}), (90, {"SLOW": None})])[-1].told["B1", "SLOW"].state == "lingers"
    last = path([(0, {"SLOW": True}), (91, {"SLOW": None})])[-1]
    assert (level(last), last.told) == ("yellow", {})


def test_a_signal_that_had_gone_before_it_turned_unknown_is_not_carried():
    found = path([(0, {"SLOW": True}), (10, {}), (20, {"SLOW": None}), (56, {"SLOW": None})])
    assert [one.told["B1", "SLOW"].state for one in found[:3]] == ["holds", "lingers", "lingers"]
    assert found[3].told == {}


def test_what_was_known_from_a_feed_that_is_gone_is_carried_without_limit():
    name = next(name for name in names_read(SIGNALS[:1], START))
    states = after(path([(0, {"SLOW": True})])[0])
    day = START + timedelta(days=300)
    seen = judged({"SLOW": None}, **{one: None if one == name else 1.0 for one in names_read(SIGNALS[:1], START)})
    assert fold(states, seen, TRIAL, day, blind={name}).told["B1", "SLOW"].state == "carried"
    assert fold(states, seen, TRIAL, day).told == {}


def test_a_policy_that_takes_a_signal_more_seriously_tells_it_again():
    first = path([(0, {"MILD": True})])[0]
    told = replace(after(first), episodes=first.episodes.set_column(7, first.episodes.field(7), [[False]]))
    graver = replace(TRIAL, signals=(signal("MILD", "red", 30),))
    found = folded(told, {"MILD": True}, START + timedelta(days=30), graver)
    assert found.told["B1", "MILD"].since == START + timedelta(days=30)
    assert found.episodes["is_waiting"].to_pylist() == [True]


def test_a_code_that_the_policy_has_no_more_is_forgotten():
    states = after(path([(0, {"GRAVE": True})])[0])
    found = folded(states, {}, START + timedelta(days=1), replace(TRIAL, signals=SIGNALS[:2]))
    assert (level(found), found.told, found.episodes.num_rows) == ("none", {}, 0)


def test_who_is_not_judged_is_remembered_as_he_was():
    states = after(path([(0, {"SLOW": True})])[0])
    found = fold(states, judged({}, "B2"), TRIAL, START + timedelta(days=30))
    assert found.episodes.equals(states.episodes)
    assert found.levels["borrower_id"].tolist() == ["B2"]
    assert found.told == {}


def test_a_warning_that_went_away_before_anybody_got_it_is_counted():
    found = path([(0, {"FACT": True}), (28, {}), (57, {})])
    assert [(one.gone, one.episodes.num_rows) for one in found] == [(0, 1), (0, 1), (1, 0)]


@pytest.mark.parametrize(("days", "kept"), [(6, 1), (7, 0)])
def test_a_warning_that_was_handed_out_counts_for_its_week_though_its_fact_is_gone(days: int, kept: int):
    mild = replace(TRIAL, signals=(signal("FACT", "yellow", 0),))
    first = folded(NOTHING, {"FACT": True}, START, mild)
    out = [{**row, "is_waiting": False, "release_on": START} for row in first.episodes.to_pylist()]
    states = replace(after(first), episodes=pa.Table.from_pylist(out, EPISODES))
    assert folded(states, {}, START + timedelta(days=days), mild).episodes.num_rows == kept


def test_a_warning_whose_planned_day_came_is_not_gone():
    mild = replace(TRIAL, signals=(signal("FACT", "yellow", 0),))
    first = folded(NOTHING, {"FACT": True}, START, mild)
    planned = [{**row, "release_on": START + timedelta(days=2)} for row in first.episodes.to_pylist()]
    states = replace(after(first), episodes=pa.Table.from_pylist(planned, EPISODES))
    assert folded(states, {}, START + timedelta(days=40), mild).gone == 0


def test_a_warning_whose_code_is_no_longer_in_the_policy_is_counted_as_gone():
    states = after(path([(0, {"GRAVE": True})])[0])
    assert folded(states, {}, START + timedelta(days=1), replace(TRIAL, signals=SIGNALS[:2])).gone == 1


VERDICT = st.sampled_from([True, False, None])


RUNS = st.lists(
    st.tuples(st.dictionaries(st.sampled_from(list(LEVELS)), VERDICT, max_size=2), st.integers(1, 12)),
    min_size=1,
    max_size=8,
)
"""Verdicts that stand for some weeks; a code that is not named is false."""


@settings(deadline=None, max_examples=50)
@given(runs=RUNS)
@example([({"FACT": True}, 1), ({}, 9)])
@example([({"GRAVE": True}, 1), ({}, 20)])
def test_a_level_never_falls_two_ranks_in_28_days(runs: list[tuple[dict[str, bool | None], int]]):
    weeks = [verdicts for verdicts, count in runs for _ in range(count)]
    ranks = [int(one.levels["level_rank"].iloc[0]) for one in path([(7 * week, day) for week, day in enumerate(weeks)])]
    for start in range(len(ranks)):
        assert min(ranks[start : start + 4]) >= ranks[start] - 1


@settings(deadline=None, max_examples=25)
@given(months=st.lists(st.fixed_dictionaries(dict.fromkeys(LEVELS, VERDICT)), min_size=2, max_size=7))
def test_nightly_and_monthly_batches_agree_where_nothing_happens_within_the_months(
    months: list[dict[str, bool | None]],
):
    ends = [0, 28, 59, 89, 120, 150, 181]
    daily = [(0, months[0])]
    for start, end, verdicts in zip(ends, ends[1:], months[1:], strict=False):
        daily += [(day, verdicts) for day in range(start + 1, end + 1)]
    nightly = path(daily)
    monthly = path(list(zip(ends, months, strict=False)))
    for days, found in zip(ends, monthly, strict=False):
        other = nightly[[day for day, _ in daily].index(days)]
        assert level(found) == level(other)
        assert {key: one.state for key, one in found.told.items()} == {
            key: one.state for key, one in other.told.items()
        }
