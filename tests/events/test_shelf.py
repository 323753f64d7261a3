from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pytest

from ews.events.book import Book
from ews.events.shelf import Shelf
from ews.features.statements import worked_out
from ews.features.steps import applied, step
from ews.features.window import Spine, spine_on
from tests.books import book_of

DAY = date(2026, 6, 30)
FIRMS = [{"borrower_id": name, "kind": "firm", "known_on": DAY} for name in ("A", "AB", "ABC")]


def on_shelf(folder: Path, earlier: Path | None = None, *, key: str | None = "borrowers 1") -> Book:
    book = book_of({"borrowers": FIRMS})
    shelf = Shelf(book.engine, folder, earlier)
    if key is not None:
        shelf.know(book.table("borrowers"), key)
    return replace(book, shelf=shelf)


def lengths(book: Book, spine: Spine) -> ir.Table:
    """Describe two tables to be kept, of which the second reads the first."""
    rows = book.table("borrowers").semi_join(spine.table, "borrower_id")
    first = step(step(rows.select("borrower_id")).mutate(length=lambda row: row.borrower_id.length()), lasting=True)
    return step(first.filter(first.length > 1), lasting=True).mutate(double=lambda row: row.length * 2)


def told(book: Book, make: Callable[[Book, Spine], ir.Table] = lengths) -> tuple[list[str], int]:
    """Return the borrowers told of, and how many statements were carried out."""
    seen: list[int] = []
    rows = worked_out(book, spine_on(book, [DAY]), make, lambda _, __, count: seen.append(count))
    return sorted(rows.borrower_id.execute()), seen[-1]


def counts(book: Book) -> tuple[int, int]:
    assert book.shelf is not None
    return book.shelf.made, book.shelf.taken


def test_what_rests_on_the_same_is_taken_and_what_only_that_reads_is_left_out(tmp_path):
    first, again = on_shelf(tmp_path / "a"), on_shelf(tmp_path / "b", tmp_path / "a")
    assert told(first) == (["AB", "ABC"], 4)
    assert told(again) == (["AB", "ABC"], 2)
    assert (counts(first), counts(again)) == ((2, 0), (0, 1))
    assert told(on_shelf(tmp_path / "c", tmp_path / "b")) == (["AB", "ABC"], 2)  # it was handed on


@pytest.mark.parametrize(("key", "laid"), [("borrowers 2", 2), (None, 0)])
def test_a_table_that_changed_or_that_nobody_knows_is_worked_out_again(tmp_path, key, laid):
    told(on_shelf(tmp_path / "a"))
    again = on_shelf(tmp_path / "b", tmp_path / "a", key=key)
    assert told(again) == (["AB", "ABC"], 4)
    assert counts(again) == (laid, 0)


def test_other_days_take_nothing(tmp_path):
    told(on_shelf(tmp_path / "a"))
    again = on_shelf(tmp_path / "b", tmp_path / "a")
    later = spine_on(again, [date(2026, 7, 31)])
    worked_out(again, later, lengths)
    assert counts(again) == (2, 0)


def test_rows_have_one_key_in_whatever_order_they_come(tmp_path):
    book = on_shelf(tmp_path)
    assert book.shelf is not None
    forth, back = (
        book.table("borrowers").order_by(by).select("borrower_id") for by in ("borrower_id", ibis.desc("borrower_id"))
    )
    one, other = (book.kept(rows) for rows in (forth, back))
    assert book.shelf.key_of_rows(one) == book.shelf.key_of_rows(other)
    assert book.shelf.key_of_rows(one) != book.shelf.key_of_rows(book.kept(forth.limit(2)))


def test_a_table_that_parquet_would_give_back_otherwise_is_not_laid(tmp_path):
    def listed(book: Book, _spine: Spine) -> ir.Table:
        return book.table("borrowers").select("borrower_id", names=ibis.array([book.table("borrowers").borrower_id]))

    book = on_shelf(tmp_path)
    assert told(book, listed) == (["A", "AB", "ABC"], 1)
    assert counts(book) == (0, 0)


def test_a_book_with_other_tables_has_no_shelf(tmp_path):
    book = on_shelf(tmp_path)
    assert book.beside(more=book.table("borrowers")).shelf is None
    assert book.with_rows({}, of={}).shelf is None


def test_what_a_function_without_a_name_made_is_worked_out_again(tmp_path):

    def made(book: Book, _spine: Spine) -> ir.Table:
        rows = book.table("borrowers").select("borrower_id")
        return applied(lambda table: table, rows, rows.schema())

    told(first := on_shelf(tmp_path / "a"), made)
    told(again := on_shelf(tmp_path / "b", tmp_path / "a"), made)
    assert counts(first) == counts(again) == (0, 0)
