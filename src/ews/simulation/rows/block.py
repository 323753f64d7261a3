"""Block: some borrowers with all that their rows follow from.

Grain   matrices are borrower × month; borrowers are told by their place in the block, guarantors by their number
Reads   population, course (arrears, channels, episodes); how a world came to them is not known here
Source  blocks only bound the memory that is needed: how borrowers are cut into blocks, at the borders of units,
        changes no row. Each side of a borrower's affairs shows a channel in its own way: some show much, others
        little, all amid noise (`shown`)
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ews.simulation.arrays import NEVER, Flags, Floats, Ints
from ews.simulation.draws import Draws
from ews.simulation.latent.course import ABSENT, Course
from ews.simulation.latent.episodes import Episodes, Kind
from ews.simulation.latent.population import Population
from ews.simulation.months import Months
from ews.simulation.rows.calls import Calls, calls_of

Channel = Literal["trade", "squeeze", "appetite", "diversion", "reluctance"]
CHANNELS: tuple[Channel, ...] = ("trade", "squeeze", "appetite", "diversion", "reluctance")

LEAST_SHOWN, MOST_SHOWN = -3.0, 4.0
"""A channel beyond these changes no behaviour further."""

MOST_DAYS_LATE, MOST_DAYS_EARLY = 25, 3
"""An item paid late is still paid before the next one falls due, one paid early in its own month."""

_NOISE = 0.25


@dataclass(frozen=True, slots=True)
class Block:
    """Channels are 0 where a borrower is absent; `late` in days, negative if early."""

    people: Population
    months: Months
    draws: Draws
    arrears: Ints
    channels: Mapping[Channel, Floats]
    episodes: Episodes
    calls: Calls
    guaranteed: Flags
    gone: Ints
    late: Ints

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
    def ends_on(self) -> int:
        """Return the book's last day."""
        return int(self.months.last_day(self.months.count - 1))

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

    def place(self, number: Ints) -> Ints:
        """Return where in the block the borrowers with these numbers are."""
        return np.asarray(number - self.people.number[0])

    def shown(self, channel: Channel, purpose: str, spread: float = 0.45) -> Floats:
        """Return the channel as one side of the borrower's affairs shows it: some show much, others little.

        Trouble shows more than its share once it is grave, up to a point where all shows.
        """
        value = self.channels[channel]
        openness = np.exp(spread * self.draws.normal(purpose, self.people.number))
        noise = _NOISE * self.draws.normal(f"{purpose}.noise", self.numbers, self.every_month)
        grave = np.maximum(value - 0.5, 0)
        shown = (value + 0.25 * grave**2) * openness[:, None] + noise
        return np.where(self.present, np.clip(shown, LEAST_SHOWN, MOST_SHOWN), 0.0)

    def during(self, *kinds: Kind, least: int = 1) -> Flags:
        """Return the months that episodes of these kinds last, `least` months at any rate."""
        found = self.episodes.of(*kinds)
        found = replace(found, months=np.maximum(found.months, least))
        return np.asarray(self._sum(found, np.ones(len(found))) > 0)

    def since(self, *kinds: Kind) -> Flags:
        """Return the months from the first episode of these kinds on."""
        return np.asarray(np.cumsum(self.starts(*kinds), axis=1) > 0)

    def starts(self, *kinds: Kind) -> Flags:
        """Return the months in which episodes of these kinds begin."""
        found = self.episodes.of(*kinds)
        flags = np.zeros(self.arrears.shape, np.bool_)
        flags[found.borrower, found.month] = True
        return flags

    def size_during(self, kind: Kind) -> Floats:
        """Return the size of the episodes of this kind while they last, else 0."""
        found = self.episodes.of(kind)
        return np.where(self.during(kind), self._sum(found, found.size), 0.0)

    def size_since(self, kind: Kind) -> Floats:
        """Return the largest size so far of the episodes of this kind."""
        found = self.episodes.of(kind)
        sizes = np.zeros(self.arrears.shape)
        np.maximum.at(sizes, (found.borrower, found.month), found.size)
        return np.maximum.accumulate(sizes, axis=1)

    def _sum(self, found: Episodes, values: Floats) -> Floats:
        changes = np.zeros((self.size, self.months.count + 1))
        ends = np.minimum(found.month + np.maximum(found.months, 1), self.months.count)
        np.add.at(changes, (found.borrower, found.month), values)
        np.add.at(changes, (found.borrower, ends), -values)
        return np.cumsum(changes, axis=1)[:, :-1]

    def due_on(self, borrower: Ints, month: Ints) -> Ints:
        """Return the day in `month` on which items of `borrower` (index in the block) fall due."""
        return self.months.first_day(month) + self.people.due_day[borrower] - 1

    def month_of(self, day: Ints) -> Ints:
        """Return the month in which `day` lies."""
        calendar = np.asarray(day, np.int64).astype("datetime64[D]").astype("datetime64[M]")
        return calendar.astype(np.int64) - self.months.start

    def at(self, matrix: Floats | Ints, borrower: Ints, month: Ints) -> Ints:
        """Return entries of `matrix`, 0 for months before the first or after the last."""
        inside = (month >= 0) & (month < self.months.count)
        values = matrix[borrower, np.clip(month, 0, self.months.count - 1)]
        return np.where(inside, values, 0).astype(np.int64)


def cut_block(
    people: Population, course: Course, guaranteed: Flags, months: Months, draws: Draws, bounds: tuple[int, int]
) -> Block:
    """Return the block of the borrowers numbered from bounds[0] up to bounds[1]; `course` is everybody's."""
    own, own_people = course.cut(*bounds), people.cut(*bounds)
    episodes = replace(own.episodes, borrower=own.episodes.borrower - bounds[0])
    block = Block(
        people=own_people,
        months=months,
        draws=draws,
        arrears=own.arrears.astype(np.int64),
        channels={name: np.nan_to_num(getattr(own, name)).astype(np.float64) for name in CHANNELS},
        episodes=episodes,
        calls=calls_of(course.episodes, people, bounds),
        guaranteed=guaranteed[slice(*bounds)],
        gone=own.gone,
        late=np.zeros(own.arrears.shape, np.int64),
    )
    return replace(block, late=_days_late(block))


def _days_late(block: Block) -> Ints:
    """Return by how many days items are paid late where they are paid: the squeezed, the unwilling, the careless.

    Some with money at hand pay a few days early.
    """
    number, place = block.people.number, (block.numbers, block.every_month)
    squeeze = block.shown("squeeze", "late.squeeze")
    unwilling = np.maximum(block.shown("reluctance", "late.reluctance"), 0)
    habit = 0.8 * block.draws.normal("late.habit", number)[:, None] + 3.4 * block.since(Kind.CARELESS)
    chance = 1 / (1 + np.exp(3.4 - 1.0 * squeeze - 1.8 * unwilling - habit))
    mean = 4 + 1.6 * np.clip(squeeze, 0, 3) + 1.6 * np.clip(unwilling, 0, 3)
    days = 1 + (-mean * np.log(block.draws.uniform("late.days", *place))).astype(np.int64)
    early = block.draws.uniform("late.early", number)[:, None] < 0.35
    ahead = block.draws.below(MOST_DAYS_EARLY + 1, "late.ahead", *place) * (early & (squeeze < 0.8) & (unwilling < 0.8))
    return np.where(block.draws.uniform("late.is", *place) < chance, np.minimum(days, MOST_DAYS_LATE), -ahead)
