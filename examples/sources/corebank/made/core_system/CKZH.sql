-- 账户主档: deposit accounts and credit cards in one table, told apart by ZHDL (CK 存款, XYK 信用卡).
SELECT
    padded(account_id, 20) AS ZH,
    'CK' AS ZHDL,
    code(
        MAP {'current': '110', 'savings': '120', 'settlement': '130', 'deposit': '140', 'other': '190'}, kind
    ) AS ZHLB,
    padded(borrower_id, 16) AS KHH,
    day8(opened_on, '00010101') AS KHRQ,
    day8(closed_on, '99991231') AS XHRQ,
    '' AS HKFS,
    '' AS DBFS,
    processed(known_on, opened_on, withdrawn) AS GXRQ,
    CASE WHEN withdrawn THEN '作废' ELSE '正常' END AS JLZT,
FROM bank.accounts
UNION ALL
SELECT
    padded(loan_id, 20),
    'XYK',
    '210',
    padded(borrower_id, 16),
    day8(opened_on, '00010101'),
    day8(matures_on, '99991231'),
    code(repayment_codes(), repayment),
    code(security_codes(), security),
    processed(known_on, opened_on, withdrawn),
    CASE WHEN withdrawn THEN '作废' ELSE '正常' END,
FROM bank.loans
WHERE loan_id IN (FROM plain_cards)
