-- Findings of checks and approvals 检查与审批认定
-- Key 主键: finding_id
-- A row happened on 发生日: found_on
-- Columns that are not marked required may be left out. 未标注 required 的列可以省略。
SELECT
    -- Finding | 认定编号
    -- id; required
    finding_id,
    -- Borrower | 借款人编号
    -- id; required; one of borrowers.borrower_id
    borrower_id,
    -- Loan, if it concerns one | 借据编号
    -- id; one of loans.loan_id
    loan_id,
    -- Found on | 认定日
    -- date; required
    as_date(found_on) AS found_on,
    -- What was established | 认定事项
    -- text; required
    field,
    -- Value | 认定值
    -- text
    value,
    -- Author | 认定人
    -- text
    author,
    -- Day from which the bank knew the row; default the day it happened | 获知日，缺省为发生日
    -- date
    as_date(known_on) AS known_on,
    -- True if this version takes the row back | 是否撤销该记录
    -- true or false
    withdrawn,
FROM raw.findings
