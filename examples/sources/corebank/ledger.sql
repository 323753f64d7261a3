-- 台账 TZJL -> ledger. Days past due were typed in: '３１天', '0', or nothing, which stays unknown.
-- 逾期天数为手工录入，全角、带“天”字；空白为未知，不是 0。
SELECT
    trimmed(JJH) AS loan_id,
    as_date(TJRQ) AS stated_on,
    fen(DKYE) AS balance,
    rtrim(half_width(YQTS), '天 ') AS dpd,
    as_date_or_null(GXRQ) AS known_on,
    as_flag(JLZT, yes := '作废', no := '正常') AS withdrawn,
FROM raw.TZJL
