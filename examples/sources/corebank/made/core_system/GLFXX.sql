-- 关联方信息. Shares are percentages.
SELECT
    padded(from_id, 16) AS GLFKHH,
    padded(to_id, 16) AS KHH,
    code(MAP {'controller': '01', 'spouse': '02', 'shareholder': '03', 'affiliate': '04'}, kind) AS GLLX,
    percentage(share) AS CGBL,
    day8(starts_on, '00010101') AS QSRQ,
    day8(ends_on, '99991231') AS ZZRQ,
    processed(known_on, starts_on, withdrawn) AS GXRQ,
    CASE WHEN withdrawn THEN '作废' ELSE '正常' END AS JLZT,
FROM bank.relations
