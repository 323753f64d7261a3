-- Relations between parties 关联关系
-- Key 主键: from_id, to_id, kind
-- A row happened on 发生日: starts_on
-- Columns that are not marked required may be left out. 未标注 required 的列可以省略。
SELECT
    -- Party that controls, owns or is married to the other | 关联方编号
    -- id; required
    from_id,
    -- The other party | 对方编号
    -- id; required
    to_id,
    -- Kind of relation | 关系类型
    -- text; required; controller | spouse | shareholder | affiliate
    kind,
    -- Share owned, 0 to 1 | 持股比例
    -- share, 0.25 for 25 %; at least 0; at most 1
    share,
    -- First day | 开始日
    -- date
    as_date(starts_on) AS starts_on,
    -- Last day | 结束日
    -- date
    as_date(ends_on) AS ends_on,
    -- Day from which the bank knew the row; default the day it happened | 获知日，缺省为发生日
    -- date
    as_date(known_on) AS known_on,
    -- True if this version takes the row back | 是否撤销该记录
    -- true or false
    withdrawn,
FROM raw.relations
