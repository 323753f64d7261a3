import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from ews.domain.errors import SettingsError
from ews.store.batches import latest_batch
from ews.store.engine import Store, open_store, reading, schema_of, writing
from ews.store.migrate import HEAD
from ews.store.tables import metadata
from tests.store.samples import published, row

pytestmark = pytest.mark.usefixtures("migrations_run")


def test_a_new_store_has_the_newest_schema(store):
    assert schema_of(store) == HEAD


def test_a_store_opened_again_holds_what_it_held(url, store):
    published(store, "b1", [row("B1")])
    again = open_store(url, create=False)
    found = latest_batch(again)
    again.close()
    assert found is not None
    assert found.batch.batch_id == "b1"


def test_a_store_made_by_a_newer_version_is_refused(url, store):
    with writing(store) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SettingsError, match=f"has schema '9999'; this version of ews knows schemas up to '{HEAD}'"):
        open_store(url)


def test_several_processes_may_start_on_an_empty_database(url):
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(open_store, [url] * 4))
    assert [schema_of(one) for one in stores] == [HEAD] * 4
    for one in stores:
        one.close()


def test_a_read_sees_one_state_from_first_to_last_statement(store):
    count = text("SELECT count(*) FROM batches")
    with reading(store) as connection:
        before = connection.execute(count).scalar()
        published(store, "b1", [row("B1")])
        after = connection.execute(count).scalar()
    with reading(store) as connection:
        later = connection.execute(count).scalar()
    assert (before, after, later) == (0, 0, 1)


def test_work_that_fails_leaves_nothing_behind(store):
    def fail() -> None:
        with writing(store) as connection:
            connection.execute(text("DELETE FROM alembic_version"))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert schema_of(store) == HEAD


def test_without_create_a_missing_store_is_an_error_and_no_file_appears(tmp_path):
    path = tmp_path / "none.db"
    with pytest.raises(SettingsError, match=r"There is no store at .*none\.db'\. Publish a first batch"):
        open_store(f"sqlite:///{path}", create=False)
    assert not path.exists()


def test_without_create_an_empty_store_is_an_error(tmp_path):
    path = tmp_path / "empty.db"
    path.touch()
    with pytest.raises(SettingsError, match=f"has schema 'None', not '{HEAD}'"):
        open_store(f"sqlite:///{path}", create=False)


def test_a_file_that_is_no_database_is_an_error(tmp_path):
    path = tmp_path / "ews.db"
    path.write_text("borrower_id,pd\n" * 100)
    with pytest.raises(SettingsError, match=r"cannot be opened: file is not a database"):
        open_store(f"sqlite:///{path}")


def test_an_unreachable_server_is_an_error_that_hides_the_password(tmp_path):
    with pytest.raises(SettingsError, match="cannot be opened") as caught:
        open_store(f"postgresql://ews:secret@/ews?host={tmp_path}")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["", "ews.db", "mysql://u:secret@h/d", "sqlite://", "sqlite:///:memory:"])
def test_an_address_of_another_kind_is_an_error(url):
    with pytest.raises(SettingsError, match="Give sqlite:///FILE or postgresql://") as caught:
        open_store(url)
    assert "secret" not in str(caught.value)


def test_sqlite_keeps_a_write_ahead_log_and_checks_foreign_keys(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path / 'deep' / 'ews.db'}")
    with reading(opened) as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "foreign_keys")]
    opened.close()
    assert found == ["wal", 1]


def _tables(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    connection.close()
    return [name for (name,) in found]


def test_a_new_store_has_the_tables_of_the_design(tmp_path):
    opened: Store = open_store(f"sqlite:///{tmp_path / 'ews.db'}")
    opened.close()
    assert _tables(tmp_path / "ews.db") == sorted([*metadata.tables, "alembic_version"])
