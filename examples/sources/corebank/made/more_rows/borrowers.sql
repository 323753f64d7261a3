-- Corrections: five customers moved to another branch and officer, one changed its name.
SELECT
    * EXCLUDE (n) REPLACE (
        CASE WHEN n <= 5 THEN 'BR09' ELSE branch_id END AS branch_id,
        CASE WHEN n <= 5 THEN 'OF901' ELSE officer_id END AS officer_id,
        CASE WHEN n = 6 THEN name || '（更名）' ELSE name END AS name,
        extraction_day() - 30 AS known_on
    ),
FROM settled.borrowers
WHERE n <= 6
