-- 押品 YPXX -> collateral. A new valuation is a line of its own, known from GXRQ. 重估为新的一行，自更新日期起获知。
SELECT
    trimmed(YPBH) AS collateral_id,
    trimmed(JJH) AS loan_id,
    decoded(
        YPLX,
        MAP {
            'A1': 'residential', 'A2': 'commercial', 'A3': 'land', 'B1': 'equipment', 'B2': 'stock',
            'C1': 'receivables', 'C2': 'deposit', 'Z9': 'other'
        }
    ) AS kind,
    fen(PGJZ) AS value,
    as_date_or_null(PGRQ) AS valued_on,
    as_date_or_null(BXDQ) AS insured_to,
    as_date_or_null(CFRQ) AS seized_on,
    as_date_or_null(GXRQ) AS known_on,
    as_flag(JLZT, yes := '作废', no := '正常') AS withdrawn,
FROM raw.YPXX
