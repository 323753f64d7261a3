-- Loans, own cards included 贷款（含信用卡）
-- Key 主键: loan_id
-- A row happened on 发生日: opened_on
-- Columns that are not marked required may be left out. 未标注 required 的列可以省略。
SELECT
    -- Loan | 借据编号
    -- id; required
    loan_id,
    -- Borrower | 借款人编号
    -- id; required; one of borrowers.borrower_id
    borrower_id,
    -- Product | 产品
    -- text; required; business | mortgage | consumer | card | other
    product,
    -- Amount paid out; null for cards and where unknown | 发放金额
    -- money; fen() takes the currency unit, as yuan; at least 0
    fen(principal) AS principal,
    -- Paid out on | 发放日
    -- date
    as_date(opened_on) AS opened_on,
    -- Due on | 到期日
    -- date
    as_date(matures_on) AS matures_on,
    -- How it is repaid | 还款方式
    -- text; instalment | bullet | revolving
    repayment,
    -- Main security | 担保方式
    -- text; none | guarantee | mortgage | pledge
    security,
    -- Agreed use | 约定用途
    -- text
    purpose,
    -- Loan that it repays | 所偿还的原借据
    -- id
    replaces_loan_id,
    -- Restructured on | 重组日
    -- date
    as_date(restructured_on) AS restructured_on,
    -- Day from which the bank knew the row; default the day it happened | 获知日，缺省为发生日
    -- date
    as_date(known_on) AS known_on,
    -- True if this version takes the row back | 是否撤销该记录
    -- true or false
    withdrawn,
FROM raw.loans
