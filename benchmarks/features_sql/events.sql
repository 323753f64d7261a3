-- What the families share: words for windows and ratios, the rows known on the day, who belongs together.
CREATE TEMP MACRO lag_of(day) AS datediff('month', day, DATE '$as_of');
CREATE TEMP MACRO ratio(part, whole) AS CASE WHEN whole > 0 THEN part::DOUBLE / whole::DOUBLE END;
CREATE TEMP MACRO change(recent, months, base, base_months) AS
    CASE WHEN base > 0 THEN recent::DOUBLE * (base_months / months) / base::DOUBLE - 1 END;
CREATE TEMP MACRO known(known_on, known_until) AS
    known_on <= DATE '$as_of' AND (known_until IS NULL OR known_until > DATE '$as_of');

CREATE TEMP TABLE known_accounts AS
SELECT account_id, borrower_id, opened_on, closed_on FROM accounts WHERE known(known_on, known_until);

CREATE TEMP TABLE spine AS
SELECT borrower_id FROM borrowers WHERE known(known_on, known_until)
UNION
SELECT borrower_id FROM loans
WHERE known(known_on, known_until) AND (opened_on IS NULL OR opened_on <= DATE '$as_of');

-- Postings of 24 months, and of the days before that a return may reach back to
CREATE TEMP TABLE postings AS
SELECT a.borrower_id, t.account_id, t.posting_id, t.occurred_at, t.occurred_at::DATE AS day, lag_of(t.occurred_at) AS lag,
       t.amount, t.balance_after, t.category, t.counterparty_id
FROM transactions t
JOIN known_accounts a USING (account_id)
WHERE t.occurred_at >= DATE '$two_years_ago' - 10 AND t.occurred_at < DATE '$as_of' + 1
  AND known(t.known_on, t.known_until);

-- Whether an account was open in the last 12 months, and since when there is one
CREATE TEMP TABLE life AS
SELECT borrower_id, lag_of(min(opened_on)) AS months_open,
       bool_or(closed_on IS NULL OR lag_of(closed_on) < 12) AS has_account
FROM known_accounts
WHERE opened_on IS NULL OR opened_on <= DATE '$as_of'
GROUP BY borrower_id;

-- The economic unit
CREATE TEMP TABLE ties AS
SELECT from_id, to_id, kind, share FROM relations
WHERE known(known_on, known_until) AND (starts_on IS NULL OR starts_on <= DATE '$as_of')
  AND (ends_on IS NULL OR ends_on >= DATE '$as_of') AND from_id <> to_id;

CREATE TEMP TABLE unit AS
WITH down AS (
    SELECT DISTINCT from_id AS a, to_id AS b FROM ties
    WHERE kind = 'controller' OR (kind = 'shareholder' AND share > 0.5)
), up AS (
    SELECT b AS a, a AS b FROM down
), spouse AS (
    SELECT from_id AS a, to_id AS b FROM ties WHERE kind = 'spouse'
    UNION SELECT to_id, from_id FROM ties WHERE kind = 'spouse'
), near AS (
    SELECT from_id AS a, to_id AS b FROM ties WHERE kind = 'affiliate' OR (kind = 'shareholder' AND share BETWEEN 0.2 AND 0.5)
    UNION SELECT to_id, from_id FROM ties WHERE kind = 'affiliate' OR (kind = 'shareholder' AND share BETWEEN 0.2 AND 0.5)
), controllers AS (
    FROM up UNION SELECT x.a, y.b FROM up x JOIN up y ON x.b = y.a
), owners AS (
    FROM up UNION SELECT x.a, y.b FROM up x JOIN spouse y ON x.b = y.a
), controlled AS (
    FROM down UNION SELECT x.a, y.b FROM spouse x JOIN down y ON x.b = y.a
), of_few AS (
    SELECT a, b FROM down QUALIFY count(*) OVER (PARTITION BY a) <= 30
), ranked AS (
    SELECT a, b, 1 AS rank FROM controllers
    UNION ALL SELECT a, b, 2 FROM spouse
    UNION ALL SELECT x.a, y.b, 2 FROM controllers x JOIN spouse y ON x.b = y.a
    UNION ALL SELECT a, b, 3 FROM controlled
    UNION ALL SELECT x.a, y.b, 3 FROM controlled x JOIN down y ON x.b = y.a
    UNION ALL SELECT a, b, 4 FROM near
    UNION ALL SELECT x.a, y.b, 4 FROM owners x JOIN of_few y ON x.b = y.a
)
SELECT borrower_id, borrower_id AS member_id, 0 AS rank FROM spine
UNION ALL
SELECT a, b, min(rank) FROM ranked JOIN spine ON a = borrower_id WHERE a <> b GROUP BY a, b;

-- The names under which members of the unit appear as counterparties
CREATE TEMP TABLE names AS
SELECT borrower_id, counterparty_id, min(rank) AS rank, min(rank) = 0 AS is_own
FROM (
    SELECT borrower_id, member_id AS counterparty_id, rank FROM unit
    UNION ALL
    SELECT u.borrower_id, a.account_id, u.rank FROM unit u JOIN known_accounts a ON a.borrower_id = u.member_id
)
GROUP BY borrower_id, counterparty_id;
