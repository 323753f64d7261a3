-- Account flows: months of each borrower first, then the windows over them.
CREATE TEMP MACRO is_in(amount, category) AS
    amount > 0 AND coalesce(category NOT IN ('loan_payout', 'own_transfer', 'related_party'), true);
CREATE TEMP MACRO is_out(amount, category) AS
    amount < 0 AND coalesce(category NOT IN ('loan_service', 'own_transfer', 'related_party'), true);

CREATE TEMP TABLE moved AS
SELECT borrower_id, lag, count(*) AS postings,
       coalesce(sum(amount) FILTER (is_in(amount, category)), 0) AS earned,
       coalesce(-sum(amount) FILTER (is_out(amount, category)), 0) AS spent,
       coalesce(sum(amount) FILTER (amount > 0 AND category = 'related_party'), 0) AS party_in,
       coalesce(-sum(amount) FILTER (amount < 0 AND category = 'related_party'), 0) AS party_out,
       coalesce(sum(amount) FILTER (amount > 0 AND (category IS NULL OR category = 'sales')), 0) AS sales,
       coalesce(-sum(amount) FILTER (amount < 0 AND category = 'wage'), 0) AS wage,
       coalesce(-sum(amount) FILTER (amount < 0 AND category = 'tax'), 0) AS tax,
       coalesce(-sum(amount) FILTER (amount < 0 AND category = 'utility'), 0) AS utility,
       coalesce(-sum(amount) FILTER (amount < 0 AND category = 'rent'), 0) AS rent,
       coalesce(-sum(amount) FILTER (amount < 0 AND category = 'purchase'), 0) AS purchase,
       coalesce(-sum(amount) FILTER (amount < 0 AND category = 'securities'), 0) AS securities,
       coalesce(-sum(amount) FILTER (amount < 0 AND category = 'other'), 0) AS other,
       coalesce(-sum(amount) FILTER (amount < 0 AND category = 'private_person'), 0) AS private,
       coalesce(sum(amount) FILTER (amount > 0 AND category = 'securities'), 0) AS securities_in,
       coalesce(sum(amount) FILTER (amount > 0 AND category = 'private_person'), 0) AS private_in,
       coalesce(sum(amount) FILTER (amount > 0 AND category = 'other'), 0) AS other_in,
       coalesce(sum(amount) FILTER (amount > 0), 0) AS gross_in,
       coalesce(-sum(amount) FILTER (amount < 0), 0) AS gross_out,
       coalesce(-sum(amount) FILTER (-amount >= 1000000 AND amount % 100000 = 0 AND category = 'private_person'), 0) AS lent
FROM postings WHERE lag < 24
GROUP BY borrower_id, lag;

-- Money from and to the unit
CREATE TEMP TABLE with_unit AS
SELECT p.borrower_id, p.lag, n.rank, sum(amount) FILTER (amount > 0) AS gross_in, -sum(amount) FILTER (amount < 0) AS gross_out,
       coalesce(sum(amount) FILTER (is_in(amount, category)), 0) AS earned,
       coalesce(-sum(amount) FILTER (is_out(amount, category)), 0) AS spent
FROM postings p JOIN names n USING (borrower_id, counterparty_id)
WHERE p.lag < 24
GROUP BY p.borrower_id, p.lag, n.rank;

-- Money that went back to where it came from within 5 days
CREATE TEMP TABLE returned AS
WITH named AS (
    SELECT borrower_id, counterparty_id, posting_id, amount, day, lag, category FROM postings
    WHERE counterparty_id IS NOT NULL
      AND coalesce(category NOT IN ('own_transfer', 'loan_payout', 'loan_service'), true)
), both_ways AS (
    SELECT borrower_id, counterparty_id FROM named GROUP BY ALL HAVING min(amount) < 0 AND max(amount) > 0
), sides AS (
    SELECT * FROM named SEMI JOIN both_ways USING (borrower_id, counterparty_id)
), pairs AS (
    SELECT i.borrower_id, i.counterparty_id, i.posting_id AS in_id, o.posting_id AS out_id
    FROM sides i JOIN sides o USING (borrower_id, counterparty_id)
    WHERE i.amount > 0 AND o.amount < 0 AND o.day BETWEEN i.day - 5 AND i.day + 5
      AND abs(i.amount + o.amount) * 20 <= greatest(i.amount, -o.amount)
), legs AS (
    SELECT in_id AS posting_id FROM pairs UNION SELECT out_id FROM pairs
)
SELECT s.borrower_id, s.lag,
       coalesce(sum(amount) FILTER (amount > 0 AND coalesce(NOT n.is_own, true)), 0) AS returned_in,
       coalesce(sum(amount) FILTER (is_in(amount, category) AND n.is_own IS NULL), 0) AS earned,
       coalesce(-sum(amount) FILTER (is_out(amount, category) AND n.is_own IS NULL), 0) AS spent
FROM sides s SEMI JOIN legs USING (posting_id) LEFT JOIN names n USING (borrower_id, counterparty_id)
WHERE s.lag < 24
GROUP BY s.borrower_id, s.lag;

