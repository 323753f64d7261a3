"""A machine too small for a whole book: what is worked out of half the borrowers at a time is the very same batch."""

import shutil

import duckdb
import pytest

from ews.events.book import open_book
from ews.features import statements
from ews.features.build import build_features
from ews.features.statements import worked_out_apart
from ews.features.window import spine_on
from ews.features.work_tables import TempTables
from ews.scoring.batch import score_book
from ews.scoring.dues import dues
from ews.store.engine import open_store
from tests.homes import DAYS

DAY = DAYS[0]


@pytest.fixture
def short(monkeypatch):
    """Let memory do for so many borrowers, and count how often it did not."""
    usual, asked = statements.worked_out, []

    def allow(most):
        def worked_out(book, spine, make, *more, **how):
            there = spine.table.borrower_id.nunique().execute()
            asked.append(there)
            if there > most:
                raise duckdb.OutOfMemoryException("could not allocate block")
            return usual(book, spine, make, *more, **how)

        monkeypatch.setattr(statements, "worked_out", worked_out)
        return asked

    return allow


@pytest.fixture
def book(scored):
    return open_book(scored.book)


def test_a_batch_for_which_memory_did_not_do_at_once_has_the_same_bytes(scored, short, tmp_path):
    asked = short(300)
    home = tmp_path / "home"
    shutil.copytree(scored.home / "models", home / "models")
    store = open_store(f"sqlite:///{home / 'ews.db'}")
    try:
        batch = score_book(scored.book, home, store, scored.model, scored.policy, as_of=DAY)
    finally:
        store.close()
    assert max(asked) > 300 >= min(asked)
    first = scored.home / batch.directory.relative_to(home)
    names = sorted(path.name for path in first.glob("*.parquet"))
    assert len(names) > 5
    assert [(first / name).read_bytes() == (batch.directory / name).read_bytes() for name in names] == [True] * len(
        names
    )


def test_each_borrower_is_there_once_however_often_it_is_halved(book, short):
    spine = spine_on(book, [DAY])
    whole = dues(book, spine).to_pyarrow()
    asked = short(60)
    found = dues(book, spine).to_pyarrow()
    keys = [(name, "ascending") for name in ("borrower_id", "loan_id") if name in whole.column_names]
    assert len(asked) > 3
    assert found.sort_by(keys).equals(whole.sort_by(keys))


def test_one_borrower_alone_cannot_be_halved(book, short):
    short(0)
    spine = spine_on(book, [DAY])
    with pytest.raises(duckdb.OutOfMemoryException):
        worked_out_apart(book, spine, str)


def test_what_was_filled_before_memory_ran_out_is_dropped(book, monkeypatch):
    usual, filled = TempTables._fill, []

    def fill(self, statement):
        filled.append(statement)
        if len(filled) in (5, 10):
            raise duckdb.OutOfMemoryException("could not allocate block")
        usual(self, statement)

    monkeypatch.setattr(TempTables, "_fill", fill)
    with pytest.raises(duckdb.OutOfMemoryException):
        build_features(book, spine_on(book, [DAY]))
    names = [row[0] for row in book.engine.con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
    assert [name for name in names if name.startswith("features_table_")] == []
