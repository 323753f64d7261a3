-- 信用卡账单 XYKZD -> card_statements. An overpaid balance has its minus behind: '1,234.50-'. 溢缴款负号在后。
SELECT
    trimmed(KH) AS card_id,
    trimmed(KHH) AS borrower_id,
    as_date(ZDRQ) AS stated_on,
    fen(XYED) AS credit_limit,
    fen(ZDYE) AS balance,
    fen(ZDHK) AS minimum_due,
    fen(BQHK) AS paid,
    fen(QXJE) AS cash_advance,
    as_date_or_null(GXRQ) AS known_on,
    as_flag(JLZT, yes := '作废', no := '正常') AS withdrawn,
FROM raw.XYKZD
