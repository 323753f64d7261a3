"""Bureau: credit reports the bank pulls, and in them the inquiries that others made.

Grain   one row per pull; one row per inquiry that a later pull showed
Source  a pull each quarter and with each new loan. An inquiry is known from the next pull on; those after the last
        pull are not in the book
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from ews.simulation.arrays import Ints, ragged
from ews.simulation.rows.block import Block
from ews.simulation.rows.columns import constant, dates, ids, words
from ews.simulation.rows.loans import Loans

KINDS = ("bank", "consumer_finance", "microloan", "guarantee", "platform", "other")
PURPOSES = ("loan_approval", "card_approval", "guarantee_review", "self", "other")
_CALM = (0.62, 0.12, 0.06, 0.08, 0.08, 0.04)
_PRESSED = (0.26, 0.24, 0.22, 0.06, 0.20, 0.02)
_INSTITUTIONS_PER_KIND = 40
_PULL_EVERY_MONTHS = 3
_A_DAY_APART = 100_000
"""More days than a book has: keeps borrowers apart in one sorted list."""


def bureau_rows(block: Block, loans: Loans) -> tuple[Mapping[str, pa.Array], Mapping[str, pa.Array]]:
    """Return the rows of tables `bureau_reports` and `inquiries`."""
    borrower, pulled_on = _pulls(block, loans)
    position = np.arange(len(borrower)) - np.searchsorted(borrower, borrower)
    number = block.people.number[borrower] + 1
    reports = {
        "report_id": ids("Q", number * 1000 + position, 10),
        "borrower_id": ids("B", number, 7),
        "pulled_on": dates(pulled_on),
        "authorised": pa.array(np.ones(len(borrower), np.bool_)),
        "scope": constant("full", len(borrower)),
    }
    return reports, _inquiry_rows(block, borrower * _A_DAY_APART + pulled_on)


def _pulls(block: Block, loans: Loans) -> tuple[Ints, Ints]:
    """Return borrower and day of each pull, sorted; two on one day are one."""
    number = block.people.number
    offset = np.where(block.people.stock, block.draws.below(_PULL_EVERY_MONTHS, "bureau.offset", number), 0)
    waited = block.every_month - (block.people.joined + offset)[:, None]
    turn = block.present & (waited >= 0) & (waited % _PULL_EVERY_MONTHS == 0)
    regular, month = np.nonzero(turn)
    day = block.months.first_day(month) + block.draws.below(27, "bureau.day", number[regular], month)
    at_loan = loans.opens >= 0
    keys = np.concatenate([
        regular * _A_DAY_APART + day,
        loans.borrower[at_loan] * _A_DAY_APART + loans.opened_on[at_loan],
    ])  # fmt: skip
    return np.divmod(np.unique(keys), _A_DAY_APART)


def _inquiry_rows(block: Block, pulls: Ints) -> Mapping[str, pa.Array]:
    stress = block.shown("bureau.openness") + 0.3 * np.clip(block.arrears, 0, 3)
    taste = 0.6 * block.draws.normal("bureau.taste", block.people.number)[:, None]
    mean = np.where(block.present, 0.16 * np.exp(np.clip(0.6 * stress + taste, -3, 3)), 0)
    counts = block.draws.count(mean, "bureau.count", block.numbers, block.every_month)
    cell, position = ragged(counts.ravel())
    borrower, month = np.divmod(cell, block.months.count)
    number = block.people.number[borrower]
    place = (number, month, position)
    inquired_on = block.months.first_day(month) + block.draws.below(28, "bureau.inquired", *place)
    key = borrower * _A_DAY_APART + inquired_on
    following = np.append(pulls, np.iinfo(np.int64).max)[np.searchsorted(pulls, key)]
    seen = following // _A_DAY_APART == borrower
    pressed = block.draws.uniform("bureau.pressed", *place) < 1 / (1 + np.exp(1 - 0.8 * stress[borrower, month]))
    kind = np.where(
        pressed, block.draws.pick(_PRESSED, "bureau.kind", *place), block.draws.pick(_CALM, "bureau.kind", *place)
    )
    institution = kind * 100 + block.draws.below(_INSTITUTIONS_PER_KIND, "bureau.institution", *place)
    purpose = block.draws.pick((0.62, 0.2, 0.08, 0.07, 0.03), "bureau.purpose", *place)
    return {
        "inquiry_id": ids("I", ((number + 1) * 1000 + month) * 100 + position, 12).filter(pa.array(seen)),
        "borrower_id": ids("B", number[seen] + 1, 7),
        "inquired_on": dates(inquired_on[seen]),
        "institution_id": ids("J", institution[seen], 3),
        "institution_kind": words(kind[seen], KINDS),
        "purpose": words(purpose[seen], PURPOSES),
        "known_on": dates((following % _A_DAY_APART)[seen]),
    }
