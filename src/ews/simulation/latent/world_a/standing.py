"""Standing in world A: who pays, who is in arrears, and what puts a party there.

Grain   one entry per borrower
Source  the chances of `hazard.py`; `expected.py` carries the same chances forward as probabilities
"""

from dataclasses import dataclass, replace
from typing import NamedTuple, Self

import numpy as np

from ews.simulation.arrays import Flags, Floats, Ints, Reals
from ews.simulation.draws import Draws
from ews.simulation.latent.course import ABSENT, DEFAULT_AT, Cause
from ews.simulation.latent.diary import Diary
from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.population import Population
from ews.simulation.latent.world_a.hazard import (
    Chances,
    Rates,
    Traits,
    chances,
    cut_and_exit,
    rates,
    recovery,
    strain,
    visibility,
)
from ews.simulation.latent.world_a.world import WorldA

STOP, PATCH, PUSHED, WEAKENED, LEFT, STAYS = range(6)


@dataclass(frozen=True, slots=True)
class Standing:
    """`fragile` parties have been rescued of late, `patched` ones with borrowed money; `doomed` ones are past saving.

    `cause` is why a party is in arrears, or was last. `undisturbed` ones pay and nothing befell them this month.
    """

    arrears: Ints
    fragile: Flags
    patched: Flags
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
    """What the moves of a month need to know; `causes` has a row per cause of `Rates`."""

    number: int
    channels: Floats
    due: Floats
    season: float
    causes: Ints


def standing_moved(
    now: Standing, month: Month, people: Population, traits: Traits, world: WorldA, draws: Draws, diary: Diary
) -> Standing:
    """Return the standing a month on, and note what parties and officers did in it."""
    found = rates(month.channels, month.due, traits.risk, world)
    pays = people.borrows & (now.arrears == 0)
    luck = draws.uniform("standing.sudden", people.number, month.number)
    sudden = pays & (luck < world.sudden_rate)
    fate = np.where(pays & ~sudden, _fates(now, found, month, people, traits, world, draws), STAYS)
    cause = _causes(found, month, people, draws)
    stops = (fate == STOP) | (fate == PUSHED)
    flavours = _flavours(fate, month, people, traits, world, draws)
    _note_flavours(flavours, month.number, people, draws, diary)
    _note_sudden(sudden, month, people, world, draws, diary)
    heals = draws.uniform("standing.heals", people.number, month.number) < world.heal_rate
    rescued = (fate == PATCH) | (fate == WEAKENED)
    borrowed = flavours.evergreen | flavours.bridge
    after = replace(
        now,
        arrears=np.where(stops | sudden, 1, np.where(fate == LEFT, ABSENT, now.arrears)),
        fragile=np.where(pays, rescued | (now.fragile & ~heals), now.fragile),
        patched=np.where(pays, borrowed | (now.patched & ~heals), now.patched),
        doomed=now.doomed | sudden,
        cause=np.where(sudden, Cause.SUDDEN, np.where(stops, cause, now.cause)),
        undisturbed=pays & ~sudden & (fate == STAYS),
    )
    return _arrears_moved(now, after, month, people, traits, world, draws, diary)


def _fates(
    now: Standing, found: Rates, month: Month, people: Population, traits: Traits, world: WorldA, draws: Draws
) -> Ints:
    """Return what happens to each party, were it paying."""
    seen = visibility(month.channels, world)
    both = chances(found, seen, month.due, month.season, traits.cuts, world)
    plain, fragile = (np.stack(_in_order(one)) for one in both)
    reached = np.cumsum(np.where(now.fragile, fragile, plain), axis=0)
    luck = draws.uniform("standing.fate", people.number, month.number)
    return np.asarray((luck >= reached).sum(axis=0))


def _in_order(found: Chances) -> tuple[Reals, ...]:
    return found.stop, found.patch, found.pushed, found.weakened, found.left


def _causes(found: Rates, month: Month, people: Population, draws: Draws) -> Ints:
    """Return why each party would stop, were it to stop: a cause drawn by its share in the rates."""
    reached = np.cumsum(np.stack(found), axis=0)
    luck = draws.uniform("standing.cause", people.number, month.number) * reached[-1]
    place = np.minimum((luck >= reached).sum(axis=0), len(reached) - 1)
    return np.asarray(month.causes[place, np.arange(len(place))])


