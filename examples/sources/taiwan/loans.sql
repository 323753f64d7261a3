-- The card itself; when it was opened is not known. 信用卡本身；开卡日未知。
SELECT
    'TW' || lpad(CAST(id AS VARCHAR), 5, '0') || '-C' AS loan_id,
    'TW' || lpad(CAST(id AS VARCHAR), 5, '0') AS borrower_id,
    'card' AS product,
    'revolving' AS repayment,
FROM raw.taiwan_credit_card AS t (
    id, limit_bal, sex, education, marriage, age,
    pay_1, pay_2, pay_3, pay_4, pay_5, pay_6,
    bill_amt1, bill_amt2, bill_amt3, bill_amt4, bill_amt5, bill_amt6,
    pay_amt1, pay_amt2, pay_amt3, pay_amt4, pay_amt5, pay_amt6, defaulted
)
