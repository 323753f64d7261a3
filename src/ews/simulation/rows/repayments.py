"""Repayments: what falls due on loans, what is paid, and how loans then stand.

Grain   one entry per loan and month in which an item may fall due, from the month after it opened
Source  equal principal (等额本金) or interest with the principal at the end; relief lets principal rest for half a
        year. All amounts are integer fen. What payments have covered by a month's end says how the loan stands:
        arrears 0   all that was due, now and then in two parts, or only in the next month if paid very late; what was
                    missed before is caught up early in the month
        arrears n   all before the first of n missed items; in some cases a part of that one, or the interest of each
        CALL        a guarantor pays for older items, never so much that the default would be cured by it
        second loans are missed with the main one or a month later
"""

from dataclasses import dataclass

import numpy as np

from ews.simulation.arrays import NEVER, Flags, Ints, ragged, running
from ews.simulation.latent.course import DEFAULT_AT
from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.main_loans import INSTALMENT
from ews.simulation.rows.block import Block
from ews.simulation.rows.calls import monthly_calls
from ews.simulation.rows.loans import RESTS_MONTHS, Loans

_PART_PAYERS, _PART_PAYERS_UNWILLING = 0.25, 0.6
_INTEREST_PAYERS = 0.3
_SPLIT_FROM_DAYS = 4
_LARGE_SHARE = 0.3
"""Of items above this share of the principal, as bullets are, little is paid in parts."""
_LOAN = 1 << 44
"""More than falls due on a loan: keeps loans apart in one sorted list of amounts."""


@dataclass(frozen=True, slots=True)
class LoanMonths:
    """`loan` is the index into Loans; `principal_left` and `dpd` stand at the end of the month.

    `paid` comes in on `paid_on`, `paid_first` before it on `first_on`, `paid_by_guarantor` late in the month.
    """

    loan: Ints
    borrower: Ints
    month: Ints
    due_on: Ints
    principal_due: Ints
    interest_due: Ints
    paid_first: Ints
    first_on: Ints
    paid: Ints
    paid_on: Ints
    paid_by_guarantor: Ints
    principal_left: Ints
    dpd: Ints


@dataclass(frozen=True, slots=True)
class _Dues:
    """What falls due, row by row; `so_far` and `repaid` (principal only) include the row, per loan."""

    loan: Ints
    borrower: Ints
    month: Ints
    due_on: Ints
    principal: Ints
    interest: Ints
    so_far: Ints
    repaid: Ints

    @property
    def amount(self) -> Ints:
        return self.principal + self.interest


def service(block: Block, loans: Loans) -> LoanMonths:
    """Return the course of every loan over the book's months, to the month in which it ends."""
    dues = _dues(block, loans)
    arrears = _arrears(block, loans, dues)
    ends_now = dues.month == loans.ends[dues.loan]
    caught_up = _catches_up(dues, arrears)
    late = _days_late(block, dues, (arrears > 0) | caught_up | ends_now)
    last_day = block.months.last_day(dues.month)
    crosses = (arrears == 0) & (dues.due_on + late > last_day)
    first = np.arange(len(arrears)) - np.maximum(arrears - 1, 0)
    missed = (dues.so_far - dues.amount)[first]
    alone = np.where(arrears == 0, dues.so_far, missed + _parts(block, loans, dues, arrears, first))
    covered = np.where(arrears > DEFAULT_AT, _with_guarantor(block, loans, dues, arrears, alone), alone)
    covered = np.maximum.accumulate(dues.loan * _LOAN + covered) - dues.loan * _LOAN
    by_guarantor = np.where(arrears > DEFAULT_AT, np.maximum(_increase(covered - alone, dues.loan), 0), 0)
    overdue = np.where(caught_up, dues.so_far - dues.amount - np.append(0, covered)[:-1], 0)
    first_part = overdue + _first_part(block, loans, dues, late, (arrears == 0) & ~ends_now & ~caught_up)
    early = np.where(ends_now, loans.principal[dues.loan] - dues.repaid, 0)
    at_end = np.where(crosses, dues.so_far - dues.amount + first_part, covered)
    left, dpd = _standing(loans, dues, at_end, last_day)
    return LoanMonths(
        loan=dues.loan,
        borrower=dues.borrower,
        month=dues.month,
        due_on=dues.due_on,
        principal_due=dues.principal,
        interest_due=dues.interest,
        paid_first=first_part,
        first_on=np.where(caught_up, _catch_up_day(block, dues), dues.due_on),
        paid=_increase(covered, dues.loan) - by_guarantor - first_part + early,
        paid_on=dues.due_on + late,
        paid_by_guarantor=by_guarantor,
        principal_left=np.where(ends_now, 0, left),
        dpd=dpd,
    )


