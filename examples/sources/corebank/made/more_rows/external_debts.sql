-- While the simulator yields none: what the reports of thirty borrowers say of two other lenders.
WITH pulls AS (
    SELECT borrower_id, max(pulled_on) AS pulled_on, row_number() OVER (ORDER BY borrower_id) AS n
    FROM simulated.bureau_reports
    GROUP BY borrower_id
)

SELECT
    borrower_id,
    'J9' || CAST(k AS VARCHAR) AS institution_id,
    last_day(pulled_on - INTERVAL 1 MONTH) AS stated_on,
    CASE WHEN n % 7 > 0 THEN 1234567 * n + k END AS balance,
    CASE WHEN n % 5 = 0 THEN 31 WHEN n % 7 > 0 THEN 0 END AS dpd,
    pulled_on AS known_on,
    false AS withdrawn,
FROM pulls, range(1, 3) AS lenders (k)
WHERE n <= 30 AND NOT EXISTS (FROM simulated.external_debts)
