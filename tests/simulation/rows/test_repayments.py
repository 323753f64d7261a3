from datetime import date

import numpy as np
import pytest

from ews.simulation.arrays import NEVER
from ews.simulation.rows.loans import BULLET, BUSINESS, INSTALMENT, Loans
from ews.simulation.rows.repayments import instalment_rows, ledger_rows, payment_rows, service
from tests.simulation.economies import with_arrears


def one_loan(
    repayment: int, *, principal: int = 120_000_00, term: int = 12, opens: int = 0, ends: int = int(NEVER)
) -> Loans:
    values = {
        "borrower": 0, "number": 0, "product": BUSINESS, "repayment": repayment, "principal": principal, "rate": 600,
        "term": term, "opens": opens, "opened_on": 0, "ends": ends, "replaces": -1,
    }  # fmt: skip
    return Loans(**{name: np.array([value]) for name, value in values.items()})


def test_equal_principal_with_interest_on_what_is_left(block):
    one = with_arrears(block, [0, 0, 0, 0])
    course = service(one, one_loan(INSTALMENT))
    assert course.principal_due.tolist() == [10_000_00] * 3
    assert course.interest_due.tolist() == [600_00, 550_00, 500_00]
    assert course.paid.tolist() == [10_600_00, 10_550_00, 10_500_00]
    assert course.principal_left.tolist() == [110_000_00, 100_000_00, 90_000_00]
    assert course.dpd.tolist() == [0, 0, 0]


def test_a_bullet_loan_owes_interest_and_at_the_end_the_principal(block):
    one = with_arrears(block, [0, 0, 0, 0])
    course = service(one, one_loan(BULLET, term=3, ends=3))
    assert course.principal_due.tolist() == [0, 0, 120_000_00]
    assert course.interest_due.tolist() == [600_00, 600_00, 600_00]
    assert course.principal_left.tolist() == [120_000_00, 120_000_00, 0]


def test_dpd_grows_from_the_first_item_missed_and_passes_90_in_the_fourth_month(block):
    one = with_arrears(block, [0, 0, 1, 2, 3, 4, 5], due_day=20)
    course = service(one, one_loan(BULLET))
    first_missed = int(one.due_on(np.array([0]), np.array([2]))[0])
    assert course.dpd.tolist() == [0] + [int(one.months.last_day(month)) - first_missed for month in range(2, 7)]
    assert course.dpd[3] < 91 < course.dpd[4]


def test_arrears_caught_up_are_paid_in_one_sum(block):
    one = with_arrears(block, [0, 0, 1, 2, 0, 0])
    course = service(one, one_loan(BULLET))
    assert course.paid.sum() == 5 * 600_00
    assert course.paid[1] + course.paid[3] == 3 * 600_00
    assert course.dpd.tolist()[3:] == [0, 0]


def test_a_borrower_who_leaves_repays_what_is_outstanding(block):
    one = with_arrears(block, [0, 0, 0, -1, -1])
    course = service(one, one_loan(INSTALMENT, ends=3))
    assert course.month.tolist() == [1, 2, 3]
    assert course.paid.tolist() == [10_600_00, 10_550_00, 10_500_00 + 90_000_00]
    assert course.principal_left.tolist()[-1] == 0


def test_a_loan_written_off_ends_without_a_payment(block):
    one = with_arrears(block, [0, *range(1, 23), -1])
    course = service(one, one_loan(BULLET, ends=23))
    assert course.month.tolist() == list(range(1, 23))
    assert course.paid[1:].sum() == 0
    assert course.dpd[-1] > 600


def test_an_item_paid_after_the_month_end_is_past_due_on_the_ledger(block):
    one = with_arrears(block, [0, 0, 0], due_day=25)
    one.late[:] = 10
    course = service(one, one_loan(INSTALMENT))
    assert course.dpd.tolist() == (one.months.last_day(course.month) - course.due_on).tolist()
    assert course.principal_left.tolist() == [120_000_00, 110_000_00]
    assert payment_rows(one, one_loan(INSTALMENT), course)["payment_id"].to_pylist() == [
        f"R{(int(one.people.number[0]) + 1) * 100:09d}001"
    ]


def test_a_loan_of_the_stock_goes_on_where_it_stood(block):
    one = with_arrears(block, [0, 0])
    course = service(one, one_loan(INSTALMENT, opens=-3))
    assert course.month.tolist() == [0, 1]
    assert course.interest_due.tolist() == [500_00, 450_00]
    assert course.principal_left.tolist() == [90_000_00, 80_000_00]


