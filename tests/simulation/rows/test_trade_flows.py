import pytest

from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.population import Role
from tests.simulation.rows.courses import Episode, Plan, Written, borrower_id

AMOUNT = """
    SELECT sum(abs(amount)) FROM transactions JOIN accounts USING (account_id) JOIN (
        SELECT borrower_id, any_value(kind) AS party FROM borrowers GROUP BY borrower_id
    ) USING (borrower_id)
    WHERE category = '{}' AND amount * {} > 0 AND party = 'firm'
        AND (counterparty_id IS NULL OR counterparty_id LIKE 'K%')
"""
COUNT = AMOUNT.replace("sum(abs(amount))", "count(*)")


@pytest.fixture(scope="module")
def firm(place):
    return place.of_role(Role.FIRM, has_account=True)


def month_by_month(written: Written, number: int, category: str, sign: int) -> list[int]:
    """Return how often money of a category moved in each month of the book."""
    counts = dict(
        written.rows(f"""
            SELECT datediff('month', DATE '2023-07-01', occurred_at), count(*)
            FROM transactions JOIN accounts USING (account_id) WHERE borrower_id = '{borrower_id(number)}'
            AND category = '{category}' AND amount * {sign} > 0 AND accounts.closed_on IS NULL
            AND (counterparty_id IS NULL OR counterparty_id LIKE 'K%') GROUP BY ALL
        """)
    )
    return [counts.get(month, 0) for month in range(36)]


@pytest.mark.parametrize(
    ("channel", "category", "sign", "least", "most"),
    [
        ("trade", "sales", 1, 0.3, 0.5),
        ("trade", "purchase", -1, 0.35, 0.6),
        ("trade", "tax", -1, 0.4, 0.65),
        ("trade", "utility", -1, 0.5, 0.75),
        ("trade", "wage", -1, 0.7, 0.9),
        ("squeeze", "sales", 1, 0.9, 1.02),
        ("squeeze", "wage", -1, 0.6, 0.85),
        ("squeeze", "private_person", 1, 1.7, 4.0),
        ("diversion", "securities", -1, 4.0, 14.0),
        ("diversion", "private_person", -1, 3.0, 12.0),
        ("diversion", "other", 1, 1.5, 8.0),
        ("diversion", "related_party", -1, 3.0, 12.0),
        ("reluctance", "sales", 1, 0.999, 1.001),
        ("appetite", "sales", 1, 0.999, 1.001),
    ],
)
def test_flows_answer_to_the_channel_that_they_should(calm, at_two, channel, category, sign, least, most):
    usual, grave = (float(written.value(AMOUNT.format(category, sign))) for written in (calm, at_two(channel)))
    assert least < grave / usual < most


def test_the_hard_up_pay_wages_and_suppliers_later(calm, at_two):
    paid = """
        SELECT avg(day(occurred_at)) FROM transactions JOIN accounts USING (account_id)
        WHERE category = '{}' AND amount < 0 AND month(occurred_at) NOT IN (1, 2)
    """
    for category in ("wage", "purchase"):
        usual, grave = (float(each.value(paid.format(category))) for each in (calm, at_two("squeeze")))
        assert grave > usual + 2


def test_interest_among_private_persons_is_round_and_comes_on_a_fixed_day(at_two):
    pairs = at_two("diversion").rows("""
        SELECT counterparty_id, count(*), count(DISTINCT amount), count(DISTINCT day(occurred_at)), min(amount % 10000)
        FROM transactions WHERE category = 'private_person' AND amount > 0 AND counterparty_id LIKE 'K5%' GROUP BY ALL
        HAVING count(*) >= 6
    """)
    assert len(pairs) >= 5
    assert {(amounts, days, rest) for _, _, amounts, days, rest in pairs} == {(1, 1, 0)}


