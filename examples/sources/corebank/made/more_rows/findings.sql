-- While the simulator yields none: what checks of twelve borrowers established, entered two days later.
WITH notes AS (
    SELECT borrower_id, loan_id, row_number() OVER (ORDER BY loan_id) AS n FROM settled.loans WHERE product <> 'card'
)

SELECT
    'F' || lpad(CAST(n AS VARCHAR), 4, '0') AS finding_id,
    borrower_id,
    CASE WHEN n % 2 = 0 THEN loan_id END AS loan_id,
    extraction_day() - 9 * CAST(n AS INTEGER) AS found_on,
    ['stoppage', 'wages_unpaid', 'declared_sales_12m', 'use_of_funds'][1 + n % 4] AS field,
    ['true', 'false', '1234567800', '流动资金周转，"已核对"'][1 + n % 4] AS value,
    CASE WHEN n % 3 > 0 THEN 'OF001' END AS author,
    extraction_day() - 9 * CAST(n AS INTEGER) + 2 AS known_on,
    false AS withdrawn,
FROM notes
WHERE n <= 12 AND NOT EXISTS (FROM simulated.findings)
