-- Public events 公开信息事件
-- Key 主键: event_id
-- A row happened on 发生日: occurred_on
-- Columns that are not marked required may be left out. 未标注 required 的列可以省略。
SELECT
    -- Event | 事件编号
    -- id; required
    event_id,
    -- Borrower | 借款人编号
    -- id; required; one of borrowers.borrower_id
    borrower_id,
    -- Occurred on | 发生日
    -- date; required
    as_date(occurred_on) AS occurred_on,
    -- Kind | 类型
    -- text; required; lawsuit | enforcement | dishonest_debtor | penalty | closure | disaster_area | other
    kind,
    -- Amount at stake | 涉及金额
    -- money; fen() takes the currency unit, as yuan; at least 0
    fen(amount) AS amount,
    -- Day from which the bank knew the row; default the day it happened | 获知日，缺省为发生日
    -- date
    as_date(known_on) AS known_on,
    -- True if this version takes the row back | 是否撤销该记录
    -- true or false
    withdrawn,
FROM raw.public_events
