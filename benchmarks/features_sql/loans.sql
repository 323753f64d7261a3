-- Loan profile, collateral and public events: what stands on the day.
CREATE TEMP TABLE f_loan_profile AS
WITH held AS (
    SELECT *, lag_of(opened_on) AS opened_lag, live AND product <> 'card' AS is_term,
           live AND coalesce(repayment = 'bullet', false) AS is_bullet,
           datediff('month', DATE '$as_of', greatest(matures_on, DATE '$as_of'))
               - (if(last_day(greatest(matures_on, DATE '$as_of')) = greatest(matures_on, DATE '$as_of'), 0, 1)) AS months_left
    FROM states
), sums AS (
    SELECT borrower_id, count(*) FILTER (live) AS live, sum(balance) FILTER (live) AS live_balance, count(*) FILTER (is_term) AS live_loans,
           sum(balance) FILTER (live AND product = 'business') AS business, sum(balance) FILTER (live AND security IS NOT NULL) AS security_told,
           sum(balance) FILTER (live AND security = 'none') AS unsecured, sum(balance) FILTER (live AND security = 'guarantee') AS guaranteed,
           sum(balance) FILTER (live AND repayment IS NOT NULL) AS repayment_told, sum(balance) FILTER (is_bullet) AS bullet,
           count(*) FILTER (if(is_bullet, matures_on IS NULL OR balance IS NULL, is_term AND repayment IS NULL)) AS bullets_untold,
           sum(balance) FILTER (is_bullet AND months_left < 1) AS due_1m, sum(balance) FILTER (is_bullet AND months_left < 3) AS due_3m,
           sum(principal) FILTER (is_term AND principal > 0 AND balance IS NOT NULL) AS lent,
           sum(balance) FILTER (is_term AND principal > 0 AND balance IS NOT NULL) AS owed,
           max(opened_lag) AS opened_lag, min(opened_lag) FILTER (product <> 'card') AS months_since_payout,
           min(months_left) FILTER (live AND matures_on IS NOT NULL) AS months_to_maturity
    FROM held GROUP BY borrower_id
)
SELECT s.borrower_id, if(coalesce(live, 0) = 0, 0, live_balance) AS debt_outstanding,
    ratio(debt_outstanding, inflow_12m) AS debt_to_inflow, change(debt_outstanding, 1, balance_year_ago, 1) AS debt_change_12m,
    coalesce(live_loans, 0) AS live_loans, ratio(coalesce(business, 0), live_balance) AS business_debt_share,
    ratio(coalesce(unsecured, 0), security_told) AS unsecured_debt_share, ratio(coalesce(guaranteed, 0), security_told) AS guaranteed_debt_share,
    ratio(coalesce(bullet, 0), repayment_told) AS bullet_debt_share,
    if(bullets_untold = 0, ratio(coalesce(due_3m, 0), live_balance), NULL) AS bullet_due_share_3m,
    if(bullets_untold = 0, ratio(coalesce(due_1m, 0), inflow_12m), NULL) AS bullet_due_to_inflow_1m,
    if(bullets_untold = 0, ratio(coalesce(due_3m, 0), inflow_12m), NULL) AS bullet_due_to_inflow_3m,
    ratio(least(owed, lent), lent) AS principal_left_share, months_to_maturity,
    greatest(opened_lag, oldest_lag) AS months_on_book, months_since_payout
FROM spine s LEFT JOIN sums USING (borrower_id) LEFT JOIN tape_history USING (borrower_id) LEFT JOIN inflow_of_year USING (borrower_id);

