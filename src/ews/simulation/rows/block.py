"""Block: some borrowers with all that their rows follow from.

Blocks only bound the memory that is needed: how borrowers are cut into blocks changes no row.
"""

from dataclasses import dataclass

import numpy as np

from ews.simulation.arrays import NEVER, Flags, Floats, Ints
from ews.simulation.draws import Draws
from ews.simulation.latent.population import Population
from ews.simulation.latent.state import ABSENT, Paths
from ews.simulation.months import Months

MOST_SHOWN = 4.0
"""Stress beyond this changes no behaviour further."""

MOST_DAYS_LATE = 25
"""An item paid late is still paid before the next one falls due."""


@dataclass(frozen=True, slots=True)
class Block:
    """Matrices are borrower × month: `stress` is 0 where a borrower is absent, `late` in days."""

    people: Population
    months: Months
    draws: Draws
    stress: Floats
    arrears: Ints
    gone: Ints
    late: Ints
    guaranteed: Flags

    @property
    def size(self) -> int:
        return len(self.people)

    @property
    def numbers(self) -> Ints:
        """Return the borrowers' numbers as a column, to draw by borrower and month."""
        return self.people.number[:, None]

    @property
    def every_month(self) -> Ints:
        return np.arange(self.months.count)

    @property
    def present(self) -> Flags:
        return np.asarray(self.arrears != ABSENT)

    @property
    def left(self) -> Flags:
        """Return who repaid all early and went, as against those written off or still there."""
        before = np.clip(self.gone - 1, 0, self.months.count - 1)
        return np.asarray((self.gone < NEVER) & (self.arrears[np.arange(self.size), before] == 0))

    @property
    def written_off(self) -> Flags:
        return np.asarray((self.gone < NEVER) & ~self.left)

    def shown(self, purpose: str, spread: float = 0.45) -> Floats:
        """Return the stress as one side of the borrower's affairs shows it: some show much, others little.

        Trouble shows more than its share once it is grave, up to a point where all shows.
        """
        openness = np.exp(spread * self.draws.normal(purpose, self.people.number))
        grave = np.maximum(self.stress - 0.5, 0)
        return np.minimum((self.stress + 0.25 * grave**2) * openness[:, None], MOST_SHOWN)

    def due_on(self, borrower: Ints, month: Ints) -> Ints:
        """Return the day in `month` on which items of `borrower` (index in the block) fall due."""
        return self.months.first_day(month) + self.people.due_day[borrower] - 1

    def at(self, matrix: Floats | Ints, borrower: Ints, month: Ints) -> Ints:
        """Return entries of `matrix`, 0 for months before the first or after the last."""
        inside = (month >= 0) & (month < self.months.count)
        values = matrix[borrower, np.clip(month, 0, self.months.count - 1)]
        return np.where(inside, values, 0).astype(np.int64)


def cut_block(
    people: Population, paths: Paths, guaranteed: Flags, months: Months, draws: Draws, bounds: tuple[int, int]
) -> Block:
    """Return the block of the borrowers numbered from bounds[0] up to bounds[1]."""
    own, own_people = paths.cut(*bounds), people.cut(*bounds)
    stress = np.nan_to_num(own.stress).astype(np.float64)
    return Block(
        people=own_people,
        months=months,
        draws=draws,
        stress=stress,
        late=_days_late(own_people.number, stress, draws),
        arrears=own.arrears.astype(np.int64),
        gone=own.gone,
        guaranteed=guaranteed[slice(*bounds)],
    )


def _days_late(number: Ints, stress: Floats, draws: Draws) -> Ints:
    """Return by how many days items are paid late where they are paid; stressed and careless people are later."""
    place = (number[:, None], np.arange(stress.shape[1]))
    careless = 0.8 * draws.normal("block.careless", number)
    chance = 1 / (1 + np.exp(3.6 - 0.8 * stress - careless[:, None]))
    days = 1 + (-6 * np.log(draws.uniform("block.days_late", *place))).astype(np.int64)
    return np.where(draws.uniform("block.late", *place) < chance, np.minimum(days, MOST_DAYS_LATE), 0)
