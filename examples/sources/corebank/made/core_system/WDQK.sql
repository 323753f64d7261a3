-- 他行负债, as a report tells it: in 万元.
SELECT
    padded(borrower_id, 16) AS KHH,
    institution_id AS JGDM,
    day8(stated_on, '') AS TJRQ,
    wan(balance) AS DKYE,
    dpd AS YQTS,
    processed(known_on, stated_on, withdrawn) AS CLRQ,
    CASE WHEN withdrawn THEN '作废' ELSE '正常' END AS JLZT,
FROM bank.external_debts
