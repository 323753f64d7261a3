"""Loan rows: contracts as rows of table `loans`.

Grain   one row per loan; eased, corrected and sold ones have a second version
"""

import numpy as np
import pyarrow as pa

from ews.simulation.arrays import NEVER, Flags, Ints
from ews.simulation.latent.main_loans import PRODUCTS, REPAYMENTS
from ews.simulation.rows.block import Block
from ews.simulation.rows.columns import dates, ids, words
from ews.simulation.rows.loan_terms import PURPOSES, SECURITIES, WORKING_CAPITAL
from ews.simulation.rows.loans import NO_DAY, Loans
from ews.simulation.rows.versions import Rows, later

_CORRECTED = 0.01


def loan_ids(block: Block, borrower: Ints, number: Ints, *, known: Flags | None = None) -> pa.Array:
    return ids("L", (block.people.number[borrower] + 1) * 100 + number, 9, known=known)


def relief_day(block: Block, borrower: Ints, month: Ints) -> Ints:
    """Return the day in `month` on which relief is granted: after the item due in it."""
    number = block.people.number[borrower]
    day = block.due_on(borrower, month) + 1 + block.draws.below(5, "loans.relief", number, month)
    return np.asarray(np.minimum(day, block.months.last_day(month)))


def loan_rows(block: Block, loans: Loans) -> tuple[Rows, Rows, Rows]:
    """Return the rows of table `loans` but cards, those whose purpose was mended, and those that were eased."""
    place = (block.people.number[loans.borrower], loans.number)
    mended = block.draws.uniform("loans.mended", *place) < _CORRECTED
    signed = block.due_on(loans.borrower, loans.opens + loans.term)
    rows = {
        "loan_id": loan_ids(block, loans.borrower, loans.number),
        "borrower_id": ids("B", place[0] + 1, 7),
        "product": words(loans.product, PRODUCTS),
        "principal": pa.array(loans.principal),
        "opened_on": dates(loans.opened_on),
        "matures_on": dates(signed),
        "repayment": words(loans.repayment, REPAYMENTS),
        "security": words(loans.security, SECURITIES),
        "purpose": words(np.where(mended, WORKING_CAPITAL, loans.purpose), PURPOSES),
        "replaces_loan_id": loan_ids(block, loans.borrower, np.maximum(loans.replaces, 0), known=loans.replaces >= 0),
        "restructured_on": dates(loans.restructured_on, known=loans.restructured_on != NO_DAY),
    }
    known_on = loans.opened_on + 5 + block.draws.below(50, "loans.mended.on", *place)
    which = np.flatnonzero(mended & (loans.purpose != WORKING_CAPITAL))
    corrected = later(rows, which, known_on[which], block.ends_on, purpose=words(loans.purpose[which], PURPOSES))
    return rows, corrected, _eased_rows(block, loans, rows)


def _eased_rows(block: Block, loans: Loans, rows: Rows) -> Rows:
    """Return the loans that were eased as they stood from then on; what had been mended by then is mended here too."""
    which = np.flatnonzero((loans.eased < NEVER) & (loans.eased >= 0))
    borrower = loans.borrower[which]
    day = np.maximum(relief_day(block, borrower, loans.eased[which]), loans.opened_on[which] + 60)
    return later(
        rows,
        which,
        day,
        block.ends_on,
        purpose=words(loans.purpose[which], PURPOSES),
        matures_on=dates(block.due_on(borrower, loans.matures[which])),
        restructured_on=dates(day),
    )
