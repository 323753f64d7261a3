import sqlite3
import threading
from contextlib import closing

import pytest
from sqlalchemy import select, text

from ews.domain.errors import TamperedError
from ews.store.engine import open_store, reading, writing
from ews.store.snapshot import copy_rows, copy_sqlite, copy_store, rows_of
from ews.store.tables import metadata
from tests.store.full import fill, rows_in


def test_rows_of_every_table_go_to_a_file_and_back_as_they_are(store, url, tmp_path):
    """From either database; back into a store of the same kind."""
    with writing(store) as connection:
        fill(connection)
        before = rows_in(connection)
    copy_store(store, tmp_path / "copy.db")
    copied = open_store(f"sqlite:///{tmp_path / 'copy.db'}")
    with reading(copied) as connection:
        assert rows_in(connection) == before
    with writing(store) as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    assert set(rows_of(store).values()) == {0}
    assert copy_rows(copied, store) == dict.fromkeys(before, 1)
    with reading(store) as connection:
        assert rows_in(connection) == before
    copied.close()


def test_a_copy_holds_one_moment_while_others_write(store, tmp_path):
    """Whoever writes puts the same number into two tables in one transaction: a mix of two moments would show."""
    stopped = threading.Event()

    def write():
        number = 0
        while not stopped.is_set():
            number += 1
            with writing(store) as connection:
                for table in ("logins", "nights"):
                    key, value = ("user_id", "failed") if table == "logins" else ("work", "waiting")
                    connection.execute(
                        text(f"UPDATE {table} SET {value} = :number WHERE {key} = '甲1'"), {"number": number}
                    )

    with writing(store) as connection:
        fill(connection)
    writer = threading.Thread(target=write)
    writer.start()
    try:
        for turn in range(10):
            copy_store(store, tmp_path / f"{turn}.db")
            with closing(sqlite3.connect(tmp_path / f"{turn}.db")) as copy:
                pair = copy.execute("SELECT failed, waiting FROM logins, nights").fetchone()
            assert pair[0] == pair[1]
    finally:
        stopped.set()
        writer.join()


def test_a_damaged_database_is_not_copied(tmp_path):
    made = open_store(f"sqlite:///{tmp_path / 'ews.db'}")
    with writing(made) as connection:
        fill(connection)
    made.close()
    with (tmp_path / "ews.db").open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * 40_000)
    with pytest.raises(TamperedError, match="damaged"):
        copy_sqlite(tmp_path / "ews.db", tmp_path / "copy.db")


def test_rows_are_copied_wholly_or_not_at_all(store, tmp_path):
    full = open_store(f"sqlite:///{tmp_path / 'full.db'}")
    with writing(full) as connection:
        fill(connection)
    with writing(store) as connection:  # a table late in the order has the key already
        connection.execute(text("INSERT INTO receivers VALUES ('甲1', 'u', 's', 'e', true, '2026-06-30 09:05:07')"))
    with pytest.raises(Exception, match=r"(?i)unique"):
        copy_rows(full, store)
    full.close()
    with reading(store) as connection:
        assert connection.execute(select(metadata.tables["batches"])).all() == []
