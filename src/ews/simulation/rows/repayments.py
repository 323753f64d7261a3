"""Repayments: what falls due on loans, what is paid, and how the ledger stands.

Grain   one row per loan and month in which an item may fall due, from the month after it opened
Source  equal principal (等额本金) or interest with the principal at the end; a payment covers all that is due or, in
        the first month missed, sometimes a part of it. All amounts are integer fen
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ews.simulation.arrays import Flags, Ints, ragged, running
from ews.simulation.rows.block import Block
from ews.simulation.rows.columns import dates, ids, words
from ews.simulation.rows.loans import INSTALMENT, Loans, loan_ids

COMPONENTS = ("principal", "interest")
_PART_PAYERS = 0.3
_BOOKED_LATE = 0.02


@dataclass(frozen=True, slots=True)
class LoanMonths:
    """`loan` is the index into Loans; `principal_left` and `dpd` stand at the end of the month."""

    loan: Ints
    borrower: Ints
    month: Ints
    due_on: Ints
    principal_due: Ints
    interest_due: Ints
    paid: Ints
    paid_on: Ints
    principal_left: Ints
    dpd: Ints


def service(block: Block, loans: Loans) -> LoanMonths:
    """Return the course of every loan over the book's months, to the month in which it ends."""
    loan, borrower, month = _loan_months(block, loans)
    age = month - loans.opens[loan]
    by_now, before = _principal_scheduled(loans, loan, age), _principal_scheduled(loans, loan, age - 1)
    interest = (loans.principal[loan] - before) * loans.rate[loan] // 120_000
    due = by_now - before + interest
    arrears = np.maximum(block.at(block.arrears, borrower, month), 0)
    part = _part(block, borrower, month, due, arrears)
    due_on = block.due_on(borrower, month)
    ends_now = month == loans.ends[loan]
    late = _days_late(block, borrower, month, due_on, ends_now)
    open_at_end = (arrears == 0) & (due_on + late > block.months.last_day(month))
    due_by_now = running(due, loan)
    covered = _since_missed(np.where(arrears == 0, due_by_now, due_by_now - due + part), arrears)
    repaid = _since_missed(np.where(arrears == 0, by_now, before + np.maximum(part - interest, 0)), arrears)
    early = np.where(ends_now, loans.principal[loan] - by_now, 0)
    oldest = np.where(arrears > 0, block.due_on(borrower, month - np.maximum(arrears - 1, 0)), due_on)
    left = loans.principal[loan] - np.where(open_at_end, before, repaid)
    return LoanMonths(
        loan=loan,
        borrower=borrower,
        month=month,
        due_on=due_on,
        principal_due=by_now - before,
        interest_due=interest,
        paid=_increase(covered, loan) + early,
        paid_on=due_on + late,
        principal_left=np.where(ends_now, 0, left),
        dpd=np.where((arrears > 0) | open_at_end, block.months.last_day(month) - oldest, 0),
    )


def instalment_rows(block: Block, loans: Loans, course: LoanMonths) -> Mapping[str, pa.Array]:
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


def payment_rows(block: Block, loans: Loans, course: LoanMonths) -> Mapping[str, pa.Array]:
    """Return the rows of table `payments`; a few are booked some days later, yet before the ledger is drawn up."""
    made = (course.paid > 0) & (course.paid_on <= block.months.last_day(block.months.count - 1))
    loan, month, paid_on = course.loan[made], course.month[made], course.paid_on[made]
    place = (block.people.number[loans.borrower[loan]], loans.number[loan], month)
    delay = 1 + block.draws.below(3, "repayments.delay", *place)
    booked_late = block.draws.uniform("repayments.booked_late", *place) < _BOOKED_LATE
    stated_on = block.months.last_day(month + (paid_on > block.months.last_day(month)))
    return {
        "payment_id": ids("R", ((place[0] + 1) * 100 + place[1]) * 1000 + month, 12),
        "loan_id": loan_ids(block, loans.borrower[loan], loans.number[loan]),
        "paid_on": dates(paid_on),
        "paid_amount": pa.array(course.paid[made]),
        "known_on": dates(np.minimum(np.where(booked_late, paid_on + delay, paid_on), stated_on)),
    }


