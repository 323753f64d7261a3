-- 担保合同 DBHT -> guarantees: amounts in 万元. 金额单位为万元。
SELECT
    trimmed(HTH) AS guarantee_id,
    trimmed(BZRKHH) AS guarantor_id,
    trimmed(BDBKHH) AS borrower_id,
    fen_from_wan(DBJE) AS amount,
    as_date_or_null(QSRQ) AS starts_on,
    as_date_or_null(DQRQ) AS ends_on,
    as_date_or_null(GXRQ) AS known_on,
    as_flag(JLZT, yes := '作废', no := '正常') AS withdrawn,
FROM raw.DBHT
