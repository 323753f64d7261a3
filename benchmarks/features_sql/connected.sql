-- Who hangs together with whom: trouble of everybody, the economic unit, guarantees.
CREATE TEMP TABLE trouble AS
WITH owed AS (
    SELECT borrower_id, max(dpd) AS dpd, if(count(*) FILTER (live AND balance IS NULL) = 0,
           coalesce(sum(balance) FILTER (live), 0), NULL) AS debt
    FROM states GROUP BY borrower_id
), listed AS (
    SELECT DISTINCT borrower_id, true AS is_listed FROM outcomes
    WHERE kind IN ('dpd_90', 'write_off', 'default') AND occurred_on <= DATE '$as_of' AND known(known_on, known_until)
)
SELECT borrower_id, dpd, debt, coalesce(dpd > 0, false) OR coalesce(is_listed, false) AS is_late,
       coalesce(dpd > 30, false) OR coalesce(is_listed, false) AS is_troubled,
       coalesce(dpd > 90, false) OR coalesce(is_listed, false) AS is_in_default
FROM owed FULL JOIN listed USING (borrower_id);

CREATE TEMP TABLE f_economic_unit AS
WITH linked AS (
    FROM unit SEMI JOIN (SELECT borrower_id FROM unit WHERE rank > 0) USING (borrower_id)
), money AS (
    SELECT borrower_id, coalesce(sum(earned) FILTER (lag < 3), 0) AS earned_3, coalesce(sum(earned) FILTER (lag < 12), 0) AS earned_12,
           coalesce(sum(spent) FILTER (lag < 6), 0) AS spent, coalesce(sum(securities) FILTER (lag < 6), 0) AS securities,
           coalesce(sum(lent) FILTER (lag < 6), 0) AS lent, coalesce(sum(gross_in) FILTER (lag < 6), 0) AS gross_in,
           coalesce(sum(gross_out) FILTER (lag < 6), 0) AS gross_out
    FROM moved GROUP BY borrower_id
), late AS (
    SELECT borrower_id, max(dpd) AS stated FROM tape WHERE dpd > 0 AND lag < 12 GROUP BY borrower_id
), sued AS (
    SELECT borrower_id, count(*) AS legal_actions FROM public_events
    WHERE known(known_on, known_until) AND occurred_on <= DATE '$as_of' AND lag_of(occurred_on) < 12
      AND kind IN ('lawsuit', 'enforcement', 'dishonest_debtor')
    GROUP BY borrower_id
), parties AS (
    SELECT DISTINCT member_id FROM linked
), known_of AS (
    SELECT p.member_id, c.card_utilisation, c.card_balance, c.card_limit, c.card_months_above_80_6m, c.card_minimum_only_6m,
           c.card_cash_advance_3m, i.inquiries_3m, i.inquiries_6m, i.nonbank_inquiries_6m, t.dpd,
           if(t.borrower_id IS NULL, 0, if(h.borrower_id IS NULL, 0, t.debt)) AS debt,
           coalesce(t.is_troubled, false) AS is_troubled, coalesce(t.is_in_default, false) AS is_in_default,
           greatest(t.dpd, e.stated) AS dpd_12, s.legal_actions, l.has_account AND $transactions_months >= 12 AS is_seen,
           coalesce(is_seen AND l.months_open >= 12, false) AS is_grown,
           if(is_seen, coalesce(m.earned_3, 0), NULL) AS earned_3, if(is_seen, coalesce(m.earned_12, 0), NULL) AS earned_12,
           if(is_seen, coalesce(m.spent, 0), NULL) AS spent, if(is_seen, coalesce(m.securities, 0), NULL) AS securities,
           if(is_seen, coalesce(m.lent, 0), NULL) AS lent, if(is_seen, coalesce(m.gross_in, 0), NULL) AS gross_in,
           if(is_seen, coalesce(m.gross_out, 0), NULL) AS gross_out, if(is_seen, b.balance_sum_3m, NULL) AS balance_sum_3m
    FROM parties p LEFT JOIN card_features c ON c.borrower_id = p.member_id LEFT JOIN inquiry_counts i ON i.borrower_id = p.member_id
    LEFT JOIN trouble t ON t.borrower_id = p.member_id LEFT JOIN late e ON e.borrower_id = p.member_id
    LEFT JOIN (SELECT DISTINCT borrower_id FROM states) h ON h.borrower_id = p.member_id
    LEFT JOIN sued s ON s.borrower_id = p.member_id LEFT JOIN life l ON l.borrower_id = p.member_id
    LEFT JOIN money m ON m.borrower_id = p.member_id LEFT JOIN balances b ON b.borrower_id = p.member_id
), sums AS (
    SELECT u.borrower_id,
           sum(inquiries_3m) FILTER (rank IN (1, 2)) AS inquiries_3, sum(inquiries_6m) FILTER (rank IN (1, 2)) AS inquiries_6,
           sum(nonbank_inquiries_6m) FILTER (rank IN (1, 2)) AS nonbanks, sum(card_minimum_only_6m) FILTER (rank IN (1, 2)) AS minimum,
           sum(card_cash_advance_3m) FILTER (rank IN (1, 2)) AS cash, sum(balance_sum_3m) FILTER (rank IN (1, 2)) AS balance,
           sum(spent) FILTER (rank IN (1, 2)) AS spent, sum(securities) FILTER (rank IN (1, 2)) AS securities,
           sum(lent) FILTER (rank IN (1, 2)) AS lent, max(card_months_above_80_6m) FILTER (rank IN (1, 2)) AS above_80,
           max(dpd) FILTER (rank IN (1, 2)) AS owner_dpd, max(dpd_12) FILTER (rank IN (1, 2)) AS owner_dpd_12,
           sum(earned_3) FILTER (rank IN (1, 2) AND is_grown) AS earned_3, sum(earned_12) FILTER (rank IN (1, 2) AND is_grown) AS earned_12,
           sum(card_balance) FILTER (rank IN (1, 2) AND card_utilisation IS NOT NULL) AS owner_drawn,
           sum(card_limit) FILTER (rank IN (1, 2) AND card_utilisation IS NOT NULL) AS owner_limit,
           sum(card_balance) FILTER (rank < 3 AND card_utilisation IS NOT NULL) AS household_drawn,
           sum(card_limit) FILTER (rank < 3 AND card_utilisation IS NOT NULL) AS household_limit,
           sum(inquiries_3m) FILTER (rank < 3) AS household_inquiries, count(*) FILTER (rank = 1) AS controllers,
           count(*) FILTER (rank > 2) AS firms, max(dpd) FILTER (rank > 2) AS firms_dpd, max(dpd_12) FILTER (rank > 2) AS firms_dpd_12,
           count(*) FILTER (rank > 2 AND is_in_default) AS firms_in_default, count(*) FILTER (rank > 0 AND is_troubled) AS troubled,
           sum(legal_actions) FILTER (rank > 0) AS legal_actions, sum(debt) AS debt, count(*) FILTER (debt IS NULL) AS debts_unknown,
           sum(earned_12) AS earned, count(*) FILTER (earned_12 IS NULL AND debt > 0) AS owing_unseen,
           sum(gross_in) FILTER (rank = 0) AS own_in, sum(gross_out) FILTER (rank = 0) AS own_out
    FROM linked u JOIN known_of k USING (member_id) GROUP BY u.borrower_id
), inside AS (
    -- What the members earned from each other in a year
    SELECT u.borrower_id, coalesce(sum(p.amount) FILTER (is_in(p.amount, p.category)), 0) AS earned_within
    FROM linked u JOIN postings p ON p.borrower_id = u.member_id
    JOIN names n ON n.borrower_id = u.borrower_id AND n.counterparty_id = p.counterparty_id
    WHERE p.lag < 12 GROUP BY u.borrower_id
), own AS (
    SELECT borrower_id, sum(gross_out) FILTER (rank IN (1, 2)) AS to_owner, sum(gross_in) FILTER (rank IN (1, 2)) AS from_owner,
           sum(gross_out) FILTER (rank > 2) AS to_firms
    FROM with_unit WHERE lag < 6 GROUP BY borrower_id
)
SELECT borrower_id, ratio(owner_drawn, owner_limit) AS owner_card_utilisation, above_80 AS owner_card_months_above_80_6m,
    minimum AS owner_card_minimum_only_6m, cash AS owner_card_cash_advance_3m, inquiries_3 AS owner_inquiries_3m,
    inquiries_6 AS owner_inquiries_6m, nonbanks AS owner_nonbank_inquiries_6m,
    change(earned_3, 3, earned_12 - earned_3, 9) AS owner_inflow_change_3m, balance / 3.0::DOUBLE AS owner_balance_mean_3m,
    ratio(securities, spent) AS owner_securities_share_6m, ratio(lent, spent) AS owner_lent_share_6m,
    if(controllers > 0, ratio(coalesce(to_owner, 0), own_out), NULL) AS owner_drawn_share_6m,
    if(controllers > 0, ratio(coalesce(from_owner, 0), own_in), NULL) AS owner_support_share_6m,
    owner_dpd AS owner_dpd_now, owner_dpd_12 AS owner_dpd_max_12m,
    if(firms > 0, ratio(coalesce(to_firms, 0), own_out), NULL) AS affiliates_paid_share_6m, firms_dpd AS affiliates_dpd_now,
    firms_dpd_12 AS affiliates_dpd_max_12m, coalesce(firms_in_default, 0) AS affiliates_in_default, coalesce(troubled, 0) AS unit_troubled,
    if($events_months >= 12, coalesce(legal_actions, 0), NULL) AS unit_legal_actions_12m,
    coalesce(controllers, 0) + coalesce(firms, 0) AS unit_members, ratio(household_drawn, household_limit) AS unit_card_utilisation,
    household_inquiries AS unit_inquiries_3m,
    if(debts_unknown = 0 AND owing_unseen = 0, ratio(debt, earned - coalesce(earned_within, 0)), NULL) AS unit_debt_to_inflow
