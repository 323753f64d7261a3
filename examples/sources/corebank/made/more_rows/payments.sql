-- Five payments bounced: booked, then reversed two days later.
SELECT * EXCLUDE (n) REPLACE (known_on + 2 AS known_on, true AS withdrawn), FROM settled.payments WHERE n <= 5
