"""External debts: what borrowers owe elsewhere, as far as reports showed it.

Grain   one row per borrower, institution and report that holds debts
Source  appetite that has lasted adds lenders, less so where cash is plainly short (refused); EXPANSION adds a bank.
        Arrears elsewhere begin some months before or after those here
"""

import numpy as np
import pyarrow as pa

from ews.simulation.arrays import Floats, Ints
from ews.simulation.latent.episodes import Kind
from ews.simulation.rows.block import Block
from ews.simulation.rows.bureau import DEBTS, FULL, INSTITUTIONS_PER_KIND, Pulls
from ews.simulation.rows.columns import dates, ids
from ews.simulation.rows.versions import Rows

_MOST = 6
_LENDERS = (0.45, 0.20, 0.15, 0.02, 0.16, 0.02)
_MEMORY = 0.85
_EARLIEST, _LATEST = -2, 2


def debt_rows(block: Block, pulls: Pulls) -> Rows:
    """Return the rows of table `external_debts`."""
    shown = pulls.holding(FULL, DEBTS)
    month = block.month_of(shown.day)
    level = _level(block)[shown.borrower, month]
    number = block.people.number[shown.borrower][:, None]
    slot = np.arange(_MOST)
    threshold = -1.0 + 0.75 * slot + 1.2 * block.draws.uniform("debts.threshold", number, slot)
    report, lender = np.nonzero(level[:, None] > threshold)
    borrower, day = shown.borrower[report], shown.day[report]
    place = (block.people.number[borrower], lender)
    size = np.where(block.people.firm[borrower], 1.2, 3.0) * block.people.turnover[borrower]
    scatter = np.exp(0.8 * block.draws.normal("debts.size", *place))
    grown = np.exp(0.12 * np.clip(level[report], -2, 4) + 0.05 * block.draws.normal("debts.change", *place, day))
    return {
        "borrower_id": ids("B", place[0] + 1, 7),
        "institution_id": ids("J", _institution(block, place), 3),
        "stated_on": dates(day),
        "balance": pa.array((size * scatter * grown).astype(np.int64) // 100 * 100),
        "dpd": pa.array(_dpd(block, borrower, lender, month[report], day)),
    }


def _level(block: Block) -> Floats:
    """Return how indebted elsewhere, borrower × month: what appetite has brought over the last half year or so."""
    appetite = np.clip(block.shown("appetite", "debts.appetite"), -1, 4)
    squeeze = np.clip(block.channels["squeeze"], 0, 4)
    sought = 0.55 * appetite - 0.12 * squeeze + 0.9 * block.since(Kind.EXPANSION)
    base = 0.8 * block.draws.normal("debts.base", block.people.number) - 0.2
    level = np.zeros_like(sought)
    now = base + sought[:, 0]
    for month in range(sought.shape[1]):
        now = _MEMORY * now + (1 - _MEMORY) * (base + 1.6 * sought[:, month])
        level[:, month] = now
    return level


def _institution(block: Block, place: tuple[Ints, Ints]) -> Ints:
    """Return a lender of its own for each slot: slots share no institution."""
    kind = block.draws.pick(_LENDERS, "debts.kind", *place)
    seats = INSTITUTIONS_PER_KIND // _MOST
    return kind * 100 + place[1] * seats + block.draws.below(seats, "debts.institution", *place)


def _dpd(block: Block, borrower: Ints, lender: Ints, month: Ints, day: Ints) -> Ints:
    """Return days past due elsewhere: those here, begun some months earlier or later, and rarely some of their own."""
    place = (block.people.number[borrower], lender)
    shift = _EARLIEST + block.draws.below(_LATEST - _EARLIEST + 1, "debts.shift", *place)
    there = block.at(block.arrears, borrower, np.clip(month - shift, 0, block.months.count - 1))
    behind = block.channels["squeeze"][borrower, month] > 1.8
    own = (block.draws.uniform("debts.late", *place, day) < np.where(behind, 0.12, 0.01)).astype(np.int64)
    months = np.maximum(np.maximum(there, 0), own)
    days = 1 + block.draws.below(28, "debts.days", *place, day)
    return np.where(months > 0, 30 * (months - 1) + days, 0)
