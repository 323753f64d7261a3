-- Collateral 押品
-- Key 主键: collateral_id
-- A row happened on 发生日: valued_on
-- Columns that are not marked required may be left out. 未标注 required 的列可以省略。
SELECT
    -- Collateral | 押品编号
    -- id; required
    collateral_id,
    -- Loan | 借据编号
    -- id; required; one of loans.loan_id
    loan_id,
    -- Kind | 类型
    -- text; residential | commercial | land | equipment | stock | receivables | deposit | other
    kind,
    -- Value | 估值
    -- money; fen() takes the currency unit, as yuan; at least 0
    fen(value) AS value,
    -- Valued on | 估值日
    -- date
    as_date(valued_on) AS valued_on,
    -- Insured to | 保险到期日
    -- date
    as_date(insured_to) AS insured_to,
    -- Seized on | 查封日
    -- date
    as_date(seized_on) AS seized_on,
    -- Day from which the bank knew the row; default the day it happened | 获知日，缺省为发生日
    -- date
    as_date(known_on) AS known_on,
    -- True if this version takes the row back | 是否撤销该记录
    -- true or false
    withdrawn,
FROM raw.collateral
