-- Peers: borrowers with a loan, of the same industry or region; the borrower itself is left out.
CREATE TEMP TABLE peers AS
SELECT b.borrower_id, b.industry, b.region, l.borrower_id IS NOT NULL AS is_peer
FROM borrowers b LEFT JOIN (
    SELECT DISTINCT borrower_id FROM loans
    WHERE known(known_on, known_until) AND (opened_on IS NULL OR opened_on <= DATE '$as_of')
) l USING (borrower_id)
WHERE known(b.known_on, b.known_until);

CREATE TEMP TABLE peer_flows AS
WITH sums AS (
    SELECT borrower_id, coalesce(sum(earned) FILTER (lag < 3), 0) AS recent, sum(earned) FILTER (lag >= 12) AS before,
           sum(earned) FILTER (lag < 12) AS year, sum(earned::HUGEINT * earned) FILTER (lag < 12) AS squares,
           sum(wage) FILTER (lag < 12) AS wage, sum(tax) FILTER (lag < 12) AS tax, max(lag) AS oldest_lag
    FROM moved WHERE lag < 15 GROUP BY borrower_id
)
SELECT borrower_id, if($transactions_months >= 15, ratio(recent, before) - 1, NULL) AS change,
       if($transactions_months >= 12 AND oldest_lag >= 12,
          ratio(sqrt((squares * 12 - coalesce(year, 0)::HUGEINT * coalesce(year, 0))::DOUBLE), coalesce(year, 0)), NULL) AS volatility,
       if($transactions_months >= 12 AND oldest_lag >= 12, ratio(wage, coalesce(year, 0)), NULL) AS wage_share,
       if($transactions_months >= 12 AND oldest_lag >= 12, ratio(tax, coalesce(year, 0)), NULL) AS tax_share
FROM sums;