class _Flavours(NamedTuple):
    """By what a fate came about."""

    evergreen: Flags
    bridge: Flags
    cut: Flags
    exit: Flags


def _flavours(fate: Ints, month: Month, people: Population, traits: Traits, world: WorldA, draws: Draws) -> _Flavours:
    """Split the fates that may come about in two ways by the shares of both."""
    seen, due = visibility(month.channels, world), month.due
    cut, exits = cut_and_exit(seen, due, traits.cuts, world)
    luck = draws.uniform("standing.flavour", people.number, month.number)
    larger = (due > 0) & (luck < world.evergreen / (world.evergreen + world.bridge[1]))
    by_exit = luck >= _share(cut * world.cut_pushes, exits * world.exit_pushes)
    by_money, by_loan = (due * share * seen * (1 - cut - exits) for share in world.anticipate)
    by_choice = luck >= _share(cut * (1 - world.cut_pushes), by_money + by_loan)
    by_larger = luck >= _share(cut * (1 - world.cut_pushes) + by_money, by_loan)
    shown_out = luck < _share(exits * (1 - world.exit_pushes), world.leave_rate)
    return _Flavours(
        evergreen=((fate == PATCH) & larger) | ((fate == WEAKENED) & by_larger),
        bridge=((fate == PATCH) & ~larger) | ((fate == WEAKENED) & by_choice & ~by_larger),
        cut=((fate == PUSHED) & ~by_exit) | ((fate == WEAKENED) & ~by_choice),
        exit=((fate == PUSHED) & by_exit) | ((fate == LEFT) & shown_out),
    )


def _share(one: Reals, other: Reals | float) -> Reals:
    whole = one + other
    return np.asarray(np.divide(one, whole, out=np.zeros_like(whole), where=whole > 0))


def _note_flavours(found: _Flavours, month: int, people: Population, draws: Draws, diary: Diary) -> None:
    size = 1.05 + 0.35 * draws.uniform("standing.evergreen", people.number, month)
    diary.note(Kind.EVERGREEN, people.number[found.evergreen], month, size=size[found.evergreen])
    for kind, flags in ((Kind.BRIDGE, found.bridge), (Kind.CUT, found.cut), (Kind.EXIT, found.exit)):
        diary.note(kind, people.number[flags], month)


def _note_sudden(sudden: Flags, month: Month, people: Population, world: WorldA, draws: Draws, diary: Diary) -> None:
    flees = draws.uniform("standing.fraud", people.number, month.number) < world.fraud_share
    diary.note(Kind.FRAUD, people.number[sudden & flees], month.number)
    diary.note(Kind.ACCIDENT, people.number[sudden & ~flees], month.number)


def _arrears_moved(
    before: Standing, after: Standing, month: Month, people: Population, traits: Traits, world: WorldA, draws: Draws,
    diary: Diary,
) -> Standing:  # fmt: skip
    """Return the standing after those in arrears before caught up, were relieved or missed another month."""
    luck = draws.uniform("standing.recovers", people.number, month.number)
    relieved, caught_up = np.zeros((2, len(people)), np.bool_)
    strained = strain(month.channels, world)
    for months in range(1, DEFAULT_AT):
        own, relief = recovery(strained, months, traits.relieves, world)
        there = (before.arrears == months) & ~before.doomed
        caught_up |= there & (luck < own)
        relieved |= there & (luck >= own) & (luck < own + relief)
    caught_up |= (before.arrears >= DEFAULT_AT) & ~before.doomed & (luck < world.cure_rate)
    diary.note(Kind.RELIEF, people.number[relieved], month.number)
    recovers = relieved | caught_up
    first, last = world.write_off_after
    patience = DEFAULT_AT + first + draws.below(last - first, "standing.write_off", people.number)
    missed = np.where(before.arrears > 0, np.where(recovers, 0, before.arrears + 1), after.arrears)
    return replace(
        after,
        arrears=np.where(missed > patience, ABSENT, missed),
        fragile=after.fragile | recovers,
        patched=after.patched & ~recovers,
    )
