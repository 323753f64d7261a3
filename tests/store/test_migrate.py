import logging

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from ews.store import engine
from ews.store.engine import open_store, reading, writing
from ews.store.migrate import REVISIONS, VERSION_TABLE, revision_of, upgrade
from ews.store.tables import metadata
from tests.shortcuts import remembered

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
