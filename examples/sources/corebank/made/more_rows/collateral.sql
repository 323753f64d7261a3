-- While the simulator yields none: collateral of thirty notes, revalued, insured or not, seized once.
WITH notes AS (
    SELECT loan_id, principal, opened_on, row_number() OVER (ORDER BY loan_id) AS n
    FROM settled.loans
    WHERE principal IS NOT NULL
),

valued AS (
    SELECT
        'V' || loan_id AS collateral_id,
        loan_id,
        ['residential', 'commercial', 'land', 'equipment', 'stock', 'receivables', 'deposit', 'other'][1 + n % 8] AS kind,
        principal * 2 AS value,
        opened_on AS valued_on,
        CASE WHEN n % 3 > 0 THEN extraction_day() + 200 END AS insured_to,
        NULL AS seized_on,
        opened_on AS known_on,
        n,
    FROM notes
    WHERE n <= 30
)

SELECT * EXCLUDE (n), false AS withdrawn, FROM valued WHERE NOT EXISTS (FROM simulated.collateral)
UNION ALL
SELECT
    * EXCLUDE (n) REPLACE (
        value // 3 AS value, extraction_day() - 70 AS valued_on, extraction_day() - 66 AS known_on,
        CASE WHEN n = 2 THEN extraction_day() - 68 END AS seized_on
    ),
    false,
FROM valued
WHERE n <= 4 AND NOT EXISTS (FROM simulated.collateral)