CREATE TEMP TABLE f_collateral AS
WITH pieces AS (
    SELECT s.borrower_id, s.loan_id, s.balance, c.collateral_id, c.kind, c.value, c.valued_on, c.insured_to, c.seized_on, c.known_on
    FROM states s JOIN collateral c USING (loan_id)
    WHERE s.live AND known(c.known_on, c.known_until) AND (c.valued_on IS NULL OR c.valued_on <= DATE '$as_of')
), older AS (
    SELECT p.collateral_id, arg_max(c.value, (c.valued_on, c.known_until)) AS value_before
    FROM pieces p JOIN collateral c USING (collateral_id)
    WHERE c.value IS NOT NULL AND c.known_until <= p.known_on AND c.valued_on < p.valued_on
    GROUP BY p.collateral_id
), held AS (
    SELECT p.*, o.value_before FROM pieces p LEFT JOIN older o USING (collateral_id)
), loan AS (
    SELECT borrower_id, loan_id, max(balance) AS balance, sum(value) AS value,
           max(balance) IS NOT NULL AND count(*) = count(value) AS is_told, if(is_told, ratio(max(balance), sum(value)), NULL) AS ltv
    FROM held GROUP BY borrower_id, loan_id
), covered AS (
    SELECT borrower_id, if(bool_and(is_told), ratio(sum(balance), sum(value)), NULL) AS loan_to_value, max(ltv) AS loan_to_value_worst
    FROM loan GROUP BY borrower_id
), sums AS (
    SELECT borrower_id,
        change(sum(value) FILTER (value_before > 0), 1, sum(value_before) FILTER (value IS NOT NULL AND value_before > 0), 1) AS collateral_value_change,
        max(lag_of(valued_on)) AS months_since_valuation, min(insured_to - DATE '$as_of') AS insurance_days_left,
        count(*) FILTER (seized_on <= DATE '$as_of') AS collateral_seized,
        ratio(coalesce(sum(value) FILTER (kind IN ('stock', 'receivables', 'equipment')), 0), sum(value)) AS soft_collateral_share
    FROM held GROUP BY borrower_id
)
SELECT * FROM spine LEFT JOIN covered USING (borrower_id) LEFT JOIN sums USING (borrower_id);

CREATE TEMP TABLE f_public_events AS
WITH sums AS (
    SELECT borrower_id, count(*) FILTER (kind = 'lawsuit' AND lag_of(occurred_on) < 12) AS lawsuits,
           count(*) FILTER (kind = 'enforcement' AND lag_of(occurred_on) < 12) AS enforcements,
           count(*) FILTER (kind = 'penalty' AND lag_of(occurred_on) < 12) AS penalties,
           count(*) FILTER (kind = 'closure' AND lag_of(occurred_on) < 24) AS closures,
           max((kind = 'disaster_area')::INT) FILTER (lag_of(occurred_on) < 12) AS disaster,
           count(*) FILTER (kind = 'dishonest_debtor') AS listed,
           min(lag_of(occurred_on)) FILTER (lag_of(occurred_on) < 24 AND kind IN ('lawsuit', 'enforcement', 'dishonest_debtor')) AS legal_lag,
           sum(amount) FILTER (lag_of(occurred_on) < 24 AND kind IN ('lawsuit', 'enforcement')) AS at_stake,
           count(*) FILTER (amount IS NULL AND lag_of(occurred_on) < 24 AND kind IN ('lawsuit', 'enforcement')) AS untold
    FROM public_events WHERE known(known_on, known_until) AND occurred_on <= DATE '$as_of'
    GROUP BY borrower_id
), debts AS (
    SELECT borrower_id, sum(balance) FILTER (live) AS debt FROM states GROUP BY borrower_id
)
SELECT s.borrower_id, if($events_months >= 12, coalesce(lawsuits, 0), NULL) AS lawsuits_12m,
    if($events_months >= 12, coalesce(enforcements, 0), NULL) AS enforcements_12m,
    if(listed > 0, 1, if($events_months >= 24, 0, NULL)) AS dishonest_debtor,
    if($events_months >= 12, coalesce(penalties, 0), NULL) AS penalties_12m,
    if($events_months >= 24, coalesce(closures, 0), NULL) AS closures_24m,
    if($events_months >= 24, coalesce(legal_lag, 24), NULL) AS months_since_legal_action,
    if($events_months >= 24 AND coalesce(untold, 0) = 0, coalesce(at_stake, 0), NULL) AS stake,
    if(stake = 0, 0, ratio(stake, debt)) AS legal_amount_to_debt, if(stake = 0, 0, ratio(stake, inflow_12m)) AS legal_amount_to_inflow,
    if($events_months >= 12, coalesce(disaster, 0), NULL) AS disaster_area_12m
FROM spine s LEFT JOIN sums USING (borrower_id) LEFT JOIN debts USING (borrower_id) LEFT JOIN inflow_of_year USING (borrower_id);
