-- One guarantee was never signed; one ended early.
SELECT * EXCLUDE (n) REPLACE (known_on + 30 AS known_on, true AS withdrawn), FROM settled.guarantees WHERE n = 1
UNION ALL
SELECT * EXCLUDE (n) REPLACE (extraction_day() - 10 AS ends_on, extraction_day() - 10 AS known_on),
FROM settled.guarantees WHERE n = 2
