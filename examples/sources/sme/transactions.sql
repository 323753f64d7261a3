-- A valid invoice counts as money: a sale comes in, a purchase goes out, a negative one is a refund of either.
-- Void invoices (作废发票) are left out: nothing was ever paid on them. Postings are numbered in file order,
-- because invoices have no number here and two equal ones are two. 有效发票计为流水；作废发票不计；按文件顺序编号。
WITH numbered AS (
    SELECT *, row_number() OVER () AS number FROM raw.sme_invoices
)

SELECT
    'I' || lpad(CAST(number AS VARCHAR), 7, '0') AS posting_id,
    firm_id || '-A' AS account_id,
    as_timestamp(issued_on) AS occurred_at,
    CASE kind
        WHEN 'sale' THEN fen(gross_amount)
        WHEN 'purchase' THEN fen(-CAST(gross_amount AS DECIMAL(18, 2)))
    END AS amount,
    CASE kind WHEN 'sale' THEN 'sales' WHEN 'purchase' THEN 'purchase' ELSE kind END AS category,
    counterparty_id,
FROM numbered
WHERE status = '有效发票'
