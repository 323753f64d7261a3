"""Marks: what officers, courts and the books of the suspicious show of trouble; it changes no fate.

Grain   one episode each
Source  a world gives rates by what can be seen; drawn anew every month
"""

from dataclasses import dataclass

import numpy as np

from ews.simulation.arrays import Flags, Floats, Ints, Reals
from ews.simulation.draws import Draws
from ews.simulation.latent.course import DEFAULT_AT
from ews.simulation.latent.diary import Diary
from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.main_loans import BULLET
from ews.simulation.latent.population import Population


@dataclass(frozen=True, slots=True)
class MarkRates:
    """Monthly chances. Of checks: for the visibly troubled, for those newly in arrears, after a call, without cause.

    `suit` is by visibility, in arrears and in default; `enforced` in default; `seized` and `fined` by what led there.
    """

    check: tuple[float, float, float, float]
    false_finding: float
    suit: tuple[float, float, float]
    enforced: float
    seized: tuple[float, float]
    fined: tuple[float, float]
    misuse: float
    inflation: float
    trouble_from: float = 1.3


@dataclass(frozen=True, slots=True)
class Seen:
    """The end of a month: `channels` is trade, squeeze, appetite, diversion, reluctance."""

    month: int
    channels: Floats
    arrears: Ints
    called: Flags


def note_marks(people: Population, seen: Seen, rates: MarkRates, draws: Draws, diary: Diary) -> Flags:
    """Note the marks of a month and return who misused money paid out in it."""
    present = seen.arrears >= 0
    trade, squeeze, _, diversion, reluctance = seen.channels
    grave = _rises(np.maximum.reduce([trade, squeeze, reluctance]), rates.trouble_from)
    late, bad = (seen.arrears > 0) & (seen.arrears < DEFAULT_AT), seen.arrears >= DEFAULT_AT
    calm = (seen.channels[[0, 1, 4]].max(axis=0) < 0.6) & (seen.arrears == 0)
    by_sight, newly_late, after_call, routine = rates.check
    before_default, in_arrears, in_default = rates.suit
    check = routine + by_sight * grave + newly_late * (seen.arrears == 1) + after_call * seen.called
    suit = before_default * grave + in_arrears * late + in_default * bad
    seized = rates.seized[0] * bad + rates.seized[1] * late * grave
    fined = rates.fined[0] + rates.fined[1] * _rises(trade, 1.0)
    for kind, chance in (
        (Kind.CHECK, check),
        (Kind.FALSE_FINDING, rates.false_finding * calm),
        (Kind.LAWSUIT, suit),
        (Kind.ENFORCEMENT, rates.enforced * bad),
        (Kind.SEIZURE, seized),
        (Kind.PENALTY, fined * people.firm),
    ):
        _note(kind, chance * present, people, seen.month, draws, diary)
    _note_inflation(people, seen, rates, draws, diary)
    paid_out = people.borrows & (seen.arrears == 0) & (people.matures(seen.month) | (people.joined == seen.month))
    misused = rates.misuse * _rises(diversion, 1.0) * paid_out
    return _note(Kind.MISUSE, misused, people, seen.month, draws, diary)


def _rises(values: Floats, midway: float) -> Floats:
    return np.asarray(1 / (1 + np.exp(np.clip(3 * (midway - values), -30, 30))))


def _note(kind: Kind, chance: Reals, people: Population, month: int, draws: Draws, diary: Diary) -> Flags:
    happens = draws.uniform(f"marks.{kind.name}", people.number, month) < chance
    size = 0.3 + 0.6 * draws.uniform(f"marks.{kind.name}.size", people.number[happens], month)
    diary.note(kind, people.number[happens], month, size=size)
    return np.asarray(happens)


def _note_inflation(people: Population, seen: Seen, rates: MarkRates, draws: Draws, diary: Diary) -> None:
    """Note those who blow up their flows in the three months before a bullet falls due."""
    soon = people.matures(seen.month + 3) & (people.repayment == BULLET) & (seen.arrears == 0)
    chance = rates.inflation * _rises(seen.channels[0], 1.0) * soon
    happens = draws.uniform("marks.INFLATION", people.number, seen.month) < chance
    number = people.number[happens]
    size = 0.3 + 0.9 * draws.uniform("marks.INFLATION.size", number, seen.month)
    diary.note(Kind.INFLATION, number, seen.month, months=3, size=size)
