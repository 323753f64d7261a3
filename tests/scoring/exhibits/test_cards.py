from datetime import date

from tests.scoring.exhibits.worked import months_told


def statement(on, limit, balance, card="C1"):
    return {"card_id": card, "borrower_id": "B1", "stated_on": on, "credit_limit": limit, "balance": balance}


def test_cards_are_added_up_and_a_statement_stands_for_three_months():
    rows = {
        "card_statements": [
            statement(date(2025, 12, 20), 1000, 900),
            statement(date(2026, 3, 20), 1000, 950),
            statement(date(2026, 3, 25), 400, -10, card="C2"),
        ]
    }
    assert months_told(rows, "card_balance_fen") == {1: 950, 2: 950, 3: 950, 4: 900, 5: 900, 6: 900}
    assert months_told(rows, "card_limit_fen") == {1: 1400, 2: 1400, 3: 1400, 4: 1000, 5: 1000, 6: 1000}


def test_of_two_statements_of_a_month_the_newer_counts_and_what_none_tells_is_unknown():
    rows = [statement(date(2026, 6, 5), 1000, 100), statement(date(2026, 6, 25), 1000, None)]
    assert months_told({"card_statements": rows}, "card_balance_fen") == {}
    assert months_told({"card_statements": rows}, "card_limit_fen") == {0: 1000}
