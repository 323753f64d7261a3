from datetime import date
from typing import Any

import ibis

from ews.scoring.collateral_known import collateral_of
from tests.books import ENGINE, book_of

DAY = date(2026, 6, 30)
SCHEMA = {"borrower_id": "string", "as_of": "date", "known_by": "date"}
ROW = {"loan_id": "L1", "kind": "residential", "value": 100, "valued_on": date(2025, 1, 1)}


def pieces_of(*collateral: dict[str, Any], has_table: bool = True) -> list[tuple[str, str, int]]:
    loans = [
        {"loan_id": f"L{number}", "borrower_id": f"B{number}", "product": "business", "known_on": date(2025, 1, 1)}
        for number in (1, 2)
    ]
    rows = [{"collateral_id": f"C{number}", **ROW, **row} for number, row in enumerate(collateral)]
    book = book_of({"loans": loans, **({"collateral": rows} if has_table else {})})
    days = [{"borrower_id": "B1", "as_of": DAY, "known_by": DAY}]
    table = ENGINE.create_table(ibis.util.gen_name("days"), ibis.memtable(days, schema=SCHEMA), temp=True)
    found = collateral_of(book, table).to_pyarrow().to_pylist()
    return sorted((row["loan_id"], row["kind"], row["value"]) for row in found)


def test_what_is_known_and_not_seized_counts_at_its_newest_value():
    found = pieces_of(
        {},
        {"collateral_id": "C0", "value": 80, "valued_on": date(2026, 1, 1)},
        {"kind": None, "value": 5},
        {"kind": "land", "seized_on": date(2026, 6, 30)},
        {"kind": "stock", "seized_on": date(2026, 7, 1)},
        {"kind": "deposit", "value": None},
        {"kind": "deposit", "value": 0},
        {"kind": "deposit", "valued_on": date(2026, 7, 1)},
        {"kind": "deposit", "loan_id": "L2"},
    )
    assert found == [("L1", "other", 5), ("L1", "residential", 80), ("L1", "stock", 100)]


def test_a_book_without_collateral_has_none():
    assert pieces_of(has_table=False) == []
