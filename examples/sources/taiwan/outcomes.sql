-- Default in October 2005; the day is not given, so it was known at the end of the month, when the data ends.
-- 2005年10月违约，具体日期未知；获知日取月末。
SELECT
    'TW' || lpad(CAST(id AS VARCHAR), 5, '0') AS borrower_id,
    'default' AS kind,
    DATE '2005-10-31' AS known_on,
FROM raw.taiwan_credit_card AS t (
    id, limit_bal, sex, education, marriage, age,
    pay_1, pay_2, pay_3, pay_4, pay_5, pay_6,
    bill_amt1, bill_amt2, bill_amt3, bill_amt4, bill_amt5, bill_amt6,
    pay_amt1, pay_amt2, pay_amt3, pay_amt4, pay_amt5, pay_amt6, defaulted
)
WHERE CAST(defaulted AS INTEGER) = 1
