-- Payments received 还款记录
-- Key 主键: payment_id
-- A row happened on 发生日: paid_on
-- Columns that are not marked required may be left out. 未标注 required 的列可以省略。
SELECT
    -- Payment | 还款流水号
    -- id; required
    payment_id,
    -- Loan | 借据编号
    -- id; required; one of loans.loan_id
    loan_id,
    -- Paid on | 还款日
    -- date; required
    as_date(paid_on) AS paid_on,
    -- Amount paid | 还款金额
    -- money; fen() takes the currency unit, as yuan; required; at least 0
    fen(paid_amount) AS paid_amount,
    -- Day from which the bank knew the row; default the day it happened | 获知日，缺省为发生日
    -- date
    as_date(known_on) AS known_on,
    -- True if this version takes the row back | 是否撤销该记录
    -- true or false
    withdrawn,
FROM raw.payments
