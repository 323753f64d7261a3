from datetime import date

import pytest

from ews.events.book import was_known
from ews.events.editions import cut_book, keep_edition
from ews.events.manifest import read_manifest
from tests.books import book_of

CUT = date(2026, 6, 30)


def loan(loan_id: str, known_on: date, **more: object) -> dict[str, object]:
    return {"loan_id": loan_id, "borrower_id": "B1", "principal": 100, "opened_on": date(2026, 1, 5), **more} | {
        "known_on": known_on
    }


BOOK = book_of(
    {
        "loans": [
            loan("L1", date(2026, 1, 5)),
            loan("L1", date(2026, 7, 1), principal=200),
            loan("L2", CUT),
            loan("L3", date(2026, 7, 1)),
        ],
        "borrowers": [{"borrower_id": "B1", "kind": "firm", "known_on": date(2026, 1, 1)}],
    },
    covered=(date(2020, 1, 1), date(2026, 7, 31)),
    extracted_on=date(2026, 7, 31),
)


def test_a_cut_book_holds_what_was_known_and_no_version_ends_later():
    rows = cut_book(BOOK, CUT).table("loans").order_by("loan_id").to_pyarrow().to_pylist()
    assert [(row["loan_id"], row["principal"], row["known_until"]) for row in rows] == [
        ("L1", 100, None),
        ("L2", 100, None),
    ]


@pytest.mark.parametrize("day", [date(2026, 1, 4), date(2026, 1, 5), CUT])
def test_up_to_the_cut_both_books_know_the_same(day):
    known = []
    for book in (BOOK, cut_book(BOOK, CUT)):
        rows = book.table("loans")
        found = rows.filter(was_known(rows, day)).select("loan_id", "principal").order_by("loan_id")
        known.append(found.to_pyarrow().to_pylist())
    assert known[0] == known[1]


def test_without_the_manifest_of_then_tables_cover_up_to_the_cut():
    cut = cut_book(BOOK, CUT)
    assert cut.covered("loans") == (date(2020, 1, 1), CUT)
    assert cut.manifest.extracted_on == CUT
    before_all = cut_book(BOOK, date(2019, 12, 31))
    assert not before_all.has("loans")  # it speaks of later days only


def test_with_the_manifest_of_then_a_table_that_came_later_is_not_there():
    then = book_of({"loans": []}, covered=(date(2021, 1, 1), date(2026, 6, 1)), extracted_on=CUT).manifest
    cut = cut_book(BOOK, CUT, then)
    assert (cut.has("loans"), cut.has("borrowers")) == (True, False)
    assert cut.covered("loans") == (date(2021, 1, 1), date(2026, 6, 1))


def test_a_manifest_is_kept_once_under_its_id(tmp_path):
    keep_edition(tmp_path, BOOK.manifest)
    (path,) = (tmp_path / "books" / "editions").iterdir()
    assert path.name == f"{BOOK.manifest.book_id}.json"
    assert read_manifest(path.parent, path.name) == BOOK.manifest
    written = path.stat().st_mtime_ns
    keep_edition(tmp_path, BOOK.manifest)
    assert path.stat().st_mtime_ns == written