CREATE TEMP TABLE medians AS
WITH told AS (
    SELECT borrower_id, is_peer, 'industry' AS name, industry AS peer_group, change AS value FROM peers JOIN peer_flows USING (borrower_id)
    UNION ALL SELECT borrower_id, is_peer, 'region', region, change FROM peers JOIN peer_flows USING (borrower_id)
    UNION ALL SELECT borrower_id, is_peer, 'volatility', industry, volatility FROM peers JOIN peer_flows USING (borrower_id)
    UNION ALL SELECT borrower_id, is_peer, 'wage', industry, wage_share FROM peers JOIN peer_flows USING (borrower_id)
    UNION ALL SELECT borrower_id, is_peer, 'tax', industry, tax_share FROM peers JOIN peer_flows USING (borrower_id)
), ranked AS (
    SELECT name, peer_group, value, row_number() OVER (PARTITION BY name, peer_group ORDER BY value) AS rank,
           count(*) OVER (PARTITION BY name, peer_group) AS size
    FROM told WHERE is_peer AND value IS NOT NULL AND peer_group IS NOT NULL
), middle AS (
    SELECT name, peer_group, any_value(size) AS size, max(value) FILTER (rank = (size + 1) // 2) AS at_middle,
           max(value) FILTER (rank = size // 2) AS at_half, max(value) FILTER (rank = size // 2 + 1) AS above_half
    FROM ranked GROUP BY name, peer_group
), found AS (
    SELECT borrower_id, name, CASE WHEN is_peer AND value IS NOT NULL
               THEN if(size > 10, if(value <= at_half, above_half, at_half), NULL) ELSE if(size >= 10, at_middle, NULL) END AS median
    FROM told JOIN middle USING (name, peer_group)
)
SELECT borrower_id, max(median) FILTER (name = 'industry') AS industry, max(median) FILTER (name = 'region') AS region,
       max(median) FILTER (name = 'volatility') AS volatility, max(median) FILTER (name = 'wage') AS wage, max(median) FILTER (name = 'tax') AS tax
FROM found GROUP BY borrower_id;

CREATE TEMP TABLE standing AS
WITH listed AS (
    SELECT borrower_id, bool_or(occurred_on <= DATE '$as_of' AND lag_of(occurred_on) < 12 AND known(known_on, known_until)) AS now,
           bool_or(occurred_on <= DATE '$before' AND datediff('month', occurred_on, DATE '$before') < 12
               AND known_on <= DATE '$before' AND (known_until IS NULL OR known_until > DATE '$before')) AS before
    FROM outcomes WHERE kind IN ('dpd_90', 'write_off', 'default') GROUP BY borrower_id
), now AS (
    SELECT borrower_id, max(dpd) AS dpd FROM states WHERE live AND dpd IS NOT NULL GROUP BY borrower_id
), before AS (
    SELECT borrower_id, max(dpd) AS dpd FROM states_before WHERE live AND dpd IS NOT NULL GROUP BY borrower_id
)
SELECT p.borrower_id, p.industry, p.region, p.is_peer::INT AS peer,
       (n.dpd IS NOT NULL OR coalesce(l.now, false))::INT AS counted, (coalesce(n.dpd > 0, false) OR coalesce(l.now, false))::INT AS past_due,
       (coalesce(n.dpd > 90, false) OR coalesce(l.now, false))::INT AS in_default,
       (b.dpd IS NOT NULL OR coalesce(l.before, false))::INT AS counted_before,
       (coalesce(b.dpd > 0, false) OR coalesce(l.before, false))::INT AS past_due_before
FROM peers p LEFT JOIN now n USING (borrower_id) LEFT JOIN before b USING (borrower_id) LEFT JOIN listed l USING (borrower_id);

CREATE TEMP TABLE f_peers AS
WITH others AS (
    SELECT *, sum(counted * peer) OVER i - counted * peer AS i_counted, sum(past_due * peer) OVER i - past_due * peer AS i_past_due,
           sum(in_default * peer) OVER i - in_default * peer AS i_default,
           sum(counted_before * peer) OVER i - counted_before * peer AS i_counted_before,
           sum(past_due_before * peer) OVER i - past_due_before * peer AS i_past_due_before,
           sum(counted * peer) OVER r - counted * peer AS r_counted, sum(past_due * peer) OVER r - past_due * peer AS r_past_due,
           sum(in_default * peer) OVER r - in_default * peer AS r_default,
           sum(counted_before * peer) OVER r - counted_before * peer AS r_counted_before,
           sum(past_due_before * peer) OVER r - past_due_before * peer AS r_past_due_before
    FROM standing WINDOW i AS (PARTITION BY industry), r AS (PARTITION BY region)
)
SELECT s.borrower_id, m.industry AS industry_inflow_change_3m,
    if(o.industry IS NOT NULL AND i_counted >= 10, ratio(i_past_due, i_counted), NULL) AS industry_past_due_share,
    industry_past_due_share - if(o.industry IS NOT NULL AND i_counted_before >= 10, ratio(i_past_due_before, i_counted_before), NULL)
        AS industry_past_due_rise_3m,
    if(o.industry IS NOT NULL AND i_counted >= 10, ratio(i_default, i_counted), NULL) AS industry_default_share,
    m.region AS region_inflow_change_3m, if(o.region IS NOT NULL AND r_counted >= 10, ratio(r_past_due, r_counted), NULL) AS region_past_due_share,
    region_past_due_share - if(o.region IS NOT NULL AND r_counted_before >= 10, ratio(r_past_due_before, r_counted_before), NULL)
        AS region_past_due_rise_3m,
    if(o.region IS NOT NULL AND r_counted >= 10, ratio(r_default, r_counted), NULL) AS region_default_share,
    f.change - m.industry AS inflow_change_vs_industry_3m, f.volatility - m.volatility AS inflow_volatility_vs_industry_12m,
    f.wage_share - m.wage AS wage_share_vs_industry_12m, f.tax_share - m.tax AS tax_share_vs_industry_12m
FROM spine s LEFT JOIN others o USING (borrower_id) LEFT JOIN medians m USING (borrower_id) LEFT JOIN peer_flows f USING (borrower_id);
