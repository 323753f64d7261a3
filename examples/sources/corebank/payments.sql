-- 还款流水 HKLS -> payments. A reversed payment stays one line whose status turned to 冲正: it becomes two rows, the
-- payment, which the bank believed until then, and the tombstone. 冲正在原记录上改状态：一行变两行，原还款在冲正日之前有效。
WITH notes AS (SELECT DISTINCT trimmed(DKZH) AS account, trimmed(JJH) AS loan_id FROM raw.DKJJ),

lines AS (
    SELECT h.*, coalesce(n.loan_id, trimmed(h.DKZH)) AS loan_id,
    FROM raw.HKLS AS h
    LEFT JOIN notes AS n ON n.account = trimmed(h.DKZH)
)

SELECT
    trimmed(LSH) AS payment_id,
    loan_id,
    as_date(HKRQ) AS paid_on,
    fen(HKJE) AS paid_amount,
    as_date_or_null(CLRQ) AS known_on,
    -- Only to see that there is no third status. 仅用于发现第三种状态。
    nullif(as_flag(ZT, yes := '冲正', no := '正常'), 'true') AS withdrawn,
FROM lines
UNION ALL BY NAME
SELECT trimmed(LSH) AS payment_id, as_date(CZRQ) AS known_on, 'true' AS withdrawn,
FROM lines
WHERE trimmed(ZT) = '冲正'
