-- 担保合同, in 万元.
SELECT
    guarantee_id AS HTH,
    padded(guarantor_id, 16) AS BZRKHH,
    padded(borrower_id, 16) AS BDBKHH,
    wan(amount) AS DBJE,
    day8(starts_on, '00010101') AS QSRQ,
    day8(ends_on, '99991231') AS DQRQ,
    processed(known_on, starts_on, withdrawn) AS GXRQ,
    CASE WHEN withdrawn THEN '作废' ELSE '正常' END AS JLZT,
FROM bank.guarantees
