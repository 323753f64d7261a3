"""Seasons: what moves trade besides trouble: the trade's own year, the Spring Festival, good and bad years, chance.

Grain   borrower × month, in logs
"""

import numpy as np

from ews.simulation.arrays import Flags, Floats, Ints
from ews.simulation.rows.block import Block
from ews.simulation.rows.festivals import is_quiet

_BUSIEST = np.array([11, 11, 0, 9, 5, 10, 5, 8, 7, 9, 11, 4])
_SWING = np.array([0.10, 0.12, 0.15, 0.25, 0.08, 0.15, 0.30, 0.10, 0.18, 0.50, 0.12, 0.08])
"""Busiest month (0 for January) and amplitude, by trade in the order of INDUSTRIES."""
_RESTING = np.array([0.75, 0.35, 0.6, 0.9, 0.9, 0.85, 0.95, 0.7, 0.25, 0.6, 0.8, 0.85])
"""Share of the postings that are not made in the weeks of the Spring Festival."""
_YEAR_SD, _MONTH_SD = 0.16, 0.12


def swing_of(block: Block) -> Floats:
    """Return the log of what moves each borrower's trade besides trouble, the Spring Festival left out."""
    season = block.months.season(block.every_month)
    trade = block.people.industry[:, None]
    peak = np.cos(2 * np.pi * (season - _BUSIEST[trade]) / 12)
    yearly = block.draws.normal("seasons.year", block.numbers, block.every_month // 12)
    monthly = block.draws.normal("seasons.month", block.numbers, block.every_month)
    return np.asarray(_SWING[trade] * peak + _YEAR_SD * yearly + _MONTH_SD * monthly)


def rests(block: Block, borrower: Ints, day: Ints, luck: Floats) -> Flags:
    """Return which postings on `day` are not made because the trade rests around the Spring Festival."""
    return np.asarray(is_quiet(day) & (luck < _RESTING[block.people.industry[borrower]]))
