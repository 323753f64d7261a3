import numpy as np
import pytest

from ews.simulation.rows.loans import MORTGAGE, loan_rows, sign_loans
from tests.simulation.economies import with_arrears


@pytest.fixture(scope="module")
def loans(block):
    return sign_loans(block)


def test_every_borrower_present_has_one_main_loan_at_each_month_end(block, loans):
    standing = np.zeros((block.size, block.months.count), dtype=np.int64)
    for borrower, number, opens, ends in zip(loans.borrower, loans.number, loans.opens, loans.ends, strict=True):
        if number % 2 == 0:
            standing[borrower, max(opens, 0) : min(ends, block.months.count)] += 1
    assert np.array_equal(standing == 1, block.present)
    assert standing.max() == 1


def test_a_loan_is_opened_while_all_is_paid(block, loans):
    new = loans.opens >= 0
    assert np.all(block.arrears[loans.borrower[new], loans.opens[new]] == 0)


def test_a_loan_that_replaces_another_opens_on_the_day_that_one_is_repaid(block, loans):
    by_key = {(b, n): i for i, (b, n) in enumerate(zip(loans.borrower, loans.number, strict=True))}
    replacing = np.flatnonzero(loans.replaces >= 0)
    assert len(replacing) > 10
    for index in replacing:
        old = by_key[loans.borrower[index], loans.replaces[index]]
        assert loans.ends[old] == loans.opens[index]
        assert loans.opened_on[index] >= block.due_on(loans.borrower[old], loans.ends[old])


def test_a_loan_due_in_arrears_ends_when_all_is_caught_up(block):
    course = [0] * 9 + [1, 2, 0] + [0] * 12
    one = with_arrears(block, course)
    loans = sign_loans(one)
    ends = {int(opens + term): int(end) for opens, term, end in zip(loans.opens, loans.term, loans.ends, strict=True)}
    for matures, end in ends.items():
        expected = 11 if matures in (9, 10, 11) else matures
        assert end == expected or end > 1_000


def test_loans_of_the_stock_opened_when_their_borrowers_were_customers(block, loans):
    assert np.all(loans.opened_on >= block.people.customer_since[loans.borrower])
    assert loans.opens.min() < 0


def test_rows_mature_after_they_open_and_have_unique_ids(block, loans):
    rows = loan_rows(block, loans)
    opened, matures = (np.array(rows[name].cast("int32")) for name in ("opened_on", "matures_on"))
    assert np.all(matures > opened)
    assert len(set(rows["loan_id"].to_pylist())) == len(loans)


def test_the_guaranteed_have_guaranteed_loans_and_homes_are_mortgaged(block, loans):
    security = np.array(loan_rows(block, loans)["security"].to_pylist())
    mortgage = loans.product == MORTGAGE
    assert set(security[mortgage]) == {"mortgage"}
    assert set(security[block.guaranteed[loans.borrower] & ~mortgage]) == {"guarantee"}


def test_firms_have_business_loans_only(block, loans):
    assert set(loans.product[block.people.firm[loans.borrower]]) == {0}
