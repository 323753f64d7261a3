-- 还款流水: a reversed payment stays one line, its status turned to 冲正 in place.
WITH versions AS (
    SELECT
        *,
        lead(withdrawn) OVER next_version AS reversed,
        lead(known_on) OVER next_version AS reversed_on,
    FROM bank.payments
    WINDOW next_version AS (PARTITION BY payment_id ORDER BY known_on)
)

SELECT
    payment_id AS LSH,
    coalesce(n.DKZH, loan_id) AS DKZH,
    day8(paid_on, '') AS HKRQ,
    yuan(paid_amount) AS HKJE,
    processed(known_on, paid_on, withdrawn) AS CLRQ,
    CASE WHEN reversed THEN '冲正' ELSE '正常' END AS ZT,
    day8(CASE WHEN reversed THEN reversed_on END, '0001-01-01') AS CZRQ,
FROM versions
LEFT JOIN loan_accounts AS n USING (loan_id)
WHERE NOT withdrawn
