"""Outcomes: how lending to a borrower ended, or changed.

Grain   one row per borrower and kind: the first of it; some are known weeks later
Source  write_off long after the default, litigation some months after it for some, restructured with RELIEF, closed by
        those who repaid all and left. A default itself is told by the days past due
"""

import numpy as np

from ews.simulation.arrays import Flags, Ints
from ews.simulation.latent.course import DEFAULT_AT
from ews.simulation.latent.episodes import Kind
from ews.simulation.rows.block import Block
from ews.simulation.rows.columns import dates, ids, words
from ews.simulation.rows.loan_rows import relief_day
from ews.simulation.rows.versions import Rows, only

KINDS = ("write_off", "restructured", "litigation", "closed")
WRITE_OFF, RESTRUCTURED, LITIGATION, CLOSED = range(4)
_SUED = 0.35
_KNOWN_LATE = 0.2


def outcome_rows(block: Block) -> Rows:
    """Return the rows of table `outcomes`."""
    here = np.arange(block.size)
    goes = block.gone < block.months.count
    written_off, closed = here[goes & block.written_off], here[goes & block.left & block.people.borrows]
    parts = (
        (written_off, block.due_on(written_off, block.gone[written_off]), WRITE_OFF),
        (*_restructured(block), RESTRUCTURED),
        (*_sued(block), LITIGATION),
        (closed, block.months.last_day(block.gone[closed]), CLOSED),
    )
    borrower, day = (np.concatenate([part[column] for part in parts]) for column in (0, 1))
    kind = np.concatenate([np.full(len(part[0]), part[2]) for part in parts])
    place = (block.people.number[borrower], kind)
    late = (block.draws.uniform("outcomes.late", *place) < _KNOWN_LATE) & (kind != WRITE_OFF)
    known_on = np.where(late, day + 1 + block.draws.below(60, "outcomes.told", *place), day)
    rows = {
        "borrower_id": ids("B", place[0] + 1, 7),
        "kind": words(kind, KINDS),
        "occurred_on": dates(day),
        "known_on": dates(known_on),
    }
    return only(rows, known_on <= block.ends_on)


def _restructured(block: Block) -> tuple[Ints, Ints]:
    borrower, month = _first(block.starts(Kind.RELIEF) & block.people.borrows[:, None])
    return borrower, relief_day(block, borrower, month)


def _sued(block: Block) -> tuple[Ints, Ints]:
    """Return whom the bank sues after a default, two to six months later."""
    borrower, month = _first(block.arrears == DEFAULT_AT)
    number = block.people.number[borrower]
    day = block.months.last_day(month) + 60 + block.draws.below(120, "outcomes.sued.after", number)
    sued = block.draws.uniform("outcomes.sued", number) < _SUED
    return borrower[sued], day[sued]


def _first(when: Flags) -> tuple[Ints, Ints]:
    """Return for whom it happens, and the first month."""
    borrower = np.flatnonzero(when.any(axis=1))
    return borrower, np.argmax(when[borrower], axis=1)
