-- Credit inquiries of everybody: as far as the newest report shows them.
CREATE TEMP TABLE newest_report AS
SELECT borrower_id, max(pulled_on) AS pulled_on, lag_of(max(pulled_on)) AS report_lag
FROM bureau_reports
WHERE known(known_on, known_until) AND pulled_on <= DATE '$as_of'
  AND coalesce(scope <> 'debts', true) AND coalesce(authorised, true)
GROUP BY borrower_id;

CREATE TEMP TABLE asked AS
SELECT i.borrower_id, i.inquiry_id, i.inquired_on, i.institution_id, i.institution_kind, i.purpose, lag_of(i.inquired_on) AS lag
FROM inquiries i JOIN newest_report r USING (borrower_id)
WHERE known(i.known_on, i.known_until) AND i.inquired_on <= DATE '$as_of' AND lag_of(i.inquired_on) < 12
  AND i.inquired_on <= r.pulled_on AND coalesce(i.purpose NOT IN ('post_loan', 'self'), true);

CREATE TEMP TABLE inquiry_counts AS
WITH counts AS (
    SELECT borrower_id, count(*) AS n_12, count(*) FILTER (lag < 6) AS n_6, count(*) FILTER (lag < 3) AS n_3,
           count(*) FILTER (lag < 1) AS n_1, min(DATE '$as_of' - inquired_on) AS days_since,
           count(DISTINCT institution_id) FILTER (lag < 6) AS institutions,
           count(institution_id) FILTER (lag < 6) AS with_institution,
           count(*) FILTER (lag < 6 AND institution_kind IN ('consumer_finance', 'microloan', 'platform')) AS nonbanks,
           count(*) FILTER (institution_kind IN ('microloan', 'platform')) AS small_lenders,
           count(*) FILTER (lag < 6 AND purpose = 'loan_approval') AS for_loans,
           count(*) FILTER (lag < 6 AND purpose = 'card_approval') AS for_cards,
           count(*) FILTER (purpose = 'guarantee_review') AS as_guarantor,
           count(institution_kind) FILTER (lag < 6) AS with_kind, count(institution_kind) AS with_kind_12,
           count(purpose) FILTER (lag < 6) AS with_purpose, count(purpose) AS with_purpose_12
    FROM asked GROUP BY borrower_id
)
SELECT r.borrower_id, r.pulled_on,
       report_lag < 1 AND $inquiries_reach >= 1 AS sees_1, report_lag < 3 AND $inquiries_reach >= 3 AS sees_3,
       report_lag < 6 AND $inquiries_reach >= 6 AS sees_6, report_lag < 12 AND $inquiries_reach >= 12 AS sees_12,
       if(sees_1, coalesce(n_1, 0), NULL) AS inquiries_1m, if(sees_3, coalesce(n_3, 0), NULL) AS inquiries_3m,
       if(sees_6, coalesce(n_6, 0), NULL) AS inquiries_6m, if(sees_12, coalesce(n_12, 0), NULL) AS inquiries_12m,
       if(sees_3 AND sees_12, change(coalesce(n_3, 0), 3, coalesce(n_12, 0), 12), NULL) AS inquiry_acceleration,
       if(sees_6 AND (with_institution > 0 OR coalesce(n_6, 0) = 0), coalesce(institutions, 0), NULL) AS inquiry_institutions_6m,
       if(sees_6 AND (with_kind > 0 OR coalesce(n_6, 0) = 0), coalesce(nonbanks, 0), NULL) AS nonbank_inquiries_6m,
       if(sees_12 AND (with_kind_12 > 0 OR coalesce(n_12, 0) = 0), coalesce(small_lenders, 0), NULL) AS small_lender_inquiries_12m,
       if(sees_6 AND (with_purpose > 0 OR coalesce(n_6, 0) = 0), coalesce(for_loans, 0), NULL) AS loan_inquiries_6m,
       if(sees_6 AND (with_purpose > 0 OR coalesce(n_6, 0) = 0), coalesce(for_cards, 0), NULL) AS card_inquiries_6m,
       if(sees_12 AND (with_purpose_12 > 0 OR coalesce(n_12, 0) = 0), coalesce(as_guarantor, 0), NULL) AS guarantee_reviews_12m,
       if(sees_12, coalesce(days_since, 366), NULL) AS days_since_inquiry,
       coalesce(n_6, 0) AS n_6
FROM newest_report r LEFT JOIN counts USING (borrower_id);

CREATE TEMP TABLE debt_reports AS
SELECT borrower_id, pulled_on FROM bureau_reports
WHERE known(known_on, known_until) AND pulled_on <= DATE '$as_of' AND lag_of(pulled_on) < 24
  AND pulled_on >= DATE '$external_debts_from'
  AND coalesce(scope <> 'inquiries', true) AND coalesce(authorised, true);

CREATE TEMP TABLE debt_views AS
WITH newest AS (
    SELECT borrower_id, max(pulled_on) AS viewed_on FROM debt_reports WHERE lag_of(pulled_on) < 12 GROUP BY borrower_id
)
SELECT borrower_id, viewed_on, max(pulled_on) FILTER (pulled_on <= viewed_on - INTERVAL 3 MONTH) AS before_on
FROM newest JOIN debt_reports USING (borrower_id)
GROUP BY borrower_id, viewed_on;

CREATE TEMP TABLE known_debts AS
SELECT borrower_id, institution_id, stated_on, balance, dpd FROM external_debts
WHERE known(known_on, known_until) AND stated_on <= DATE '$as_of' AND lag_of(stated_on) < 25;