CREATE TEMP TABLE flows AS
WITH unit_month AS (
    SELECT borrower_id, lag, sum(earned) AS earned, sum(spent) AS spent,
           coalesce(sum(earned) FILTER (rank = 0), 0) AS own_earned, coalesce(sum(spent) FILTER (rank = 0), 0) AS own_spent
    FROM with_unit GROUP BY borrower_id, lag
), month AS (
    SELECT m.*,
           m.earned - coalesce(u.earned, 0) - coalesce(r.earned, 0) AS inflow,
           m.spent - coalesce(u.spent, 0) - coalesce(r.spent, 0) AS outflow,
           m.earned - coalesce(u.own_earned, 0) + m.party_in AS received,
           m.party_in + coalesce(u.earned, 0) - coalesce(u.own_earned, 0) AS related_in,
           m.party_out + coalesce(u.spent, 0) - coalesce(u.own_spent, 0) AS related_out,
           coalesce(r.returned_in, 0) AS returned_in,
           m.party_in + coalesce(u.earned, 0) - coalesce(u.own_earned, 0) + coalesce(r.earned, 0) AS circular_in
    FROM moved m LEFT JOIN unit_month u USING (borrower_id, lag) LEFT JOIN returned r USING (borrower_id, lag)
)
SELECT borrower_id,
       sum(inflow) FILTER (lag < 1) AS inflow_1, sum(inflow) FILTER (lag < 3) AS inflow_3,
       sum(inflow) FILTER (lag < 12) AS inflow_12, sum(inflow) AS inflow_24,
       sum(inflow) FILTER (lag BETWEEN 12 AND 14) AS inflow_last_year,
       sum(outflow) FILTER (lag < 3) AS outflow_3,
       sum(earned) FILTER (lag < 3) AS earned_3, sum(earned) FILTER (lag < 6) AS earned_6,
       sum(spent) FILTER (lag < 3) AS spent_3, sum(spent) FILTER (lag < 6) AS spent_6,
       sum(received) FILTER (lag < 3) AS received_3, sum(received) FILTER (lag < 12) AS received_12,
       sum(circular_in) FILTER (lag < 3) AS circular_in_3, sum(returned_in) FILTER (lag < 12) AS returned_in_12,
       sum(postings) FILTER (lag < 12) AS postings_12, sum(postings) AS postings_24,
       sum(sales) FILTER (lag < 3) AS sales_3, sum(sales) FILTER (lag < 12) AS sales_12,
       sum(purchase) FILTER (lag < 3) AS purchase_3, sum(purchase) FILTER (lag < 12) AS purchase_12,
       sum(wage) FILTER (lag < 3) AS wage_3, sum(wage) FILTER (lag < 12) AS wage_12,
       sum(wage) FILTER (lag BETWEEN 12 AND 14) AS wage_last_year,
       sum(tax) FILTER (lag < 3) AS tax_3, sum(tax) FILTER (lag < 12) AS tax_12,
       sum(tax) FILTER (lag BETWEEN 12 AND 14) AS tax_last_year,
       sum(utility) FILTER (lag < 3) AS utility_3, sum(utility) FILTER (lag < 12) AS utility_12,
       sum(utility) FILTER (lag BETWEEN 12 AND 14) AS utility_last_year,
       sum(rent) FILTER (lag < 3) AS rent_3, sum(rent) FILTER (lag BETWEEN 12 AND 14) AS rent_last_year,
       sum(securities_in) FILTER (lag < 3) AS securities_in_3, sum(securities_in) FILTER (lag < 12) AS securities_in_12,
       sum(securities) FILTER (lag < 3) AS securities_3, sum(securities) FILTER (lag < 12) AS securities_12,
       sum(private_in) FILTER (lag < 3) AS private_in_3, sum(private_in) FILTER (lag < 12) AS private_in_12,
       sum(private) FILTER (lag < 3) AS private_3, sum(private) FILTER (lag < 12) AS private_12,
       sum(related_in) FILTER (lag < 3) AS related_in_3, sum(related_in) FILTER (lag < 12) AS related_in_12,
       sum(related_out) FILTER (lag < 3) AS related_out_3, sum(related_out) FILTER (lag < 12) AS related_out_12,
       sum(other_in) FILTER (lag < 3) AS other_in_3, sum(other_in) FILTER (lag < 12) AS other_in_12,
       sum(other) FILTER (lag < 3) AS other_3, sum(other) FILTER (lag < 12) AS other_12,
       max(inflow) FILTER (lag < 12) AS best_month_12,
       count(*) FILTER (inflow > 0 AND lag < 12) AS months_with_inflow_12, count(*) FILTER (inflow > 0) AS months_with_inflow_24,
       count(*) FILTER (outflow > inflow AND lag < 12) AS net_outflow_12, count(*) FILTER (outflow > inflow) AS net_outflow_24,
       sum(inflow::HUGEINT * inflow) FILTER (lag < 12) AS squares_12, sum(inflow::HUGEINT * inflow) AS squares_24,
       count(*) FILTER (wage > 0 AND lag < 3) AS wage_months_3,
       count(*) FILTER (wage > 0 AND lag BETWEEN 3 AND 11) AS wage_months_before,
       count(*) FILTER (utility > 0 AND lag < 3) AS utility_months_3,
       count(*) FILTER (utility > 0 AND lag BETWEEN 3 AND 11) AS utility_months_before,
       min(lag) FILTER (tax > 0) AS tax_lag
FROM month
GROUP BY borrower_id;

CREATE TEMP TABLE inflow_of_year AS
SELECT s.borrower_id,
       CASE WHEN l.has_account AND $transactions_months >= 12 THEN coalesce(f.inflow_12, 0) END AS inflow_12m
FROM spine s LEFT JOIN life l USING (borrower_id) LEFT JOIN flows f USING (borrower_id);
