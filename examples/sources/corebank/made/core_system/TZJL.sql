-- 台账. Days past due are typed in by people, in full-width digits where there are any.
SELECT
    padded(loan_id, 20) AS JJH,
    day8(stated_on, '') AS TJRQ,
    yuan(balance) AS DKYE,
    CASE WHEN dpd > 0 THEN full_width(CAST(dpd AS VARCHAR)) || '天' ELSE coalesce(CAST(dpd AS VARCHAR), '') END AS YQTS,
    processed(known_on, stated_on, withdrawn) AS GXRQ,
    CASE WHEN withdrawn THEN '作废' ELSE '正常' END AS JLZT,
FROM bank.ledger
