"""Caseload: when each new warning is handed to its officer, so many a week at most; the rest waits, ranked and visible.

Grain   a case is a borrower with at least one new episode; a visit covers all of them
Week    from Monday. A day of release that has come is final; a later one is a plan, made anew by each batch
Order   red goes out at once, then who waited too long; the others by level, expected loss, exposure, first day, id
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa

from ews.domain.levels import WarningLevel
from ews.domain.raised import Raised
from ews.policy.policy import Policy
from ews.scoring.states import EPISODES

UNASSIGNED = "unassigned"


@dataclass(frozen=True, slots=True)
class Released:
    """`episodes` with release_on and is_waiting filled (schema EPISODES); `raised` by borrower_id."""

    episodes: pa.Table
    raised: Mapping[str, Raised]


@dataclass(frozen=True, slots=True)
class _Case:
    """A borrower's new warnings: the gravest level among `codes`, the first day among them."""

    borrower_id: str
    officer_key: str
    codes: tuple[str, ...]
    level_rank: int
    since: date
    expected_loss_fen: int | None
    exposure: int | None

    @property
    def place(self) -> tuple[Any, ...]:
        """What the queue is sorted by."""
        loss, exposure = self.expected_loss_fen, self.exposure
        return (
            -self.level_rank,
            loss is None,
            -(loss or 0),
            exposure is None,
            -(exposure or 0),
            self.since,
            self.borrower_id,
        )


@dataclass(frozen=True, slots=True)
class _Terms:
    as_of: date
    cap: int
    longest_wait: timedelta

    @property
    def monday(self) -> date:
        return self.as_of - timedelta(days=self.as_of.weekday())

    def overdue(self, case: _Case) -> bool:
        return self.as_of - case.since >= self.longest_wait


def release(episodes: pa.Table, borrowers: pd.DataFrame, policy: Policy, as_of: date) -> Released:
    """Plan the new and waiting cases of `episodes`; each is released or waits, none is dropped.

    `borrowers` has borrower_id, officer_id, branch_id, exposure, expected_loss_fen. Who is not among them waits
    without a day.
    """
    terms = _Terms(
        as_of,
        int(policy.value_on("warnings_per_officer_week", as_of)),
        timedelta(days=policy.value_on("longest_wait_days", as_of)),
    )
    rows = [_settled(row, as_of) for row in episodes.to_pylist()]
    named = {row["borrower_id"] for row in rows}
    told = ["officer_id", "branch_id", "exposure", "expected_loss_fen"]
    found = borrowers[borrowers["borrower_id"].isin(named)]
    who = {
        one[0]: dict(zip(told, one[1:], strict=True))
        for one in found[["borrower_id", *told]].itertuples(index=False, name=None)
    }
    used = _used(rows, who, terms)
    queues: dict[str, list[_Case]] = {}
    for case in _cases(rows, who):
        queues.setdefault(case.officer_key, []).append(case)
    raised = {
        borrower: one for key in sorted(queues) for borrower, one in _planned(queues[key], used[key], terms).items()
    }
    planned = [
        {
            **row,
            "release_on": raised[row["borrower_id"]].release_on,
            "is_waiting": raised[row["borrower_id"]].is_waiting,
        }
        if row["is_waiting"] and row["borrower_id"] in raised
        else row
        for row in rows
    ]
    return Released(pa.Table.from_pylist(planned, EPISODES), raised)


def officer_key(officer_id: object, branch_id: object) -> str:
    """Return whose queue a case stands in: the officer's, else the branch's."""
    if isinstance(officer_id, str):
        return officer_id
    return f"branch:{branch_id}" if isinstance(branch_id, str) else UNASSIGNED


def _settled(row: dict[str, Any], as_of: date) -> dict[str, Any]:
    """Return the row with its plan made final where the day has come, and dropped where it has not."""
    if not row["is_waiting"]:
        return row
    if row["release_on"] is not None and row["release_on"] <= as_of:
        return {**row, "is_waiting": False}
    return {**row, "release_on": None}


def _used(rows: Iterable[dict[str, Any]], who: Mapping[str, dict[str, Any]], terms: _Terms) -> Counter[str]:
    """Count the cases of this week by officer."""
    out = {
        (row["borrower_id"], row["release_on"])
        for row in rows
        if not row["is_waiting"] and row["release_on"] is not None and row["release_on"] >= terms.monday
    }
    found = (who[borrower] for borrower, _ in out if borrower in who)
    return Counter(officer_key(one["officer_id"], one["branch_id"]) for one in found)


def _cases(rows: Iterable[dict[str, Any]], who: Mapping[str, dict[str, Any]]) -> list[_Case]:
    waiting: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["is_waiting"] and row["borrower_id"] in who:
            waiting.setdefault(row["borrower_id"], []).append(row)
    return [
        _Case(
            borrower,
            officer_key(who[borrower]["officer_id"], who[borrower]["branch_id"]),
            tuple(sorted(row["code"] for row in found)),
            max(row["level_rank"] for row in found),
            min(row["since"] for row in found),
            _whole(who[borrower]["expected_loss_fen"]),
            _whole(who[borrower]["exposure"]),
        )
        for borrower, found in waiting.items()
    ]


def _planned(cases: list[_Case], used: int, terms: _Terms) -> dict[str, Raised]:
    """Return the plan of one officer's cases; `used` of this week's places are taken."""
    red = sorted((one for one in cases if one.level_rank == WarningLevel.RED.rank), key=lambda one: one.place)
    others = [one for one in cases if one.level_rank < WarningLevel.RED.rank]
    late = sorted((one for one in others if terms.overdue(one)), key=lambda one: one.place)
    queue = sorted((one for one in others if not terms.overdue(one)), key=lambda one: one.place)
    free = max(0, terms.cap - used - len(red) - len(late))
    days = [terms.as_of] * (len(red) + len(late)) + [
        min(_day(number, free, terms), case.since + terms.longest_wait) for number, case in enumerate(queue)
    ]
    plans = {
        case.borrower_id: Raised(case.codes, case.officer_key, day, place, is_waiting=day > terms.as_of)
        for place, (case, day) in enumerate(zip((*red, *late, *queue), days, strict=True), start=1)
    }
    return plans | {one.borrower_id: replace(plans[one.borrower_id], was_overdue=True) for one in late}


def _day(number: int, free: int, terms: _Terms) -> date:
    """Return the day of the `number`th case of the queue: today while places are free, then from Monday to Monday."""
    if number < free:
        return terms.as_of
    if terms.cap == 0:
        return date.max
    return terms.monday + timedelta(weeks=1 + (number - free) // terms.cap)


def _whole(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)
