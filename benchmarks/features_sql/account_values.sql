-- Account flows: the features, from the sums of account_flows.sql and account_parts.sql.
CREATE TEMP TABLE f_account_flows AS
WITH sums AS (
    SELECT s.borrower_id, coalesce(l.has_account, false) AS has_account,
           has_account AND $transactions_months >= 3 AS seen_3, has_account AND $transactions_months >= 6 AS seen_6,
           has_account AND $transactions_months >= 12 AS seen_12, has_account AND $transactions_months >= 24 AS seen_24,
           seen_12 AND (l.months_open >= 12 OR coalesce(b.months_posted > 12, false)) AS grown_12,
           has_account AND $transactions_months >= 9 AND (l.months_open >= 9 OR coalesce(b.months_posted > 9, false)) AS grown_9,
           has_account AND $transactions_months >= 15 AND (l.months_open >= 15 OR coalesce(b.months_posted > 15, false)) AS grown_15,
           seen_24 AND (l.months_open >= 24 OR coalesce(b.months_posted > 24, false)) AS grown_24,
           coalesce(f.inflow_3, 0) AS received, coalesce(f.outflow_3, 0) AS paid,
           coalesce(wage_3, 0) + coalesce(tax_3, 0) + coalesce(utility_3, 0) + coalesce(rent_3, 0) AS costs,
           coalesce(wage_last_year, 0) + coalesce(tax_last_year, 0) + coalesce(utility_last_year, 0)
               + coalesce(rent_last_year, 0) AS costs_before,
           f.* EXCLUDE (borrower_id), b.* EXCLUDE (borrower_id), d.due_3m, d.debt, p.* EXCLUDE (borrower_id),
           q.round_sum_6, q.fixed_day_months, coalesce(q.named > 0 OR q.unnamed = 0, true) AS tells_persons,
           m.payouts, m.gone, m.to_securities, m.to_persons, m.back, r.* EXCLUDE (borrower_id), x.declared_sales
    FROM spine s
    LEFT JOIN life l USING (borrower_id) LEFT JOIN flows f USING (borrower_id) LEFT JOIN balances b USING (borrower_id)
    LEFT JOIN debt_service d USING (borrower_id) LEFT JOIN partners p USING (borrower_id)
    LEFT JOIN persons q USING (borrower_id) LEFT JOIN loan_money m USING (borrower_id)
    LEFT JOIN repayment_source r USING (borrower_id) LEFT JOIN declared x USING (borrower_id)
)
SELECT borrower_id,
    if(seen_3, received, NULL) AS inflow_3m,
    if(seen_12, coalesce(inflow_12, 0), NULL) AS inflow_12m,
    if(seen_24, coalesce(inflow_24, 0), NULL) AS inflow_24m,
    if(grown_12, change(coalesce(inflow_1, 0), 1, inflow_12 - coalesce(inflow_1, 0), 11), NULL) AS inflow_change_1m,
    if(grown_12, change(received, 3, inflow_12 - received, 9), NULL) AS inflow_change_3m,
    if(grown_24, change(coalesce(inflow_12, 0), 12, inflow_24 - coalesce(inflow_12, 0), 12), NULL) AS inflow_change_12m,
    if(grown_15, change(received, 1, inflow_last_year, 1), NULL) AS inflow_vs_last_year_3m,
    if(seen_3, paid, NULL) AS outflow_3m,
    if(seen_3, received - paid, NULL) AS net_flow_3m,
    if(grown_12, coalesce(months_with_inflow_12, 0), NULL) AS inflow_months_12m,
    if(grown_24, coalesce(months_with_inflow_24, 0), NULL) AS inflow_months_24m,
    if(grown_12, ratio(sqrt((squares_12 * 12 - inflow_12::HUGEINT * inflow_12)::DOUBLE), inflow_12), NULL) AS inflow_volatility_12m,
    if(grown_24, ratio(sqrt((squares_24 * 24 - inflow_24::HUGEINT * inflow_24)::DOUBLE), inflow_24), NULL) AS inflow_volatility_24m,
    if(grown_12, ratio(best_month_12, inflow_12), NULL) AS inflow_top_month_share_12m,
    if(grown_12, coalesce(net_outflow_12, 0), NULL) AS net_outflow_months_12m,
    if(grown_24, coalesce(net_outflow_24, 0), NULL) AS net_outflow_months_24m,
    if(seen_12, coalesce(postings_12, 0), NULL) AS postings_12m,
    if(seen_24, coalesce(postings_24, 0), NULL) AS postings_24m,
    if(seen_3, ratio(circular_in_3, received_3), NULL) AS circular_inflow_share_3m,
    if(seen_12, ratio(returned_in_12, received_12), NULL) AS returned_inflow_share_12m,
    if(seen_3, balance_min_3m, NULL) AS balance_min_3m,
    if(seen_3, balance_sum_3m / 3.0::DOUBLE, NULL) AS balance_mean_3m,
    if(grown_9, change(balance_sum_3m, 1, balance_sum_before, 1), NULL) AS balance_change_6m,
    if(seen_3 AND balance_min_3m IS NOT NULL, coalesce(overdrawn_days, 0), NULL) AS overdrawn_days_3m,
    if(seen_12, overdrawn_months, NULL) AS overdrawn_months_12m,
    if(seen_3, ratio(received, due_3m), NULL) AS inflow_to_due_3m,
    if(seen_3, ratio(received - paid, due_3m), NULL) AS net_flow_to_due_3m,
    if(seen_3, ratio(balance_sum_3m, due_3m * 3), NULL) AS balance_to_due_3m,
    if(seen_3, ratio(balance_sum_3m, debt * 3), NULL) AS balance_to_debt_3m,
    if(seen_3 AND coalesce(named > 0 OR unnamed = 0, true), coalesce(partners_3m, 0), NULL) AS counterparties_3m,
    if(seen_12 AND coalesce(named > 0 OR unnamed = 0, true), coalesce(customers_12m, 0), NULL) AS customers_12m,
    if(seen_12, ratio(top_customer, customers_sum), NULL) AS top_counterparty_share_12m,
    if(seen_12, ratio(coalesce(received_lost, 0), received_before), NULL) AS customers_lost_share,
    if(seen_12, ratio(coalesce(paid_lost, 0), paid_before), NULL) AS suppliers_lost_share,
    if(grown_12, change(coalesce(wage_3, 0), 3, wage_12 - coalesce(wage_3, 0), 9), NULL) AS wage_change_3m,
    if(grown_12, change(coalesce(tax_3 + utility_3, 0), 3, tax_12 + utility_12 - coalesce(tax_3 + utility_3, 0), 9), NULL) AS tax_utility_change_3m,
    if(grown_12, change(coalesce(purchase_3, 0), 3, purchase_12 - coalesce(purchase_3, 0), 9), NULL) AS purchase_change_3m,
    if(grown_12 AND ratio(purchase_12 - purchase_3, sales_12 - sales_3) > 0,
       ratio(purchase_3, sales_3) / ratio(purchase_12 - purchase_3, sales_12 - sales_3) - 1, NULL) AS purchase_to_sales_change_3m,
    if(grown_15, change(costs, 1, costs_before, 1), NULL) AS costs_vs_last_year_3m,
    if(grown_12 AND wage_months_before >= 6, 3 - coalesce(wage_months_3, 0), NULL) AS wage_months_missed_3m,
    if(grown_12 AND utility_months_before >= 6, 3 - coalesce(utility_months_3, 0), NULL) AS utility_months_missed_3m,
    if(seen_24, tax_lag, NULL) AS months_since_tax,
    if(seen_3, ratio(coalesce(wage_3, 0), sales_3), NULL) AS wage_to_sales_3m,
    if(grown_15, if(ratio(costs, costs_before) > 1, 1, ratio(costs, costs_before))
        - if(ratio(received, inflow_last_year) > 1, 1, ratio(received, inflow_last_year)), NULL) AS costs_held_as_inflow_fell_3m,
    if(seen_3, ratio(other_in_3 + securities_in_3, earned_3), NULL) AS off_trade_income_share_3m,
    if(grown_12, coalesce((securities_in_3 > 0 AND securities_in_12 = securities_in_3)::INT
        + (securities_3 > 0 AND securities_12 = securities_3)::INT + (private_in_3 > 0 AND private_in_12 = private_in_3)::INT
        + (private_3 > 0 AND private_12 = private_3)::INT + (related_in_3 > 0 AND related_in_12 = related_in_3)::INT
        + (related_out_3 > 0 AND related_out_12 = related_out_3)::INT + (other_in_3 > 0 AND other_in_12 = other_in_3)::INT
        + (other_3 > 0 AND other_12 = other_3)::INT, 0), NULL) AS new_flow_kinds_3m,
    if(seen_3, ratio(related_out_3 - related_in_3, received_3), NULL) AS related_drain_3m,
    if(seen_3, ratio(securities_3, spent_3), NULL) AS securities_out_share_3m,
    if(seen_12, ratio(securities_12 - securities_in_12, received_12), NULL) AS securities_drain_12m,
    if(seen_3, ratio(private_3, spent_3), NULL) AS private_out_share_3m,
    if(seen_3, ratio(private_in_3, earned_3), NULL) AS private_in_share_3m,
    if(seen_6, ratio(coalesce(round_sum_6, 0), earned_6 + spent_6), NULL) AS private_round_share_6m,
    if(seen_6 AND tells_persons, coalesce(fixed_day_months, 0), NULL) AS private_fixed_day_months_6m,
    if(seen_6, ratio(coalesce(gone, 0), payouts), NULL) AS payout_left_share_6m,
    if(seen_6, ratio(coalesce(to_securities, 0), payouts), NULL) AS payout_to_securities_share_6m,
    if(seen_6, ratio(coalesce(to_persons, 0), payouts), NULL) AS payout_to_persons_share_6m,
    if(seen_6, ratio(coalesce(back, 0), payouts), NULL) AS payout_back_share_6m,
    if(seen_12, ratio(coalesce(bridge_source, 0), served_12), NULL) AS bridge_source_share_12m,
    if(seen_12, ratio(coalesce(bridge_returned, 0), served_12), NULL) AS bridge_returned_share_12m,
    if(seen_6 AND $cards_months >= 6, ratio(coalesce(card_cash, 0), served_6), NULL) AS card_cash_to_service_6m,
    if(seen_12, ratio(coalesce(cash_before, 0), served_12), NULL) AS cash_before_service_share_12m,
    if(seen_12, ratio(coalesce(inflow_12, 0), declared_sales), NULL) AS settlement_share_12m
FROM sums;
