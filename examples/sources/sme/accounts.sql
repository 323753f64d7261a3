-- Invoices stand in for the flows of one account per firm, made up here. 以发票代替账户流水，每户虚设一个账户。
SELECT
    firm_id || '-A' AS account_id,
    firm_id AS borrower_id,
    'settlement' AS kind,
FROM raw.sme_firms
