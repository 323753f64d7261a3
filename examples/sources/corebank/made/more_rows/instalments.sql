-- One item due was put right after its day, another dropped.
SELECT * EXCLUDE (n) REPLACE (due_amount + 100 AS due_amount, greatest(due_on, known_on) + 5 AS known_on),
FROM settled.instalments WHERE n = 1
UNION ALL
SELECT * EXCLUDE (n) REPLACE (greatest(due_on, known_on) + 6 AS known_on, true AS withdrawn),
FROM settled.instalments WHERE n = 2
