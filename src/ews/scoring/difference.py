"""Difference: what another policy changes on the batches it was tried on: who moves, money, warnings, provisions.

Grain   movements are of the newest batch; warnings are of all of them, by branch and week
Money   known exposure in fen; unknown balances are left out
Nulls   provisions are null where no loan has any
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any

import pandas as pd

from ews.domain.levels import Tier, WarningLevel
from ews.scoring.replay import Replayed

MOST_MOVERS = 1000
"""Borrowers told one by one; the others are counted."""
NEVER = date.max
"""Day of release of a case where no week has a place."""
PROVISIONS = ("expected_loss_fen", "provision_general_fen", "provision_specific_fen", "provision_standard_fen")


@dataclass(frozen=True, slots=True)
class Mover:
    """`tier` and `level` before and after; `because` are the rules that hold for one of the two policies only."""

    borrower_id: str
    tier: tuple[str, str]
    level: tuple[str, str]
    exposure_fen: int | None
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """`tiers` and `levels` are (old, new, borrowers, exposure in fen), `by_rule` (gained, lost) by code.

    `money` is the balance of loans by tier, old and new. `warnings` are (branch, Monday, cases of old, of new): handed
    out up to `as_of`, the day of the last batch, later ones planned; `waiting` the cases that would still wait then;
    `undecided` the verdicts that lack a fact.
    """

    batches: tuple[str, ...]
    as_of: date
    borrowers: int
    exposure_fen: int
    tiers: tuple[tuple[str, str, int, int], ...]
    levels: tuple[tuple[str, str, int, int], ...]
    money: Mapping[str, tuple[int, int]]
    by_rule: Mapping[str, tuple[int, int]]
    warnings: tuple[tuple[str, date, int, int], ...]
    waiting: tuple[int, int]
    provisions: Mapping[str, tuple[int | None, int | None]]
    undecided: tuple[int, int]
    movers: tuple[Mover, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain data; at most MOST_MOVERS movers, all of them counted."""
        columns = ("branch_id", "week", "old", "new")
        return {
            "batches": list(self.batches),
            "as_of": self.as_of,
            "borrowers": self.borrowers,
            "exposure_fen": self.exposure_fen,
            "tiers": [list(row) for row in self.tiers],
            "levels": [list(row) for row in self.levels],
            "money_by_tier": {
                tier: {"old_fen": old, "new_fen": new, "change_fen": new - old}
                for tier, (old, new) in self.money.items()
            },
            "by_rule": {code: {"gained": some, "lost": others} for code, (some, others) in self.by_rule.items()},
            "warnings": [dict(zip(columns, row, strict=True)) for row in self.warnings],
            "waiting": dict(zip(("old", "new"), self.waiting, strict=True)),
            "provisions": {
                name: dict(zip(("old", "new"), pair, strict=True)) for name, pair in self.provisions.items()
            },
            "undecided": dict(zip(("old", "new"), self.undecided, strict=True)),
            "movers_counted": len(self.movers),
            "movers": [
                {name: getattr(mover, name) for name in Mover.__dataclass_fields__}
                for mover in self.movers[:MOST_MOVERS]
            ],
        }


def compare(old: Sequence[Replayed], new: Sequence[Replayed]) -> Difference:
    """Return what changes from `old` to `new`, the same batches judged by two policies, oldest first."""
    before, after = old[-1], new[-1]
    frame = _side_by_side(before, after)
    held = _codes(before), _codes(after)
    return Difference(
        tuple(one.batch_id for one in new),
        after.as_of,
        len(frame),
        int(frame["exposure"].sum()),
        _moves(frame, "tier", list(Tier)),
        _moves(frame, "level", list(WarningLevel)),
        {tier.value: (_balance(before, tier), _balance(after, tier)) for tier in Tier},
        _by_rule(*held),
        _warnings(old, new),
        (_waiting(before), _waiting(after)),
        {name: (_sum(before, name), _sum(after, name)) for name in PROVISIONS},
        (_undecided(before), _undecided(after)),
        tuple(_movers(frame, *held)),
    )


def _side_by_side(old: Replayed, new: Replayed) -> pd.DataFrame:
    names = ["borrower_id", "tier", "level"]
    both = old.rows[names].merge(new.rows[names], on="borrower_id", suffixes=("_old", "_new"), validate="one_to_one")
    return both.merge(new.borrowers[["borrower_id", "exposure"]], on="borrower_id").sort_values("borrower_id")