FROM spine LEFT JOIN sums USING (borrower_id) LEFT JOIN inside USING (borrower_id) LEFT JOIN own USING (borrower_id);

CREATE TEMP TABLE edges AS
SELECT guarantor_id, borrower_id, sum(amount) AS amount FROM guarantees
WHERE known(known_on, known_until) AND (starts_on IS NULL OR starts_on <= DATE '$as_of')
  AND (ends_on IS NULL OR ends_on >= DATE '$as_of') AND guarantor_id <> borrower_id
GROUP BY guarantor_id, borrower_id;

-- Circles are small: who reaches whom is spelt out, along the guarantees (rings) and whichever way they run (circles)
CREATE TEMP TABLE places AS
WITH RECURSIVE reach(a, b) AS (
    SELECT guarantor_id, borrower_id FROM edges
    UNION SELECT r.a, e.borrower_id FROM reach r JOIN edges e ON r.b = e.guarantor_id
), either(a, b) AS (
    SELECT guarantor_id, borrower_id FROM edges UNION SELECT borrower_id, guarantor_id FROM edges
), circle(a, b) AS (
    FROM either UNION SELECT c.a, e.b FROM circle c JOIN either e ON c.b = e.a
), circles AS (
    SELECT a AS party_id, min(b) AS circle FROM circle GROUP BY a
), ring_of AS (
    SELECT c.party_id, least(c.party_id, min(x.b)) AS ring
    FROM circles c LEFT JOIN (SELECT x.a, x.b FROM reach x JOIN reach y ON x.a = y.b AND x.b = y.a) x ON x.a = c.party_id
    GROUP BY c.party_id
), ring_edges AS (
    SELECT DISTINCT g.ring AS a, b.ring AS b FROM edges JOIN ring_of g ON g.party_id = guarantor_id JOIN ring_of b ON b.party_id = edges.borrower_id
    WHERE g.ring <> b.ring
), chain(ring, depth) AS (
    SELECT DISTINCT ring, 0 FROM ring_of
    UNION SELECT e.a, c.depth + 1 FROM chain c JOIN ring_edges e ON e.b = c.ring
), depths AS (
    SELECT ring, max(depth) AS depth FROM chain GROUP BY ring
)
SELECT party_id, circle, ring, depth FROM circles JOIN ring_of USING (party_id) JOIN depths USING (ring);

