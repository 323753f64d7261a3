-- 数据字典 code table: what the codes of industries, regions and branches stand for.
SELECT 'HY' AS DMLX, 'H' || lpad(CAST(n AS VARCHAR), 2, '0') AS DMZ, word AS DMMC
FROM industry_codes
UNION ALL
SELECT 'DQ', lpad(CAST(310000 + n AS VARCHAR), 6, '0'), word
FROM region_codes
UNION ALL
SELECT 'JG', lpad(CAST(n AS VARCHAR), 6, '0'), word
FROM branch_codes
