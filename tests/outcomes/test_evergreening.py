"""What an extension hides: each way by hand, and that nothing learnt later, and no variant, takes a defaulter away."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.events.book import Book
from ews.features.window import spine_on
from ews.outcomes.definition import Definition
from ews.outcomes.evergreening import hidden_defaults
from ews.outcomes.horizon import months_later
from ews.outcomes.labels import labels
from ews.outcomes.standing import standing
from ews.outcomes.variants import VARIANTS, compare_variants, variant_of
from tests.books import book_of

Row = dict[str, Any]

AS_OF, KNOWN_BY = date(2025, 1, 31), date(2026, 6, 30)
RENEWED_ON = date(2025, 7, 15)
DISTRESSED = Definition(distressed_extension=True)
FOR_LOAN = Definition(loan_for_loan=True)
BULK = Definition(bulk_transfer=True)
OLD: Row = {
    "loan_id": "OLD", "borrower_id": "B1", "product": "business", "principal": 1000, "opened_on": date(2024, 7, 15),
}  # fmt: skip
NEW = {**OLD, "loan_id": "NEW", "opened_on": RENEWED_ON, "replaces_loan_id": "OLD"}
PUNCTUAL = [
    {"loan_id": "OLD", "stated_on": months_later(date(2024, 7, 31), number), "balance": 1000, "dpd": 0}
    for number in range(12)
]


def stated(day: date, dpd: int, loan: str = "OLD") -> Row:
    return {"loan_id": loan, "stated_on": day, "balance": 1000, "dpd": dpd}


def book(*loans: Row, ledger: list[Row] | None = None, **tables: list[Row]) -> Book:
    content = {
        "borrowers": [{"borrower_id": name, "kind": "firm"} for name in ("B1", "B2")],
        "loans": list(loans),
        "ledger": PUNCTUAL if ledger is None else ledger,
        **tables,
    }
    return book_of(content, extracted_on=KNOWN_BY)


def hidden(content: Book, definition: Definition, known_by: date = KNOWN_BY) -> list[tuple[Any, ...]]:
    rows = hidden_defaults(content, definition, known_by=known_by).to_pyarrow().to_pylist()
    return sorted((row["loan_id"], row["default_on"]) for row in rows)


@pytest.mark.parametrize(
    ("dpd", "stated_on", "found"),
    [
        (30, date(2025, 6, 30), True),
        (29, RENEWED_ON - timedelta(1), False),
        (30, RENEWED_ON - timedelta(1), True),
        (30, months_later(RENEWED_ON, -6) + timedelta(1), True),
        (30, months_later(RENEWED_ON, -6), False),
        (30, RENEWED_ON + timedelta(1), False),
    ],
    ids=["late", "a day too few", "on the eve", "first day of the window", "a day before it", "late afterwards"],
)
def test_a_renewal_is_distressed_if_the_borrower_was_late_within_the_months_before(dpd, stated_on, found):
    # Aged, what was stated before the window would still be late on the eve, so it is paid at once.
    ledger = [stated(stated_on, dpd)]
    if stated_on < date(2025, 6, 1):
        ledger.append(stated(stated_on + timedelta(1), 0))
    expected = [("NEW", RENEWED_ON)] if found else []
    assert hidden(book(OLD, NEW, ledger=ledger), DISTRESSED) == expected


def test_late_on_any_loan_of_the_borrower_and_of_no_other():
    other = {**OLD, "loan_id": "SIDE"}
    ledger = [stated(date(2025, 6, 30), 45, "SIDE")]
    assert hidden(book(OLD, other, NEW, ledger=ledger), DISTRESSED) == [("NEW", RENEWED_ON)]
    assert hidden(book(OLD, {**other, "borrower_id": "B2"}, NEW, ledger=ledger), DISTRESSED) == []


def test_a_restructuring_in_difficulty_is_distressed_without_a_day_of_arrears():
    changed = {**OLD, "restructured_on": RENEWED_ON}
    finding = {"finding_id": "F1", "borrower_id": "B1", "found_on": date(2025, 6, 1), "field": "financial_difficulty"}
    for value, found in (("unresolved", [("OLD", RENEWED_ON)]), ("resolved", [])):
        content = book(changed, findings=[{**finding, "value": value}])
        assert hidden(content, DISTRESSED) == found


def test_what_is_listed_as_distressed_or_loan_for_loan_is_believed():
    for kind, definition in (("distressed_extension", DISTRESSED), ("loan_for_loan", FOR_LOAN)):
        outcome = {"borrower_id": "B1", "kind": kind, "occurred_on": RENEWED_ON, "loan_id": "OLD"}
        assert hidden(book(OLD, outcomes=[outcome]), definition) == [("OLD", RENEWED_ON)]
        assert hidden(book(OLD, outcomes=[outcome]), BULK) == []


@pytest.mark.parametrize(
    ("new", "ledger", "is_clean"),
    [
        ({}, PUNCTUAL, True),
        ({"principal": 1001}, PUNCTUAL, False),
        ({"principal": None}, PUNCTUAL, False),
        ({}, [*PUNCTUAL[:-1], stated(date(2025, 6, 30), 7)], True),
        ({}, [*PUNCTUAL[:-1], stated(date(2025, 6, 30), 8)], False),
        ({}, [stated(date(2025, 6, 30), 0, "NEW")], False),
        ({"product": "card"}, [], True),
    ],
    ids=["clean", "larger", "amount unknown", "7 days late", "8 days late", "old loan never told of", "a card"],
)
def test_a_loan_for_a_loan_is_excused_only_where_it_is_a_clean_renewal(new, ledger, is_clean):
    found = hidden(book(OLD, {**NEW, **new}, ledger=ledger), FOR_LOAN)
    assert found == ([] if is_clean else [("NEW", RENEWED_ON)])


def test_an_extension_is_known_when_its_loan_is():
    late = book(OLD, {**NEW, "known_on": date(2025, 8, 1)}, ledger=[stated(date(2025, 6, 30), 45)])
    assert hidden(late, DISTRESSED, date(2025, 7, 31)) == []
    assert hidden(late, DISTRESSED, date(2025, 8, 1)) == [("NEW", RENEWED_ON)]


def label(content: Book, definition: Definition, day: date = AS_OF) -> Row:
    rows = labels(content, spine_on(content, [day]).table, definition, known_by=KNOWN_BY).to_pyarrow().to_pylist()
    return next(row for row in rows if row["borrower_id"] == "B1")


def test_the_label_counts_what_the_definition_names_and_by_default_none_of_it():
    sold = {"borrower_id": "B1", "kind": "bulk_transfer", "occurred_on": date(2025, 9, 1)}
    content = book(OLD, NEW, ledger=[stated(date(2025, 6, 30), 45)], outcomes=[sold])
    days = [label(content, one)["default_on"] for one in (Definition(), DISTRESSED, FOR_LOAN, BULK)]
    assert days == [None, RENEWED_ON, RENEWED_ON, date(2025, 9, 1)]


@pytest.mark.parametrize(
    ("day", "in_default"),
    [(RENEWED_ON - timedelta(1), False), (RENEWED_ON, True), (date(2026, 6, 30), True)],
)
def test_an_extension_keeps_a_borrower_in_default_from_its_day_on(day, in_default):
    content = book(OLD, NEW, ledger=[stated(date(2025, 6, 30), 45), stated(date(2026, 5, 31), 0, "NEW")])
    rows = standing(content, spine_on(content, [day], known_by=KNOWN_BY).table, DISTRESSED).to_pyarrow().to_pylist()
    assert next(row["in_default"] for row in rows if row["borrower_id"] == "B1") == in_default


def test_probation_ends():
    content = book(OLD, NEW, ledger=[stated(date(2025, 6, 30), 45)])
    short = Definition(distressed_extension=True, probation_months=3)
    days = [date(2025, 10, 14), date(2025, 10, 15)]
    rows = standing(content, spine_on(content, days, known_by=KNOWN_BY).table, short).order_by("as_of")
    assert [row["in_default"] for row in rows.to_pyarrow().to_pylist() if row["borrower_id"] == "B1"] == [True, False]


def test_on_the_same_rows_every_variant_is_counted_beside_the_plain_definition():
    sold = {"borrower_id": "B2", "kind": "bulk_transfer", "occurred_on": date(2025, 9, 1)}
    other = {**OLD, "loan_id": "O2", "borrower_id": "B2"}
    ledger = [*PUNCTUAL, *(({**row, "loan_id": "O2"}) for row in PUNCTUAL), stated(date(2025, 5, 31), 45)]
    content = book(
        OLD, NEW, other, ledger=[*{(row["loan_id"], row["stated_on"]): row for row in ledger}.values()], outcomes=[sold]
    )
    counts = compare_variants(content, spine_on(content, [AS_OF]).table, Definition(), known_by=KNOWN_BY)
    assert {one.variant: (one.at_risk, one.defaulted, one.added, one.already) for one in counts} == {
        "plain": (2, 0, 0, 0),
        "distressed_extension": (2, 1, 1, 0),
        "loan_for_loan": (2, 1, 1, 0),
        "bulk_transfer": (2, 1, 1, 0),
        "all": (2, 2, 2, 0),
    }


FIRST = date(2024, 1, 31)
DAYS = (date(2024, 9, 30), date(2024, 12, 31))
KINDS = ("default", "cured", "distressed_extension", "loan_for_loan", "bulk_transfer", "closed")
at, lag, name = st.integers(0, 20), st.sampled_from((0, 20, 90, 300)), st.sampled_from(("L0", "L1"))
life = st.fixed_dictionaries(
    {
        "loans": st.lists(st.tuples(at, st.none() | at, st.none() | name, lag), min_size=2, max_size=4),
        "ledger": st.lists(
            st.tuples(name, at, st.sampled_from((0, 9, 35, 95)), lag), max_size=8, unique_by=lambda row: row[:2]
        ),
        "outcomes": st.lists(st.tuples(st.sampled_from(KINDS), at, lag), max_size=4, unique_by=lambda row: row[0]),
    }
)
worlds = st.lists(life, min_size=5, max_size=8)
"""Several lives in one book: what takes time is the book, not the borrower."""


def rows_of(drawn: list[dict[str, Any]]) -> dict[str, list[Row]]:
    """Return the tables of a book in which each life drawn is a borrower's."""
    tables: dict[str, list[Row]] = {"borrowers": [], "loans": [], "ledger": [], "outcomes": []}
    for number, one in enumerate(drawn):
        for table, rows in _life(f"B{number}", one).items():
            tables[table] += rows
    return tables


