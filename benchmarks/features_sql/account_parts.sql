-- Account flows: balances, partners, private persons, the use of loan money and the source of repayments.
CREATE TEMP TABLE account_balances AS
WITH month AS (
    SELECT a.borrower_id, account_id, least(lag_of(occurred_at), 12) AS lag, max(lag_of(occurred_at)) AS oldest_lag,
           min(balance_after) AS low,
           arg_max(balance_after, (occurred_at, posting_id)) FILTER (balance_after IS NOT NULL) AS closing
    FROM transactions t JOIN known_accounts a USING (account_id)
    WHERE t.occurred_at < DATE '$as_of' + 1 AND known(t.known_on, t.known_until)
    GROUP BY ALL
)
SELECT borrower_id, account_id, max(oldest_lag) AS oldest_lag, min(low) FILTER (lag < 3) AS low,
       arg_min(closing, lag) FILTER (lag >= 3) AS opening,
       arg_min(closing, lag) AS closing_0, arg_min(closing, lag) FILTER (lag >= 1) AS closing_1,
       arg_min(closing, lag) FILTER (lag >= 2) AS closing_2, arg_min(closing, lag) FILTER (lag >= 6) AS closing_6,
       arg_min(closing, lag) FILTER (lag >= 7) AS closing_7, arg_min(closing, lag) FILTER (lag >= 8) AS closing_8,
       CASE WHEN count(low) FILTER (lag < 12) > 0 THEN count(*) FILTER (low < 0 AND lag < 12) END AS overdrawn_months,
       any_value(CASE WHEN closed_on <= DATE '$as_of' THEN closed_on END) AS closed_on,
       lag_of(any_value(CASE WHEN closed_on <= DATE '$as_of' THEN closed_on END)) AS closed_lag
FROM month JOIN known_accounts USING (borrower_id, account_id)
GROUP BY borrower_id, account_id;

CREATE TEMP TABLE balances AS
WITH sums AS (
    SELECT borrower_id, max(oldest_lag) + 1 AS months_posted, max(overdrawn_months) AS overdrawn_months,
           sum(least(low, opening)) FILTER (closed_lag IS NULL OR closed_lag < 3) AS balance_min_3m,
           sum(if(closed_lag IS NULL, coalesce(closing_0, 0), 0)
               + if(closed_lag IS NULL OR closed_lag < 1, coalesce(closing_1, 0), 0)
               + if(closed_lag IS NULL OR closed_lag < 2, coalesce(closing_2, 0), 0))
               FILTER ((closed_lag IS NULL OR closed_lag < 3) AND closing_0 IS NOT NULL) AS balance_sum_3m,
           sum(if(closed_lag IS NULL OR closed_lag < 6, coalesce(closing_6, 0), 0)
               + if(closed_lag IS NULL OR closed_lag < 7, coalesce(closing_7, 0), 0)
               + if(closed_lag IS NULL OR closed_lag < 8, coalesce(closing_8, 0), 0)) AS balance_sum_before
    FROM account_balances GROUP BY borrower_id
), told AS (
    SELECT borrower_id, account_id, day, 1 AS is_posted, arg_max(balance_after, (occurred_at, posting_id)) AS balance
    FROM postings
    WHERE lag < 3 AND balance_after IS NOT NULL
      AND account_id IN (SELECT account_id FROM transactions WHERE balance_after < 0)
    GROUP BY ALL
    UNION ALL
    SELECT borrower_id, account_id, DATE '$quarter_from', 0, opening FROM account_balances
    WHERE opening < 0 AND (closed_lag IS NULL OR closed_lag < 3)
), spans AS (
    SELECT t.borrower_id, t.account_id, t.balance,
           coalesce(lead(t.day) OVER (PARTITION BY t.account_id ORDER BY t.day, t.is_posted),
                    a.closed_on, DATE '$as_of' + 1) - t.day AS days
    FROM told t JOIN account_balances a USING (account_id)
    WHERE a.closed_on IS NULL OR t.day < a.closed_on
), overdrawn AS (
    SELECT borrower_id, max(days) AS overdrawn_days
    FROM (SELECT borrower_id, account_id, sum(days) AS days FROM spans WHERE balance < 0 GROUP BY ALL) GROUP BY borrower_id
)
SELECT * FROM sums LEFT JOIN overdrawn USING (borrower_id);

