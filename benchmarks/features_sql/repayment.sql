-- Repayment history: ledger by statement and by month, due items against payments, loans that follow on each other.
CREATE TEMP TABLE tape AS
SELECT l.borrower_id, t.loan_id, t.stated_on, t.balance, t.dpd, lag_of(t.stated_on) AS lag
FROM ledger t JOIN loans l USING (loan_id)
WHERE known(t.known_on, t.known_until) AND known(l.known_on, l.known_until) AND t.stated_on <= DATE '$as_of';

CREATE TEMP TABLE statements AS
WITH ranked AS (
    SELECT borrower_id, dpd, row_number() OVER loan - 1 AS ordinal, first_value(lag) OVER loan AS newest_lag
    FROM tape WHERE lag < 15
    WINDOW loan AS (PARTITION BY loan_id ORDER BY stated_on DESC)
)
SELECT borrower_id, count(DISTINCT ordinal) FILTER (dpd > 0 AND ordinal < 3) AS months_late_3m,
       count(DISTINCT ordinal) FILTER (dpd > 0) AS months_late_12m,
       ratio(count(*) FILTER (dpd > 0), count(*)) AS late_share_12m, max(dpd) FILTER (ordinal < 3) AS tape_dpd_3,
       max(dpd) FILTER (ordinal < 6) AS tape_dpd_6, max(dpd) AS tape_dpd_12
FROM ranked WHERE ordinal < 12 AND newest_lag < 3 AND dpd IS NOT NULL
GROUP BY borrower_id;

