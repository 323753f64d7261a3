"""Populations and their latent states, made for tests."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from ews.simulation.draws import Draws
from ews.simulation.latent.network import Network, connect_borrowers
from ews.simulation.latent.population import Population, populate
from ews.simulation.latent.state import Paths, live_through
from ews.simulation.latent.world import World
from ews.simulation.months import Months
from ews.simulation.rows.block import Block, cut_block

MONTHS = Months.ending(date(2026, 6, 30), 40)


@dataclass(frozen=True)
class Economy:
    people: Population
    network: Network
    paths: Paths
    months: Months
    draws: Draws

    def block(self, first: int, end: int) -> Block:
        guaranteed = np.isin(self.people.number, self.network.borrower)
        return cut_block(self.people, self.paths, guaranteed, self.months, self.draws, (first, end))


def make_economy(size: int, months: Months = MONTHS, seed: int = 11) -> Economy:
    world, draws = World(), Draws(seed)
    people = populate(size, months, world, draws)
    network = connect_borrowers(people, months, draws)
    return Economy(people, network, live_through(people, network, months, world, draws), months, draws)


def with_arrears(block: Block, arrears: list[int], *, due_day: int = 20) -> Block:
    """Return the first borrower of `block`, a customer throughout, with this course of arrears."""
    course = np.array([arrears])
    people = block.people.cut(0, 1)
    people = replace(people, stock=np.array([True]), joined=np.array([0]), due_day=np.array([due_day]))
    paths = Paths(np.zeros(course.shape, np.float32), course.astype(np.int8), np.zeros(course.shape, np.float32))
    return Block(
        people=people,
        months=Months(block.months.start, course.shape[1]),
        draws=block.draws,
        stress=np.zeros(course.shape),
        late=np.zeros(course.shape, np.int64),
        arrears=course,
        gone=paths.gone,
        guaranteed=np.array([False]),
    )
