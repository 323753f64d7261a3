-- 还款计划: one line per due day, principal, interest and fee beside each other; an empty one is not due at all.
SELECT
    coalesce(n.DKZH, loan_id) AS DKZH,
    day8(due_on, '') AS YHRQ,
    max(CASE WHEN component = 'principal' THEN yuan(coalesce(due_amount, 0)) END) AS YHBJ,
    max(CASE WHEN component = 'interest' THEN yuan(coalesce(due_amount, 0)) END) AS YHLX,
    max(CASE WHEN component = 'fee' THEN yuan(coalesce(due_amount, 0)) END) AS YHFY,
    processed(known_on, due_on, withdrawn) AS GXRQ,
    CASE WHEN withdrawn THEN '作废' ELSE '正常' END AS JLZT,
FROM bank.instalments
LEFT JOIN loan_accounts AS n USING (loan_id)
GROUP BY n.DKZH, loan_id, due_on, known_on, withdrawn
