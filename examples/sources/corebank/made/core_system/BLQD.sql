-- 不良清单. The day is not always known.
SELECT
    padded(borrower_id, 16) AS KHH,
    code(
        MAP {
            'dpd_90': '逾期90天', 'write_off': '核销', 'restructured': '重组', 'litigation': '诉讼清收',
            'default': '违约', 'closed': '结清销户'
        },
        kind
    ) AS LX,
    day8(occurred_on, '0001-01-01') AS FSRQ,
    processed(known_on, occurred_on, withdrawn) AS DJRQ,
    CASE WHEN withdrawn THEN '作废' ELSE '正常' END AS JLZT,
FROM bank.outcomes
