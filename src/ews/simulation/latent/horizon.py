"""Horizon: how far ahead the expected pd looks, and at which month ends it is worked out."""

import numpy as np

from ews.simulation.arrays import Flags
from ews.simulation.months import Months

HORIZON = 12
MOST_BORROWER_MONTHS = 1_500_000
"""Beyond this the expected pd is worked out at quarter ends only: it is dear."""


def months_told(size: int, months: Months) -> Flags:
    """Return, per month of the book, whether the expected pd is worked out."""
    every = np.arange(months.count)
    if size * months.count <= MOST_BORROWER_MONTHS:
        return np.ones(months.count, np.bool_)
    return np.asarray(months.season(every) % 3 == 2)
