"""Main loans: how each borrower's main loan runs, so that all know in which month it falls due.

Grain   one entry per borrower
Source  a loan that matures is followed by another of the same kind and term. Working capital is mostly lent for a year
        and repaid at once; such bullets cluster where trades have money: June, the year's end, farmers in autumn
"""

from dataclasses import dataclass

import numpy as np

from ews.simulation.arrays import Flags, Ints
from ews.simulation.draws import Draws
from ews.simulation.months import Months

PRODUCTS = ("business", "mortgage", "consumer")
BUSINESS, MORTGAGE, CONSUMER = range(3)
REPAYMENTS = ("instalment", "bullet")
INSTALMENT, BULLET = range(2)
LATEST_DUE_MONTHS = 120
"""No loan of the stock is older than this many months."""

_SHORT_TERMS = np.array([6, 12, 12, 12, 12, 12, 24])
_LONG_TERMS = np.array([12, 24, 24, 36, 36, 36, 60])
_MORTGAGE_TERMS = np.array([120, 180, 180, 240, 240, 240, 240])
_BULLETS = (0.65, 0.5)
"""Share of the business loans of firms and of persons that are repaid at once."""
_TRADERS_PRODUCTS, _PERSONS_PRODUCTS = (0.65, 0.15, 0.2), (0.0, 0.4, 0.6)
_DUE = (0.05, 0.04, 0.08, 0.07, 0.07, 0.14, 0.07, 0.07, 0.10, 0.07, 0.08, 0.16)
_DUE_FARMING = (0.05, 0.03, 0.03, 0.03, 0.03, 0.05, 0.06, 0.07, 0.12, 0.20, 0.20, 0.13)
"""Chance of each month of the year to be the one in which a bullet falls due."""


@dataclass(frozen=True, slots=True)
class MainLoans:
    """`anchor` is the first month, not before the book's, in which the main loan matures; `term` is in months."""

    product: Ints
    repayment: Ints
    term: Ints
    anchor: Ints


def main_loans(
    number: Ints, firm: Flags, trader: Flags, farming: Flags, stock: Flags, joined: Ints, months: Months, draws: Draws
) -> MainLoans:
    """Return the main loan of each borrower: a firm, a single trader or somebody else."""
    traders = draws.pick(_TRADERS_PRODUCTS, "main_loans.product", number)
    others = draws.pick(_PERSONS_PRODUCTS, "main_loans.product", number)
    product = np.where(firm, BUSINESS, np.where(trader, traders, others))
    bullets = np.where(firm, *_BULLETS)
    bullet = (product == BUSINESS) & (draws.uniform("main_loans.bullet", number) < bullets)
    choice = draws.below(len(_SHORT_TERMS), "main_loans.term", number)
    long = np.where(product == MORTGAGE, _MORTGAGE_TERMS[choice], _LONG_TERMS[choice])
    term = np.where(bullet, _SHORT_TERMS[choice], long)
    anchor = np.where(stock, _stock_anchor(number, bullet, farming, term, months, draws), joined + term)
    return MainLoans(product, np.where(bullet, BULLET, INSTALMENT), term, anchor)


def _stock_anchor(number: Ints, bullet: Flags, farming: Flags, term: Ints, months: Months, draws: Draws) -> Ints:
    """Return when loans of the stock mature: bullets by season, the others any time after the book's first month."""
    age = draws.uniform("main_loans.age", number) * np.minimum(term - 1, LATEST_DUE_MONTHS)
    usual = draws.pick(_DUE, "main_loans.due", number)
    autumn = draws.pick(_DUE_FARMING, "main_loans.due", number)
    due = np.where(farming, autumn, usual)
    next_due = (due - int(months.season(0))) % 12
    years_on = draws.below(2, "main_loans.year", number) * (term > 12) * 12
    return np.where(bullet, next_due % term + years_on, term - 1 - age.astype(np.int64))
