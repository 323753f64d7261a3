-- 交易流水 JYLS -> transactions. Amounts have no sign but 借/贷; the kind is a code, told by the list below.
-- A reversal (CZBZ 1) is a posting of its own that names the one it takes back (YLSH): it becomes a tombstone.
-- The posting taken back (CZBZ 2) stays: until the reversal the bank believed in it.
-- 冲正流水(1)转为对原流水的撤销；被冲正的原流水(2)照常导入：冲正之前它确实在账上。
SELECT
    trimmed(LSH) AS posting_id,
    trimmed(ZH) AS account_id,
    as_timestamp(trimmed(JYRQ) || lpad(trimmed(JYSJ), 6, '0')) AS occurred_at,  -- 90516 is 09:05:16 时间丢了前导零
    signed_fen(JYJE, JDBZ, plus := '贷', minus := '借') AS amount,
    signed_fen(ZHYE, YEFX, plus := '贷', minus := '借') AS balance_after,
    decoded(
        ZYM,
        MAP {
            '1001': 'sales', '1002': 'purchase', '2001': 'wage', '2002': 'tax', '2003': 'utility', '2004': 'rent',
            '3001': 'loan_payout', '3002': 'loan_service', '4001': 'securities', '5001': 'own_transfer',
            '5002': 'related_party', '5003': 'private_person', '6001': 'cash', '6002': 'fee', '9999': 'other'
        }
    ) AS category,
    trimmed(DFZH) AS counterparty_id,
    as_date_or_null(CLRQ) AS known_on,  -- booked or corrected later 补记或更正的处理日期
    CASE WHEN trimmed(CZBZ) IN ('0', '2') THEN 'false' ELSE CZBZ || '?' END AS withdrawn,  -- no fourth 无第四种
FROM raw.JYLS
WHERE trimmed(CZBZ) IS DISTINCT FROM '1'
UNION ALL BY NAME
SELECT trimmed(YLSH) AS posting_id, as_date(JYRQ) AS known_on, 'true' AS withdrawn,
FROM raw.JYLS
WHERE trimmed(CZBZ) = '1'
