"""Populations and their courses, made for tests."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from ews.simulation.draws import Draws
from ews.simulation.latent.course import Course
from ews.simulation.latent.episodes import Episodes
from ews.simulation.latent.network import Network, connect_borrowers
from ews.simulation.latent.population import Population, populate
from ews.simulation.latent.worlds import live_through
from ews.simulation.months import Months
from ews.simulation.rows.block import Block, cut_block

MONTHS = Months.ending(date(2026, 6, 30), 40)


@dataclass(frozen=True)
class Economy:
    people: Population
    network: Network
    course: Course
    months: Months
    draws: Draws

    def block(self, first: int, end: int) -> Block:
        """Return the block of the whole units from `first` to about `end`."""
        borders = self.people.unit_borders
        low, high = (int(borders[np.searchsorted(borders, place)]) for place in (first, end))
        guaranteed = np.isin(self.people.number, self.network.borrower)
        return cut_block(self.people, self.course, guaranteed, self.months, self.draws, (low, high))


def make_economy(size: int, months: Months = MONTHS, seed: int = 11, world: str = "A") -> Economy:
    draws = Draws(seed)
    people = populate(size, months, draws)
    network = connect_borrowers(people, months, draws)
    return Economy(people, network, live_through(world, people, network, months, draws), months, draws)


def quiet_course(arrears: list[list[int]], **channels: float) -> Course:
    """Return a course with these arrears, all channels usual but those given, nothing else happening."""
    months = np.array(arrears, dtype=np.int8)
    level = dict.fromkeys(("trade", "squeeze", "appetite", "diversion", "reluctance"), 0.0) | channels
    matrices = {name: np.full(months.shape, value, np.float32) for name, value in level.items()}
    nothing, empty = np.zeros(months.shape, np.float32), np.zeros(0, np.int64)
    episodes = Episodes(empty, empty, empty, empty, np.zeros(0), empty)
    return Course(months, **matrices, cause=nothing.astype(np.int8), expected_pd=nothing, episodes=episodes)


def with_arrears(block: Block, arrears: list[int], *, due_day: int = 20) -> Block:
    """Return the first borrower of `block`, a customer throughout, with this course of arrears."""
    people = block.people.cut(0, 1)
    people = replace(people, stock=np.array([True]), joined=np.array([0]), due_day=np.array([due_day]))
    months = Months(block.months.start, len(arrears))
    return cut_block(people, quiet_course([arrears]), np.array([False]), months, block.draws, (0, 1))