def is_written_off(block: Block, loans: Loans) -> Flags:
    """Return which loans end because they are written off."""
    return np.asarray((loans.ends == block.gone[loans.borrower]) & block.written_off[loans.borrower])


def _dues(block: Block, loans: Loans) -> _Dues:
    """Return what falls due; what is written off has no row in the month it goes."""
    first = np.maximum(loans.opens + 1, 0)
    last = np.minimum(loans.ends - is_written_off(block, loans), block.months.count - 1)
    loan, position = ragged(np.maximum(last - first + 1, 0))
    borrower, month = loans.borrower[loan], first[loan] + position
    age = month - loans.opens[loan]
    by_now, before = _principal_scheduled(loans, loan, age), _principal_scheduled(loans, loan, age - 1)
    interest = (loans.principal[loan] - before) * loans.rate[loan] // 120_000
    due_on = block.due_on(borrower, month)
    so_far = running(by_now - before + interest, loan)
    return _Dues(loan, borrower, month, due_on, by_now - before, interest, so_far, by_now)


def _principal_scheduled(loans: Loans, loan: Ints, age: Ints) -> Ints:
    """Return the principal that should be repaid `age` months after opening; it rests after relief."""
    principal, term = loans.principal[loan], loans.term[loan]
    instalment = loans.repayment[loan] == INSTALMENT
    step = np.where(instalment, principal // term, 0)
    plain = np.where(age >= term, principal, step * np.maximum(age, 0))
    eased_at = np.where(loans.eased[loan] < NEVER, loans.eased[loan] - loans.opens[loan], NEVER)
    whole_term = term + loans.added[loan]
    by_then = step * np.minimum(eased_at, term)
    resumes = eased_at + RESTS_MONTHS
    rest = np.where(instalment, (principal - by_then) // np.maximum(whole_term - resumes, 1), 0)
    after = np.where(age >= whole_term, principal, by_then + rest * np.maximum(age - resumes, 0))
    return np.where(age > eased_at, after, plain)


def _arrears(block: Block, loans: Loans, dues: _Dues) -> Ints:
    """Return how many items in a row each row's loan has missed: no more than it has had."""
    here = np.maximum(block.at(block.arrears, dues.borrower, dues.month), 0)
    number = loans.number[dues.loan]
    luck = block.draws.uniform("repayments.lags", block.people.number[dues.borrower], number)
    lags = (number % 2 == 1) & (luck < 0.5)
    position = np.arange(len(here)) - np.searchsorted(dues.loan, dues.loan)
    return np.asarray(np.minimum(np.maximum(here - lags, 0), position + 1))


def _catches_up(dues: _Dues, arrears: Ints) -> Flags:
    """Return the rows in which all that was missed until the month before is paid."""
    before = np.append(0, arrears)[:-1] * (np.diff(dues.loan, prepend=-1) == 0)
    return np.asarray((arrears == 0) & (before > 0))


def _catch_up_day(block: Block, dues: _Dues) -> Ints:
    """Return the day on which missed items are caught up: before any of three months is more than 90 days old."""
    latest = block.people.due_day[dues.borrower] - 2
    luck = block.draws.uniform("repayments.catch_up", block.people.number[dues.borrower], dues.month)
    return block.months.first_day(dues.month) + (luck * latest).astype(np.int64)


def _days_late(block: Block, dues: _Dues, within: Flags) -> Ints:
    """Return the days late; where `within`, it is paid within the month."""
    late = block.late[dues.borrower, dues.month]
    return np.where(within, np.minimum(late, block.months.last_day(dues.month) - dues.due_on), late)


def _first_part(block: Block, loans: Loans, dues: _Dues, late: Ints, able: Flags) -> Ints:
    """Return what is paid in time of items paid in two parts."""
    place = (block.people.number[dues.borrower], loans.number[dues.loan], dues.month)
    unwilling = np.clip(block.channels["reluctance"][dues.borrower, dues.month], 0, 2)
    splits = able & (late >= _SPLIT_FROM_DAYS)
    splits &= block.draws.uniform("repayments.splits", *place) < 0.3 + 0.2 * unwilling
    share = 0.2 + 0.6 * block.draws.uniform("repayments.first", *place)
    return np.where(splits, (dues.amount * share).astype(np.int64), 0)


def _parts(block: Block, loans: Loans, dues: _Dues, arrears: Ints, first: Ints) -> Ints:
    """Return what has been paid by now of the `first` of the items missed: always less than all of it."""
    number = block.people.number[dues.borrower]
    place = (number, loans.number[dues.loan], dues.month)
    unwilling = block.channels["reluctance"][dues.borrower, dues.month] > 1
    chance = np.where(unwilling, _PART_PAYERS_UNWILLING, np.where(arrears == 1, _PART_PAYERS, 0.08))
    share = 0.1 + 0.5 * block.draws.uniform("repayments.share", *place)
    share = np.where(dues.principal[first] > _LARGE_SHARE * loans.principal[dues.loan], 0.1 * share, share)
    some = (block.draws.uniform("repayments.part", *place) < chance) * share * dues.amount[first]
    interest_only = block.draws.uniform("repayments.interest_only", number) < _INTEREST_PAYERS
    interest_only &= (dues.principal[first] > 0) & (arrears <= 6)
    pays = np.where(interest_only, dues.interest, some.astype(np.int64))
    vanished = block.since(Kind.FRAUD)[dues.borrower, dues.month]
    spell = dues.loan * (1 << 20) + dues.month - arrears
    so_far = running(np.where((arrears > 0) & ~vanished, pays, 0), spell)
    return np.minimum(so_far, dues.amount[first] * 9 // 10)


def _with_guarantor(block: Block, loans: Loans, dues: _Dues, arrears: Ints, alone: Ints) -> Ints:
    """Return what is covered with the payments of guarantors on main loans: never the last item of a default's age."""
    members = block.place(block.calls.borrower)
    called = monthly_calls(block.calls, members, block.arrears.shape)
    main = (loans.number[dues.loan] % 2 == 0) & (arrears > DEFAULT_AT)
    spell = dues.loan * (1 << 20) + dues.month - arrears
    given = running(np.where(main, called[dues.borrower, dues.month], 0), spell)
    row = np.arange(len(arrears))
    items = np.maximum.accumulate(np.where(dues.amount > 0, row, 0))[np.maximum(row - DEFAULT_AT + 1, 0)]
    most = dues.so_far[items] - (dues.amount[items] + 9) // 10
    return np.asarray(np.maximum(alone, np.minimum(alone + given, most)))


def _standing(loans: Loans, dues: _Dues, covered: Ints, last_day: Ints) -> tuple[Ints, Ints]:
    """Return principal outstanding and dpd once `covered` of each loan's items is paid, interest before principal."""
    oldest = np.searchsorted(dues.loan * _LOAN + dues.so_far, dues.loan * _LOAN + covered, side="right")
    row = np.arange(len(oldest))
    clear = oldest > row
    open_ = np.minimum(oldest, row)
    part = covered - (dues.so_far - dues.amount)[open_]
    repaid = (dues.repaid - dues.principal)[open_] + np.maximum(part - dues.interest[open_], 0)
    left = loans.principal[dues.loan] - np.where(clear, dues.repaid, repaid)
    return left, np.where(clear, 0, last_day - dues.due_on[open_])


def _increase(values: Ints, owner: Ints) -> Ints:
    """Return by how much `values` grew from the row before of the same owner."""
    grown = np.array(values, dtype=np.int64)
    same = owner[1:] == owner[:-1]
    grown[1:] -= np.where(same, values[:-1], 0)
    return grown
