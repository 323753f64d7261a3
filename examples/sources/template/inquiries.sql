-- Credit inquiries, as seen in the last report 征信查询
-- Key 主键: inquiry_id
-- A row happened on 发生日: inquired_on
-- Columns that are not marked required may be left out. 未标注 required 的列可以省略。
SELECT
    -- Inquiry | 查询编号
    -- id; required
    inquiry_id,
    -- Borrower | 借款人编号
    -- id; required; one of borrowers.borrower_id
    borrower_id,
    -- Inquired on | 查询日
    -- date; required
    as_date(inquired_on) AS inquired_on,
    -- Institution that asked | 查询机构
    -- id
    institution_id,
    -- Kind of institution | 机构类型
    -- text; bank | consumer_finance | microloan | guarantee | platform | other
    institution_kind,
    -- Purpose | 查询原因
    -- text; loan_approval | card_approval | guarantee_review | post_loan | self | other
    purpose,
    -- Day from which the bank knew the row; default the day it happened | 获知日，缺省为发生日
    -- date
    as_date(known_on) AS known_on,
    -- True if this version takes the row back | 是否撤销该记录
    -- true or false
    withdrawn,
FROM raw.inquiries
