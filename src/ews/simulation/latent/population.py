"""Population: what does not change about a borrower.

Grain   one entry per borrower, in the order of their numbers
Reads   the seed only
"""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from ews.simulation.arrays import Flags, Floats, Ints
from ews.simulation.draws import Draws
from ews.simulation.latent.world import BORROWERS_PER_BRANCH, BORROWERS_PER_OFFICER, INDUSTRIES, REGIONS, World
from ews.simulation.months import Months

EARLIEST_DUE, LATEST_DUE = 5, 25
"""Days of the month on which items fall due: 91 days later always lies in the third month after."""


@dataclass(frozen=True, slots=True)
class Population:
    """`turnover` is fen per month; `joined` the month of the first loan here, 0 for those of the `stock`."""

    number: Ints
    firm: Flags
    industry: Ints
    region: Ints
    branch: Ints
    officer: Ints
    stock: Flags
    joined: Ints
    customer_since: Ints
    turnover: Floats
    due_day: Ints
    has_account: Flags

    def __len__(self) -> int:
        return len(self.number)

    def cut(self, first: int, end: int) -> Self:
        """Return the borrowers from number `first` up to `end`."""
        return type(self)(**{field.name: getattr(self, field.name)[first:end] for field in fields(self)})


def populate(size: int, months: Months, world: World, draws: Draws) -> Population:
    """Make `size` borrowers."""
    number = np.arange(size, dtype=np.int64)
    firm = draws.uniform("population.firm", number) < world.firm_share
    stock = draws.uniform("population.stock", number) < (world.stock_share if months.count > 1 else 1.0)
    joined = np.where(stock, 0, 1 + draws.below(max(months.count - 1, 1), "population.joined", number))
    officers = max(1, round(size / BORROWERS_PER_OFFICER))
    branches = max(1, min(officers, round(size / BORROWERS_PER_BRANCH)))
    officer = draws.below(officers, "population.officer", number)
    branch = officer * branches // officers
    return Population(
        number=number,
        firm=firm,
        industry=draws.below(len(INDUSTRIES), "population.industry", number),
        region=branch % len(REGIONS),
        branch=branch,
        officer=officer,
        stock=stock,
        joined=joined,
        customer_since=_customer_since(number, stock, joined, months, draws),
        turnover=_turnover(number, firm, draws),
        due_day=EARLIEST_DUE + draws.below(LATEST_DUE - EARLIEST_DUE + 1, "population.due_day", number),
        has_account=draws.uniform("population.account", number) < 0.96,
    )


def _customer_since(number: Ints, stock: Flags, joined: Ints, months: Months, draws: Draws) -> Ints:
    """Return a day before the book for the stock, the first day of the joining month for the others."""
    days_before = 60 + 20 * 365 * draws.uniform("population.since", number) ** 2
    return np.where(stock, months.first_day(0) - days_before.astype(np.int64), months.first_day(joined))


def _turnover(number: Ints, firm: Flags, draws: Draws) -> Floats:
    scatter = draws.normal("population.turnover", number)
    firms = 300_000 * np.exp(0.9 * scatter)
    persons = 12_000 * np.exp(0.5 * scatter)
    return np.where(firm, firms, persons) * 100.0
