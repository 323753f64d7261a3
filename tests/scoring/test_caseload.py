from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ews.domain.levels import WarningLevel
from ews.domain.raised import Raised
from ews.policy.dated import always
from ews.policy.policy import Policy
from ews.scoring.caseload import Released, officer_key, release
from ews.scoring.episodes import Folded, fold
from ews.scoring.states import EPISODES, NOTHING, States
from tests.policy.policies import POLICY

WEDNESDAY = date(2026, 7, 1)
MONDAYS = [date(2026, 7, 6) + timedelta(weeks=week) for week in range(8)]


def policy(cap: int) -> Policy:
    """Return the default policy, which waits 56 days at most, with another cap."""
    return replace(
        POLICY,
        parameters=tuple(
            replace(one, values=always(cap)) if one.name == "warnings_per_officer_week" else one
            for one in POLICY.parameters
        ),
    )


def new(borrower_id: str, code: str = "A", rank: int = 1, **changed: Any) -> dict[str, Any]:
    days = dict.fromkeys(("since", "last_true_on", "seen_on"), WEDNESDAY)
    row = {"borrower_id": borrower_id, "code": code, "level_rank": rank, **days, "release_on": None, "is_waiting": True}
    return {**row, **changed}


def borrowers(ids: Iterable[str], changed: Mapping[str, Mapping[str, Any]] | None = None) -> pd.DataFrame:
    usual = {"officer_id": "O1", "branch_id": "N1", "exposure": 100, "expected_loss_fen": 10}
    rows = [{"borrower_id": one, **usual, **(changed or {}).get(one, {})} for one in ids]
    return pd.DataFrame(rows, columns=["borrower_id", *usual])


def released(
    rows: list[dict[str, Any]],
    cap: int = 2,
    day: date = WEDNESDAY,
    changed: Mapping[str, Mapping[str, Any]] | None = None,
) -> Released:
    rows = sorted(rows, key=lambda row: (row["borrower_id"], row["code"]))
    who = borrowers(sorted({row["borrower_id"] for row in rows}), changed)
    return release(pa.Table.from_pylist(rows, EPISODES), who, policy(cap), day)


def days(found: Released) -> dict[str, date]:
    return {borrower: one.release_on for borrower, one in found.raised.items()}


def test_so_many_go_out_today_and_the_rest_from_monday_to_monday():
    found = released([new(f"B{number}") for number in range(1, 6)])
    assert days(found) == {"B1": WEDNESDAY, "B2": WEDNESDAY, "B3": MONDAYS[0], "B4": MONDAYS[0], "B5": MONDAYS[1]}
    assert found.raised["B3"] == Raised(("A",), "O1", MONDAYS[0], 3, is_waiting=True)
    assert found.episodes["is_waiting"].to_pylist() == [False, False, True, True, True]
    assert found.episodes["release_on"].to_pylist() == list(days(found).values())


def test_the_gravest_go_first_then_the_largest_expected_loss_then_exposure_then_the_oldest_then_by_id():
    rows = [new(f"B{number}") for number in range(1, 8)]
    rows[1]["level_rank"] = 2
    rows[5]["since"] = WEDNESDAY - timedelta(days=1)
    changed = {
        "B3": {"expected_loss_fen": 11},
        "B4": {"exposure": 101},
        "B5": {"expected_loss_fen": None},
        "B7": {"exposure": None},
    }
    found = released(rows, cap=7, changed=changed)
    assert sorted(found.raised, key=lambda one: found.raised[one].place) == ["B2", "B3", "B4", "B6", "B1", "B7", "B5"]


def test_red_goes_out_at_once_and_uses_up_the_week():
    found = released([new("B1"), new("B2", rank=3), new("B3", rank=3), new("B4", rank=3)])
    assert days(found) == {"B1": MONDAYS[0], "B2": WEDNESDAY, "B3": WEDNESDAY, "B4": WEDNESDAY}
    assert found.raised["B1"].place == 4


@pytest.mark.parametrize(("waited", "overdue"), [(55, False), (56, True)])
def test_who_waited_too_long_goes_out_beyond_the_cap(waited: int, overdue: bool):
    found = released([new("B1", since=WEDNESDAY - timedelta(days=waited))], cap=0)
    told = found.raised["B1"]
    assert (told.was_overdue, told.is_waiting) == (overdue, not overdue)
    assert told.release_on == WEDNESDAY + timedelta(days=0 if overdue else 1)


