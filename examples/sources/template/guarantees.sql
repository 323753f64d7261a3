-- Guarantees 担保
-- Key 主键: guarantee_id
-- A row happened on 发生日: starts_on
-- Columns that are not marked required may be left out. 未标注 required 的列可以省略。
SELECT
    -- Guarantee | 担保合同编号
    -- id; required
    guarantee_id,
    -- Who guarantees; may be unknown to the book | 保证人
    -- id; required
    guarantor_id,
    -- Whose debt is guaranteed; may be unknown to the book | 被担保人
    -- id; required
    borrower_id,
    -- Amount guaranteed | 担保金额
    -- money; fen() takes the currency unit, as yuan; at least 0
    fen(amount) AS amount,
    -- First day | 起始日
    -- date
    as_date(starts_on) AS starts_on,
    -- Last day | 到期日
    -- date
    as_date(ends_on) AS ends_on,
    -- Day from which the bank knew the row; default the day it happened | 获知日，缺省为发生日
    -- date
    as_date(known_on) AS known_on,
    -- True if this version takes the row back | 是否撤销该记录
    -- true or false
    withdrawn,
FROM raw.guarantees
