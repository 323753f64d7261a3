-- 交易流水: amounts without sign beside 借/贷; a reversal is a posting of its own that names the one it takes back.
WITH originals AS (
    SELECT posting_id, arg_max(t, known_on) AS o
    FROM bank.transactions AS t
    WHERE NOT withdrawn
    GROUP BY posting_id
),

reversed AS (SELECT DISTINCT posting_id FROM bank.transactions WHERE withdrawn)

SELECT
    posting_id AS LSH,
    padded(account_id, 20) AS ZH,
    strftime(occurred_at, '%Y%m%d') AS JYRQ,
    -- A number in the core system: leading zeros are gone.
    CAST(CAST(strftime(occurred_at, '%H%M%S') AS INTEGER) AS VARCHAR) AS JYSJ,
    CASE WHEN amount < 0 THEN '借' ELSE '贷' END AS JDBZ,
    yuan(abs(amount)) AS JYJE,
    CASE WHEN balance_after < 0 THEN '借' WHEN balance_after >= 0 THEN '贷' END AS YEFX,
    yuan(abs(balance_after)) AS ZHYE,
    code(category_codes(), category) AS ZYM,
    counterparty_id AS DFZH,
    processed(known_on, CAST(occurred_at AS DATE), withdrawn) AS CLRQ,
    CASE WHEN posting_id IN (FROM reversed) THEN '2' ELSE '0' END AS CZBZ,
    '' AS YLSH,
FROM bank.transactions
WHERE NOT withdrawn
UNION ALL
SELECT
    'CZ' || posting_id,
    padded(o.account_id, 20),
    strftime(known_on, '%Y%m%d'),
    '0',
    CASE WHEN o.amount < 0 THEN '贷' ELSE '借' END,
    yuan(abs(o.amount)),
    '',
    '',
    '9001',
    '',
    '0001-01-01',
    '1',
    posting_id,
FROM bank.transactions
LEFT JOIN originals USING (posting_id)
WHERE withdrawn
