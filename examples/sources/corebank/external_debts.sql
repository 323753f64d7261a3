-- 他行负债 WDQK -> external_debts: balances in 万元. 余额单位为万元。
SELECT
    trimmed(KHH) AS borrower_id,
    trimmed(JGDM) AS institution_id,
    as_date(TJRQ) AS stated_on,
    fen_from_wan(DKYE) AS balance,
    trimmed(YQTS) AS dpd,
    as_date_or_null(CLRQ) AS known_on,  -- the day of the report 取得报告之日
    as_flag(JLZT, yes := '作废', no := '正常') AS withdrawn,
FROM raw.WDQK