def _moves(frame: pd.DataFrame, what: str, order: Sequence[str]) -> tuple[tuple[str, str, int, int], ...]:
    counted: Counter[tuple[str, str]] = Counter()
    money: Counter[tuple[str, str]] = Counter()
    for old, new, exposure in zip(frame[f"{what}_old"], frame[f"{what}_new"], frame["exposure"], strict=True):
        counted[old, new] += 1
        money[old, new] += 0 if pd.isna(exposure) else int(exposure)
    pairs = ((old, new) for old in order for new in order if counted[str(old), str(new)])
    return tuple((str(old), str(new), counted[str(old), str(new)], money[str(old), str(new)]) for old, new in pairs)


def _codes(replayed: Replayed) -> dict[str, frozenset[str]]:
    """Return the codes of tier rules and signals that hold, by borrower."""
    found: dict[str, set[str]] = {}
    for frame, column in ((replayed.borrowers, "signals"), (replayed.loans, "held")):
        for borrower, codes in zip(frame["borrower_id"], frame[column], strict=True):
            found.setdefault(borrower, set()).update(codes)
    return {borrower: frozenset(codes) for borrower, codes in found.items()}


def _by_rule(old: Mapping[str, frozenset[str]], new: Mapping[str, frozenset[str]]) -> dict[str, tuple[int, int]]:
    nothing: frozenset[str] = frozenset()
    gained = Counter(code for borrower, codes in new.items() for code in codes - old.get(borrower, nothing))
    lost = Counter(code for borrower, codes in old.items() for code in codes - new.get(borrower, nothing))
    return {code: (gained[code], lost[code]) for code in sorted(gained.keys() | lost.keys())}


def _warnings(old: Sequence[Replayed], new: Sequence[Replayed]) -> tuple[tuple[str, date, int, int], ...]:
    before, after = _by_week(old), _by_week(new)
    return tuple((*key, before[key], after[key]) for key in sorted(before.keys() | after.keys()))


def _by_week(batches: Sequence[Replayed]) -> Counter[tuple[str, date]]:
    """Count the cases by branch and the Monday of the week in which they are handed out.

    A plan is final once its day has come: of each batch those count whose day comes before the next one plans anew,
    of the last all that have a day.
    """
    counted: Counter[tuple[str, date]] = Counter()
    for one, following in zip_longest(batches, batches[1:]):
        branches = dict(zip(one.borrowers["borrower_id"], one.borrowers["branch_id"], strict=True))
        until = NEVER if following is None else following.as_of + timedelta(days=1)
        for borrower, raised in one.raised.items():
            if raised.release_on < until:
                branch = branches.get(borrower)
                monday = raised.release_on - timedelta(days=raised.release_on.weekday())
                counted[branch if isinstance(branch, str) else "", monday] += 1
    return counted


def _waiting(last: Replayed) -> int:
    return sum(raised.is_waiting for raised in last.raised.values())


def _balance(replayed: Replayed, tier: Tier) -> int:
    return int(replayed.loans.loc[replayed.loans["tier_rank"] == tier.rank, "balance"].sum())


def _undecided(replayed: Replayed) -> int:
    return sum(len(codes) for frame in (replayed.borrowers, replayed.loans) for codes in frame["undecided"])


def _sum(replayed: Replayed, name: str) -> int | None:
    known = replayed.loans[name].dropna()
    return int(known.sum()) if len(known) else None


def _movers(
    frame: pd.DataFrame, old: Mapping[str, frozenset[str]], new: Mapping[str, frozenset[str]]
) -> Iterable[Mover]:
    """Return who moves, the gravest change for the worse first, then the largest exposure, then by id."""
    moved = frame[(frame["tier_old"] != frame["tier_new"]) | (frame["level_old"] != frame["level_new"])]
    nothing: frozenset[str] = frozenset()
    found = [
        Mover(
            row["borrower_id"],
            (row["tier_old"], row["tier_new"]),
            (row["level_old"], row["level_new"]),
            None if pd.isna(row["exposure"]) else int(row["exposure"]),
            tuple(sorted(old.get(row["borrower_id"], nothing) ^ new.get(row["borrower_id"], nothing))),
        )
        for row in moved.to_dict("records")
    ]
    return sorted(found, key=_place)


def _place(mover: Mover) -> tuple[int, int, int, str]:
    worse = -_worse(Tier, mover.tier), -_worse(WarningLevel, mover.level)
    return *worse, -(mover.exposure_fen or 0), mover.borrower_id


def _worse(words: type[Tier] | type[WarningLevel], pair: tuple[str, str]) -> int:
    return words(pair[1]).rank - words(pair[0]).rank