def _life(who: str, drawn: dict[str, Any]) -> dict[str, list[Row]]:
    def on(number: int) -> date:
        return months_later(FIRST, number)

    def known(number: int, late: int) -> date:
        return on(number) + timedelta(late)

    return {
        "borrowers": [{"borrower_id": who, "kind": "firm", "known_on": date(2023, 1, 1)}],
        "loans": [
            {
                "loan_id": f"{who}-L{number}", "borrower_id": who, "product": "business", "principal": 1000 - number,
                "opened_on": on(start), "restructured_on": None if changed is None else on(changed),
                "replaces_loan_id": f"{who}-{old}" if old not in (None, f"L{number}") else None,
                "known_on": known(max(start, changed or 0), late),
            }
            for number, (start, changed, old, late) in enumerate(drawn["loans"])
        ],
        "ledger": [
            {"loan_id": f"{who}-{loan}", "stated_on": on(day), "balance": 500, "dpd": dpd, "known_on": known(day, late)}
            for loan, day, dpd, late in drawn["ledger"]
        ],
        "outcomes": [
            {"borrower_id": who, "kind": kind, "occurred_on": on(day), "known_on": known(day, late)}
            for kind, day, late in drawn["outcomes"]
        ],
    }  # fmt: skip


def all_labels(content: Book, definition: Definition, known_by: date) -> list[Row]:
    found = labels(content, spine_on(content, DAYS).table, definition, known_by=known_by)
    rows: list[Row] = found.order_by("borrower_id", "as_of").to_pyarrow().to_pylist()
    return rows


