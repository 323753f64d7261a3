-- Card statements 信用卡账单
-- Key 主键: card_id, stated_on
-- A row happened on 发生日: stated_on
-- Columns that are not marked required may be left out. 未标注 required 的列可以省略。
SELECT
    -- Card; the loan_id for own cards | 卡号（本行卡为借据编号）
    -- id; required
    card_id,
    -- Borrower | 借款人编号
    -- id; required; one of borrowers.borrower_id
    borrower_id,
    -- Statement date | 账单日
    -- date; required
    as_date(stated_on) AS stated_on,
    -- Limit | 授信额度
    -- money; fen() takes the currency unit, as yuan; at least 0
    fen(credit_limit) AS credit_limit,
    -- Statement balance; negative if overpaid | 账单余额
    -- money; fen() takes the currency unit, as yuan
    fen(balance) AS balance,
    -- Least to be paid | 最低还款额
    -- money; fen() takes the currency unit, as yuan; at least 0
    fen(minimum_due) AS minimum_due,
    -- Paid since the statement before | 本期还款
    -- money; fen() takes the currency unit, as yuan; at least 0
    fen(paid) AS paid,
    -- Cash drawn since the statement before | 本期取现
    -- money; fen() takes the currency unit, as yuan; at least 0
    fen(cash_advance) AS cash_advance,
    -- Day from which the bank knew the row; default the day it happened | 获知日，缺省为发生日
    -- date
    as_date(known_on) AS known_on,
    -- True if this version takes the row back | 是否撤销该记录
    -- true or false
    withdrawn,
FROM raw.card_statements
