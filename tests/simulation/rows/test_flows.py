import pytest

MONTHLY = """
    WITH flows AS (
        SELECT a.borrower_id, last_day(t.occurred_at::DATE) AS as_of, t.* EXCLUDE (known_on, known_until, withdrawn)
        FROM transactions t JOIN accounts a USING (account_id)
    ),
    monthly AS (
        SELECT borrower_id, as_of, sum(amount) FILTER (amount > 0 AND category IN ('sales', 'wage')) AS inflow,
            sum(-amount) FILTER (category = 'wage' AND amount < 0) AS wages,
            sum(-amount) FILTER (category IN ('tax', 'utility')) AS bills,
            coalesce(sum(-amount) FILTER (amount < 0 AND category IN ('private_person', 'securities')), 0) AS elsewhere,
            count(DISTINCT counterparty_id) FILTER (category IN ('sales', 'purchase')) AS partners,
            min(balance_after) AS balance, count(*) AS postings
        FROM flows GROUP BY ALL
    ),
    against_own AS (
        SELECT m.*, expected_pd, kind,
            inflow / median(inflow) OVER (PARTITION BY borrower_id) AS inflow_level,
            wages / median(wages) OVER (PARTITION BY borrower_id) AS wage_level,
            bills / median(bills) OVER (PARTITION BY borrower_id) AS bill_level,
            elsewhere / median(inflow) OVER (PARTITION BY borrower_id) AS elsewhere_level,
            balance / median(inflow) OVER (PARTITION BY borrower_id) AS balance_level
        FROM monthly m JOIN truth USING (borrower_id, as_of) JOIN borrowers b USING (borrower_id)
    )
"""


@pytest.mark.parametrize("signal", ["inflow_level", "wage_level", "bill_level", "balance_level", "partners"])
def test_money_dries_up_in_a_bad_state(made, signal):
    bad, good = made.rows(f"""
        {MONTHLY} SELECT median({signal}) FILTER (expected_pd > 0.08), median({signal}) FILTER (expected_pd < 0.02)
        FROM against_own WHERE kind = 'firm'
    """)[0]
    assert bad < 0.9 * good


def test_more_money_goes_to_private_persons_and_securities_in_a_bad_state(made):
    bad, good = made.rows(f"""
        {MONTHLY} SELECT avg(least(elsewhere_level, 1)) FILTER (expected_pd > 0.08),
            avg(least(elsewhere_level, 1)) FILTER (expected_pd < 0.02)
        FROM against_own WHERE kind = 'firm'
    """)[0]
    assert bad > 1.5 * good


def test_balances_follow_from_amounts(made):
    wrong = made.value("""
        SELECT count(*) FROM (
            SELECT balance_after - amount - lag(balance_after) OVER
                (PARTITION BY account_id ORDER BY occurred_at, posting_id) AS gap
            FROM transactions WHERE occurred_at < DATE '2026-06-25'
        ) WHERE gap <> 0
    """)
    assert wrong == 0


def test_an_active_borrower_has_about_twelve_postings_a_month(made):
    assert 10 < made.value(f"{MONTHLY} SELECT avg(postings) FROM against_own") < 15


def test_a_few_postings_are_known_some_days_later(made):
    share, most = made.rows("""
        SELECT avg((known_on > occurred_at::DATE)::INT), max(known_on - occurred_at::DATE) FROM transactions
    """)[0]
    assert share == pytest.approx(0.03, abs=0.005)
    assert most == 5


def test_trade_is_quiet_at_the_spring_festival(made):
    february, december = made.rows("""
        SELECT sum(amount) FILTER (month(occurred_at) = 2), sum(amount) FILTER (month(occurred_at) = 12)
        FROM transactions WHERE category = 'sales' AND occurred_at BETWEEN DATE '2023-07-01' AND DATE '2026-06-30'
    """)[0]
    assert february < 0.75 * december
