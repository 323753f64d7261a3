-- Accounts 账户
-- Key 主键: account_id
-- A row happened on 发生日: opened_on
-- Columns that are not marked required may be left out. 未标注 required 的列可以省略。
SELECT
    -- Account | 账户编号
    -- id; required
    account_id,
    -- Borrower | 借款人编号
    -- id; required; one of borrowers.borrower_id
    borrower_id,
    -- Kind of account | 账户类型
    -- text; current | savings | settlement | deposit | other
    kind,
    -- Opened on | 开户日
    -- date
    as_date(opened_on) AS opened_on,
    -- Closed on | 销户日
    -- date
    as_date(closed_on) AS closed_on,
    -- Day from which the bank knew the row; default the day it happened | 获知日，缺省为发生日
    -- date
    as_date(known_on) AS known_on,
    -- True if this version takes the row back | 是否撤销该记录
    -- true or false
    withdrawn,
FROM raw.accounts
