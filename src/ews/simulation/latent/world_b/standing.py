"""Standing in world B: who pays, who is in arrears, and what puts a party there.

Grain   one entry per borrower
Source  first passage: without liquidity nothing is paid; the same rules are carried backward in `expected.py`
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from ews.simulation.arrays import Flags, Floats, Ints
from ews.simulation.draws import Draws
from ews.simulation.latent.course import ABSENT, DEFAULT_AT, Cause
from ews.simulation.latent.diary import Diary
from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.population import Population
from ews.simulation.latent.world_b.cash import Cash
from ews.simulation.latent.world_b.world import BAD, WorldB

_BRIDGED_BELOW = 1.0


@dataclass(frozen=True, slots=True)
class Standing:
    """`unwilling` parties could pay; `refusing` ones are in arrears for that; `doomed` ones are past saving."""

    arrears: Ints
    unwilling: Flags
    refusing: Flags
    doomed: Flags
    cause: Ints
    undisturbed: Flags

    @classmethod
    def nobody(cls, size: int) -> Self:
        no = np.zeros(size, np.bool_)
        return cls(np.full(size, ABSENT, dtype=np.int64), no, no, no, np.zeros(size, np.int64), no)

    @property
    def present(self) -> Flags:
        return np.asarray(self.arrears != ABSENT)

    @property
    def sound(self) -> Flags:
        """Return who is here and not in default."""
        return np.asarray((self.arrears >= 0) & (self.arrears < DEFAULT_AT))


@dataclass(frozen=True, slots=True)
class Month:
    """What the moves of a month need to know; `causes` is why each party would run out of money."""

    number: int
    due: Flags
    causes: Ints


def standing_moved(
    now: Standing, cash: Cash, month: Month, people: Population, world: WorldB, draws: Draws, diary: Diary
) -> tuple[Standing, Cash]:
    """Return standing and cash a month on; `cash` has moved already."""
    now = _willingness(now, people, month.number, world, draws)
    paid, richer = _those_who_paid(now, cash, month, people, world, draws, diary)
    return _those_in_arrears(now, paid, richer, month, people, world, draws, diary)


def _willingness(now: Standing, people: Population, month: int, world: WorldB, draws: Draws) -> Standing:
    luck = draws.uniform("standing.will", people.number, month)
    pays = now.arrears == 0
    turned = np.where(now.unwilling, luck >= world.turns_back, luck < world.turns_unwilling)
    return replace(now, unwilling=np.where(pays, turned, now.unwilling))


def _those_who_paid(
    now: Standing, cash: Cash, month: Month, people: Population, world: WorldB, draws: Draws, diary: Diary
) -> tuple[Standing, Cash]:
    """Return what became of those who paid so far; the first that holds counts."""
    number, due, has = people.number, month.due, cash.liquidity
    luck = {
        name: draws.uniform(f"standing.{name}", number, month.number) for name in ("sudden", "bank", "stop", "exit")
    }
    left = np.ones(len(people), np.bool_) & people.borrows & (now.arrears == 0)
    sudden, left = _split(left, luck["sudden"] < world.sudden_rate)
    dry, left = _split(left, has < 0)
    rolled, dry = _split(dry, due & (luck["bank"] < world.evergreen))
    refuses, left = _split(left, now.unwilling & (luck["stop"] < world.unwilling_stops))
    unwanted = due & (has < world.exit_below) & (cash.business == BAD)
    shown_out, left = _split(left, unwanted & (luck["bank"] < world.exit_share))
    pushed, repaid = _split(shown_out, luck["exit"] < world.exit_pushes)
    leaves, left = _split(left, luck["exit"] < world.leave_rate)
    bridged = left & due & (has < _BRIDGED_BELOW)
    fraud = draws.uniform("standing.fraud", number, month.number) < world.fraud_share
    size = 1.05 + 0.35 * draws.uniform("standing.evergreen", number, month.number)
    diary.note(Kind.EVERGREEN, number[rolled], month.number, size=size[rolled])
    for kind, flags in (
        (Kind.FRAUD, sudden & fraud), (Kind.ACCIDENT, sudden & ~fraud), (Kind.EXIT, shown_out), (Kind.BRIDGE, bridged),
    ):  # fmt: skip
        diary.note(kind, number[flags], month.number)
    stops = dry | pushed
    cause = np.where(stops, month.causes, np.where(sudden, Cause.SUDDEN, Cause.UNWILLING))
    falls = stops | sudden | refuses
    after = replace(
        now,
        arrears=np.where(falls, 1, np.where(repaid | leaves, ABSENT, now.arrears)),
        refusing=np.where(falls, refuses, now.refusing),
        doomed=now.doomed | sudden,
        cause=np.where(falls, cause, now.cause),
        undisturbed=left & ~bridged,
    )
    return after, replace(cash, liquidity=np.where(rolled, world.evergreen_leaves, has))


def _split(among: Flags, which: Flags) -> tuple[Flags, Flags]:
    return among & which, among & ~which


def _those_in_arrears(
    before: Standing, after: Standing, cash: Cash, month: Month, people: Population, world: WorldB, draws: Draws,
    diary: Diary,
) -> tuple[Standing, Cash]:  # fmt: skip
    """Return what became of those in arrears before: paid again, relieved, or another month missed."""
    luck = draws.uniform("standing.recovers", people.number, month.number)
    months = before.arrears
    late = (months > 0) & (months < DEFAULT_AT) & ~before.doomed
    bad = (months >= DEFAULT_AT) & ~before.doomed
    refuses = late & before.refusing
    comes_round = refuses & (luck < world.unwilling_resumes)
    pays_again = late & ~before.refusing & (cash.liquidity > world.resume_above * months)
    relief = np.array([0.0, *world.relief])[np.clip(months, 0, DEFAULT_AT - 1)]
    relieved = late & ~before.refusing & ~pays_again & (luck < relief)
    cured = bad & (luck < world.cure_rate)
    diary.note(Kind.RELIEF, people.number[relieved], month.number)
    recovers = comes_round | pays_again | relieved | cured
    first, last = world.write_off_after
    patience = DEFAULT_AT + first + draws.below(last - first, "standing.write_off", people.number)
    missed = np.where(months > 0, np.where(recovers, 0, months + 1), after.arrears)
    liquidity = np.select(
        [pays_again, relieved, cured],
        [cash.liquidity - world.resume_costs * months, world.relief_leaves, world.cure_leaves],
        cash.liquidity,
    )
    standing = replace(
        after,
        arrears=np.where(missed > patience, ABSENT, missed),
        unwilling=after.unwilling & ~recovers,
        refusing=after.refusing & ~recovers,
    )
    return standing, replace(cash, liquidity=liquidity)


def liquidity_lost(cash: Cash, loss: Floats, world: WorldB) -> Cash:
    """Return the cash less what calls and defaults in the unit cost."""
    return replace(cash, liquidity=np.maximum(cash.liquidity - loss, world.floor))
