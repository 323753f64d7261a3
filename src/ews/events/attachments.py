"""Databases that a source attaches, read only: DuckDB or SQLite files, or PostgreSQL.

Extensions come from installed packages, none is downloaded. A DuckDB file gives tables only: its views and macros are
statements of whoever made the file, which nobody has looked at and which could reach beyond it. A password for
PostgreSQL belongs into the environment (PGPASSWORD) or into ~/.pgpass, not into source.toml.
"""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from ews.domain.errors import SourceError
from ews.events import sql
from ews.events.engine import extension_file, in_one_line
from ews.events.plain_files import refuse_unreadable, shortened
from ews.events.source import Attachment

_TAKEN = ("raw", "main", "memory", "temp", "system")
_SHOWN = 5
_EXTENSIONS = {"sqlite": "sqlite_scanner", "postgres": "postgres_scanner"}


def attach(con: duckdb.DuckDBPyConnection, folder: Path, attachments: Mapping[str, Attachment]) -> None:
    """Attach every database under its alias; SourceError where one is missing or cannot be opened."""
    for alias, database in attachments.items():
        if alias.lower() in _TAKEN:
            message = f"[attach.{alias}]: the name is taken. Choose another than {', '.join(_TAKEN)}."
            raise SourceError(message)
        where = database.path
        if database.type != "postgres":
            file = folder / database.path
            if not file.is_file():
                message = f"[attach.{alias}]: the database file '{file}' does not exist. Deliver it or mend 'path'."
                raise SourceError(message)
            refuse_unreadable(file, within=folder)
            where = str(file)
        _load_extension(con, database.type)
        kind = "" if database.type == "duckdb" else f"TYPE {database.type}, "
        try:
            con.execute(f"ATTACH {sql.literal(where)} AS {sql.name(alias)} ({kind}READ_ONLY)")
        except duckdb.Error as error:
            message = (
                f"[attach.{alias}]: the {database.type} database cannot be opened ({in_one_line(error)}). Check 'path' "
                "and that it is running."
            )
            raise SourceError(message) from error
        if database.type == "duckdb":
            _refuse_statements(con, alias, database.path)


def _refuse_statements(con: duckdb.DuckDBPyConnection, alias: str, path: str) -> None:
    """SourceError where a DuckDB file holds what could be run."""
    found = con.execute(
        """SELECT DISTINCT 'view', view_name FROM duckdb_views() WHERE database_name = $alias AND NOT internal
        UNION SELECT DISTINCT 'macro', function_name FROM duckdb_functions()
        WHERE database_name = $alias AND NOT internal ORDER BY ALL""",
        {"alias": alias},
    ).fetchall()
    if found:
        told = ", ".join(f"{kind} {shortened(name)}" for kind, name in found[:_SHOWN])
        message = (
            f"[attach.{alias}]: '{path}' holds {len(found)} views or macros ({told}{', …' if found[_SHOWN:] else ''}), "
            "which could reach beyond the file. Deliver what they tell as tables (CREATE TABLE … AS FROM …), in a file "
            "without them."
        )
        raise SourceError(message)


def _load_extension(con: duckdb.DuckDBPyConnection, kind: str) -> None:
    if kind not in _EXTENSIONS:
        return
    file = extension_file(_EXTENSIONS[kind])
    if file is None:
        message = (
            f"Reading {kind} needs the package duckdb-extension-{_EXTENSIONS[kind].replace('_', '-')}. "
            "Install it and import again."
        )
        raise SourceError(message)
    con.execute(f"LOAD {sql.literal(str(file))}")
    if kind == "sqlite":
        # SQLite does not hold columns to their types; our own strict reading does.
        con.execute("SET sqlite_all_varchar = true")
