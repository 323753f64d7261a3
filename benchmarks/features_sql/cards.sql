-- Card overdraft, of everybody with cards: owners without loans have them too.
CREATE TEMP TABLE card_rows AS
WITH ranked AS (
    SELECT borrower_id, card_id, credit_limit, balance, minimum_due, paid, cash_advance,
           row_number() OVER card - 1 AS ordinal, first_value(lag_of(stated_on)) OVER card AS newest_lag,
           lead(balance) OVER card AS owed, lead(minimum_due) OVER card AS minimum_owed,
           lead(credit_limit, 6) OVER card AS limit_before
    FROM card_statements
    WHERE known(known_on, known_until) AND stated_on <= DATE '$as_of' AND lag_of(stated_on) < 16
    WINDOW card AS (PARTITION BY borrower_id, card_id ORDER BY stated_on DESC)
)
SELECT *, credit_limit > 0 AND balance IS NOT NULL AS has_limit, owed > 0 AND paid IS NOT NULL AS owes,
       balance - owed + paid AS charge, if(has_limit, greatest(balance, 0), NULL) AS drawn, if(has_limit, credit_limit, NULL) AS "limit",
       if(balance IS NOT NULL, greatest(balance, 0), NULL) AS debt,
       if(charge IS NOT NULL AND cash_advance IS NOT NULL, cash_advance, NULL) AS cash_charged,
       if(charge IS NOT NULL AND cash_advance IS NOT NULL, greatest(charge, cash_advance), NULL) AS charged,
       if(owes, least(paid, owed), NULL) AS paid_back, if(owes, owed, NULL) AS to_pay_back
FROM ranked WHERE ordinal < 12 AND newest_lag < 3;