CREATE TEMP TABLE debt_service AS
WITH stated AS (
    SELECT loan_id, balance FROM ledger
    WHERE known(known_on, known_until) AND stated_on <= DATE '$as_of' AND lag_of(stated_on) < 3
    QUALIFY row_number() OVER (PARTITION BY loan_id ORDER BY stated_on DESC) = 1
), ahead AS (
    SELECT loan_id, bool_or(due_on > DATE '$as_of') AS has_schedule,
           sum(due_amount) FILTER (due_on > DATE '$as_of' AND lag_of(due_on) >= -3) AS due_ahead,
           sum(due_amount) FILTER (due_on <= DATE '$as_of' AND lag_of(due_on) < 3) AS due_behind,
           bool_or(component = 'principal' AND due_on > DATE '$as_of' AND lag_of(due_on) >= -3) AS tells_principal
    FROM instalments WHERE known(known_on, known_until) AND due_on > DATE '$as_of' - 93
    GROUP BY loan_id
), living AS (
    SELECT l.borrower_id, l.principal, l.opened_on, l.matures_on, l.repayment, a.*,
           coalesce(l.opened_on > DATE '$as_of' - 92, false) AS is_young, s.loan_id IS NOT NULL AS is_stated,
           if(is_stated, s.balance, if(is_young, l.principal, NULL)) AS balance
    FROM loans l LEFT JOIN stated s USING (loan_id) LEFT JOIN ahead a USING (loan_id)
    WHERE known(l.known_on, l.known_until) AND (l.opened_on IS NULL OR l.opened_on <= DATE '$as_of') AND l.product <> 'card'
      AND CASE WHEN is_stated THEN coalesce(s.balance > 0, true)
               WHEN DATE '$as_of' <= DATE '$ledger_to' + 92 THEN is_young
               ELSE l.matures_on IS NULL OR l.matures_on > DATE '$as_of' END
), due AS (
    SELECT borrower_id, balance, matures_on IS NOT NULL AND lag_of(matures_on) >= -3 AS matures,
           if(matures, coalesce(balance, principal), 0) AS rest,
           CASE WHEN has_schedule THEN coalesce(due_ahead, 0) + if(tells_principal, 0, rest)
                WHEN matures THEN rest
                WHEN coalesce(repayment IN ('bullet', 'revolving'), false) AND matures_on IS NOT NULL THEN coalesce(due_behind, 0)
                WHEN lag_of(opened_on) >= 3 THEN due_behind END AS due
    FROM living
)
SELECT borrower_id, CASE WHEN bool_and(due IS NOT NULL) THEN sum(due) END AS due_3m,
       CASE WHEN bool_and(balance IS NOT NULL) THEN sum(balance) END AS debt
FROM due GROUP BY borrower_id;

CREATE TEMP TABLE partners AS
WITH each AS (
    SELECT borrower_id, counterparty_id, counterparty_id IS NOT NULL AS is_named, bool_or(lag < 3) AS is_recent,
           sum(amount) FILTER (amount > 0) AS received,
           coalesce(sum(amount) FILTER (amount > 0 AND lag < 3), 0) AS received_recent,
           coalesce(sum(amount) FILTER (amount < 0 AND lag < 3), 0) AS paid_recent,
           sum(amount) FILTER (amount > 0 AND lag >= 3) AS received_before,
           -sum(amount) FILTER (amount < 0 AND lag >= 3) AS paid_before
    FROM postings ANTI JOIN names USING (borrower_id, counterparty_id)
    WHERE lag < 12 AND (category IS NULL OR category IN ('sales', 'purchase'))
    GROUP BY borrower_id, counterparty_id
)
SELECT borrower_id, count(*) FILTER (is_named) AS named, count(*) FILTER (NOT is_named) AS unnamed,
       count(*) FILTER (is_named AND is_recent) AS partners_3m, count(*) FILTER (is_named AND received > 0) AS customers_12m,
       sum(received) FILTER (is_named) AS customers_sum, max(received) FILTER (is_named) AS top_customer,
       sum(received_before) FILTER (is_named) AS received_before, sum(paid_before) FILTER (is_named) AS paid_before,
       sum(received_before) FILTER (is_named AND received_recent = 0) AS received_lost,
       sum(paid_before) FILTER (is_named AND paid_recent = 0) AS paid_lost
