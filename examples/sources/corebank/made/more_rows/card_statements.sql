-- A payment on a card was booked late.
SELECT * EXCLUDE (n) REPLACE (coalesce(paid, 0) + 10000 AS paid, stated_on + 4 AS known_on),
FROM settled.card_statements WHERE n = 1
