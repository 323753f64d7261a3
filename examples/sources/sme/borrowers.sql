SELECT
    firm_id AS borrower_id,
    'firm' AS kind,
    false AS retail,
FROM raw.sme_firms
