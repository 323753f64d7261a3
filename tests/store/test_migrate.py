import logging

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from ews.store import engine
from ews.store.engine import open_store, reading, writing
from ews.store.kept_records import kept_records
from ews.store.migrate import REVISIONS, VERSION_TABLE, revision_of, upgrade
from ews.store.packing import TOGETHER
from ews.store.tables import metadata
from tests.shortcuts import remembered
from tests.store.full import fill, rows_in, tables_in
from tests.store.samples import published, row

pytestmark = pytest.mark.usefixtures("migrations_run")


def test_the_migrations_make_the_tables_that_the_code_uses(store):
    with reading(store) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_every_migration_is_known_to_the_code():
    config = Config()
    config.set_main_option("script_location", "ews.store:migrations")
    config.set_main_option("path_separator", "os")
    found = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(found)) == REVISIONS


def test_records_leave_their_packs_on_the_way_down_and_stay_readable_on_the_way_up(store):
    rows = [row(f"B{number:03}") for number in range(2 * TOGETHER + 1)]
    published(store, "b1", rows)
    config = Config()
    config.set_main_option("script_location", "ews.store:migrations")
    config.set_main_option("path_separator", "os")
    with writing(store) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0009")
        assert revision_of(connection) == "0009"
        assert not inspect(connection).has_table("packed_records")
        alone = connection.execute(text("SELECT borrower_id, record FROM records ORDER BY borrower_id")).all()
        assert [tuple(one) for one in alone] == [(one.borrower_id, one.record) for one in rows]
        upgrade(connection)
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata) == []
        found = kept_records(connection, 1, [one.borrower_id for one in rows])
        assert found == {one.borrower_id: one.record.encode() for one in rows}


def test_postgresql_is_told_not_to_pack_what_is_packed(store):
    if not store.on_postgresql:
        pytest.skip("SQLite packs nothing")
    query = "SELECT attstorage FROM pg_attribute WHERE attrelid = 'packed_records'::regclass AND attname = 'packed'"
    with reading(store) as connection:
        assert connection.execute(text(query)).scalar_one() in ("e", b"e")


def test_upgrading_twice_changes_nothing_and_says_nothing(store, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    with writing(store) as connection:
        upgrade(connection)
        assert revision_of(connection) == REVISIONS[-1]
    assert [record.name for record in caplog.records if record.name.startswith("alembic")] == []
    assert capsys.readouterr() == ("", "")


def test_what_the_migrations_said_once_makes_the_same_tables_again(url, monkeypatch):
    """As other tests come by their stores."""
    migrated = []

    def counted(connection):
        migrated.append(revision_of(connection))
        upgrade(connection)

    monkeypatch.setattr(engine, "upgrade", remembered(counted))
    for _ in range(2):
        opened = open_store(url)
        with writing(opened) as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert (compare_metadata(context, metadata), revision_of(connection)) == ([], REVISIONS[-1])
            metadata.drop_all(connection)
            connection.execute(text(f"DROP TABLE {VERSION_TABLE}"))
        opened.close()
    assert migrated == [None]


def test_rows_of_every_table_outlive_every_step_up_and_down(url):
    """But those of the worklist, which is made of the cases anew, and records, which change their form."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    config = Config()
    config.set_main_option("script_location", "ews.store:migrations")
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        kept = {}
        for revision in REVISIONS:
            command.upgrade(config, revision)
            _same(kept, rows_in(connection), f"up to {revision}")
            fill(connection)
            kept[revision] = rows_in(connection)
            assert all(kept[revision].values())
        for revision in reversed(REVISIONS[:-1]):
            command.downgrade(config, revision)
            found = rows_in(connection)
            assert set(found) == set(kept[revision])
            _same(kept, found, f"down to {revision}")
        command.downgrade(config, "base")
        assert tables_in(connection) == []
    engine.dispose()


def _same(kept, found, where):
    """Compare each table with the newest rows that are known of it, in the columns that both have."""
    for table, rows in found.items():
        before = next((one[table] for one in reversed(kept.values()) if table in one), None)
        if before is None or table in {"worklist", "records", "packed_records"}:
            continue
        columns = set(before[0]) & set(rows[0]) if rows else set()
        assert columns, (where, table)
        assert _of(rows, columns) == _of(before, columns), (where, table)


def _of(rows, columns):
    return [{name: row[name] for name in columns} for row in rows]
