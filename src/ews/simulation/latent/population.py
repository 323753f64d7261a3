"""Population: what does not change about a borrower.

Grain   one entry per borrower, in the order of their numbers; the members of an economic unit lie together
Reads   the seed only
Source  45 units in 100 are led by a firm: most of these have a controller, some controllers a spouse and some firms an
        affiliate of the same controller. The rest are single persons: traders, farmers, wage earners. Members share
        branch, officer, region and, if firms, the trade. Not all members have loans here
"""

from dataclasses import dataclass, fields
from enum import IntEnum
from itertools import pairwise
from typing import Self

import numpy as np

from ews.simulation.arrays import Flags, Floats, Ints, ragged
from ews.simulation.draws import Draws
from ews.simulation.latent.main_loans import LATEST_DUE_MONTHS, MainLoans, main_loans
from ews.simulation.latent.world import BORROWERS_PER_BRANCH, BORROWERS_PER_OFFICER, INDUSTRIES, REGIONS
from ews.simulation.months import Months

EARLIEST_DUE, LATEST_DUE = 5, 25
"""Days of the month on which items fall due: 91 days later always lies in the third month after."""

STOCK_SHARE = 0.7
"""Share of the units that are customers from the first month on; the others join later."""
FIRM_LED, CONTROLLED, MARRIED, AFFILIATED = 0.45, 0.9, 0.3, 0.12
WAGED_ALONE, WAGED_SPOUSE = 0.45, 0.7
FARMING = next(index for index, (name, _) in enumerate(INDUSTRIES) if name == "农林牧渔")
_FARMERS = 0.25
_TRADERS_TRADES = np.array([0, 1, 1, 1, 6, 7, 8, 8])
"""Trades that single traders ply: wholesale, retail, building, transport, catering."""


class Role(IntEnum):
    """What a borrower is in its economic unit."""

    FIRM = 0
    CONTROLLER = 1
    SPOUSE = 2
    AFFILIATE = 3
    ALONE = 4


_BORROWS = np.array([0.97, 0.35, 0.15, 0.75, 0.97])
"""Share of those in each role who have loans here."""


@dataclass(frozen=True, slots=True)
class Population:
    """`turnover` is fen per month; `joined` the month of the first loan here, 0 for those of the `stock`.

    `head` is the number of the unit's main firm, one's own for those alone. `waged` persons live on wages, other
    persons on their trade; `industry` is that of the firm for all of a unit. The main loan first falls due in month
    `anchor`, then every `term` months; who does not borrow has one that is never drawn.
    """

    number: Ints
    unit: Ints
    role: Ints
    head: Ints
    firm: Flags
    waged: Flags
    borrows: Flags
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
    product: Ints
    repayment: Ints
    term: Ints
    anchor: Ints

    def __len__(self) -> int:
        return len(self.number)

    def cut(self, first: int, end: int) -> Self:
        """Return the borrowers from number `first` up to `end`."""
        return type(self)(**{field.name: getattr(self, field.name)[first:end] for field in fields(self)})

    @property
    def unit_borders(self) -> Ints:
        """Return where units begin, as positions in this population, and its length at the end."""
        begins = np.flatnonzero(np.diff(self.unit, prepend=-1))
        return np.append(begins, len(self.unit))

    def matures(self, month: int) -> Flags:
        """Return whose main loan falls due at its end in `month`."""
        since = month - self.anchor
        return np.asarray(self.borrows & (since >= 0) & (since % self.term == 0))


def blocks(people: Population, size: int) -> list[tuple[int, int]]:
    """Return the bounds of blocks of about `size` borrowers that hold whole units."""
    borders = people.unit_borders
    cuts = borders[np.searchsorted(borders, np.arange(0, len(people), size))]
    bounds = np.unique(np.append(cuts, len(people)))
    return [(int(first), int(end)) for first, end in pairwise(bounds)]


