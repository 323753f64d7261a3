-- One card per account. Its first month need not be the month it was opened, so opened_on stays empty.
-- 每个账户一张卡；首个记录月未必是开卡月，故开卡日留空。
SELECT DISTINCT
    CAST(account_id AS VARCHAR) || '-C' AS loan_id,
    CAST(account_id AS VARCHAR) AS borrower_id,
    'card' AS product,
    'revolving' AS repayment,
FROM raw.credit_record AS t (account_id, months_balance, status)
ORDER BY borrower_id
