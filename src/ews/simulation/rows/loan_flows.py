"""Loan flows: what loans move on the accounts: paid out, spent, repaid.

Grain   one posting per payout, use and repayment
"""

import numpy as np

from ews.simulation.rows.block import Block
from ews.simulation.rows.loans import Loans
from ews.simulation.rows.postings import CODE, SECONDS, Postings, in_banking_hours, values_of
from ews.simulation.rows.repayments import LoanMonths


def loan_service(block: Block, course: LoanMonths) -> Postings:
    """Return each repayment of a loan as it leaves the account."""
    made = (course.paid > 0) & (course.paid_on <= block.months.last_day(block.months.count - 1))
    borrower, paid_on = course.borrower[made], course.paid_on[made]
    crossed = paid_on > block.months.last_day(course.month[made])
    row = (block.people.number[borrower], course.month[made])
    return Postings(
        account=2 * borrower,
        month=course.month[made] + crossed,
        second=in_banking_hours(block, paid_on, "flows.service", row),
        amount=-course.paid[made],
        category=np.full(len(borrower), CODE["loan_service"]),
        partner=np.zeros(len(borrower), np.int64),
    )


def payouts(block: Block, loans: Loans) -> tuple[Postings, Postings]:
    """Return each loan as it comes in, and as it is spent: on the trade, or elsewhere by the stressed."""
    new = loans.opens >= 0
    borrower, month, opened_on = loans.borrower[new], loans.opens[new], loans.opened_on[new]
    row = (block.people.number[borrower], loans.number[new])
    stress = block.stress[borrower, month]
    misused = block.draws.uniform("flows.misuse", *row) < 1 / (1 + np.exp(2.6 - 0.8 * stress))
    elsewhere = block.draws.pick((0.4, 0.35, 0.25), "flows.misuse_kind", *row)
    other = np.array([CODE["private_person"], CODE["securities"], CODE["related_party"]])[elsewhere]
    spent_on = np.minimum(opened_on + block.draws.below(10, "flows.spent", *row), block.months.last_day(month))
    no_one = np.zeros(len(borrower), np.int64)
    payout = np.full(len(borrower), CODE["loan_payout"])
    # paid out before the banks open and spent after they close, so that a loan that repays another comes first
    came = Postings(2 * borrower, month, opened_on * SECONDS + 7 * 3600, loans.principal[new], payout, no_one)
    amount = -(loans.principal[new] * 9 // 10)
    category = np.where(misused, other, CODE["purchase"])
    refinances = loans.replaces[new] >= 0
    spent = Postings(2 * borrower, month, spent_on * SECONDS + 21 * 3600, amount, category, no_one)
    return came, Postings(*(values[~refinances] for values in values_of(spent)))