def populate(size: int, months: Months, draws: Draws) -> Population:
    """Make `size` borrowers; the last unit loses the members for whom there is no room."""
    number = np.arange(size, dtype=np.int64)
    unit, role, head = _units(size, draws)
    firm = (role == Role.FIRM) | (role == Role.AFFILIATE)
    stock = draws.uniform("population.stock", unit) < (STOCK_SHARE if months.count > 1 else 1.0)
    joined = np.where(stock, 0, 1 + draws.below(max(months.count - 1, 1), "population.joined", unit))
    waged = _waged(number, role, draws)
    industry = _industry(unit, role, draws)
    trader = (role == Role.ALONE) & ~waged
    loans = main_loans(number, firm, trader, trader & (industry == FARMING), stock, joined, months, draws)
    officers = max(1, round(size / BORROWERS_PER_OFFICER))
    branches = max(1, min(officers, round(size / BORROWERS_PER_BRANCH)))
    officer = draws.below(officers, "population.officer", unit)
    branch = officer * branches // officers
    return Population(
        number=number,
        unit=unit,
        role=role,
        head=head,
        firm=firm,
        waged=waged,
        borrows=draws.uniform("population.borrows", number) < _BORROWS[role],
        industry=industry,
        region=branch % len(REGIONS),
        branch=branch,
        officer=officer,
        stock=stock,
        joined=joined,
        customer_since=_customer_since(number, stock, joined, loans, months, draws),
        turnover=_turnover(number, role, firm, draws),
        due_day=EARLIEST_DUE + draws.below(LATEST_DUE - EARLIEST_DUE + 1, "population.due_day", number),
        has_account=draws.uniform("population.account", number) < np.where(firm | (role == Role.ALONE), 0.96, 0.8),
        product=loans.product,
        repayment=loans.repayment,
        term=loans.term,
        anchor=loans.anchor,
    )


def _units(size: int, draws: Draws) -> tuple[Ints, Ints, Ints]:
    """Return unit, role and head of each borrower."""
    each = np.arange(size, dtype=np.int64)
    led = draws.uniform("units.firm", each) < FIRM_LED
    controlled = led & (draws.uniform("units.controller", each) < CONTROLLED)
    married = controlled & (draws.uniform("units.spouse", each) < MARRIED)
    affiliated = controlled & (draws.uniform("units.affiliate", each) < AFFILIATED)
    there = np.stack([led, controlled, married, affiliated, ~led], axis=1)
    unit, role = np.nonzero(there)
    _, position = ragged(there.sum(axis=1))
    head = np.arange(len(unit)) - position
    return unit[:size], role[:size], head[:size]


def _waged(number: Ints, role: Ints, draws: Draws) -> Flags:
    share = np.where(role == Role.ALONE, WAGED_ALONE, np.where(role == Role.SPOUSE, WAGED_SPOUSE, 0.0))
    return np.asarray(draws.uniform("population.waged", number) < share)


def _industry(unit: Ints, role: Ints, draws: Draws) -> Ints:
    """Return the trade of each unit: any for firms, farming or a street trade for those alone."""
    any_trade = draws.below(len(INDUSTRIES), "population.industry", unit)
    street = _TRADERS_TRADES[draws.below(len(_TRADERS_TRADES), "population.street", unit)]
    alone = np.where(draws.uniform("population.farmer", unit) < _FARMERS, FARMING, street)
    return np.where(role == Role.ALONE, alone, any_trade)


def _customer_since(number: Ints, stock: Flags, joined: Ints, loans: MainLoans, months: Months, draws: Draws) -> Ints:
    """Return a day before the first loan for the stock, the first day of the joining month for the others."""
    days_before = 60 + 20 * 365 * draws.uniform("population.since", number) ** 2
    opened = np.maximum(loans.anchor - loans.term, -LATEST_DUE_MONTHS)
    first_loan = np.minimum(months.first_day(opened), months.first_day(0))
    return np.where(stock, first_loan - days_before.astype(np.int64), months.first_day(joined))


def _turnover(number: Ints, role: Ints, firm: Flags, draws: Draws) -> Floats:
    scatter = draws.normal("population.turnover", number)
    firms = np.where(role == Role.AFFILIATE, 180_000, 300_000) * np.exp(0.9 * scatter)
    persons = np.where(role == Role.CONTROLLER, 25_000, 12_000) * np.exp(0.5 * scatter)
    return np.where(firm, firms, persons) * 100.0