def test_a_visit_covers_all_codes_of_a_borrower():
    found = released([new("B1", "A"), new("B1", "B", rank=2), new("B2"), new("B3")])
    assert days(found) == {"B1": WEDNESDAY, "B2": WEDNESDAY, "B3": MONDAYS[0]}
    assert found.raised["B1"].codes == ("A", "B")


def test_each_officer_has_a_queue_of_his_own():
    changed = {"B2": {"officer_id": None}, "B3": {"officer_id": None, "branch_id": None}}
    found = released([new("B1"), new("B2"), new("B3"), new("B4")], cap=1, changed=changed)
    assert {one: found.raised[one].officer_key for one in found.raised} == {
        "B1": "O1",
        "B2": "branch:N1",
        "B3": "unassigned",
        "B4": "O1",
    }
    assert days(found)["B4"] == MONDAYS[0]
    assert officer_key(float("nan"), "N1") == "branch:N1"


def test_a_plan_whose_day_has_come_is_final_and_counts_in_its_week():
    planned = [new("B1", release_on=MONDAYS[0]), new("B2", release_on=MONDAYS[0]), new("B3", release_on=MONDAYS[1])]
    found = released([*planned, new("B4", since=MONDAYS[0])], day=MONDAYS[0] + timedelta(days=1))
    assert days(found) == {"B3": MONDAYS[1], "B4": MONDAYS[1]}
    assert found.episodes.filter(pa.array([True, True, False, False]))["release_on"].to_pylist() == [MONDAYS[0]] * 2
    assert found.episodes["is_waiting"].to_pylist() == [False, False, True, True]


def test_a_new_week_has_new_places():
    found = released([new("B1", release_on=WEDNESDAY, is_waiting=False), new("B2")], cap=1, day=MONDAYS[0])
    assert days(found) == {"B2": MONDAYS[0]}


def test_who_is_not_in_the_batch_waits_without_a_day():
    rows = pa.Table.from_pylist([new("B9", release_on=MONDAYS[0])], EPISODES)
    found = release(rows, borrowers([]), policy(2), WEDNESDAY)
    assert found.raised == {}
    assert found.episodes.to_pylist() == [new("B9")]


CASES = st.lists(
    st.tuples(st.integers(1, 3), st.integers(0, 80), st.sampled_from(["O1", "O2"]), st.integers(0, 3)), max_size=60
)


@settings(deadline=None)
@given(cases=CASES, cap=st.integers(0, 5))
def test_every_case_is_released_or_waits_and_no_week_holds_more_than_the_cap(
    cases: list[tuple[int, int, str, int]], cap: int
):
    rows = [
        new(f"B{number:03}", rank=rank, since=WEDNESDAY - timedelta(days=waited))
        for number, (rank, waited, _, _) in enumerate(cases)
    ]
    changed = {
        f"B{number:03}": {"officer_id": officer, "expected_loss_fen": loss}
        for number, (_, _, officer, loss) in enumerate(cases)
    }
    found = released(rows, cap, changed=changed)
    assert sorted(found.raised) == [row["borrower_id"] for row in rows]
    assert all(one.is_waiting == (one.release_on > WEDNESDAY) for one in found.raised.values())
    free = {
        borrower
        for borrower, one in found.raised.items()
        if one.was_overdue or rows[int(borrower[1:])]["level_rank"] == 3
    }
    today = Counter(
        one.officer_key for borrower, one in found.raised.items() if not one.is_waiting and borrower not in free
    )
    assert max(today.values(), default=0) <= cap
    assert all(found.raised[borrower].release_on == WEDNESDAY for borrower in free)


LEVELS = {"FACT": "yellow", "MILD": "yellow", "SLOW": "orange", "GRAVE": "red"}
COOL_DOWN = {"FACT": 0, "MILD": 30, "SLOW": 90, "GRAVE": 365}
"""FACT does not linger: nothing but the week in which it was handed out keeps it."""
OFFICERS = {f"B{number}": f"O{number % 2}" for number in range(12)}
CAP = 1


