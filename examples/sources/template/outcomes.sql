-- Outcomes 表现结果
-- Key 主键: outcome_id
-- A row happened on 发生日: occurred_on
-- Columns that are not marked required may be left out. 未标注 required 的列可以省略。
SELECT
    -- Borrower | 借款人编号
    -- id; required; one of borrowers.borrower_id
    borrower_id,
    -- Kind | 类型
    -- text; required; dpd_90 | write_off | restructured | litigation | default | closed | distressed_extension | loan_for_loan | bulk_transfer | repaid | cured
    kind,
    -- Occurred on; may be unknown | 发生日（可未知）
    -- date
    as_date(occurred_on) AS occurred_on,
    -- Outcome; made of borrower, kind and loan where left out | 结果编号（缺省由借款人、类型、借据组成）
    -- id
    outcome_id,
    -- Loan, if it concerns one | 借据编号
    -- id; one of loans.loan_id
    loan_id,
    -- Amount concerned | 涉及金额
    -- money; fen() takes the currency unit, as yuan; at least 0
    fen(amount) AS amount,
    -- Day from which the bank knew the row; default the day it happened | 获知日，缺省为发生日
    -- date
    as_date(known_on) AS known_on,
    -- True if this version takes the row back | 是否撤销该记录
    -- true or false
    withdrawn,
FROM raw.outcomes
