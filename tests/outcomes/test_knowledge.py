"""What is learnt after `known_by` changes no label: a book cut down to what was known gives the same."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ews.events.book import Book
from ews.features.window import spine_on
from ews.outcomes.definition import Definition
from ews.outcomes.horizon import months_later
from ews.outcomes.labels import labels
from tests.books import book_of

FIRST = date(2024, 1, 31)
DAYS = (date(2024, 9, 30), date(2024, 12, 31))
Row = dict[str, Any]

LOANS, BORROWERS = ("L1", "L2"), ("B1", "B2")
loan, borrower = st.sampled_from(LOANS), st.sampled_from(BORROWERS)
month, lag = st.integers(0, 20), st.sampled_from((0, 20, 90, 300))
withdrawn = st.sampled_from((False, False, False, True))


def versions(*parts: st.SearchStrategy[Any], key: int, most: int) -> st.SearchStrategy[list[Any]]:
    """Return rows that end in (lag, withdrawn); no two versions of the row named by the first `key` share their lag."""

    def version(row: tuple[Any, ...]) -> tuple[Any, ...]:
        return (*row[:key], row[-2])

    return st.lists(st.tuples(*parts, lag, withdrawn), max_size=most, unique_by=version)


def known(day: date, late: int, gone: bool, **row: Any) -> Row:
    return {**row, "known_on": day + timedelta(late), "withdrawn": gone}


def on(number: int) -> date:
    return months_later(FIRST, number)


books = st.fixed_dictionaries(
    {
        "loans": st.tuples(borrower, borrower, st.sampled_from((None, date(2024, 11, 1), date(2025, 3, 1)))),
        "ledger": versions(loan, month, st.sampled_from((0, 95, 200)), st.sampled_from((0, 500, None)), key=2, most=8),
        "instalments": versions(loan, month, st.integers(1, 300), key=2, most=5),
        "payments": versions(st.integers(1, 4), loan, month, st.integers(1, 300), key=1, most=5),
        "outcomes": versions(
            borrower, st.sampled_from(("default", "write_off", "closed")), st.none() | month, key=2, most=3
        ),
    }
)


def rows_of(drawn: dict[str, Any]) -> dict[str, list[Row]]:
    owner, other, moved_on = drawn["loans"]
    terms = {"product": "business", "opened_on": date(2023, 6, 1)}
    loans = [{"loan_id": name, "borrower_id": owner, **terms, "known_on": date(2023, 6, 1)} for name in LOANS]
    if moved_on:
        loans.append({**loans[0], "borrower_id": other, "known_on": moved_on})
    return {
        "borrowers": [{"borrower_id": name, "kind": "firm", "known_on": date(2023, 1, 1)} for name in BORROWERS],
        "loans": loans,
        "ledger": [
            known(on(at), late, gone, loan_id=name, stated_on=on(at), dpd=dpd, balance=balance)
            for name, at, dpd, balance, late, gone in drawn["ledger"]
        ],
        "instalments": [
            known(date(2024, 8, 1), late, gone, loan_id=name, due_on=on(at), component="principal", due_amount=amount)
            for name, at, amount, late, gone in drawn["instalments"]
        ],
        "payments": [
            known(on(at), late, gone, payment_id=f"P{number}", loan_id=name, paid_on=on(at), paid_amount=amount)
            for number, name, at, amount, late, gone in drawn["payments"]
        ],
        "outcomes": [
            known(on(at or 6), late, gone, borrower_id=name, kind=kind, occurred_on=None if at is None else on(at))
            for name, kind, at, late, gone in drawn["outcomes"]
        ],
    }


def label(book: Book, known_by: date, definition: Definition) -> list[Row]:
    found = labels(book, spine_on(book, DAYS).table, definition, known_by=known_by)
    rows: list[Row] = found.order_by("borrower_id", "as_of").to_pyarrow().to_pylist()
    return rows


@settings(max_examples=6, deadline=None)
@given(drawn=books, known_by=st.dates(DAYS[-1], date(2025, 12, 31)), use_dpd=st.booleans())
def test_what_is_learnt_after_known_by_changes_no_label(drawn, known_by, use_dpd):
    rows, definition = rows_of(drawn), Definition(horizon_months=6, use_dpd=use_dpd)
    cut = {name: [row for row in table if row["known_on"] <= known_by] for name, table in rows.items()}
    assert label(book_of(rows), known_by, definition) == label(book_of(cut), known_by, definition)