def test_customers_are_lost_as_trade_shrinks(calm, at_two):
    customers = """
        SELECT avg(n) FROM (SELECT count(DISTINCT counterparty_id) AS n FROM transactions
            WHERE category = 'sales' AND counterparty_id LIKE 'K1%' GROUP BY account_id, year(occurred_at))
    """
    assert at_two("trade").value(customers) < 0.75 * calm.value(customers)


def test_a_migrated_settlement_leaves_the_loan_service_behind(place, firm):
    moves = Plan((Episode(firm, 12, Kind.MIGRATION, size=0.8),))
    stays, gone = (Written(place, plan, of=firm) for plan in (Plan(), moves))
    before, after = slice(0, 12), slice(12, 36)
    there, elsewhere = (month_by_month(each, firm, "sales", 1) for each in (stays, gone))
    assert there[before] == elsewhere[before]
    assert sum(elsewhere[after]) < 0.45 * sum(there[after])
    assert month_by_month(stays, firm, "loan_service", -1) == month_by_month(gone, firm, "loan_service", -1)


def test_moved_wages_go_out_here_no_more(place, firm):
    written = Written(place, Plan((Episode(firm, 12, Kind.PAYROLL_MOVED),)), of=firm)
    wages = month_by_month(written, firm, "wage", -1)
    assert sum(wages[:12]) >= 10
    assert sum(wages[12:]) == 0
    assert sum(month_by_month(written, firm, "sales", 1)[12:]) > 60


def test_trade_rests_in_the_season_in_which_it_stops_and_no_longer(place, firm):
    plan = Plan((Episode(firm, 12, Kind.SEASON_STOP, months=3),))
    sales = month_by_month(Written(place, plan, of=firm), firm, "sales", 1)
    assert sales[12:15] == [0, 0, 0]
    assert min(sales[9:12]) > 0
    assert min(sales[15:18]) > 0


def test_an_accident_stops_trade_for_half_a_year(place, firm):
    sales = month_by_month(Written(place, Plan((Episode(firm, 12, Kind.ACCIDENT),)), of=firm), firm, "sales", 1)
    assert sum(sales[12:18]) == 0
    assert min(sales[10], sales[11], sales[19]) > 0


def test_growth_shows_in_purchases_first(place, calm):
    firms = [int(number) for number in place.people.number[place.people.firm & place.people.stock]]
    grown = Written(place, Plan(tuple(Episode(number, 12, Kind.EXPANSION, months=6) for number in firms)))
    halves = {"first": "'2024-07-01' AND '2024-12-31'", "then": "'2025-02-01' AND '2025-12-31'"}
    ratio = {}
    for category, sign in (("sales", 1), ("purchase", -1)):
        for half, days in halves.items():
            sums = f"{AMOUNT.format(category, sign)} AND occurred_at BETWEEN {days} AND abs(amount) < 50000000"
            ratio[category, half] = float(grown.value(sums)) / float(calm.value(sums))
    assert ratio["sales", "first"] == pytest.approx(1.0, abs=0.02)
    assert ratio["purchase", "first"] > 1.1
    assert ratio["sales", "then"] > 1.1


def test_the_quiet_weeks_move_with_the_lunar_year(calm):
    weeks = dict(
        calm.rows("""
        SELECT year(occurred_at) || '-' || month(occurred_at), count(*) FROM transactions
        WHERE category = 'sales' AND month(occurred_at) IN (1, 2) AND year(occurred_at) > 2023 GROUP BY ALL
    """)
    )
    assert weeks["2024-2"] < weeks["2024-1"]  # the festival of 10 February 2024
    assert weeks["2025-1"] < weeks["2025-2"] * 1.4  # that of 29 January 2025 takes from both
    assert weeks["2026-2"] < weeks["2026-1"]
    quiet = "SELECT count(*) FROM transactions WHERE category = 'sales' AND occurred_at BETWEEN '{}' AND '{}'"
    rest = calm.value(quiet.format("2025-01-26", "2025-02-05"))
    usual = calm.value(quiet.format("2025-03-26", "2025-04-05"))
    assert rest < 0.5 * usual
