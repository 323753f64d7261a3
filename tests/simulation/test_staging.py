from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from ews.simulation.staging import relations, staging_beside, write_part


def outcomes(kind: str) -> dict[str, pa.Array]:
    return {"borrower_id": pa.array(["B1"]), "kind": pa.array([kind])}


def test_parts_are_read_in_the_order_of_their_numbers(tmp_path):
    with staging_beside(tmp_path / "it's a book") as folder:
        for part in (10, 9):
            write_part(folder, "outcomes", part, outcomes(str(part)))
        assert duckdb.sql(f"SELECT kind FROM {relations(folder)['outcomes']}").fetchall() == [("9",), ("10",)]


def test_a_column_that_a_part_lacks_is_null_in_it(tmp_path):
    with staging_beside(tmp_path / "book") as folder:
        write_part(folder, "outcomes", 0, outcomes("a"))
        write_part(folder, "outcomes", 1, {**outcomes("b"), "withdrawn": pa.array([True])})
        rows = duckdb.sql(f"SELECT kind, occurred_on, withdrawn FROM {relations(folder)['outcomes']}").fetchall()
    assert rows == [("a", None, None), ("b", None, True)]


def test_a_column_that_the_table_does_not_have_is_refused(tmp_path):
    with staging_beside(tmp_path / "book") as folder, pytest.raises(KeyError, match="colour"):
        write_part(folder, "outcomes", 0, {**outcomes("a"), "colour": pa.array(["red"])})


def fail_while_staging(book: Path) -> None:
    with staging_beside(book) as folder:
        write_part(folder, "outcomes", 0, outcomes("a"))
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
