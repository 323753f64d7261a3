-- 征信报告查询登记.
SELECT
    report_id AS BGBH,
    padded(borrower_id, 16) AS KHH,
    day8(pulled_on, '') AS CXRQ,
    CASE WHEN authorised THEN '已授权' WHEN NOT authorised THEN '未授权' ELSE '' END AS SQBZ,
    code(MAP {'full': '1', 'inquiries': '2', 'debts': '3'}, scope) AS BGNR,
    processed(known_on, pulled_on, withdrawn) AS GXRQ,
    CASE WHEN withdrawn THEN '作废' ELSE '正常' END AS JLZT,
FROM bank.bureau_reports
