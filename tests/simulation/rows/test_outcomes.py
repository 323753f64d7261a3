from ews.simulation.rows.outcomes import outcome_rows
from tests.simulation.economies import with_arrears


def test_a_loan_is_written_off_on_its_due_day_18_months_after_the_default(block):
    one = with_arrears(block, [0, *range(1, 23), -1], due_day=20)
    rows = outcome_rows(one)
    assert rows["kind"].to_pylist() == ["write_off"]
    assert rows["occurred_on"].to_pylist() == [one.months.month_end(23).replace(day=20)]


def test_those_who_leave_are_not_written_off(block):
    assert outcome_rows(with_arrears(block, [0, 0, -1]))["kind"].to_pylist() == []


def test_a_write_off_in_the_book_follows_a_default(made):
    early = made.value("""
        SELECT count(*) FROM outcomes o WHERE NOT EXISTS (
            SELECT 1 FROM ledger JOIN loans l USING (loan_id)
            WHERE l.borrower_id = o.borrower_id AND dpd > 90 AND stated_on < o.occurred_on - 400
        )
    """)
    assert early == 0
    assert made.value("SELECT count(*) FROM outcomes") > 3