CREATE TEMP TABLE tape_months AS
SELECT borrower_id, lag, count(dpd) AS told, count(*) FILTER (dpd > 0) AS late, count(*) FILTER (dpd >= 30) AS late30,
       max(dpd) AS worst, sum(balance) AS balance, count(*) FILTER (balance IS NULL) AS untold,
       (6000000 // (lag + 6))::BIGINT AS weight
FROM tape GROUP BY borrower_id, lag;

CREATE TEMP TABLE tape_history AS
WITH marked AS (
    SELECT *, lag(worst) OVER month AS next_worst, lag(lag) OVER month AS next_lag, lead(worst) OVER month AS worst_before,
           lead(lag) OVER month AS lag_before
    FROM tape_months WINDOW month AS (PARTITION BY borrower_id ORDER BY lag)
)
SELECT borrower_id, sum(told) AS told, max(lag) AS oldest_lag, min(lag) FILTER (told > 0) AS newest_lag,
       min(lag) FILTER (late = 0) AS clean_lag, min(lag) FILTER (late > 0) AS late_lag, min(lag) FILTER (late30 > 0) AS late30_lag,
       max(worst) AS dpd_max_ever, max(lag) FILTER (late30 > 0) AS months_since_first_late30,
       sum(late * weight) AS late_weight, sum(late30 * weight) AS late30_weight, sum(told * weight) AS told_weight,
       sum((worst > 0)::INT) AS months_late_ever, sum((worst >= 30)::INT) FILTER (lag < 6) AS months_late30_6m,
       sum((worst >= 30)::INT) FILTER (lag < 24) AS months_late30_24m, sum((worst >= 30)::INT) AS months_late30_ever,
       sum((worst >= 60)::INT) AS months_late60_ever,
       count(*) FILTER (lag < 60 AND worst >= 1 AND NOT coalesce(lag_before = lag + 1 AND lag_before < 60 AND worst_before >= 1, false)) AS late_spells_60m,
       count(*) FILTER (lag < 60 AND worst >= 30 AND NOT coalesce(lag_before = lag + 1 AND lag_before < 60 AND worst_before >= 30, false)) AS late30_spells_60m,
       coalesce(min(lag) FILTER (lag < 59 AND told > 0 AND lag_before = lag + 1 AND (
           (worst_before >= 1 AND worst < 1) OR (worst_before >= 30 AND worst < 30) OR (worst_before >= 60 AND worst < 60)
           OR (worst_before >= 90 AND worst < 90))), 60) AS months_since_cure,
       max(balance) FILTER (lag = 12 AND untold = 0) AS balance_year_ago
FROM marked GROUP BY borrower_id;

-- When each item was begun, its interest and all of it covered: the first payment whose running sum reaches it
CREATE TEMP TABLE items AS
WITH due AS (
    SELECT loan_id, due_on, sum(due_amount) AS amount, coalesce(sum(due_amount) FILTER (component <> 'principal'), 0) AS interest
    FROM instalments WHERE known(known_on, known_until) AND due_on <= DATE '$as_of'
    GROUP BY loan_id, due_on HAVING sum(due_amount) > 0
), line AS (
    SELECT loan_id, due_on, interest > 0 AS has_interest,
           (sum(amount) OVER loan)::BIGINT AS ends_at, (ends_at - amount)::BIGINT AS begins_at, (begins_at + interest)::BIGINT AS interest_at
    FROM due WINDOW loan AS (PARTITION BY loan_id ORDER BY due_on ROWS UNBOUNDED PRECEDING)
), paid AS (
    SELECT loan_id, paid_on, sum(paid_amount) AS amount FROM payments
    WHERE known(known_on, known_until) AND paid_on <= DATE '$as_of'
    GROUP BY loan_id, paid_on HAVING sum(paid_amount) > 0
), money AS (
    SELECT loan_id, paid_on, (sum(amount) OVER (PARTITION BY loan_id ORDER BY paid_on ROWS UNBOUNDED PRECEDING))::BIGINT AS sum_to
    FROM paid
)
SELECT i.loan_id, i.due_on, i.has_interest, i.begins_at = 0 AS is_first,
       b.paid_on AS begun_on, p.paid_on AS interest_on, c.paid_on AS covered_on
FROM line i
ASOF LEFT JOIN money b ON b.loan_id = i.loan_id AND i.begins_at < b.sum_to
ASOF LEFT JOIN money p ON p.loan_id = i.loan_id AND i.interest_at <= p.sum_to
ASOF LEFT JOIN money c ON c.loan_id = i.loan_id AND i.ends_at <= c.sum_to;

CREATE TEMP TABLE lateness AS
SELECT l.borrower_id, i.loan_id, i.due_on, lag_of(i.due_on) AS lag, i.covered_on, i.begun_on,
       i.has_interest AND i.interest_on IS NULL AS owes_interest,
       greatest(coalesce(i.covered_on, DATE '$as_of') - i.due_on, 0) AS late,
       if(i.covered_on IS NULL, late, greatest(late - 1, 0)) AS reached,
       lag_of(coalesce(i.covered_on, DATE '$as_of')) AS open_lag, lag_of(coalesce(i.covered_on - 1, DATE '$as_of')) AS late_lag,
       greatest(coalesce(i.covered_on, DATE '$as_of') - i.due_on, -30) AS shift,
       if(coalesce(l.opened_on >= DATE '$payments_from'
           AND (i.due_on BETWEEN l.opened_on AND l.opened_on + INTERVAL 3 MONTH OR NOT i.is_first), false), i.is_first, NULL) AS is_first,
       NOT coalesce(s.stated_from <= DATE '$as_of' AND s.known_from <= DATE '$as_of', false) AS is_alone
FROM items i JOIN loans l USING (loan_id)
LEFT JOIN (SELECT loan_id, min(stated_on) AS stated_from, min(known_on) AS known_from FROM ledger
           WHERE dpd IS NOT NULL GROUP BY loan_id) s USING (loan_id)
WHERE known(l.known_on, l.known_until) AND DATE '$as_of' BETWEEN DATE '$payments_from' AND DATE '$payments_to';

CREATE TEMP TABLE punctuality AS
SELECT borrower_id, ratio(sum(late) FILTER (lag < 6), count(*) FILTER (lag < 6)) AS late_days_mean_6m,
       max(late) FILTER (lag < 6) AS late_days_max_6m,
       ratio(count(*) FILTER (late > 0 AND lag < 12), count(*) FILTER (lag < 12)) AS late_items_share_12m,
       ratio(sum(shift) FILTER (lag < 3), count(*) FILTER (lag < 3))
           - ratio(sum(shift) FILTER (lag BETWEEN 3 AND 11), count(*) FILTER (lag BETWEEN 3 AND 11)) AS late_days_drift_3m,
       sum((late > 0 AND begun_on IS NOT NULL AND (covered_on IS NULL OR covered_on > begun_on))::INT) FILTER (lag < 6) AS partial_payments_6m,
       bool_or(is_first AND late > 7) FILTER (lag < 12 AND is_first IS NOT NULL) AS first_instalment_missed,
       max(if(owes_interest, late, 0)) AS interest_overdue_days, count(*) FILTER (is_alone) AS items_told,
       min(late_lag) FILTER (is_alone AND reached > 0) AS item_late_lag, min(late_lag) FILTER (is_alone AND reached >= 30) AS item_late30_lag,
       max(reached) FILTER (lag < 24 AND open_lag < 3) AS item_dpd_3, max(reached) FILTER (lag < 24 AND open_lag < 6) AS item_dpd_6,
       max(reached) FILTER (lag < 24 AND open_lag < 12) AS item_dpd_12
FROM lateness GROUP BY borrower_id;

CREATE TEMP TABLE renewals AS
WITH new AS (
    SELECT *, lag_of(opened_on) AS lag FROM states WHERE product <> 'card' AND lag_of(opened_on) < 24
), old AS (
    SELECT borrower_id, loan_id AS old_id, principal AS old_principal, opened_on AS old_opened_on FROM states WHERE product <> 'card'
), pairs AS (
    SELECT n.borrower_id, n.loan_id, n.lag, n.opened_on, n.principal, old_id, old_principal, true AS is_declared
    FROM new n LEFT JOIN old o ON o.borrower_id = n.borrower_id AND o.old_id = n.replaces_loan_id
    WHERE n.replaces_loan_id IS NOT NULL
    UNION ALL
    SELECT DISTINCT n.borrower_id, n.loan_id, n.lag, n.opened_on, n.principal, o.old_id, o.old_principal, false
    FROM new n JOIN old o USING (borrower_id) JOIN payments p ON p.loan_id = o.old_id
    WHERE n.replaces_loan_id IS NULL AND o.old_opened_on < n.opened_on AND p.paid_amount > 0
      AND p.paid_amount * 2 >= o.old_principal AND p.paid_on BETWEEN n.opened_on - 15 AND n.opened_on + 7
      AND p.paid_on <= DATE '$as_of' AND known(p.known_on, p.known_until)
), same AS (
    SELECT borrower_id, loan_id, old_id, opened_on FROM pairs WHERE is_declared AND principal <= old_principal
), served AS (
    SELECT loan_id, old_id, bool_and(late <= 7) AS is_clean
    FROM (
        SELECT s.loan_id, s.old_id, t.dpd AS late FROM same s JOIN tape t ON t.loan_id = s.old_id
        WHERE t.dpd IS NOT NULL AND t.stated_on > s.opened_on - INTERVAL 12 MONTH AND t.stated_on <= s.opened_on
        UNION ALL
        SELECT s.loan_id, s.old_id, t.late FROM same s JOIN lateness t ON t.loan_id = s.old_id
        WHERE t.due_on > s.opened_on - INTERVAL 12 MONTH AND t.due_on <= s.opened_on
    ) GROUP BY ALL
), followed AS (
    SELECT p.borrower_id, p.loan_id, p.lag, bool_or(coalesce(s.is_clean, false)) AS is_clean,
           bool_or(coalesce(p.principal > p.old_principal, false)) AS is_larger, max(ratio(p.principal, p.old_principal)) AS ratio
    FROM pairs p LEFT JOIN served s USING (loan_id, old_id) GROUP BY ALL
)
SELECT borrower_id, count(*) FILTER (NOT is_clean AND lag < 12) AS loans_for_loans_12m, count(*) FILTER (is_larger) AS larger_renewals_24m,
       count(*) FILTER (is_clean) AS clean_renewals_24m, max(ratio) AS renewal_ratio_24m
FROM followed GROUP BY borrower_id;

CREATE TEMP TABLE f_repayment_history AS
WITH held AS (
    SELECT borrower_id, max(dpd) AS dpd_now, count(opened_on) AS opened,
           count(*) FILTER (lag_of(opened_on) < 6 AND product <> 'card') AS new_loans_6m,
           count(*) FILTER (lag_of(opened_on) < 12 AND replaces_loan_id IS NOT NULL) AS replaced_loans_12m,
           count(*) FILTER (restructured_on <= DATE '$as_of' AND lag_of(restructured_on) < 24) AS restructured_24m
    FROM states GROUP BY borrower_id
)
SELECT s.borrower_id, h.dpd_now,
    greatest(h.dpd_now, y.tape_dpd_3, p.item_dpd_3) AS dpd_max_3m, greatest(h.dpd_now, y.tape_dpd_6, p.item_dpd_6) AS dpd_max_6m,
    greatest(h.dpd_now, y.tape_dpd_12, p.item_dpd_12) AS dpd_max_12m,
    if(t.told > 0 OR p.items_told > 0, if(coalesce(h.dpd_now >= 1, false), 0, least(t.late_lag, p.item_late_lag, 60)), NULL) AS months_since_late,
    if(t.told > 0 OR p.items_told > 0, if(coalesce(h.dpd_now >= 30, false), 0, least(t.late30_lag, p.item_late30_lag, 60)), NULL) AS months_since_late30,
    y.months_late_3m, y.months_late_12m, y.late_share_12m,
    if(t.told > 0, greatest(coalesce(t.clean_lag, t.oldest_lag + 1) - t.newest_lag, 0), NULL) AS late_streak,
    t.months_late_ever, t.months_late30_6m, t.months_late30_24m, t.months_late30_ever, t.months_late60_ever, t.dpd_max_ever,
    ratio(t.late30_weight, t.told_weight) AS late30_weighted_share, ratio(t.late_weight, t.told_weight) AS late_weighted_share,
    ratio(t.months_late30_ever, t.months_late_ever) AS late30_of_late_share, t.months_since_first_late30,
    if(t.told > 0, t.late_spells_60m, NULL) AS late_spells_60m, if(t.told > 0, t.late30_spells_60m, NULL) AS late30_spells_60m,
    if(t.told > 0, t.months_since_cure, NULL) AS months_since_cure,
    p.late_days_mean_6m, p.late_days_max_6m, p.late_items_share_12m, p.late_days_drift_3m, p.partial_payments_6m,
    p.first_instalment_missed, p.interest_overdue_days,
    if(h.opened > 0 OR h.borrower_id IS NULL, coalesce(h.new_loans_6m, 0), NULL) AS new_loans_6m,
    if(h.opened > 0 OR h.borrower_id IS NULL, coalesce(h.replaced_loans_12m, 0), NULL) AS replaced_loans_12m,
    if(h.opened > 0 OR h.borrower_id IS NULL, coalesce(r.loans_for_loans_12m, 0), NULL) AS loans_for_loans_12m,
    if(h.opened > 0 OR h.borrower_id IS NULL, coalesce(r.larger_renewals_24m, 0), NULL) AS larger_renewals_24m,
    r.renewal_ratio_24m,
    if(h.opened > 0 OR h.borrower_id IS NULL, coalesce(r.clean_renewals_24m, 0), NULL) AS clean_renewals_24m,
    if(h.opened > 0 OR h.borrower_id IS NULL, coalesce(h.restructured_24m, 0), NULL) AS restructured_24m
FROM spine s LEFT JOIN held h USING (borrower_id) LEFT JOIN statements y USING (borrower_id)
LEFT JOIN tape_history t USING (borrower_id) LEFT JOIN punctuality p USING (borrower_id) LEFT JOIN renewals r USING (borrower_id);
