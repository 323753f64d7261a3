-- Corrections: two accounts were closed.
SELECT * EXCLUDE (n) REPLACE (extraction_day() - 33 AS closed_on, extraction_day() - 33 AS known_on),
FROM settled.accounts
WHERE closed_on IS NULL
ORDER BY n
LIMIT 2
