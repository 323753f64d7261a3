-- Ledger: month-end loan tape 台账
-- Key 主键: loan_id, stated_on
-- A row happened on 发生日: stated_on
-- Columns that are not marked required may be left out. 未标注 required 的列可以省略。
SELECT
    -- Loan | 借据编号
    -- id; required; one of loans.loan_id
    loan_id,
    -- Month end | 月末日
    -- date; required
    as_date(stated_on) AS stated_on,
    -- Principal outstanding | 本金余额
    -- money; fen() takes the currency unit, as yuan; at least 0
    fen(balance) AS balance,
    -- Days past due | 逾期天数
    -- whole number; at least 0; at most 36500
    dpd,
    -- Day from which the bank knew the row; default the day it happened | 获知日，缺省为发生日
    -- date
    as_date(known_on) AS known_on,
    -- True if this version takes the row back | 是否撤销该记录
    -- true or false
    withdrawn,
FROM raw.ledger
