from datetime import date, datetime

from tests.scoring.exhibits.worked import months_told

OLD = {"account_id": "A1", "borrower_id": "B1", "opened_on": date(2020, 1, 1)}


def posting(on, amount, category="sales", balance=None, account="A1", **more):
    at = datetime.combine(on, datetime.min.time())
    return {"posting_id": f"P{on}{amount}", "account_id": account, "occurred_at": at, "amount": amount,
            "category": category, "balance_after": balance, **more}  # fmt: skip


def test_sales_are_inflow_of_their_month_loans_and_own_transfers_are_not():
    rows = [
        posting(date(2026, 6, 1), 100),
        posting(date(2026, 5, 31), 40),
        posting(date(2026, 6, 30), 7000, "loan_payout"),
        posting(date(2026, 6, 29), 500, "own_transfer"),
        posting(date(2026, 6, 28), -30, "purchase"),
        posting(date(2026, 6, 27), -900, "loan_service"),
    ]
    tables = {"accounts": [OLD], "transactions": rows}
    inflow, outflow = (months_told(tables, name) for name in ("inflow_fen", "outflow_fen"))
    assert inflow == {0: 100, 1: 40, **dict.fromkeys(range(2, 24), 0)}
    assert outflow == {0: 30, **dict.fromkeys(range(1, 24), 0)}


def test_a_covered_month_without_postings_is_0_and_one_before_the_extract_is_unknown():
    told = months_told(
        {"accounts": [OLD], "transactions": [posting(date(2026, 6, 1), 100)]},
        "inflow_fen",
        covered=(date(2026, 3, 2), date(2026, 6, 30)),
    )
    assert told == {0: 100, 1: 0, 2: 0}  # March began a day before the extract


def test_before_the_first_account_was_opened_nothing_is_known():
    young = {**OLD, "opened_on": date(2026, 5, 20)}
    told = months_told({"accounts": [young], "transactions": [posting(date(2026, 6, 1), 100)]}, "inflow_fen")
    assert told == {0: 100, 1: 0}


def test_an_extract_that_ends_before_the_day_leaves_the_last_month_open():
    told = months_told(
        {"accounts": [OLD], "transactions": [posting(date(2026, 5, 1), 100, balance=70)]},
        "inflow_fen",
        covered=(date(2026, 4, 1), date(2026, 6, 29)),
    )
    assert told == {1: 100, 2: 0}


def test_a_closed_account_brings_0_for_a_year_as_the_features_have_it():
    closed = {**OLD, "closed_on": date(2025, 6, 30)}
    rows = {"accounts": [closed], "transactions": [posting(date(2025, 5, 3), 100)]}
    assert sorted(months_told(rows, "inflow_fen")) == list(range(1, 24))
    assert sorted(months_told(rows, "inflow_fen", as_of=date(2026, 5, 31))) == list(range(24))


def test_a_balance_stands_until_the_next_posting_tells_one_and_accounts_are_added_up():
    rows = [
        posting(date(2026, 2, 3), 10, balance=500),
        posting(date(2026, 4, 3), 11, balance=700),
        posting(date(2026, 4, 3), 12, balance=650, posting_id="P9"),  # the same moment: the greater id is the later
        posting(date(2026, 4, 9), 13),  # tells none
        posting(date(2026, 5, 3), 14, balance=-80, account="A2"),
    ]
    accounts = [OLD, {**OLD, "account_id": "A2"}]
    told = months_told({"accounts": accounts, "transactions": rows}, "balance_fen")
    assert told == {0: 570, 1: 570, 2: 650, 3: 500, 4: 500}


def test_a_closed_account_holds_nothing():
    rows = [posting(date(2026, 2, 3), 10, balance=500), posting(date(2026, 2, 3), 11, balance=40, account="A2")]
    accounts = [OLD, {**OLD, "account_id": "A2", "closed_on": date(2026, 5, 2)}]
    told = months_told({"accounts": accounts, "transactions": rows}, "balance_fen")
    assert told == {0: 500, 1: 500, 2: 540, 3: 540, 4: 540}
