-- 客户信息 KHXX -> borrowers. Codes become words by the code table SJZD; what it does not hold shows as the code.
-- XB (性别) is in the extract and stays there: protected attributes are not imported. 性别不导入。
WITH codes AS (SELECT trimmed(DMLX) AS kind, trimmed(DMZ) AS code, trimmed(DMMC) AS word FROM raw.SJZD)

SELECT
    trimmed(k.KHH) AS borrower_id,  -- CHAR(16): blanks at the end 定长字段，尾部有空格
    decoded(k.KHLX, MAP {'1': 'firm', '2': 'individual'}) AS kind,
    as_flag(k.LSBZ, yes := 'Y', no := 'N') AS retail,
    trimmed(k.KHMC) AS name,
    coalesce(hy.word, trimmed(k.HYDM)) AS industry,
    coalesce(dq.word, trimmed(k.DQDM)) AS region,
    coalesce(jg.word, trimmed(k.GHJG)) AS branch_id,  -- '000003' is text, never a number 机构号保留前导零
    trimmed(k.KHJL) AS officer_id,
    trimmed(k.JTBH) AS group_id,
    as_date_or_null(k.KHRQ) AS customer_since,
    -- Each change is a line of its own: same customer, later day. 每次变更一行：客户号相同，更新日期较晚。
    -- Empty means known since the row happened (customer_since). 空值表示自发生日（建立客户关系日）即获知。
    as_date_or_null(k.GXRQ) AS known_on,
    as_flag(k.JLZT, yes := '作废', no := '正常') AS withdrawn,
FROM raw.KHXX AS k
LEFT JOIN codes AS hy ON hy.kind = 'HY' AND hy.code = trimmed(k.HYDM)
LEFT JOIN codes AS dq ON dq.kind = 'DQ' AND dq.code = trimmed(k.DQDM)
LEFT JOIN codes AS jg ON jg.kind = 'JG' AND jg.code = trimmed(k.GHJG)
