-- Status at each month end; a bucket of days uses its lower bound. 各月末状态；逾期区间取下限。
--   0: 1-29 days   1: 30-59   2: 60-89   3: 90-119   4: 120-149   5: 150 and more, or written off
--   C: paid off    -> nothing owed, 0 days 已结清：余额 0、逾期 0 天
--   X: no loan     -> nothing owed, days empty: there was nothing that could be late 当月无贷款：余额 0、逾期天数留空
-- Amounts are not published, so the balance of 0-5 is unknown, not zero. 未公布金额，状态 0-5 余额留空。
SELECT
    CAST(account_id AS VARCHAR) || '-C' AS loan_id,
    last_day(DATE '2020-06-30' + to_months(CAST(months_balance AS INTEGER))) AS stated_on,
    CASE WHEN status IN ('C', 'X') THEN 0 END AS balance,
    CASE status
        WHEN 'C' THEN '0'
        WHEN 'X' THEN NULL
        WHEN '0' THEN '1'
        WHEN '1' THEN '30'
        WHEN '2' THEN '60'
        WHEN '3' THEN '90'
        WHEN '4' THEN '120'
        WHEN '5' THEN '150'
        ELSE status
    END AS dpd,
FROM raw.credit_record AS t (account_id, months_balance, status)
