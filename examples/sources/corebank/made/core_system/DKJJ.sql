-- 贷款借据: a note (JJH) and the loan account (DKZH) under which it is repaid.
SELECT
    padded(loan_id, 20) AS JJH,
    n.DKZH AS DKZH,
    padded(borrower_id, 16) AS KHH,
    code(MAP {'business': '11', 'mortgage': '12', 'consumer': '13', 'card': '14', 'other': '19'}, product) AS CPDM,
    yuan(principal) AS FKJE,
    day8(opened_on, '00010101') AS FKRQ,
    day8(matures_on, '99991231') AS DQRQ,
    code(repayment_codes(), repayment) AS HKFS,
    code(security_codes(), security) AS DBFS,
    purpose || '　' AS DKYT,
    replaces_loan_id AS YJJH,
    day8(restructured_on, '0001-01-01') AS CZRQ,
    processed(known_on, opened_on, withdrawn) AS GXRQ,
    CASE WHEN withdrawn THEN '作废' ELSE '正常' END AS JLZT,
FROM bank.loans
JOIN loan_accounts AS n USING (loan_id)
