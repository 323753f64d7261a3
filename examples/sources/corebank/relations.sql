-- 关联方信息 GLFXX -> relations.
SELECT
    trimmed(GLFKHH) AS from_id,
    trimmed(KHH) AS to_id,
    decoded(GLLX, MAP {'01': 'controller', '02': 'spouse', '03': 'shareholder', '04': 'affiliate'}) AS kind,
    as_share(CGBL) AS share,  -- '35.5%' -> 0.355
    as_date_or_null(QSRQ) AS starts_on,
    as_date_or_null(ZZRQ) AS ends_on,  -- 99991231: no end 无终止日
    as_date_or_null(GXRQ) AS known_on,  -- found late is known late 事后发现的关联，自发现日起获知
    as_flag(JLZT, yes := '作废', no := '正常') AS withdrawn,
FROM raw.GLFXX
