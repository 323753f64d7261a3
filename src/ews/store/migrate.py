"""Migrations: bring the tables of a store to the state that this version of the code works with.

Run by `open_store`; one connection, one transaction, one process at a time.
"""

import logging

from sqlalchemy import Connection, inspect, text

from ews.domain.errors import SettingsError

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011")
"""Every schema that the code knows how to start from, oldest first; a test compares them with the migrations."""

HEAD = REVISIONS[-1]
VERSION_TABLE = "alembic_version"


def revision_of(connection: Connection) -> str | None:
    """Return the schema that the store has, None where it is empty."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
    return found


def check_revision(found: str | None, shown_url: str) -> None:
    """Raise SettingsError where the store was made by a newer version of the code."""
    if found is not None and found not in REVISIONS:
        message = (
            f"The store '{shown_url}' has schema '{found}'; this version of ews knows schemas up to '{HEAD}'. "
            "Use the version of ews that wrote it, or name another store."
        )
        raise SettingsError(message)


def upgrade(connection: Connection) -> None:
    """Bring the store to HEAD, within the transaction of `connection`."""
    from alembic import command  # noqa: PLC0415 - half a second, needed once in the life of a store
    from alembic.config import Config  # noqa: PLC0415 - likewise

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", "ews.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