CREATE TEMP TABLE card_features AS
WITH months AS (
    SELECT borrower_id, ordinal, sum(drawn) AS drawn, sum("limit") AS "limit", ratio(sum(drawn), sum("limit")) AS used,
           max(ratio(drawn, "limit")) AS worst,
           count(*) FILTER (has_limit AND balance * 10 >= credit_limit * 8) AS near, count(*) FILTER (has_limit) AS limits,
           sum(credit_limit) FILTER (credit_limit IS NOT NULL AND limit_before > 0) AS limit_of_both,
           sum(limit_before) FILTER (credit_limit IS NOT NULL AND limit_before > 0) AS limit_half_ago,
           sum((balance > credit_limit)::INT) AS over, sum((balance > 0)::INT) AS drawn_cards,
           sum(debt) AS debt, sum(credit_limit) AS all_limits,
           sum(paid_back) AS paid_back, sum(to_pay_back) AS to_pay_back,
           count(*) FILTER (owes AND paid >= owed) AS paid_full, count(*) FILTER (owes) AS owing,
           sum((paid * 10 <= minimum_owed * 11 AND paid < owed)::INT) FILTER (owes) AS minimum_only,
           sum((paid = 0)::INT) FILTER (owes) AS unpaid, sum(paid) AS paid, sum(cash_advance) AS cash,
           sum((cash_advance > 0)::INT) AS cash_rows, sum(greatest(charge, 0)) FILTER (charge IS NOT NULL) AS spent,
           sum(cash_charged) AS cash_charged, sum(charged) AS charged
    FROM card_rows GROUP BY borrower_id, ordinal
), sums AS (
    SELECT borrower_id,
           sum(drawn) FILTER (ordinal < 3) AS drawn_recent, sum("limit") FILTER (ordinal < 3) AS limit_recent,
           sum(drawn) FILTER (ordinal BETWEEN 3 AND 5) AS drawn_before, sum("limit") FILTER (ordinal BETWEEN 3 AND 5) AS limit_before,
           sum(debt) FILTER (ordinal < 3) AS owed_recent, sum(debt) FILTER (ordinal BETWEEN 3 AND 5) AS owed_before,
           sum(paid_back) FILTER (ordinal < 3) AS paid_back, sum(to_pay_back) FILTER (ordinal < 3) AS to_pay_back,
           sum(paid_back) FILTER (ordinal BETWEEN 3 AND 5) AS paid_back_before,
           sum(to_pay_back) FILTER (ordinal BETWEEN 3 AND 5) AS to_pay_back_before,
           sum(paid_back) FILTER (ordinal = 0) AS paid_back_newest, sum(to_pay_back) FILTER (ordinal = 0) AS to_pay_back_newest,
           sum(cash_charged) FILTER (ordinal < 3) AS cash_charged, sum(charged) FILTER (ordinal < 3) AS charged,
           sum(paid_full) AS paid_full, sum(owing) AS owing,
           sum(limit_of_both) FILTER (ordinal = 0) AS limit_of_both, sum(limit_half_ago) FILTER (ordinal = 0) AS limit_half_ago,
           max(used) FILTER (ordinal = 0) AS u0, max(used) FILTER (ordinal = 1) AS u1, max(used) FILTER (ordinal = 2) AS u2,
           max(used) FILTER (ordinal = 3) AS u3, max(used) FILTER (ordinal = 4) AS u4, max(used) FILTER (ordinal = 5) AS u5,
           count(used) FILTER (ordinal < 6) AS told, coalesce(-sum(ordinal) FILTER (used IS NOT NULL AND ordinal < 6), 0) AS ordinals,
           coalesce(sum(ordinal * ordinal) FILTER (used IS NOT NULL AND ordinal < 6), 0) AS at_at,
           max(used) AS card_utilisation_max_12m,
           sum((used > 0.8)::INT) FILTER (ordinal < 6) AS card_months_above_80_6m,
           sum((used > 0.95)::INT) FILTER (ordinal < 6) AS card_months_above_95_6m,
           sum((used > 0.8)::INT) AS card_months_above_80_12m,
           max(worst) FILTER (ordinal = 0) AS card_worst_utilisation,
           max(if(limits > 0, near, NULL)) FILTER (ordinal = 0) AS cards_near_limit,
           sum(over) FILTER (ordinal < 6) AS card_over_limit_6m, sum(minimum_only) FILTER (ordinal < 6) AS card_minimum_only_6m,
           sum(unpaid) FILTER (ordinal < 6) AS card_unpaid_6m, sum(paid) FILTER (ordinal < 6) AS card_paid_6m,
           sum(cash) FILTER (ordinal < 3) AS card_cash_advance_3m, sum(cash_rows) FILTER (ordinal < 6) AS card_cash_months_6m,
           sum(spent) FILTER (ordinal < 3) AS card_charged_3m, max(drawn_cards) FILTER (ordinal = 0) AS cards_drawn,
           sum(debt) FILTER (ordinal = 0) AS card_balance, sum(all_limits) FILTER (ordinal = 0) AS card_limit
    FROM months GROUP BY borrower_id
)
SELECT borrower_id, u0 AS card_utilisation,
    ratio(coalesce(u0, 0) + coalesce(u1, 0) + coalesce(u2, 0) + coalesce(u3, 0) + coalesce(u4, 0) + coalesce(u5, 0), told)
        AS card_utilisation_mean_6m,
    card_utilisation_max_12m,
    change(ratio(drawn_recent, limit_recent), 1, ratio(drawn_before, limit_before), 1) AS card_utilisation_change_3m,
    card_months_above_80_6m, card_months_above_95_6m, card_months_above_80_12m,
    if(told >= 4, (told * (-coalesce(u1, 0) - 2 * coalesce(u2, 0) - 3 * coalesce(u3, 0) - 4 * coalesce(u4, 0) - 5 * coalesce(u5, 0))
        - ordinals * (coalesce(u0, 0) + coalesce(u1, 0) + coalesce(u2, 0) + coalesce(u3, 0) + coalesce(u4, 0) + coalesce(u5, 0)))
        / (told * at_at - ordinals * ordinals), NULL) AS card_utilisation_trend_6m,
    card_worst_utilisation, cards_near_limit, change(limit_of_both, 1, limit_half_ago, 1) AS card_limit_change_6m,
    card_over_limit_6m, ratio(paid_back_newest, to_pay_back_newest) AS card_paid_share_1m,
    ratio(paid_back, to_pay_back) AS card_paid_share_3m,
    if(paid_back_before > 0, ratio(paid_back, to_pay_back) / ratio(paid_back_before, to_pay_back_before) - 1, NULL)
        AS card_paid_share_change_3m,
    ratio(paid_full, owing) AS card_paid_full_share_12m, card_minimum_only_6m, card_unpaid_6m, card_paid_6m,
    card_cash_advance_3m, ratio(cash_charged, charged) AS card_cash_share_3m, card_cash_months_6m, card_charged_3m,
    cards_drawn, card_balance, change(owed_recent, 1, owed_before, 1) AS card_balance_change_3m, card_limit
FROM sums;
