-- Six month ends. k months late means 30k - 29 to 30k days past due: the lower bound is taken.
-- -2 (no use), -1 (paid in full) and 0 (revolving) are all not late: balance and payments tell them apart.
-- 六个月末；逾期 k 个月取下限 30k - 29 天；-2、-1、0 均为未逾期。
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
        'TW' || lpad(CAST(id AS VARCHAR), 5, '0') || '-C' AS loan_id,
        unnest([
            {'stated_on': DATE '2005-04-30', 'late': pay_6, 'bill': bill_amt6},
            {'stated_on': DATE '2005-05-31', 'late': pay_5, 'bill': bill_amt5},
            {'stated_on': DATE '2005-06-30', 'late': pay_4, 'bill': bill_amt4},
            {'stated_on': DATE '2005-07-31', 'late': pay_3, 'bill': bill_amt3},
            {'stated_on': DATE '2005-08-31', 'late': pay_2, 'bill': bill_amt2},
            {'stated_on': DATE '2005-09-30', 'late': pay_1, 'bill': bill_amt1}
        ], recursive := true),
    FROM cards
)

SELECT
    loan_id,
    stated_on,
    -- An overpaid card (negative bill) owes nothing. 溢缴款视为余额 0。
    CASE WHEN CAST(bill AS DOUBLE) < 0 THEN '0' ELSE fen(bill) END AS balance,
    CASE WHEN CAST(late AS INTEGER) > 0 THEN 30 * CAST(late AS INTEGER) - 29 ELSE 0 END AS dpd,
FROM months
