-- 检查记录 JCJL -> findings: known from the day of entry (LRRQ), not of the visit. 自录入日起获知，而非检查日。
SELECT
    trimmed(JCBH) AS finding_id,
    trimmed(KHH) AS borrower_id,
    trimmed(JJH) AS loan_id,
    as_date(JCRQ) AS found_on,
    trimmed(SXDM) AS field,
    trimmed(RDZ) AS value,
    trimmed(JCR) AS author,
    as_date_or_null(LRRQ) AS known_on,
    as_flag(JLZT, yes := '作废', no := '正常') AS withdrawn,
FROM raw.JCJL
