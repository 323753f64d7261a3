-- The firms listed as defaulted; when is not known. 违约企业名单，违约日期未知。
SELECT
    firm_id AS borrower_id,
    'default' AS kind,
FROM raw.sme_firms
WHERE CAST(defaulted AS BOOLEAN)
