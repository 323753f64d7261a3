-- Borrowers 借款人
-- Key 主键: borrower_id
-- A row happened on 发生日: customer_since
-- Columns that are not marked required may be left out. 未标注 required 的列可以省略。
SELECT
    -- Borrower | 借款人编号
    -- id; required
    borrower_id,
    -- Firm or individual | 企业或个人
    -- text; required; firm | individual
    kind,
    -- Classified as retail | 是否零售
    -- true or false
    retail,
    -- Name | 名称
    -- text
    name,
    -- Industry code or name | 行业
    -- text
    industry,
    -- Region | 地区
    -- text
    region,
    -- Branch in charge | 经办支行
    -- text
    branch_id,
    -- Officer in charge | 客户经理
    -- text
    officer_id,
    -- Group of connected clients | 所属集团
    -- text
    group_id,
    -- Customer since | 建立客户关系日
    -- date
    as_date(customer_since) AS customer_since,
    -- Day from which the bank knew the row; default the day it happened | 获知日，缺省为发生日
    -- date
    as_date(known_on) AS known_on,
    -- True if this version takes the row back | 是否撤销该记录
    -- true or false
    withdrawn,
FROM raw.borrowers
