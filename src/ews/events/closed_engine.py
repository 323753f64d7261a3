"""The closed engine: the SQL of a source reads the raw files that it names, and reaches nothing else.

First   the databases of source.toml are attached and the raw files offered, by us
Then    the engine is closed: of files it knows those offered and the book, no network, no extension, no database more,
        no variable of the program; and no setting changes any more, so that it stays closed
Beside  a statement calls no function that reads files or asks servers. The engine would refuse its own; those of the
        extensions for SQLite and PostgreSQL go to files and servers past it
"""

from collections.abc import Iterable
from pathlib import Path

import duckdb

from ews.domain.errors import SourceError
from ews.events import sql

ROW_MAKERS = frozenset(
    {"generate_series", "generate_subscripts", "json_each", "json_tree", "range", "repeat", "repeat_row", "unnest"}
)
"""Functions that may stand after FROM: they make rows of their arguments alone."""


def refuse_reaching(table: str, called: Iterable[str]) -> None:
    """SourceError where a statement takes rows from a function that could reach something else than its arguments."""
    for name in sorted(called):
        if name not in ROW_MAKERS:
            message = (
                f"{table}.sql takes rows from {name}(...), which could reach beyond the raw files. Read raw.<name>, "
                "which every CSV and Parquet file of the raw folder is, or a database of [attach]; of functions after "
                f"FROM there are {', '.join(sorted(ROW_MAKERS))}."
            )
            raise SourceError(message)


def close_engine(con: duckdb.DuckDBPyConnection, files: Iterable[Path], folders: Iterable[Path]) -> None:
    """Let `con` reach `files` and what lies in `folders` and nothing else, for as long as it lives.

    Each is known as it is named here and by its whole path; what is attached stays.
    """
    paths = sorted({form for file in files for form in _forms(file)})
    places = sorted({form for folder in folders for form in _forms(folder)})
    for statement in (
        f"SET allowed_paths = [{', '.join(map(sql.literal, paths))}]",
        f"SET allowed_directories = [{', '.join(map(sql.literal, places))}]",
        "SET allow_community_extensions = false",
        "SET python_enable_replacements = false",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ):
        con.execute(statement)


def _forms(path: Path) -> tuple[str, ...]:
    return str(path), str(path.absolute()), str(path.resolve())