CREATE TEMP TABLE debts_elsewhere AS
WITH each AS (
    SELECT borrower_id, institution_id,
           arg_max(balance, stated_on) FILTER (stated_on BETWEEN viewed_on - 30 AND viewed_on) AS now,
           arg_max(balance, stated_on) FILTER (stated_on BETWEEN before_on - 30 AND before_on) AS before,
           arg_max(dpd, stated_on) FILTER (stated_on BETWEEN viewed_on - 30 AND viewed_on) AS dpd,
           bool_or(stated_on BETWEEN viewed_on - 30 AND viewed_on) AND (now IS NULL OR now > 0) AS owes,
           coalesce(bool_or(stated_on BETWEEN before_on - 30 AND before_on), false) AND (before IS NULL OR before > 0) AS owed
    FROM known_debts JOIN debt_views USING (borrower_id)
    GROUP BY borrower_id, institution_id
)
SELECT borrower_id, sum(now) AS now, sum(before) AS before, count(*) FILTER (owes AND now IS NULL) AS untold,
       count(*) FILTER (owes) AS institutions, count(*) FILTER (owes AND NOT owed) AS added, max(dpd) AS dpd
FROM each WHERE owes OR owed GROUP BY borrower_id;

CREATE TEMP TABLE refusals AS
WITH first_report AS (
    SELECT borrower_id, min(pulled_on) AS first_on FROM debt_reports GROUP BY borrower_id
), judged AS (
    SELECT a.borrower_id, a.inquiry_id, a.inquired_on, min(d.pulled_on) AS shown_on
    FROM asked a JOIN first_report f USING (borrower_id) JOIN debt_reports d USING (borrower_id)
    WHERE a.purpose IN ('loan_approval', 'card_approval') AND f.first_on <= a.inquired_on AND d.pulled_on >= a.inquired_on + 30
    GROUP BY ALL
), risen AS (
    SELECT borrower_id, stated_on FROM (
        SELECT borrower_id, stated_on, balance, lag(balance) OVER statement AS had,
               row_number() OVER statement = 1 AND stated_on > first_on + 31 AS is_new
        FROM known_debts JOIN first_report USING (borrower_id)
        WHERE lag_of(stated_on) < 24
        WINDOW statement AS (PARTITION BY borrower_id, institution_id ORDER BY stated_on)
    ) WHERE balance > 0 AND (is_new OR coalesce(balance * 10 >= had * 12, false))
), granted AS (
    SELECT borrower_id, inquiry_id FROM judged JOIN loans l USING (borrower_id)
    WHERE known(l.known_on, l.known_until) AND l.opened_on <= DATE '$as_of' AND lag_of(l.opened_on) < 12
      AND l.opened_on BETWEEN inquired_on AND inquired_on + INTERVAL 3 MONTH
    UNION
    SELECT borrower_id, inquiry_id FROM judged JOIN risen USING (borrower_id)
    WHERE stated_on BETWEEN inquired_on AND shown_on
)
SELECT borrower_id, count(*) AS judged, count(g.inquiry_id) AS granted
FROM judged LEFT JOIN granted g USING (borrower_id, inquiry_id) GROUP BY borrower_id;

CREATE TEMP TABLE f_credit_inquiries AS
WITH opened AS (
    SELECT borrower_id, count(*) AS granted FROM loans
    WHERE known(known_on, known_until) AND opened_on <= DATE '$as_of' AND lag_of(opened_on) < 6 GROUP BY borrower_id
), owed_here AS (
    SELECT borrower_id, count(*) FILTER (live) AS live, sum(balance) FILTER (live) AS balance FROM states GROUP BY borrower_id
), debts AS (
    SELECT v.borrower_id, before_on IS NOT NULL AS had_report, coalesce(before, 0) AS before, institutions, added, dpd,
           if(coalesce(untold, 0) = 0, coalesce(now, 0), NULL) AS debt
    FROM debt_views v LEFT JOIN debts_elsewhere USING (borrower_id)
)
SELECT s.borrower_id, i.* EXCLUDE (borrower_id, pulled_on, sees_1, sees_3, sees_6, sees_12, n_6),
    if(sees_6, greatest(n_6 - coalesce(o.granted, 0), 0), NULL) AS inquiries_without_loan_6m,
    if(sees_12 AND d.borrower_id IS NOT NULL, coalesce(r.judged, 0) - coalesce(r.granted, 0), NULL) AS inquiries_refused_12m,
    ratio(coalesce(r.judged, 0) - coalesce(r.granted, 0), r.judged) AS refused_share_12m,
    DATE '$as_of' - i.pulled_on AS days_since_bureau_report,
    d.debt AS external_debt,
    if(d.borrower_id IS NOT NULL, coalesce(d.institutions, 0), NULL) AS external_institutions,
    if(d.had_report, coalesce(d.added, 0), NULL) AS external_institutions_added,
    if(d.had_report, change(d.debt, 1, d.before, 1), NULL) AS external_debt_change,
    if(d.borrower_id IS NOT NULL AND (d.institutions IS NULL OR d.dpd IS NOT NULL), coalesce(d.dpd, 0), NULL) AS external_dpd,
    ratio(d.debt, d.debt + if(coalesce(h.live, 0) = 0, 0, h.balance)) AS external_debt_share,
    ratio(d.debt, y.inflow_12m) AS external_debt_to_inflow
FROM spine s LEFT JOIN inquiry_counts i USING (borrower_id) LEFT JOIN opened o USING (borrower_id)
LEFT JOIN refusals r USING (borrower_id) LEFT JOIN debts d USING (borrower_id) LEFT JOIN owed_here h USING (borrower_id)
LEFT JOIN inflow_of_year y USING (borrower_id);
