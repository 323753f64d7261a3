"""Repayment rows: items, payments and the loan tape as rows of the book.

Grain   instalments: item; payments: payment; ledger: loan × month end
Source  a few payments are booked days later, yet before the ledger is drawn up; some were bounced and are taken back.
        Some ledger rows were wrong at first. FEED_GAP: the borrower's ledger rows of the month were never delivered
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ews.simulation.arrays import Flags, Ints
from ews.simulation.latent.episodes import Kind
from ews.simulation.rows.block import Block
from ews.simulation.rows.columns import dates, ids, words
from ews.simulation.rows.loan_rows import loan_ids
from ews.simulation.rows.loans import Loans
from ews.simulation.rows.repayments import LoanMonths, is_written_off
from ews.simulation.rows.versions import Rows, later, only, taken_back

COMPONENTS = ("principal", "interest")
_BOOKED_LATE, _BOUNCED, _WRONG_AT_FIRST = 0.02, 0.06, 0.002
_WHOLE, _FIRST, _GUARANTOR, _RETURNED = range(4)


@dataclass(frozen=True, slots=True)
class Payments:
    """One entry per payment that reached the bank within the book; `by` tells first parts and guarantors' payments."""

    loan: Ints
    borrower: Ints
    month: Ints
    day: Ints
    amount: Ints
    by: Ints

    def only(self, kept: Flags) -> "Payments":
        return Payments(
            self.loan[kept], self.borrower[kept], self.month[kept], self.day[kept], self.amount[kept], self.by[kept]
        )

    @property
    def own(self) -> Flags:
        """Return which come from the borrower, not from a guarantor."""
        return np.asarray(self.by != _GUARANTOR)


def payments_of(block: Block, course: LoanMonths) -> Payments:
    """Return the payments made, those of each loan and month in the order of their days."""
    place = (block.people.number[course.borrower], course.month)
    called_on = block.months.last_day(course.month) - 1 - block.draws.below(6, "repayments.called", *place)
    columns = (
        (course.paid_first, course.first_on, _FIRST),
        (course.paid, course.paid_on, _WHOLE),
        (course.paid_by_guarantor, called_on, _GUARANTOR),
    )
    parts = []
    for amount, day, by in columns:
        made = (amount > 0) & (day <= block.ends_on)
        parts.append(
            Payments(
                course.loan[made], course.borrower[made], course.month[made], day[made], amount[made],
                np.full(int(made.sum()), by),
            )
        )  # fmt: skip
    names = ("loan", "borrower", "month", "day", "amount", "by")
    return Payments(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def instalment_rows(block: Block, loans: Loans, course: LoanMonths) -> Rows:
    """Return the rows of table `instalments`."""
    amounts = np.concatenate([course.principal_due, course.interest_due])
    component = np.repeat(np.arange(2), len(course.loan))
    owed = amounts > 0
    loan = np.tile(course.loan, 2)[owed]
    return {
        "loan_id": loan_ids(block, loans.borrower[loan], loans.number[loan]),
        "due_on": dates(np.tile(course.due_on, 2)[owed]),
        "component": words(component[owed], COMPONENTS),
        "due_amount": pa.array(amounts[owed]),
    }


def payment_rows(block: Block, loans: Loans, made: Payments) -> tuple[Rows, Rows, Rows]:
    """Return the rows of table `payments`, payments that later bounced, and their tombstones."""
    place = (block.people.number[made.borrower], loans.number[made.loan], made.month * 4 + made.by)
    delay = 1 + block.draws.below(3, "repayments.delay", *place)
    booked_late = block.draws.uniform("repayments.booked_late", *place) < _BOOKED_LATE
    stated_on = block.months.last_day(block.month_of(made.day))
    known_on = np.minimum(np.where(booked_late, made.day + delay, made.day), stated_on)
    rows = _payment_columns(block, loans, made, known_on)
    due_on = block.due_on(made.borrower, made.month)
    bounced = (made.by == _WHOLE) & (made.day >= due_on + 7)
    bounced &= block.draws.uniform("repayments.bounced", *place) < _BOUNCED
    back = due_on + 1 + block.draws.below(4, "repayments.back", *place)
    bounced &= back <= np.minimum(block.months.last_day(made.month), block.ends_on)
    tried = made.only(bounced)
    tried = Payments(
        tried.loan, tried.borrower, tried.month, due_on[bounced], tried.amount, np.full_like(tried.by, _RETURNED)
    )
    false = _payment_columns(block, loans, tried, due_on[bounced])
    return rows, false, taken_back(false, np.arange(len(tried.loan)), back[bounced], block.ends_on)


def ledger_rows(block: Block, loans: Loans, course: LoanMonths) -> tuple[Rows, Rows]:
    """Return the rows of table `ledger`, cards left out, and the right ones where the first were wrong.

    The row of the month in which a loan is repaid or written off says that 0 is left.
    """
    opened, gone = np.flatnonzero(loans.opens >= 0), np.flatnonzero(is_written_off(block, loans))
    loan = np.concatenate([opened, course.loan, gone])
    gone_by, debtor = loans.ends[gone], loans.borrower[gone]
    month = np.concatenate([loans.opens[opened], course.month, gone_by])
    aged = _last_dpd(course, gone) + block.months.last_day(gone_by) - block.months.last_day(gone_by - 1)
    nothing = np.zeros_like(gone)
    balance = np.concatenate([loans.principal[opened], course.principal_left, nothing])
    stated_on = block.months.last_day(month)
    place = (block.people.number[loans.borrower[loan]], loans.number[loan], month)
    wrong = (block.draws.uniform("ledger.wrong", *place) < _WRONG_AT_FIRST) & (balance > 0)
    mended_on = stated_on + 2 + block.draws.below(9, "ledger.mended", *place)
    wrong &= mended_on <= block.ends_on
    rows = {
        "loan_id": loan_ids(block, loans.borrower[loan], loans.number[loan]),
        "stated_on": dates(stated_on),
        "balance": pa.array(np.where(wrong, balance * 11 // 10, balance)),
        "dpd": pa.array(np.concatenate([np.zeros_like(opened), course.dpd, aged])),
    }
    delivered = ~missing_feed(block)[np.concatenate([loans.borrower[opened], course.borrower, debtor]), month]
    which = np.flatnonzero(wrong & delivered)
    return only(rows, delivered), later(rows, which, mended_on[which], block.ends_on, balance=pa.array(balance[which]))


def missing_feed(block: Block) -> Flags:
    """Return the months whose ledger rows never came; what a gap covers is delivered by no later month."""
    return block.during(Kind.FEED_GAP)


def _last_dpd(course: LoanMonths, loan: Ints) -> Ints:
    """Return the dpd of the last row of each of these loans."""
    return course.dpd[np.searchsorted(course.loan, loan, side="right") - 1]


def _payment_columns(block: Block, loans: Loans, made: Payments, known_on: Ints) -> Rows:
    number = block.people.number[made.borrower]
    return {
        "payment_id": ids("R", ((number + 1) * 100 + loans.number[made.loan]) * 1000 + made.month * 4 + made.by, 12),
        "loan_id": loan_ids(block, made.borrower, loans.number[made.loan]),
        "paid_on": dates(made.day),
        "paid_amount": pa.array(made.amount),
        "known_on": dates(known_on),
    }