CREATE TEMP TABLE f_guarantee_exposure AS
WITH sides AS (
    SELECT guarantor_id AS borrower_id, borrower_id AS party_id, amount, 'given' AS side FROM edges
    UNION ALL SELECT borrower_id, guarantor_id, amount, 'taken' FROM edges
), stood AS (
    SELECT s.borrower_id, s.party_id, s.amount, s.side, u.rank IS NOT NULL AS is_own, coalesce(t.is_late, false) AS is_late,
           coalesce(t.is_troubled, false) AS is_troubled, coalesce(t.is_in_default, false) AS is_in_default,
           if(h.borrower_id IS NULL, 0, t.debt) AS debt
    FROM sides s SEMI JOIN spine USING (borrower_id)
    LEFT JOIN (FROM unit WHERE rank > 0) u ON u.borrower_id = s.borrower_id AND u.member_id = s.party_id
    LEFT JOIN trouble t ON t.borrower_id = s.party_id
    LEFT JOIN (SELECT DISTINCT borrower_id FROM states) h ON h.borrower_id = s.party_id
), sums AS (
    SELECT borrower_id, count(*) FILTER (side = 'given' AND NOT is_own) AS parties,
           sum(amount) FILTER (side = 'given' AND NOT is_own) AS amount,
           count(*) FILTER (side = 'given' AND NOT is_own AND is_late) AS late,
           count(*) FILTER (side = 'given' AND NOT is_own AND is_troubled) AS troubled,
           sum(amount) FILTER (side = 'given' AND NOT is_own AND is_troubled) AS troubled_amount,
           count(*) FILTER (side = 'given' AND NOT is_own AND is_in_default) AS failed,
           sum(least(amount, if(debt > 0, debt, NULL))) FILTER (side = 'given' AND NOT is_own AND is_in_default) AS call_amount,
           count(*) FILTER (side = 'given' AND is_own) AS unit_parties, sum(amount) FILTER (side = 'given' AND is_own) AS unit_amount,
           count(*) FILTER (side = 'taken' AND NOT is_own) AS guarantors,
           count(*) FILTER (side = 'taken' AND NOT is_own AND is_troubled) AS guarantors_troubled,
           sum(amount) FILTER (side = 'taken' AND NOT is_own) AS received_amount, count(*) FILTER (side = 'taken' AND is_own) AS unit_guarantors
    FROM stood GROUP BY borrower_id
), mutual AS (
    SELECT g.borrower_id, count(*) AS mutual FROM stood g JOIN stood t USING (borrower_id, party_id)
    WHERE g.side = 'given' AND t.side = 'taken' AND NOT g.is_own GROUP BY g.borrower_id
), behind AS (
    SELECT g.borrower_id, g.party_id, g.amount, e.borrower_id AS second_id, e.amount AS second
    FROM stood g JOIN edges e ON e.guarantor_id = g.party_id JOIN trouble t ON t.borrower_id = e.borrower_id
    WHERE g.side = 'given' AND NOT g.is_own AND NOT g.is_troubled AND t.is_troubled AND e.borrower_id <> g.borrower_id
      AND NOT EXISTS (SELECT 1 FROM edges d WHERE d.guarantor_id = g.borrower_id AND d.borrower_id = e.borrower_id)
), second AS (
    SELECT borrower_id, count(DISTINCT second_id) AS second_troubled FROM behind GROUP BY borrower_id
), second_amounts AS (
    SELECT borrower_id, sum(at_risk) AS second_amount
    FROM (SELECT borrower_id, least(max(amount), sum(second)) AS at_risk FROM behind GROUP BY borrower_id, party_id) GROUP BY borrower_id
), marked AS (
    SELECT p.*, coalesce(t.is_troubled, false)::INT AS bad FROM places p LEFT JOIN trouble t ON t.borrower_id = p.party_id
), totals AS (
    SELECT *, count(*) OVER (PARTITION BY circle) AS size, sum(bad) OVER (PARTITION BY circle) AS bad_in_circle,
           count(*) OVER (PARTITION BY ring) AS ring_size
    FROM marked
), circle_sums AS (
    SELECT u.borrower_id, max(t.depth) AS depth, max(t.size) - count(*) FILTER (m.circle = t.circle) AS others,
           max(t.bad_in_circle) - sum(m.bad) FILTER (m.circle = t.circle) AS others_troubled,
           max(t.ring_size) - count(*) FILTER (m.ring = t.ring) AS others_in_ring
    FROM unit u JOIN marked m ON m.party_id = u.member_id JOIN totals t ON t.party_id = u.borrower_id
    GROUP BY u.borrower_id
), calls AS (
    SELECT borrower_id, count(*) AS calls FROM findings
    WHERE known(known_on, known_until) AND field = 'guarantee_called' AND found_on <= DATE '$as_of' AND lag_of(found_on) < 12
      AND coalesce(lower(value) NOT IN ('no', 'false', '0', '否'), true)
    GROUP BY borrower_id
)
SELECT s.borrower_id, if(coalesce(parties, 0) = 0, 0, amount) AS guaranteed_amount, coalesce(parties, 0) AS guaranteed_parties,
    ratio(guaranteed_amount, inflow_12m) AS guaranteed_to_inflow, if(guaranteed_amount = 0, 0, ratio(guaranteed_amount, d.debt)) AS guaranteed_to_debt,
    coalesce(late, 0) AS guaranteed_late, coalesce(troubled, 0) AS guaranteed_troubled,
    if(coalesce(troubled, 0) = 0, 0, troubled_amount) AS guaranteed_troubled_amount,
    if(parties > 0 AND troubled = 0, 0, ratio(troubled_amount, guaranteed_amount)) AS guaranteed_troubled_share,
    coalesce(second_troubled, 0) AS guaranteed_second_troubled,
    if(coalesce(second_troubled, 0) = 0, 0, second_amount) AS guaranteed_second_amount,
    if($findings_months >= 12 OR calls IS NOT NULL, coalesce(calls, 0), NULL) AS guarantee_calls_12m,
    if(coalesce(failed, 0) = 0, 0, call_amount) AS guarantee_call_amount, ratio(guarantee_call_amount, inflow_12m) AS guarantee_call_to_inflow,
    coalesce(guarantors, 0) AS guarantor_count, coalesce(guarantors_troubled, 0) AS guarantors_troubled,
    if(coalesce(guarantors, 0) = 0, 0, ratio(received_amount, d.debt)) AS guarantee_received_to_debt,
    coalesce(unit_guarantors, 0) AS unit_guarantors, if(coalesce(unit_parties, 0) = 0, 0, unit_amount) AS unit_guaranteed_amount,
    coalesce(mutual, 0) AS mutual_guarantees, coalesce(others_in_ring, 0) + 1 AS guarantee_ring_size, coalesce(depth, 0) AS guarantee_depth,
    coalesce(others, 0) + 1 AS circle_size, ratio(others_troubled, others) AS circle_troubled_share
FROM spine s LEFT JOIN sums USING (borrower_id) LEFT JOIN mutual USING (borrower_id) LEFT JOIN second USING (borrower_id)
LEFT JOIN second_amounts USING (borrower_id) LEFT JOIN circle_sums USING (borrower_id) LEFT JOIN calls USING (borrower_id)
LEFT JOIN inflow_of_year USING (borrower_id) LEFT JOIN trouble d ON d.borrower_id = s.borrower_id;
