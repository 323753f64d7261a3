-- 押品信息.
SELECT
    collateral_id AS YPBH,
    padded(loan_id, 20) AS JJH,
    code(
        MAP {
            'residential': 'A1', 'commercial': 'A2', 'land': 'A3', 'equipment': 'B1', 'stock': 'B2',
            'receivables': 'C1', 'deposit': 'C2', 'other': 'Z9'
        },
        kind
    ) AS YPLX,
    yuan(value) AS PGJZ,
    day8(valued_on, '0001-01-01') AS PGRQ,
    day8(insured_to, '0001-01-01') AS BXDQ,
    day8(seized_on, '0001-01-01') AS CFRQ,
    processed(known_on, valued_on, withdrawn) AS GXRQ,
    CASE WHEN withdrawn THEN '作废' ELSE '正常' END AS JLZT,
FROM bank.collateral
