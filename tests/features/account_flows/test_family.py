from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from ews.features.account_flows import family as account_flows
from tests.books import book_of
from tests.features.observed import frame, observed

AS_OF = date(2026, 6, 30)
BORROWER = {"borrower_id": "B1", "kind": "firm"}
ACCOUNT = {"account_id": "A1", "borrower_id": "B1", "opened_on": date(2020, 1, 1)}
WIDE = (date(2000, 1, 1), date(2030, 12, 31))


def posting(day: date, amount: int, **more) -> dict[str, object]:
    at = datetime(day.year, day.month, day.day, 12)
    number = more.pop("number", 0)
    return {"posting_id": f"P{day}{amount}{number}", "account_id": "A1", "occurred_at": at, "amount": amount, **more}


def flows(postings, accounts=(ACCOUNT,), covered=WIDE, as_of=AS_OF) -> dict[str, float | None]:
    book = book_of({"borrowers": [BORROWER], "accounts": accounts, "transactions": postings}, covered=covered)
    return observed(account_flows, book, as_of)


def month(back: int) -> date:
    """Return the 10th of the month `back` months before June 2026."""
    index = 2026 * 12 + 5 - back
    return date(index // 12, index % 12 + 1, 10)


def test_a_year_worked_by_hand():
    sales = [
        posting(month(back), 100 if back < 3 else 200, category="sales", counterparty_id="K1") for back in range(12)
    ]
    others = [
        posting(month(0), 60, counterparty_id="K2"),
        posting(month(1), 1_000, category="loan_payout"),
        posting(month(1), 2_000, category="own_transfer"),
        posting(month(1), -40, category="purchase", counterparty_id="K3"),
        posting(month(2), -50, category="securities"),
        posting(month(2), -10, category="private_person"),
        posting(month(2), -700, category="loan_service"),
        posting(month(5), -90, category="wage"),
        posting(month(0), -15, category="wage"),
        posting(month(8), -450, category="tax"),
        posting(month(0), -30, category="utility"),
    ]
    seen = flows(sales + others)
    assert seen["inflow_3m"] == 360
    assert seen["inflow_12m"] == 360 + 1_800
    assert seen["inflow_change_3m"] == pytest.approx(120 / 200 - 1)
    assert seen["outflow_3m"] == 40 + 50 + 10 + 15 + 30
    assert seen["net_flow_3m"] == 360 - 145
    assert seen["inflow_months_12m"] == 12
    assert seen["net_outflow_months_12m"] == 1
    assert seen["inflow_top_month_share_12m"] == pytest.approx(200 / 2_160)
    assert seen["postings_12m"] == 23
    assert seen["wage_change_3m"] == pytest.approx((15 / 3) / (90 / 9) - 1)
    assert seen["tax_utility_change_3m"] == pytest.approx((30 / 3) / (450 / 9) - 1)
    assert seen["purchase_change_3m"] is None
    assert seen["securities_out_share_3m"] == pytest.approx(50 / 145)
    assert seen["private_out_share_3m"] == pytest.approx(10 / 145)
    assert seen["counterparties_3m"] == 3
    assert seen["customers_12m"] == 2
    assert seen["top_counterparty_share_12m"] == pytest.approx(2_100 / 2_160)
    mean = 2_160 / 12
    squares = (160 - mean) ** 2 + 2 * (100 - mean) ** 2 + 9 * (200 - mean) ** 2
    assert seen["inflow_volatility_12m"] == pytest.approx((squares / 12) ** 0.5 / mean)
    assert seen["balance_min_3m"] is None


def test_two_years_worked_by_hand():
    postings = [posting(month(back), 100 if back < 12 else 300) for back in range(24) if back != 20]
    postings += [posting(month(back), -350) for back in (3, 15, 20)]
    seen = flows(postings)
    assert seen["inflow_24m"] == 12 * 100 + 11 * 300
    assert seen["inflow_change_12m"] == pytest.approx(1_200 / 3_300 - 1)
    assert (seen["inflow_months_24m"], seen["net_outflow_months_24m"], seen["postings_24m"]) == (23, 3, 26)
    mean = 4_500 / 24
    squares = 12 * (100 - mean) ** 2 + 11 * (300 - mean) ** 2 + mean**2
    assert seen["inflow_volatility_24m"] == pytest.approx((squares / 24) ** 0.5 / mean)
    assert seen["inflow_volatility_12m"] == 0
    young = flows(postings, accounts=({**ACCOUNT, "opened_on": date(2024, 7, 1)},))
    assert (young["inflow_24m"], young["inflow_months_24m"], young["inflow_change_12m"]) == (4_500, None, None)
    assert flows(postings, covered=(date(2024, 7, 2), AS_OF))["inflow_24m"] is None


def test_balances_are_carried_from_the_last_posting_before():
    seen = flows(
        [
            posting(date(2025, 1, 10), 500, balance_after=500),
            posting(date(2026, 4, 21), -600, balance_after=-100),
            posting(date(2026, 4, 24), 300, balance_after=200),
            posting(date(2026, 4, 24), 1, balance_after=None, number=1),
            posting(date(2026, 6, 29), -250, balance_after=-50),
        ]
    )
    assert seen["balance_min_3m"] == -100
    assert seen["balance_mean_3m"] == pytest.approx((200 + 200 - 50) / 3)
    assert seen["overdrawn_days_3m"] == 3 + 2


def test_an_account_overdrawn_since_before_the_window_counts_from_its_first_day():
    seen = flows([posting(date(2026, 1, 5), -10, balance_after=-10), posting(date(2026, 4, 3), 20, balance_after=10)])
    assert seen["overdrawn_days_3m"] == 2
    assert flows([posting(date(2026, 1, 5), -10, balance_after=-10)])["overdrawn_days_3m"] == 91


def test_lowest_balances_add_up_over_accounts_and_overdrawn_days_do_not():
    second = {**ACCOUNT, "account_id": "A2"}
    postings = [
        posting(date(2026, 6, 1), -5, balance_after=-5),
        posting(date(2026, 6, 21), -7, account_id="A2", balance_after=-7),
    ]
    seen = flows(postings, accounts=(ACCOUNT, second))
    assert seen["balance_min_3m"] == -12
    assert seen["overdrawn_days_3m"] == 30


@pytest.mark.parametrize(
    ("closed_on", "lowest", "mean", "overdrawn"),
    [
        (None, -300, -300, 91),
        (date(2026, 7, 1), -300, -300, 91),
        (date(2026, 5, 11), -300, (-300 + 100 + 100) / 3, 40),
        (date(2026, 4, 1), -300, 100, 0),
        (date(2026, 3, 31), 100, 100, 0),
    ],
)
def test_a_balance_is_carried_until_the_account_is_closed(closed_on, lowest, mean, overdrawn):
    old = {**ACCOUNT, "account_id": "A2", "closed_on": closed_on}
    postings = [
        posting(date(2026, 1, 5), 100, balance_after=100),
        posting(date(2026, 1, 5), -400, account_id="A2", balance_after=-400),
    ]
    seen = flows(postings, accounts=(ACCOUNT, old))
    assert (seen["balance_min_3m"], seen["balance_mean_3m"]) == (lowest, pytest.approx(mean))
    assert seen["overdrawn_days_3m"] == overdrawn


def test_a_closing_known_later_does_not_end_the_balance_yet():
    versions = (ACCOUNT, {**ACCOUNT, "closed_on": date(2026, 3, 1), "known_on": date(2026, 7, 1)})
    assert flows([posting(date(2026, 1, 5), 9, balance_after=9)], accounts=versions)["balance_min_3m"] == 9
    gone = ({**ACCOUNT, "closed_on": date(2026, 3, 1)},)
    assert flows([posting(date(2026, 1, 5), 9, balance_after=9)], accounts=gone)["balance_min_3m"] is None


SILENT = {
    "OPEN": ({}, (0, 0, 0)),
    "CLOSED_A_YEAR": ({"closed_on": date(2025, 6, 30)}, (None, None, None)),
    "CLOSED": ({"closed_on": date(2025, 7, 1)}, (0, 0, 0)),
    "OPENED_LATER": ({"opened_on": date(2026, 7, 1)}, (None, None, None)),
    "A_YEAR_OLD": ({"opened_on": date(2025, 6, 30)}, (0, 0, 0)),
    "YOUNGER": ({"opened_on": date(2025, 7, 1)}, (0, 0, None)),
    "UNKNOWN_AGE": ({"opened_on": None}, (0, 0, None)),
}
"""Terms of an account without postings, and what is told of it: inflow_3m, inflow_12m, inflow_months_12m."""


def test_silence_of_an_account_is_zero_and_of_none_is_null():
    accounts = [{**ACCOUNT, "account_id": who, "borrower_id": who, **terms} for who, (terms, _) in SILENT.items()]
    borrowers = [{**BORROWER, "borrower_id": who} for who in [*SILENT, "NO_ACCOUNT"]]
    book = book_of({"borrowers": borrowers, "accounts": accounts, "transactions": []})
    rows = frame(account_flows, book, [AS_OF]).set_index("borrower_id")
    rows = rows[["inflow_3m", "inflow_12m", "inflow_months_12m"]].astype(object)
    told = {who: tuple(None if pd.isna(value) else value for value in row) for who, *row in rows.itertuples()}
    assert told == {**{who: expected for who, (_, expected) in SILENT.items()}, "NO_ACCOUNT": (None, None, None)}


@pytest.mark.parametrize(
    ("covered", "inflow_3m", "inflow_12m"),
    [
        ((date(2026, 4, 1), AS_OF), 0, None),
        ((date(2026, 4, 2), AS_OF), None, None),
        ((date(2000, 1, 1), AS_OF - timedelta(days=1)), None, None),
    ],
)
def test_a_window_that_the_extract_does_not_cover_is_null(covered, inflow_3m, inflow_12m):
    seen = flows([], covered=covered)
    assert (seen["inflow_3m"], seen["inflow_12m"]) == (inflow_3m, inflow_12m)


def test_an_account_of_unknown_opening_is_as_old_as_its_first_posting():
    account = {**ACCOUNT, "opened_on": None}
    recent = [posting(month(back), 10) for back in range(12)]
    assert flows(recent, accounts=(account,))["inflow_change_3m"] is None
    assert flows([*recent, posting(date(2025, 6, 30), 1)], accounts=(account,))["inflow_change_3m"] == 0


def test_partners_are_unknown_where_no_posting_names_one():
    seen = flows([posting(month(0), 10, category="sales")])
    assert seen["counterparties_3m"] is None
    assert seen["customers_12m"] is None
    assert flows([posting(month(0), -10, category="rent")])["customers_12m"] == 0


def test_snapshots_on_one_anchor_day_share_months_and_agree_with_hand_counts():
    postings = [posting(month(back), 10 * (back + 1)) for back in range(15)]
    book = book_of({"borrowers": [BORROWER], "accounts": [ACCOUNT], "transactions": postings})
    rows = frame(account_flows, book, [date(2026, 4, 30), date(2026, 5, 31), AS_OF])
    assert rows.inflow_3m.tolist() == [30 + 40 + 50, 20 + 30 + 40, 10 + 20 + 30]