def trial() -> Policy:
    """Return a policy of these signals, which hands out CAP a week and waits 90 days at most."""
    first = POLICY.signals[0]
    signals = (
        replace(first, code=code, level=WarningLevel(level), cool_down_days=COOL_DOWN[code])
        for code, level in LEVELS.items()
    )
    parameters = (
        replace(one, values=always(90)) if one.name == "longest_wait_days" else one for one in policy(CAP).parameters
    )
    return replace(POLICY, signals=tuple(signals), parameters=tuple(parameters))


TRIAL = trial()
Night = tuple[date, Folded, Released]


def nights(verdicts: Iterable[Mapping[str, Iterable[str]]]) -> list[Night]:
    """Fold and release one night after the other; a night says which codes are true of whom."""
    who = borrowers(OFFICERS, {borrower: {"officer_id": officer} for borrower, officer in OFFICERS.items()})
    states, found = NOTHING, []
    for number, true in enumerate(verdicts):
        day = WEDNESDAY + timedelta(days=number)
        held = [sorted(true.get(borrower, ())) for borrower in OFFICERS]
        ranks = [max((WarningLevel(LEVELS[code]).rank for code in codes), default=0) for codes in held]
        rows = zip(OFFICERS, held, ranks, strict=True)
        judged = pd.DataFrame(
            [{"borrower_id": one, "signals": codes, "undecided": [], "level_rank": rank} for one, codes, rank in rows]
        )
        folded = fold(states, judged, TRIAL, day)
        out = release(folded.episodes, who, TRIAL, day)
        states = States(NOTHING.loans, out.episodes, folded.remembered)
        found.append((day, folded, out))
    return found


def waiting(episodes: pa.Table, day: date) -> set[str]:
    rows = (row for row in episodes.to_pylist() if row["is_waiting"])
    return {row["borrower_id"] for row in rows if row["release_on"] is None or row["release_on"] > day}


def handed_out(day: date, out: Released) -> set[str]:
    """Return who was handed out on `day` and takes a place of the week: neither red nor waiting for too long."""
    cases: dict[str, list[dict[str, Any]]] = {}
    for row in out.episodes.to_pylist():
        if row["release_on"] == day and not row["is_waiting"]:
            cases.setdefault(row["borrower_id"], []).append(row)
    red, longest = WarningLevel.RED.rank, timedelta(days=90)
    return {
        borrower
        for borrower, rows in cases.items()
        if max(row["level_rank"] for row in rows) < red and day - min(row["since"] for row in rows) < longest
    }


CODES = st.frozensets(st.sampled_from(list(LEVELS)), max_size=2)
NIGHTS = st.lists(st.dictionaries(st.sampled_from(list(OFFICERS)), CODES, max_size=8), min_size=1, max_size=40)


@settings(deadline=None, max_examples=30)
@given(verdicts=NIGHTS)
@example([{"B0": {"FACT"}}, {}, {"B2": {"FACT"}}])
@example([{"B0": {"FACT"}}, {}, {"B0": {"FACT"}, "B2": {"FACT"}}])
@example([{borrower: {"FACT"} for borrower in OFFICERS}, *([{}] * 30)])
def test_night_by_night_each_new_warning_is_handed_out_waits_or_is_told_as_gone_and_no_week_has_more_than_the_cap(
    verdicts: list[dict[str, frozenset[str]]],
):
    before = NOTHING.episodes
    seen: set[tuple[str, str]] = set()
    weeks: dict[tuple[str, date], set[str]] = {}
    for (day, folded, out), true in zip(nights(verdicts), verdicts, strict=True):
        first = {(borrower, code) for borrower, codes in true.items() for code in codes} - seen
        seen |= first
        new = {borrower for (borrower, _), told in folded.told.items() if told.since == day}
        assert new >= {borrower for borrower, _ in first}
        asked = new | waiting(before, day)
        assert out.raised.keys() <= asked
        assert len(asked) == len(out.raised) + folded.gone
        for borrower in handed_out(day, out):
            weeks.setdefault((OFFICERS[borrower], day - timedelta(days=day.weekday())), set()).add(borrower)
        before = out.episodes
    assert max(map(len, weeks.values()), default=0) <= CAP
