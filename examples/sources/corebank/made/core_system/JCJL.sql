-- 检查记录.
SELECT
    finding_id AS JCBH,
    padded(borrower_id, 16) AS KHH,
    loan_id AS JJH,
    day8(found_on, '') AS JCRQ,
    field AS SXDM,
    value AS RDZ,
    author AS JCR,
    processed(known_on, found_on, withdrawn) AS LRRQ,
    CASE WHEN withdrawn THEN '作废' ELSE '正常' END AS JLZT,
FROM bank.findings