FROM each GROUP BY borrower_id;

CREATE TEMP TABLE persons AS
WITH each AS (
    SELECT borrower_id, counterparty_id,
           sum(if(abs(amount) >= 1000000 AND abs(amount) % 100000 = 0, abs(amount), 0)) AS round_sum,
           count(DISTINCT lag) FILTER (amount < 0) AS months,
           max(day(day)) FILTER (amount < 0) - min(day(day)) FILTER (amount < 0) AS spread
    FROM postings WHERE lag < 6 AND category = 'private_person'
    GROUP BY borrower_id, counterparty_id
)
SELECT borrower_id, sum(round_sum) AS round_sum_6,
       count(*) FILTER (counterparty_id IS NOT NULL AND months > 0) AS named,
       count(*) FILTER (counterparty_id IS NULL AND months > 0) AS unnamed,
       max(months) FILTER (counterparty_id IS NOT NULL AND months > 0 AND spread <= 2) AS fixed_day_months
FROM each GROUP BY borrower_id;

CREATE TEMP TABLE loan_money AS
WITH payouts AS (
    SELECT borrower_id, posting_id AS payout_id, amount AS payout, occurred_at AS paid_at, day AS paid_on
    FROM postings WHERE lag < 6 AND amount > 0 AND category = 'loan_payout'
), gone AS (
    SELECT p.borrower_id, p.payout_id, p.payout, o.counterparty_id, o.occurred_at AS left_at, o.day AS left_on,
           -o.amount AS amount, o.category, n.is_own
    FROM payouts p JOIN postings o USING (borrower_id) LEFT JOIN names n USING (borrower_id, counterparty_id)
    WHERE o.amount < 0 AND coalesce(o.category NOT IN ('loan_service', 'own_transfer'), true)
      AND o.occurred_at >= p.paid_at AND o.day <= p.paid_on + 7 AND coalesce(NOT n.is_own, true)
), uses AS (
    SELECT borrower_id, payout_id, payout, sum(amount) AS gone,
           coalesce(sum(amount) FILTER (category = 'securities'), 0) AS to_securities,
           coalesce(sum(amount) FILTER (category IN ('private_person', 'related_party') OR is_own IS NOT NULL), 0) AS to_persons
    FROM gone GROUP BY ALL
), got AS (
    SELECT borrower_id, payout_id, payout, counterparty_id, sum(amount) AS got
    FROM gone WHERE counterparty_id IS NOT NULL GROUP BY ALL
), answers AS (
    SELECT DISTINCT g.borrower_id, g.payout_id, g.counterparty_id, i.posting_id, i.amount
    FROM gone g JOIN postings i USING (borrower_id, counterparty_id)
    WHERE i.lag < 6 AND i.amount > 0 AND i.occurred_at > g.left_at AND i.day <= g.left_on + 30
), sent AS (
    SELECT borrower_id, payout_id, counterparty_id, sum(amount) AS sent FROM answers GROUP BY ALL
), back AS (
    SELECT borrower_id, least(sum(least(got, sent)), any_value(payout)) AS back
    FROM got JOIN sent USING (borrower_id, payout_id, counterparty_id) GROUP BY borrower_id, payout_id
), total AS (
    SELECT borrower_id, sum(payout) AS payouts FROM payouts GROUP BY borrower_id
), used AS (
    SELECT borrower_id, sum(least(gone, payout)) AS gone, sum(least(to_securities, payout)) AS to_securities,
           sum(least(to_persons, payout)) AS to_persons
    FROM uses GROUP BY borrower_id
), came_back AS (
    SELECT borrower_id, sum(back) AS back FROM back GROUP BY borrower_id
)
SELECT * FROM total LEFT JOIN used USING (borrower_id) LEFT JOIN came_back USING (borrower_id);