def ledger_rows(block: Block, loans: Loans, course: LoanMonths) -> Mapping[str, pa.Array]:
    """Return the rows of table `ledger`, cards left out, to the month repaid or written off: then 0 is left."""
    opened, gone = np.flatnonzero(loans.opens >= 0), np.flatnonzero(_is_written_off(block, loans))
    loan = np.concatenate([opened, course.loan, gone])
    gone_by, debtor = loans.ends[gone], loans.borrower[gone]
    oldest = block.due_on(debtor, gone_by - block.arrears[debtor, gone_by - 1])
    nothing = np.zeros_like(gone)
    return {
        "loan_id": loan_ids(block, loans.borrower[loan], loans.number[loan]),
        "stated_on": dates(block.months.last_day(np.concatenate([loans.opens[opened], course.month, gone_by]))),
        "balance": pa.array(np.concatenate([loans.principal[opened], course.principal_left, nothing])),
        "dpd": pa.array(np.concatenate([np.zeros_like(opened), course.dpd, block.months.last_day(gone_by) - oldest])),
    }


def _is_written_off(block: Block, loans: Loans) -> Flags:
    """Return which loans end because they are written off."""
    return np.asarray((loans.ends == block.gone[loans.borrower]) & block.written_off[loans.borrower])


def _loan_months(block: Block, loans: Loans) -> tuple[Ints, Ints, Ints]:
    """Return loan, borrower and month of each row; what is written off has none in the month it goes."""
    first = np.maximum(loans.opens + 1, 0)
    last = np.minimum(loans.ends - _is_written_off(block, loans), block.months.count - 1)
    loan, position = ragged(np.maximum(last - first + 1, 0))
    return loan, loans.borrower[loan], first[loan] + position


def _principal_scheduled(loans: Loans, loan: Ints, age: Ints) -> Ints:
    """Return the principal that should be repaid `age` months after opening."""
    principal, term = loans.principal[loan], loans.term[loan]
    step = np.where(loans.repayment[loan] == INSTALMENT, principal // term, 0)
    return np.where(age >= term, principal, step * np.maximum(age, 0))


def _part(block: Block, borrower: Ints, month: Ints, due: Ints, arrears: Ints) -> Ints:
    """Return what is paid of the first item missed: mostly nothing."""
    number = block.people.number[borrower]
    pays = (arrears == 1) & (block.draws.uniform("repayments.part", number, month) < _PART_PAYERS)
    share = 0.2 + 0.6 * block.draws.uniform("repayments.share", number, month)
    return np.where(pays, (due * share).astype(np.int64), 0)


def _days_late(block: Block, borrower: Ints, month: Ints, due_on: Ints, ends_now: Ints) -> Ints:
    """Return the days late; a last payment and those in arrears are made within the month."""
    late = block.late[borrower, month]
    missed = (block.arrears[borrower, month] > 0) | (block.at(block.arrears, borrower, month - 1) > 0)
    within = ends_now | missed
    return np.where(within, np.minimum(late, block.months.last_day(month) - due_on), late)


def _since_missed(values: Ints, arrears: Ints) -> Ints:
    """Return `values` as they stood in the first month missed, where months are missed, else as they are."""
    return values[np.arange(len(values)) - np.maximum(arrears - 1, 0)]


def _increase(values: Ints, owner: Ints) -> Ints:
    """Return by how much `values` grew from the row before of the same owner."""
    grown = np.array(values, dtype=np.int64)
    same = owner[1:] == owner[:-1]
    grown[1:] -= np.where(same, values[:-1], 0)
    return grown
