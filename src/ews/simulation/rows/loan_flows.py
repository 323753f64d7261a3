"""Loan flows: what loans move on the accounts: paid out, spent, repaid, and called from guarantors.

Grain   one posting per payout, use, repayment and call
Source  working capital goes to suppliers within weeks; a loan that repays another is used up by that. How it shows:
        MISUSE  a share `size` of the payout leaves within days for securities, private persons or related parties;
                some of it comes back weeks later
        CALL    the guarantor pays the bank, as 'other', month by month
"""

import numpy as np

from ews.simulation.arrays import Flags, Floats, Ints
from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.main_loans import CONSUMER, MORTGAGE
from ews.simulation.rows.block import Block
from ews.simulation.rows.calls import monthly_calls
from ews.simulation.rows.loans import Loans
from ews.simulation.rows.postings import CODE, NOBODY, SECONDS, THIS_BANK, Postings, in_banking_hours, outside
from ews.simulation.rows.repayment_rows import Payments
from ews.simulation.rows.trades import SERIES

_ELSEWHERE = np.array([CODE["private_person"], CODE["securities"], CODE["related_party"]])
_ELSEWHERE_SERIES = np.array([SERIES["persons"], SERIES["brokers"], SERIES["related"]])
_COMES_BACK = 0.4


def service_postings(block: Block, loans: Loans, made: Payments) -> Postings:
    """Return each repayment as it leaves the borrower's account; guarantors pay from theirs."""
    own = made.only(made.own)
    row = (block.people.number[own.borrower], loans.number[own.loan], own.month * 4 + own.by)
    return Postings(
        account=2 * own.borrower,
        second=in_banking_hours(block, own.day, "flows.service", row),
        amount=-own.amount,
        category=np.full(len(own.loan), CODE["loan_service"]),
        partner=np.full(len(own.loan), NOBODY, np.int64),
    )


def call_postings(block: Block) -> Postings:
    """Return what guarantors of the block pay for others."""
    called = monthly_calls(block.calls, block.place(block.calls.guarantor), block.arrears.shape)
    borrower, month = np.nonzero((called > 0) & block.present)
    row = (block.people.number[borrower], month)
    day = block.months.first_day(month) + 4 + block.draws.below(20, "flows.called", *row)
    return Postings(
        account=2 * borrower,
        second=in_banking_hours(block, day, "flows.called.second", row),
        amount=-called[borrower, month],
        category=np.full(len(borrower), CODE["other"]),
        partner=np.full(len(borrower), THIS_BANK, np.int64),
    )


def payout_postings(block: Block, loans: Loans) -> list[Postings]:
    """Return each loan as it comes in, and as it is spent: on the trade, or elsewhere where it is misused."""
    new = (loans.opens >= 0) & (loans.opened_on <= block.ends_on)
    borrower, month, opened_on = loans.borrower[new], loans.opens[new], loans.opened_on[new]
    principal, row = loans.principal[new], (block.people.number[borrower], loans.number[new])
    # paid out before the banks open, so that a loan that repays another comes first
    second = opened_on * SECONDS + 7 * 3600
    payout = np.full(len(borrower), CODE["loan_payout"])
    came = Postings(2 * borrower, second, principal, payout, np.full(len(borrower), NOBODY, np.int64))
    owed = np.where(loans.replaces[new] >= 0, _replaced(loans, new), 0)
    free = np.maximum(principal - owed, 0)
    share = np.clip(block.size_during(Kind.MISUSE)[borrower, month], 0, 1) * (loans.product[new] != MORTGAGE)
    gone = (free * share).astype(np.int64) // 10_000 * 10_000
    kind = block.draws.pick((0.4, 0.35, 0.25), "flows.misused.kind", *row)
    return [
        came,
        *_misused(block, borrower, opened_on, gone, kind, row),
        *_spent(block, loans.product[new], borrower, opened_on, free - gone, row),
    ]


def _replaced(loans: Loans, new: Flags) -> Ints:
    """Return the principal of the loan that each of the `new` ones replaces."""
    key = loans.borrower * 100 + loans.number
    old = np.searchsorted(key, loans.borrower[new] * 100 + np.maximum(loans.replaces[new], 0))
    return loans.principal[np.minimum(old, len(loans) - 1)]


def _spent(
    block: Block, product: Ints, borrower: Ints, opened_on: Ints, free: Ints, row: tuple[Ints, Ints]
) -> list[Postings]:
    """Return the use as agreed: suppliers in up to three payments, a home at once, a person's purchases."""
    whole = 0.75 + 0.25 * block.draws.uniform("flows.spent.share", *row)
    parts = 1 + block.draws.below(3, "flows.spent.parts", *row)
    parts = np.where(product == MORTGAGE, 1, parts)
    category = np.where(product == MORTGAGE, CODE["other"], CODE["purchase"])
    made = []
    for part in range(3):
        wait = block.draws.below(18, f"flows.spent.wait.{part}", *row) * (product != MORTGAGE)
        amount = np.where(product == MORTGAGE, free, (free * whole).astype(np.int64)) // parts
        seat = block.draws.below(50_000_000, f"flows.spent.seat.{part}", *row)
        spent = Postings(
            account=2 * borrower,
            second=(opened_on + wait) * SECONDS + (15 + part) * 3600,
            amount=-amount,
            category=category,
            partner=np.where(product == CONSUMER, NOBODY, outside(SERIES["trade"], seat)),
        )
        made.append(spent.only((part < parts) & (amount > 0)))
    return made


def _misused(
    block: Block, borrower: Ints, opened_on: Ints, gone: Ints, kind: Ints, row: tuple[Ints, Ints]
) -> list[Postings]:
    """Return what leaves at once for elsewhere, and what comes back of it."""
    seat = block.draws.below(50_000_000, "flows.misused.seat", *row)
    seat = np.where(_ELSEWHERE_SERIES[kind] == SERIES["brokers"], seat % 30, seat)
    party = outside(0, _ELSEWHERE_SERIES[kind] * 100_000_000 + seat)
    left_on = opened_on + block.draws.below(4, "flows.misused.wait", *row)
    back_on = left_on + 14 + block.draws.below(50, "flows.misused.back", *row)
    returned = _returned(block, gone, block.draws.uniform("flows.misused.returns", *row), row)
    went = Postings(2 * borrower, left_on * SECONDS + 14 * 3600, -gone, _ELSEWHERE[kind], party)
    back = Postings(2 * borrower, back_on * SECONDS + 11 * 3600, returned, _ELSEWHERE[kind], party)
    return [went.only(gone > 0), back.only(returned > 0)]


def _returned(block: Block, gone: Ints, luck: Floats, row: tuple[Ints, Ints]) -> Ints:
    share = 0.2 + 0.4 * block.draws.uniform("flows.misused.share", *row)
    return np.where(luck < _COMES_BACK, (gone * share).astype(np.int64) // 10_000 * 10_000, 0)
