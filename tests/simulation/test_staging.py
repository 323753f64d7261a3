from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from ews.simulation.staging import relations, staging_beside, write_part


def test_parts_are_read_in_the_order_of_their_numbers(tmp_path):
    with staging_beside(tmp_path / "it's a book") as folder:
        for part in (1, 0):
            write_part(folder, "loans", part, {"n": pa.array([part])})
        assert duckdb.sql(f"FROM {relations(folder)['loans']}").fetchall() == [(0,), (1,)]


def fail_while_staging(book: Path) -> None:
    with staging_beside(book) as folder:
        write_part(folder, "loans", 0, {"n": pa.array([1])})
        raise KeyError


def test_nothing_is_left_behind_even_after_a_failure(tmp_path):
    with pytest.raises(KeyError):
        fail_while_staging(tmp_path / "book")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_removed(tmp_path):
    with staging_beside(tmp_path / "book") as folder:
        pass
    folder.mkdir()
    (folder / "old").touch()
    with staging_beside(tmp_path / "book") as again:
        assert list(again.iterdir()) == []
