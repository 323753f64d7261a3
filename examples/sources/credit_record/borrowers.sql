-- An account without a customer table becomes its own borrower. 仅有账户，每个账户视为一个借款人。
SELECT DISTINCT
    CAST(account_id AS VARCHAR) AS borrower_id,
    'individual' AS kind,
    true AS retail,
FROM raw.credit_record AS t (account_id, months_balance, status)
ORDER BY borrower_id
