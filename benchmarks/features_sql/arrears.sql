-- How each loan stood on $day, as known then: balance, days past due, whether anything is or may be owed.
CREATE TEMP TABLE states$suffix AS
WITH held AS (
    SELECT * FROM loans
    WHERE known_on <= DATE '$day' AND (known_until IS NULL OR known_until > DATE '$day')
      AND (opened_on IS NULL OR opened_on <= DATE '$day')
), stated AS (
    SELECT loan_id, stated_on, balance, dpd FROM ledger
    WHERE known_on <= DATE '$day' AND (known_until IS NULL OR known_until > DATE '$day') AND stated_on <= DATE '$day'
), fresh AS (
    SELECT loan_id, stated_on, balance, dpd FROM stated WHERE stated_on > DATE '$day' - 92
    QUALIFY row_number() OVER (PARTITION BY loan_id ORDER BY stated_on DESC) = 1
), left_late AS (
    SELECT loan_id, stated_on, balance, dpd FROM stated
    WHERE loan_id IN (SELECT loan_id FROM stated WHERE dpd > 90)
    QUALIFY row_number() OVER (PARTITION BY loan_id ORDER BY stated_on DESC) = 1
), owing AS (
    SELECT * FROM left_late l
    WHERE stated_on <= DATE '$day' - 92 AND dpd > 90 AND (balance IS NULL OR balance > 0)
      AND NOT coalesce((
          SELECT sum(p.paid_amount) >= l.balance FROM payments p
          WHERE p.loan_id = l.loan_id AND p.paid_on > l.stated_on AND p.paid_on <= DATE '$day'
            AND p.known_on <= DATE '$day' AND (p.known_until IS NULL OR p.known_until > DATE '$day')), false)
      AND NOT EXISTS (
          SELECT 1 FROM outcomes o JOIN held h ON h.borrower_id = o.borrower_id
          WHERE h.loan_id = l.loan_id AND (o.loan_id IS NULL OR o.loan_id = l.loan_id)
            AND o.kind IN ('closed', 'repaid') AND o.occurred_on > l.stated_on AND o.occurred_on <= DATE '$day'
            AND o.known_on <= DATE '$day' AND (o.known_until IS NULL OR o.known_until > DATE '$day'))
), tape AS (
    SELECT loan_id, stated_on, balance, if(dpd > 0, dpd + (DATE '$day' - stated_on), dpd) AS tape_dpd FROM fresh
    UNION ALL
    SELECT loan_id, stated_on, NULL, dpd + (DATE '$day' - stated_on) FROM owing
), per_day AS (
    SELECT loan_id, due_on, sum(due_amount) FILTER (due_on >= DATE '$payments_from') AS amount
    FROM instalments
    WHERE known_on <= DATE '$day' AND (known_until IS NULL OR known_until > DATE '$day')
    GROUP BY loan_id, due_on
), running AS (
    SELECT loan_id, due_on, sum(amount) OVER (PARTITION BY loan_id ORDER BY due_on ROWS UNBOUNDED PRECEDING) AS due_so_far
    FROM per_day
), money AS (
    SELECT loan_id, sum(paid_amount) AS paid FROM payments
    WHERE paid_on BETWEEN DATE '$payments_from' AND DATE '$day'
      AND known_on <= DATE '$day' AND (known_until IS NULL OR known_until > DATE '$day')
    GROUP BY loan_id
), schedule AS (
    SELECT loan_id,
           coalesce(DATE '$day' - min(due_on) FILTER (
               due_on BETWEEN DATE '$payments_from' AND DATE '$day' AND due_so_far > coalesce(paid, 0)), 0) AS schedule_dpd,
           NOT coalesce(max(due_on) FILTER (due_on <= DATE '$day') > DATE '$day' - 31, false)
               OR min(due_on) < DATE '$payments_from' AS is_thin
    FROM running LEFT JOIN money USING (loan_id)
    WHERE DATE '$day' BETWEEN DATE '$payments_from' AND DATE '$payments_to'
    GROUP BY loan_id
    HAVING max(due_on) >= DATE '$payments_from'
)
SELECT borrower_id, loan_id, product, principal, opened_on, matures_on, repayment, security, replaces_loan_id,
       restructured_on, balance, stated_on,
       if(is_thin AND tape_dpd > schedule_dpd, tape_dpd, coalesce(schedule_dpd, tape_dpd)) AS dpd,
       CASE WHEN stated_on IS NOT NULL AND balance IS NULL THEN true
            WHEN stated_on IS NOT NULL THEN coalesce(balance > 0 OR dpd > 0 OR repayment = 'revolving' OR product = 'card', false)
            WHEN DATE '$day' <= DATE '$ledger_to' + 92 THEN coalesce(opened_on > DATE '$day' - 92, false)
            ELSE matures_on IS NULL OR matures_on >= DATE '$day' END AS live
FROM held LEFT JOIN tape USING (loan_id) LEFT JOIN schedule USING (loan_id);
