-- 总账余额: balances of the loan subjects at month end. Not imported; what the book must tie to.
WITH newest AS (
    SELECT *, lead(known_on) OVER (PARTITION BY loan_id, stated_on ORDER BY known_on) AS known_until
    FROM bank.ledger
),

terms AS (SELECT loan_id, arg_max(product, known_on) AS product FROM bank.loans WHERE NOT withdrawn GROUP BY loan_id)

SELECT
    day8(stated_on, '') AS RQ,
    code(
        MAP {'business': '130301', 'mortgage': '130302', 'consumer': '130303', 'card': '130304', 'other': '130309'},
        product
    ) AS KMH,
    yuan(CAST(sum(balance) AS BIGINT)) AS YE,
FROM newest
JOIN terms USING (loan_id)
WHERE known_until IS NULL AND NOT withdrawn
GROUP BY stated_on, product
