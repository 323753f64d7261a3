def test_each_payment_of_a_borrower_with_an_account_leaves_it(made):
    wrong = made.value("""
        WITH posted AS (
            SELECT a.borrower_id, t.occurred_at::DATE AS day, -sum(amount) AS amount
            FROM transactions t JOIN accounts a USING (account_id) WHERE category = 'loan_service' GROUP BY ALL
        ),
        paid AS (
            SELECT l.borrower_id, paid_on AS day, sum(paid_amount) AS amount FROM payments JOIN loans l USING (loan_id)
            WHERE l.borrower_id IN (SELECT borrower_id FROM accounts) GROUP BY ALL
        )
        SELECT count(*) FROM paid LEFT JOIN posted USING (borrower_id, day)
        WHERE paid.amount IS DISTINCT FROM posted.amount AND day < DATE '2026-06-25'
    """)
    assert wrong == 0


def test_each_loan_paid_out_in_the_book_comes_in_on_its_day(made):
    wrong = made.value("""
        SELECT count(*) FROM loans l JOIN (SELECT DISTINCT borrower_id FROM accounts) USING (borrower_id)
        ANTI JOIN (SELECT * FROM transactions JOIN accounts USING (account_id)) t
        ON t.borrower_id = l.borrower_id AND t.category = 'loan_payout' AND t.amount = l.principal
            AND t.occurred_at::DATE = l.opened_on
        WHERE l.product <> 'card' AND l.opened_on BETWEEN DATE '2023-07-01' AND DATE '2026-06-24'
    """)
    assert wrong == 0