CREATE TEMP TABLE repayment_source AS
WITH served AS (
    SELECT borrower_id, day AS served_on, lag, -sum(amount) AS served FROM postings
    WHERE lag < 12 AND amount < 0 AND category = 'loan_service' GROUP BY ALL
), first_seen AS (
    SELECT borrower_id, counterparty_id, max(lag) AS lag FROM postings
    WHERE lag < 24 AND category IS NULL AND counterparty_id IS NOT NULL GROUP BY ALL
), money AS (
    SELECT borrower_id, posting_id, amount, day, 'source' AS kind FROM postings
    WHERE lag < 13 AND amount > 0 AND category IN ('private_person', 'related_party', 'other')
    UNION ALL
    SELECT p.borrower_id, p.posting_id, p.amount, p.day, 'source'
    FROM postings p SEMI JOIN first_seen USING (borrower_id, counterparty_id, lag)
    WHERE p.lag < 13 AND p.amount > 0 AND p.category IS NULL
    UNION ALL
    SELECT borrower_id, posting_id, amount, day, 'cash' FROM postings WHERE lag < 13 AND amount > 0 AND category = 'cash'
), placed AS (
    SELECT m.kind, borrower_id, m.posting_id, m.amount, arg_max(s.served_on, (s.served, s.served_on)) AS served_on
    FROM money m JOIN served s USING (borrower_id)
    WHERE m.day BETWEEN s.served_on - 5 AND s.served_on
    GROUP BY ALL
), covered AS (
    SELECT p.kind, borrower_id, served_on, least(sum(p.amount), any_value(s.served)) AS covered
    FROM placed p JOIN served s USING (borrower_id, served_on) GROUP BY ALL
), spans AS (
    SELECT borrower_id, served_on, covered, served_on AS first_on, served_on + 30 AS last_on FROM covered WHERE kind = 'source'
    UNION ALL
    SELECT borrower_id, c.served_on, c.covered, p.day, p.day + 5
    FROM covered c JOIN postings p USING (borrower_id)
    WHERE c.kind = 'source' AND p.lag < 12 AND p.amount > 0 AND p.category = 'loan_payout'
      AND p.day BETWEEN c.served_on AND c.served_on + 90
), outs AS (
    SELECT DISTINCT borrower_id, s.served_on, s.covered, p.posting_id, p.amount
    FROM spans s JOIN postings p USING (borrower_id)
    WHERE p.lag < 12 AND p.amount < 0 AND p.category IN ('private_person', 'related_party', 'other')
      AND p.day BETWEEN s.first_on AND s.last_on
), bridge AS (
    SELECT borrower_id, sum(least(gone, covered)) AS bridge_returned
    FROM (SELECT borrower_id, served_on, covered, -sum(amount) AS gone FROM outs GROUP BY ALL) GROUP BY borrower_id
), sums AS (
    SELECT borrower_id, sum(served) AS served_12, sum(served) FILTER (lag < 6) AS served_6 FROM served GROUP BY borrower_id
), sources AS (
    SELECT borrower_id, sum(covered) FILTER (kind = 'source') AS bridge_source, sum(covered) FILTER (kind = 'cash') AS cash_before
    FROM covered GROUP BY borrower_id
), drawn AS (
    SELECT u.borrower_id, lag_of(c.stated_on) AS lag, sum(c.cash_advance) AS cash
    FROM unit u JOIN card_statements c ON c.borrower_id = u.member_id
    WHERE known(c.known_on, c.known_until) AND c.stated_on <= DATE '$as_of' AND lag_of(c.stated_on) < 6
    GROUP BY ALL HAVING count(c.cash_advance) > 0
), by_card AS (
    SELECT borrower_id, sum(least(cash, served)) AS card_cash
    FROM drawn JOIN (SELECT borrower_id, lag, sum(served) AS served FROM served GROUP BY ALL) USING (borrower_id, lag)
    GROUP BY borrower_id
)
SELECT * FROM sums LEFT JOIN sources USING (borrower_id) LEFT JOIN bridge USING (borrower_id) LEFT JOIN by_card USING (borrower_id);

CREATE TEMP TABLE declared AS
SELECT borrower_id, arg_max(sales, (found_on, finding_id)) AS declared_sales
FROM (
    SELECT borrower_id, found_on, finding_id, try_cast("value" AS BIGINT) AS sales FROM findings
    WHERE known(known_on, known_until) AND field = 'declared_sales_12m' AND found_on <= DATE '$as_of' AND lag_of(found_on) < 24
)
WHERE sales > 0 GROUP BY borrower_id;
