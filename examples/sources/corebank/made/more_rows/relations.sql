-- While the simulator yields none: owners of twenty firms, a spouse, a shareholder found late, affiliates of old.
WITH firms AS (
    SELECT borrower_id, row_number() OVER (ORDER BY borrower_id) AS n FROM simulated.borrowers WHERE kind = 'firm'
),

persons AS (
    SELECT borrower_id, row_number() OVER (ORDER BY borrower_id) AS n FROM simulated.borrowers WHERE kind <> 'firm'
),

owners AS (SELECT p.borrower_id AS owner_id, f.borrower_id AS firm_id, n FROM firms AS f JOIN persons AS p USING (n)),

found AS (
    SELECT
        owner_id AS from_id, firm_id AS to_id, 'controller' AS kind, 0.51 + n / 100.0 AS share,
        extraction_day() - 1000 AS starts_on, NULL AS ends_on, NULL AS known_on, false AS withdrawn,
    FROM owners WHERE n <= 20
    UNION ALL  -- the first owner's share was another
    SELECT owner_id, firm_id, 'controller', 0.333, extraction_day() - 1000, NULL, extraction_day() - 50, false
    FROM owners WHERE n = 1
    UNION ALL
    SELECT owner_id, 'W' || owner_id, 'spouse', NULL, NULL, NULL, extraction_day() - 300, false FROM owners WHERE n <= 3
    UNION ALL
    SELECT owner_id, firm_id, 'shareholder', 0.125, extraction_day() - 800, NULL, extraction_day() - 100, false
    FROM owners WHERE n = 21
    UNION ALL
    SELECT firm_id, 'X' || firm_id, 'affiliate', NULL, extraction_day() - 700, extraction_day() - 90, NULL, false
    FROM owners WHERE n BETWEEN 4 AND 5
    UNION ALL  -- and one of them was a mistake
    SELECT firm_id, 'X' || firm_id, 'affiliate', NULL, NULL, NULL, extraction_day() - 60, true FROM owners WHERE n = 5
)

SELECT
    * REPLACE (coalesce(known_on, starts_on) AS known_on),
FROM found
WHERE NOT EXISTS (FROM simulated.relations)