@settings(max_examples=2, deadline=None)
@given(drawn=worlds, known_by=st.dates(DAYS[-1], date(2025, 12, 31)))
def test_what_is_learnt_after_known_by_reaches_no_label_of_any_variant(drawn, known_by):
    rows, definition = rows_of(drawn), variant_of(Definition(horizon_months=6), "all")
    cut = {name: [row for row in table if row["known_on"] <= known_by] for name, table in rows.items()}
    assert all_labels(book_of(rows), definition, known_by) == all_labels(book_of(cut), definition, known_by)


@settings(max_examples=2, deadline=None)
@given(drawn=worlds, variant=st.sampled_from([name for name in VARIANTS if name != "plain"]))
def test_a_variant_only_adds_defaulters_and_no_first_default_comes_later(drawn, variant):
    content, by = book_of(rows_of(drawn)), date(2026, 6, 30)
    plain = all_labels(content, Definition(horizon_months=6), by)
    more = all_labels(content, variant_of(Definition(horizon_months=6), variant), by)
    for before, after in zip(plain, more, strict=True):
        assert after["defaulted"] >= before["defaulted"]
        assert before["default_on"] is None or after["default_on"] <= before["default_on"]
        assert after["in_default"] >= before["in_default"]
        assert (after["live"], after["mature"], after["ends_on"]) == (
            before["live"],
            before["mature"],
            before["ends_on"],
        )
