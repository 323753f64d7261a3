-- One loan per firm, made up: amount and dates are not published. 每户虚设一笔贷款，金额与日期未公布。
SELECT
    firm_id || '-L' AS loan_id,
    firm_id AS borrower_id,
    'business' AS product,
FROM raw.sme_firms
