"""Episodes: how signals come and go over batches, and how a level falls step by step.

A signal that turned unknown is carried on for a while, one that went away lingers; only a new episode warns.

Grain   (borrower_id, code) that holds, is carried, lingers, cools down or waits; sparse
Dates   all follows from days, never from how many batches there were, so that nightly and monthly batches agree
Level   each signal counts in full until it has been gone long enough, then one rank less every `level_step_days`;
        the gravest wins. Rises take effect at once
Nulls   an unknown signal that did not count before changes nothing
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa

from ews.policy.policy import Policy
from ews.policy.rules import Signal, inputs_of
from ews.scoring.states import EPISODES, LEVELS, States

HOLDS, LINGERS, CARRIED = "holds", "lingers", "carried"
"""How a signal counts: it is true today; it went away not long ago; it is unknown today and counted when last seen."""

WEEK = 7
"""Days for which a warning that was handed out takes a place of its officer's week, and is not told again."""

Key = tuple[str, str]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """How a signal counts: `state` is holds, lingers or carried; `since` the first day of its episode."""

    state: str
    since: date


@dataclass(frozen=True, slots=True)
class Folded:
    """`levels` has borrower_id and level_rank (int8) of each borrower judged; `told` is by (borrower_id, code).

    `episodes` (schema EPISODES; new ones have release_on null and is_waiting true) and `remembered` (schema LEVELS)
    are for the next batch. `gone` counts borrowers whose warnings went away for good before anybody got them.
    """

    levels: pd.DataFrame
    told: Mapping[Key, Told]
    episodes: pa.Table
    remembered: pa.Table
    gone: int = 0


@dataclass(frozen=True, slots=True)
class _Terms:
    """The policy's days on `as_of`."""

    as_of: date
    carry_days: int
    gone_days: int
    step_days: int

    def ends_on(self, row: Row, signal: Signal) -> date:
        """Return the first day on which a signal that went away no longer counts in full."""
        last: date = row["last_true_on"]
        return last + timedelta(days=self.gone_days if signal.lingers else 0)


@dataclass(frozen=True, slots=True)
class _Day:
    """What the day says of each borrower: codes that are true, codes that are unknown, and the level it gives alone.

    `unfed` are the pairs that are unknown only because the book has no such data at all.
    """

    true: Mapping[str, Collection[str]]
    unknown: Mapping[str, Collection[str]]
    levels: Mapping[str, int]
    unfed: Collection[Key]


def fold(
    before: States, judged: pd.DataFrame, policy: Policy, as_of: date, *, blind: Collection[str] = frozenset()
) -> Folded:
    """Fold the day's verdicts into what was remembered.

    `judged` has borrower_id, signals and undecided (lists of codes) and level_rank (what the day alone gives);
    `blind` are features for which the book has no data: what was known of them is carried without limit, for which
    `judged` has the features too. A code that the policy no longer has, or not yet, is forgotten.
    """
    names = ("blind_carry_days", "signal_gone_days", "level_step_days")
    terms = _Terms(as_of, *(int(policy.value_on(name, as_of)) for name in names))
    signals = {signal.code: signal for signal in policy.signals if signal.when.on(as_of) is not None}
    left = {(row["borrower_id"], row["code"]): row for row in before.episodes.to_pylist() if row["code"] in signals}
    day = _day(judged, left, signals, as_of, frozenset(blind))
    told: dict[Key, Told] = {}
    kept: list[Row] = []
    dropped = _without_rule(before, signals, as_of)
    levels = dict(day.levels)
    pairs = {(borrower, code) for borrower, codes in day.true.items() for code in codes if code in signals}
    for key in sorted({*left, *pairs}):
        (borrower, code), signal = key, signals[key[1]]
        is_true = code in day.true.get(borrower, ())
        row = _goes_on(key, left.get(key), signal, terms) if is_true else _faded(left[key], signal, day, terms)
        state = HOLDS if is_true else _state(row, signal, day, terms)
        counts = _stepping_down(row, signal, terms) if state is None else signal.level.rank
        if borrower in levels:
            levels[borrower] = max(levels[borrower], counts)
            if state is not None:
                told[key] = Told(state, row["since"])
        if state is not None or counts or _is_kept(row, signal, terms):
            kept.append(row)
        elif row["is_waiting"] and not _was_released(row, as_of):
            dropped.add(borrower)
    waiting = {row["borrower_id"] for row in kept if row["is_waiting"]}
    return Folded(
        pd.DataFrame({"borrower_id": judged["borrower_id"], "level_rank": list(levels.values())}).astype(
            {"level_rank": "int8"}
        ),
        told,
        pa.Table.from_pylist(kept, EPISODES),
        _remembered(before, levels, as_of),
        len(dropped - waiting),
    )


def _without_rule(before: States, signals: Collection[str], as_of: date) -> set[str]:
    """Return who waited for a warning whose code the policy no longer has."""
    rows = before.episodes.to_pylist()
    lost = (row for row in rows if row["code"] not in signals and row["is_waiting"])
    return {row["borrower_id"] for row in lost if not _was_released(row, as_of)}


