-- Credit bureau reports pulled 征信报告查询记录
-- Key 主键: report_id
-- A row happened on 发生日: pulled_on
-- Columns that are not marked required may be left out. 未标注 required 的列可以省略。
SELECT
    -- Report | 报告编号
    -- id; required
    report_id,
    -- Borrower | 借款人编号
    -- id; required; one of borrowers.borrower_id
    borrower_id,
    -- Pulled on | 查询日
    -- date; required
    as_date(pulled_on) AS pulled_on,
    -- Pulled with the borrower's consent | 是否授权
    -- true or false
    authorised,
    -- What the report holds | 报告范围
    -- text; full | inquiries | debts
    scope,
    -- Day from which the bank knew the row; default the day it happened | 获知日，缺省为发生日
    -- date
    as_date(known_on) AS known_on,
    -- True if this version takes the row back | 是否撤销该记录
    -- true or false
    withdrawn,
FROM raw.bureau_reports
