-- 不良清单. The day is not always known.
SELECT
    outcome_id AS QDBH,
    padded(borrower_id, 16) AS KHH,
    loan_id AS JJH,
    code(
        MAP {
            'dpd_90': '逾期90天', 'write_off': '核销', 'restructured': '重组', 'litigation': '诉讼清收',
            'default': '违约', 'closed': '结清销户', 'distressed_extension': '困难展期', 'loan_for_loan': '借新还旧',
            'bulk_transfer': '批量转让', 'repaid': '到期结清', 'cured': '恢复正常'
        },
        kind
    ) AS LX,
    yuan(amount) AS JE,
    day8(occurred_on, '0001-01-01') AS FSRQ,
    processed(known_on, occurred_on, withdrawn) AS DJRQ,
    CASE WHEN withdrawn THEN '作废' ELSE '正常' END AS JLZT,
FROM bank.outcomes
