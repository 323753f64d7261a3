-- While the simulator yields none: ten events, told some days later; the last was about a namesake.
WITH people AS (SELECT borrower_id, row_number() OVER (ORDER BY borrower_id DESC) AS n FROM simulated.borrowers),

events AS (
    SELECT
        'E' || lpad(CAST(n AS VARCHAR), 4, '0') AS event_id,
        borrower_id,
        extraction_day() - 20 * CAST(n AS INTEGER) AS occurred_on,
        [
            'lawsuit', 'enforcement', 'dishonest_debtor', 'penalty', 'closure', 'disaster_area', 'other'
        ][1 + n % 7] AS kind,
        CASE WHEN n % 7 < 4 THEN 12345678 * n END AS amount,
        extraction_day() - 20 * CAST(n AS INTEGER) + 3 AS known_on,
        n,
    FROM people
    WHERE n <= 10
)

SELECT * EXCLUDE (n), false AS withdrawn, FROM events WHERE NOT EXISTS (FROM simulated.public_events)
UNION ALL
SELECT * EXCLUDE (n) REPLACE (known_on + 12 AS known_on), true,
FROM events
WHERE n = 10 AND NOT EXISTS (FROM simulated.public_events)
