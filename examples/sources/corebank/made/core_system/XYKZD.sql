-- 信用卡账单: an overpaid balance has its minus behind it.
SELECT
    padded(card_id, 20) AS KH,
    padded(borrower_id, 16) AS KHH,
    day8(stated_on, '') AS ZDRQ,
    yuan(credit_limit) AS XYED,
    yuan(abs(balance)) || CASE WHEN balance < 0 THEN '-' ELSE '' END AS ZDYE,
    yuan(minimum_due) AS ZDHK,
    yuan(paid) AS BQHK,
    yuan(cash_advance) AS QXJE,
    processed(known_on, stated_on, withdrawn) AS GXRQ,
    CASE WHEN withdrawn THEN '作废' ELSE '正常' END AS JLZT,
FROM bank.card_statements
