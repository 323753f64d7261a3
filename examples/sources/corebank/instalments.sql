-- 还款计划 HKJH -> instalments: principal, interest and fee lie beside each other and become a row each.
-- 本金、利息、费用由列转行；空白表示该期无此款项。
WITH notes AS (SELECT DISTINCT trimmed(DKZH) AS account, trimmed(JJH) AS loan_id FROM raw.DKJJ),

items AS (
    SELECT
        * EXCLUDE (YHBJ, YHLX, YHFY),
        unnest(['principal', 'interest', 'fee']) AS component,
        unnest([YHBJ, YHLX, YHFY]) AS amount,
    FROM raw.HKJH
)

SELECT
    -- The plan knows the loan account only; a number that is no note's stays, to be rejected by its reference.
    -- 计划只有贷款账号，须关联借据；关联不上的原样交出，由引用校验拒收。
    coalesce(n.loan_id, trimmed(i.DKZH)) AS loan_id,
    as_date(i.YHRQ) AS due_on,
    i.component,
    -- Of a line taken back only the key counts. 作废行只取主键。
    CASE WHEN trimmed(i.JLZT) IS DISTINCT FROM '作废' THEN fen(i.amount) END AS due_amount,
    as_date_or_null(i.GXRQ) AS known_on,
    as_flag(i.JLZT, yes := '作废', no := '正常') AS withdrawn,
FROM items AS i
LEFT JOIN notes AS n ON n.account = trimmed(i.DKZH)
WHERE trimmed(i.amount) IS NOT NULL
