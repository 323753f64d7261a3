from datetime import date
from typing import Any

from ews.outcomes.treatments import book_treatments
from tests.books import book_of

KNOWN_BY = date(2026, 6, 30)
LOAN: dict[str, Any] = {"loan_id": "L1", "borrower_id": "B1", "product": "business", "opened_on": date(2025, 1, 10)}
CARD = {"loan_id": "C1", "borrower_id": "B1", "product": "card", "opened_on": date(2025, 1, 10)}


def told(tables: dict[str, list[dict[str, Any]]], known_by: date = KNOWN_BY) -> list[tuple[Any, ...]]:
    content = {"borrowers": [{"borrower_id": "B1", "kind": "firm"}], "loans": [LOAN, CARD], **tables}
    found = book_treatments(book_of(content), known_by=known_by)
    return [(row.kind, row.treated_on, row.known_on) for row in found.itertuples()]


def test_a_restructuring_is_a_treatment_whoever_tells_it_and_told_twice_it_is_one():
    changed = {**LOAN, "restructured_on": date(2025, 9, 1), "known_on": date(2025, 9, 5)}
    listed = {"borrower_id": "B1", "kind": "restructured", "occurred_on": date(2025, 9, 1)}
    assert told({"loans": [LOAN, changed], "outcomes": [listed]}) == [
        ("restructured", date(2025, 9, 1), date(2025, 9, 1))
    ]
    assert told({"loans": [LOAN, changed]}, date(2025, 9, 4)) == []


def test_collateral_that_comes_later_is_a_treatment_and_its_new_valuation_is_none():
    def piece(name: str, *days: date) -> list[dict[str, Any]]:
        return [{"collateral_id": name, "loan_id": "L1", "value": 5, "valued_on": day} for day in days]

    first, later = date(2025, 1, 20), date(2025, 10, 1)
    rows = [*piece("K1", first, later), *piece("K2", later, date(2026, 1, 5))]
    assert told({"collateral": rows}) == [("add_security", later, later)]


def test_a_limit_cut_by_a_fifth_is_a_treatment_and_a_smaller_cut_is_none():
    limits = [(31, 1000), (28, 801), (31, 640)]
    rows = [
        {"card_id": "C1", "borrower_id": "B1", "stated_on": date(2025, number, day), "credit_limit": limit}
        for number, (day, limit) in enumerate(limits, start=1)
    ]
    assert told({"card_statements": rows}) == [("reduce", date(2025, 3, 31), date(2025, 3, 31))]
    other_bank = [{**row, "card_id": "X"} for row in rows]
    assert told({"card_statements": other_bank}) == []
