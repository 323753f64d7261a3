-- 征信报告 ZXBG -> bureau_reports.
SELECT
    trimmed(BGBH) AS report_id,
    trimmed(KHH) AS borrower_id,
    as_date(CXRQ) AS pulled_on,
    as_flag(SQBZ, yes := '已授权', no := '未授权') AS authorised,
    decoded(BGNR, MAP {'1': 'full', '2': 'inquiries', '3': 'debts'}) AS scope,
    as_date_or_null(GXRQ) AS known_on,
    as_flag(JLZT, yes := '作废', no := '正常') AS withdrawn,
FROM raw.ZXBG