def _day(
    judged: pd.DataFrame,
    left: Mapping[Key, Row],
    signals: Mapping[str, Signal],
    as_of: date,
    blind: frozenset[str],
) -> _Day:
    ids = judged["borrower_id"].tolist()
    known_before = {borrower for borrower, _ in left}
    lists = zip(ids, judged["signals"], judged["undecided"], strict=True)
    true, unknown = {}, {}
    for borrower, held, undecided in lists:
        if len(held):
            true[borrower] = frozenset(held)
        if borrower in known_before and len(undecided):
            unknown[borrower] = frozenset(undecided)
    levels = dict(zip(ids, judged["level_rank"].astype(int).tolist(), strict=True))
    return _Day(true, unknown, levels, _unfed(judged, left, unknown, signals, as_of, blind) if blind else frozenset())


def _unfed(
    judged: pd.DataFrame,
    left: Mapping[Key, Row],
    unknown: Mapping[str, Collection[str]],
    signals: Mapping[str, Signal],
    as_of: date,
    blind: frozenset[str],
) -> frozenset[Key]:
    """Return the pairs of which every unknown input is one of `blind`."""
    asked = [(borrower, code) for borrower, code in left if code in unknown.get(borrower, ())]
    of_whom = judged[judged["borrower_id"].isin({borrower for borrower, _ in asked})]
    nulls = of_whom.set_index("borrower_id").isna()
    found = set()
    for borrower, code in asked:
        names = [name for name in inputs_of(signals[code], as_of) if name in nulls.columns]
        missing = {name for name in names if nulls.at[borrower, name]}
        if missing and missing <= blind:
            found.add((borrower, code))
    return frozenset(found)


def _faded(row: Row, signal: Signal, day: _Day, terms: _Terms) -> Row:
    """Return the row of a signal that is not true today; as it was where nobody looked at the borrower."""
    key = row["borrower_id"], row["code"]
    if key[0] not in day.levels:
        return row
    if signal.code not in day.unknown.get(key[0], ()):
        return {**row, "seen_on": terms.as_of}
    if row["last_true_on"] < row["seen_on"]:  # it had gone before it turned unknown
        return row
    until = row["seen_on"] + timedelta(days=terms.carry_days)
    is_carried = terms.as_of <= until or key in day.unfed
    return {**row, "last_true_on": terms.as_of if is_carried else max(row["last_true_on"], until)}


def _state(row: Row, signal: Signal, day: _Day, terms: _Terms) -> str | None:
    """Return how a signal that is not true today counts, None where it does not count in full."""
    if row["borrower_id"] not in day.levels:
        return None
    if row["last_true_on"] == terms.as_of:
        return CARRIED
    return LINGERS if signal.lingers and terms.as_of < terms.ends_on(row, signal) else None


def _goes_on(key: Key, row: Row | None, signal: Signal, terms: _Terms) -> Row:
    """Return the row of a signal that is true: the episode that went on, or a new one, which is to be told."""
    if row is not None and not _is_new(row, signal, terms):
        return {**row, "level_rank": signal.level.rank, "last_true_on": terms.as_of, "seen_on": terms.as_of}
    return {
        "borrower_id": key[0],
        "code": key[1],
        "level_rank": signal.level.rank,
        "since": terms.as_of,
        "last_true_on": terms.as_of,
        "seen_on": terms.as_of,
        "release_on": None,
        "is_waiting": True,
    }


def _is_new(row: Row, signal: Signal, terms: _Terms) -> bool:
    if row["is_waiting"] and not _was_released(row, terms.as_of):
        return False
    if signal.level.rank > row["level_rank"]:  # the policy takes it more seriously now
        return True
    if _is_of_this_week(row, terms.as_of):
        return False
    went_away = row["last_true_on"] < row["seen_on"]
    cooled_down = (terms.as_of - row["last_true_on"]).days > signal.cool_down_days
    return went_away and cooled_down and terms.as_of >= terms.ends_on(row, signal)


def _was_released(row: Row, as_of: date) -> bool:
    return row["release_on"] is not None and row["release_on"] <= as_of


def _is_of_this_week(row: Row, as_of: date) -> bool:
    return _was_released(row, as_of) and bool((as_of - row["release_on"]).days < WEEK)


def _stepping_down(row: Row, signal: Signal, terms: _Terms) -> int:
    """Return the rank that a signal still gives after it stopped counting in full."""
    days = (terms.as_of - terms.ends_on(row, signal)).days
    steps = 1 if days < 0 else 1 + days // terms.step_days
    return max(0, signal.level.rank - steps)


def _is_kept(row: Row, signal: Signal, terms: _Terms) -> bool:
    """Say whether an ended episode has to be remembered: it cools down, takes a place of the week, or waits still."""
    if (terms.as_of - row["last_true_on"]).days <= signal.cool_down_days:
        return True
    if _was_released(row, terms.as_of):
        return _is_of_this_week(row, terms.as_of)
    days = (terms.as_of - terms.ends_on(row, signal)).days
    return bool(row["is_waiting"]) and days <= terms.step_days


def _remembered(before: States, levels: Mapping[str, int], as_of: date) -> pa.Table:
    """Return the levels that stand, each with the day from which it does."""
    were = {row["borrower_id"]: (row["level_rank"], row["level_since"]) for row in before.levels.to_pylist()}
    rows = []
    for borrower, rank in sorted(levels.items()):
        if rank:
            was, since = were.get(borrower, (0, as_of))
            rows.append({"borrower_id": borrower, "level_rank": rank, "level_since": since if was == rank else as_of})
    return pa.Table.from_pylist(rows, LEVELS)
