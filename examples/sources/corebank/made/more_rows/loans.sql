-- Corrections: two notes were restructured.
SELECT * EXCLUDE (n) REPLACE (extraction_day() - 25 AS restructured_on, extraction_day() - 24 AS known_on),
FROM settled.loans
WHERE product <> 'card' AND restructured_on IS NULL
ORDER BY n
LIMIT 2
