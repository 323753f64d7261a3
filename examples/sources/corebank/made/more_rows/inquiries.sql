-- One inquiry was another person's.
SELECT * EXCLUDE (n) REPLACE (known_on + 14 AS known_on, true AS withdrawn), FROM settled.inquiries WHERE n = 1
