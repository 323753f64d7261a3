-- The firms listed as defaulted; when is not known. 违约企业名单，违约日期未知。
SELECT
    firm_id AS borrower_id,
    'default' AS kind,
    DATE '2020-02-29' AS known_on,  -- the list was there when the data was drawn 提取数据时已有名单
FROM raw.sme_firms
WHERE CAST(defaulted AS BOOLEAN)
