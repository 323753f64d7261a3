-- Six postings were reversed the next day; three were found to be for something else.
SELECT * EXCLUDE (n) REPLACE (known_on + 1 AS known_on, true AS withdrawn), FROM settled.transactions WHERE n <= 6
UNION ALL
SELECT * EXCLUDE (n) REPLACE ('private_person' AS category, known_on + 20 AS known_on),
FROM settled.transactions WHERE n BETWEEN 7 AND 9
