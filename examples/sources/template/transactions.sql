-- Postings on accounts 账户流水
-- Key 主键: posting_id
-- A row happened on 发生日: occurred_at
-- Columns that are not marked required may be left out. 未标注 required 的列可以省略。
SELECT
    -- Posting | 流水号
    -- id; required
    posting_id,
    -- Account | 账户编号
    -- id; required; one of accounts.account_id
    account_id,
    -- Posted at | 记账时间
    -- time, local; required
    as_timestamp(occurred_at) AS occurred_at,
    -- Amount; money in is positive, money out negative | 金额（入账为正，出账为负）
    -- money; fen() takes the currency unit, as yuan; required
    fen(amount) AS amount,
    -- Balance of the account after the posting | 记账后余额
    -- money; fen() takes the currency unit, as yuan
    fen(balance_after) AS balance_after,
    -- What it was for | 类别
    -- text; sales | purchase | wage | tax | utility | rent | loan_payout | loan_service | securities | own_transfer | related_party | private_person | cash | fee | other
    category,
    -- Counterparty | 交易对手
    -- id
    counterparty_id,
    -- Day from which the bank knew the row; default the day it happened | 获知日，缺省为发生日
    -- date
    as_date(known_on) AS known_on,
    -- True if this version takes the row back | 是否撤销该记录
    -- true or false
    withdrawn,
FROM raw.transactions
