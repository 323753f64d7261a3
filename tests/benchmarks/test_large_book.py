"""A large book: whole in itself, sorted, and each copy what its original is."""

from datetime import date

import pyarrow.compute as pc
import pytest

from benchmarks.large_book import Pattern, multiply, name_of, with_copies
from ews.events.book import open_book
from ews.events.manifest import read_manifest
from ews.events.schemas import table
from ews.features.build import build_features
from ews.features.catalogue import FEATURES, family_of
from ews.features.window import spine_on
from ews.simulation.simulate import simulate

COPIES = 3
DAY = date(2026, 6, 30)
MONTHS = 38


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    simulate(folder / "small", borrowers=60, months=MONTHS, seed=7)
    multiply(folder / "small", folder / "large", COPIES)
    return folder / "small", folder / "large"


def test_every_row_is_there_once_per_copy_in_the_order_of_an_import(books):
    small, large = (read_manifest(folder) for folder in books)
    opened = open_book(books[1])
    assert {name: entry.rows for name, entry in large.tables.items()} == {
        name: COPIES * entry.rows for name, entry in small.tables.items()
    }
    for name, entry in large.tables.items():
        rows = opened.engine.read_parquet(books[1] / entry.file)
        first = rows[table(name).order[0]].to_pyarrow()
        assert len(first) == entry.rows, name
        assert first.equals(first.sort()), name


def test_a_copy_is_what_its_original_is_but_for_its_larger_trade(books):
    small, large = (open_book(folder) for folder in books)
    ours, copies = (build_features(book, spine_on(book, [DAY])).to_pyarrow() for book in (small, large))
    alike = [each.name for each in FEATURES if family_of(each) != "peers"]
    for number in range(COPIES):
        names = pc.binary_join_element_wise(name_of("", number), ours["borrower_id"], "")
        copy = copies.filter(pc.is_in(copies["borrower_id"], names))
        assert copy["borrower_id"].equals(names)
        assert copy.select(alike).equals(ours.select(alike))


def test_a_book_that_is_there_is_not_made_again(books, tmp_path):
    pattern = Pattern(60, MONTHS, seed=7)
    (tmp_path / pattern.folder).symlink_to(books[0])
    made = with_copies(tmp_path, pattern, 2)
    before = (made / "manifest.json").stat().st_mtime_ns
    assert with_copies(tmp_path, pattern, 2) == made
    assert (made / "manifest.json").stat().st_mtime_ns == before


@pytest.mark.parametrize("copies", [0, 10_001])
def test_too_few_or_too_many_copies_are_refused(copies, tmp_path):
    with pytest.raises(ValueError, match=f"{copies} copies"):
        with_copies(tmp_path, Pattern(60, MONTHS), copies)
