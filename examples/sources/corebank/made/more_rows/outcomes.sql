-- While the simulator yields none: a write-off, a restructuring of unknown day, a default that was none.
WITH people AS (SELECT borrower_id, row_number() OVER (ORDER BY borrower_id) AS n FROM simulated.borrowers),

told (n, kind, occurred_on, known_on, withdrawn) AS (
    VALUES
    (1, 'write_off', extraction_day() - 200, extraction_day() - 190, false),
    (2, 'restructured', NULL, extraction_day() - 100, false),
    (3, 'default', extraction_day() - 80, extraction_day() - 80, false),
    (3, 'default', NULL, extraction_day() - 40, true)
)

SELECT borrower_id || '|' || kind AS outcome_id, borrower_id, kind, occurred_on, known_on, withdrawn,
FROM told
JOIN people USING (n)
WHERE NOT EXISTS (FROM simulated.outcomes)