def test_the_ledger_starts_with_the_month_paid_out(block):
    one = with_arrears(block, [0, 0, 0])
    loans = one_loan(INSTALMENT, opens=1)
    rows = ledger_rows(one, loans, service(one, loans))
    assert rows["balance"].to_pylist() == [120_000_00, 110_000_00]
    assert [day.month for day in rows["stated_on"].to_pylist()] == [
        one.months.month_end(1).month,
        one.months.month_end(2).month,
    ]


def test_a_loan_written_off_is_on_the_ledger_once_more_without_a_balance(block):
    one = with_arrears(block, [0, *range(1, 23), -1])
    loans = one_loan(BULLET, ends=23)
    rows = ledger_rows(one, loans, service(one, loans))
    assert rows["balance"].to_pylist()[-2:] == [120_000_00, 0]
    assert rows["dpd"].to_pylist()[-1] == int(one.months.last_day(23) - one.due_on(np.array([0]), np.array([1]))[0])


def test_items_without_amount_are_not_due(block):
    one = with_arrears(block, [0, 0, 0])
    loans = one_loan(BULLET)
    rows = instalment_rows(one, loans, service(one, loans))
    assert rows["component"].to_pylist() == ["interest", "interest"]


DPD_FROM_EVENTS = """
    WITH due AS (
        SELECT loan_id, due_on, sum(sum(due_amount)) OVER (PARTITION BY loan_id ORDER BY due_on) AS due_so_far
        FROM instalments GROUP BY loan_id, due_on
    ),
    stated AS (SELECT loan_id, stated_on, dpd FROM ledger WHERE loan_id LIKE 'L%'),
    paid AS (
        SELECT s.loan_id, s.stated_on, coalesce(sum(p.paid_amount), 0) AS paid
        FROM stated s LEFT JOIN payments p ON p.loan_id = s.loan_id AND p.paid_on <= s.stated_on GROUP BY ALL
    ),
    oldest AS (
        SELECT loan_id, stated_on, min(due_on) AS due_on FROM paid JOIN due USING (loan_id)
        WHERE due_on <= stated_on AND due_so_far > paid GROUP BY ALL
    )
    SELECT s.loan_id, s.stated_on, s.dpd, coalesce(s.stated_on - oldest.due_on, 0) AS expected
    FROM stated s
    LEFT JOIN oldest USING (loan_id, stated_on)
"""


def test_dpd_on_the_ledger_is_the_age_of_the_oldest_item_payments_do_not_cover(made):
    rows = made.rows(
        f"SELECT count(*), count(*) FILTER (dpd > 90), count(*) FILTER (dpd <> expected) FROM ({DPD_FROM_EVENTS})"
    )
    total, in_default, wrong = rows[0]
    assert total > 20_000
    assert in_default > 100
    assert wrong == 0


def test_the_balance_is_what_payments_have_left_of_the_principal(made):
    wrong = made.value("""
        WITH paid AS (
            SELECT l.loan_id, g.stated_on, g.balance, l.principal, coalesce(sum(p.paid_amount), 0) AS paid
            FROM ledger g JOIN loans l USING (loan_id)
            LEFT JOIN payments p ON p.loan_id = g.loan_id AND p.paid_on <= g.stated_on
            WHERE l.product <> 'card' AND l.opened_on >= DATE '2023-07-01' AND g.dpd = 0 GROUP BY ALL
        ),
        interest AS (
            SELECT g.loan_id, g.stated_on, coalesce(sum(i.due_amount), 0) AS interest
            FROM ledger g LEFT JOIN instalments i
            ON i.loan_id = g.loan_id AND i.due_on <= g.stated_on AND i.component = 'interest' GROUP BY ALL
        )
        SELECT count(*) FROM paid JOIN interest USING (loan_id, stated_on)
        WHERE balance <> principal - (paid - interest)
    """)
    assert wrong == 0


def test_a_payment_booked_late_is_known_before_the_ledger_is_drawn_up(made):
    late, after_ledger = made.rows("""
        SELECT count(*) FILTER (known_on > paid_on), count(*) FILTER (known_on > last_day(paid_on)) FROM payments
    """)[0]
    assert late > 50
    assert after_ledger == 0


@pytest.mark.parametrize("due_day", [5, 25])
@pytest.mark.parametrize("start", [date(2023, 11, 1), date(2024, 2, 1), date(2025, 7, 1)])
def test_the_91st_day_past_due_lies_in_the_third_month_after(start, due_day):
    due = start.replace(day=due_day)
    default = date.fromordinal(due.toordinal() + 91)
    assert (default.year * 12 + default.month) - (due.year * 12 + due.month) == 3
