-- 客户信息. Customer numbers are CHAR(16); names end with a full-width blank; sex is there and none of our business.
SELECT
    padded(b.borrower_id, 16) AS KHH,
    code(MAP {'firm': '1', 'individual': '2'}, b.kind) AS KHLX,
    CASE WHEN b.retail THEN 'Y' WHEN NOT b.retail THEN 'N' ELSE '' END AS LSBZ,
    b.name || '　' AS KHMC,
    CASE WHEN b.kind = 'individual' THEN CAST(1 + ascii(right(b.borrower_id, 1)) % 2 AS VARCHAR) ELSE '' END AS XB,
    'H' || lpad(CAST(i.n AS VARCHAR), 2, '0') AS HYDM,
    lpad(CAST(310000 + r.n AS VARCHAR), 6, '0') AS DQDM,
    lpad(CAST(j.n AS VARCHAR), 6, '0') AS GHJG,
    b.officer_id AS KHJL,
    b.group_id AS JTBH,
    day8(b.customer_since, '00010101') AS KHRQ,
    processed(b.known_on, b.customer_since, b.withdrawn) AS GXRQ,
    CASE WHEN b.withdrawn THEN '作废' ELSE '正常' END AS JLZT,
FROM bank.borrowers AS b
LEFT JOIN industry_codes AS i ON i.word = b.industry
LEFT JOIN region_codes AS r ON r.word = b.region
LEFT JOIN branch_codes AS j ON j.word = b.branch_id
