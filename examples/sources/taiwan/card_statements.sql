-- Statement of month t: its balance (BILL_AMT) and what was paid in that month (PAY_AMT), in NT$ x 100.
-- PAY_AMT1 was paid in September, so it stands beside September's statement. 各月账单余额与当月还款额。
WITH cards AS (
    SELECT * FROM raw.taiwan_credit_card AS t (
        id, limit_bal, sex, education, marriage, age,
    pay_1, pay_2, pay_3, pay_4, pay_5, pay_6,
    bill_amt1, bill_amt2, bill_amt3, bill_amt4, bill_amt5, bill_amt6,
    pay_amt1, pay_amt2, pay_amt3, pay_amt4, pay_amt5, pay_amt6, defaulted
    )
),

months AS (
    SELECT
        'TW' || lpad(CAST(id AS VARCHAR), 5, '0') AS borrower_id,
        limit_bal,
        unnest([
            {'stated_on': DATE '2005-04-30', 'bill': bill_amt6, 'paid_back': pay_amt6},
            {'stated_on': DATE '2005-05-31', 'bill': bill_amt5, 'paid_back': pay_amt5},
            {'stated_on': DATE '2005-06-30', 'bill': bill_amt4, 'paid_back': pay_amt4},
            {'stated_on': DATE '2005-07-31', 'bill': bill_amt3, 'paid_back': pay_amt3},
            {'stated_on': DATE '2005-08-31', 'bill': bill_amt2, 'paid_back': pay_amt2},
            {'stated_on': DATE '2005-09-30', 'bill': bill_amt1, 'paid_back': pay_amt1}
        ], recursive := true),
    FROM cards
)

SELECT
    borrower_id || '-C' AS card_id,
    borrower_id,
    stated_on,
    fen(limit_bal) AS credit_limit,
    fen(bill) AS balance,
    fen(paid_back) AS paid,
FROM months
