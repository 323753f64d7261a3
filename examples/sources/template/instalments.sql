-- Instalments due 还款计划
-- Key 主键: loan_id, due_on, component
-- A row happened on 发生日: due_on
-- Columns that are not marked required may be left out. 未标注 required 的列可以省略。
SELECT
    -- Loan | 借据编号
    -- id; required; one of loans.loan_id
    loan_id,
    -- Due on | 应还日
    -- date; required
    as_date(due_on) AS due_on,
    -- Component | 款项
    -- text; required; principal | interest | fee
    component,
    -- Amount due | 应还金额
    -- money; fen() takes the currency unit, as yuan; required; at least 0
    fen(due_amount) AS due_amount,
    -- Day from which the bank knew the row; default the day it happened | 获知日，缺省为发生日
    -- date
    as_date(known_on) AS known_on,
    -- True if this version takes the row back | 是否撤销该记录
    -- true or false
    withdrawn,
FROM raw.instalments
