-- Days past due corrected nine days after the month end, and one line taken back.
SELECT * EXCLUDE (n) REPLACE (coalesce(dpd, 0) + 3 AS dpd, stated_on + 9 AS known_on), FROM settled.ledger WHERE n <= 4
UNION ALL
SELECT * EXCLUDE (n) REPLACE (stated_on + 12 AS known_on, true AS withdrawn), FROM settled.ledger WHERE n = 5
