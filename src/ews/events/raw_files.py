"""Raw files: every CSV and Parquet file of a folder, offered to SQL as raw.<file stem>.

Only files that a statement reads are opened.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from ews.domain.errors import SourceError
from ews.events.closed_engine import refuse_reaching
from ews.events.csv_files import load_csv
from ews.events.engine import in_one_line
from ews.events.parquet_files import offer_parquet
from ews.events.plain_files import refuse_unreadable, shortened
from ews.events.report import FileResult
from ews.events.schemas import TABLES
from ews.events.source import FileFormat

_SUFFIXES = (".csv", ".parquet")
_SHOWN = 20


def raw_names(con: duckdb.DuckDBPyConnection, table: str, statement: str) -> set[str]:
    """Return the names (lower case) that `statement` reads from schema raw.

    SourceError where it is not one SELECT, or calls a function that could reach beyond what is offered.
    """
    tree = _tree(con, table, statement)
    if tree["error"]:
        why = shortened(next(iter(tree["error_message"].splitlines()), "it is empty"))
        if tree["error_type"] == "not implemented":
            why = f"it is another statement, beginning with '{statement[:_SHOWN]}'"
        message = f"{table}.sql is not a SELECT: {why}. Write one SELECT statement per file."
        raise SourceError(message)
    if len(tree["statements"]) != 1:
        message = f"{table}.sql holds {len(tree['statements'])} statements. Write one SELECT statement per file."
        raise SourceError(message)
    nodes = list(_nodes(tree))
    refuse_reaching(table, {name for node in nodes if (name := _row_maker(node)) is not None})
    return {str(node["table_name"]).casefold() for node in nodes if _is_raw(node)}


def _tree(con: duckdb.DuckDBPyConnection, table: str, statement: str) -> dict[str, Any]:
    try:
        told = con.execute("SELECT json_serialize_sql(?)", [statement]).fetchall()[0][0]
        tree: dict[str, Any] = json.loads(told)
    except (duckdb.Error, RecursionError) as error:
        why = in_one_line(error) if isinstance(error, duckdb.Error) else "it is nested too deeply"
        message = f"{table}.sql cannot be read ({shortened(why)}). Write one SELECT statement per file."
        raise SourceError(message) from error
    return tree


def offer(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    readers: Mapping[str, Collection[str]],
    formats: Mapping[str, FileFormat],
    stage: Path,
) -> tuple[FileResult, ...]:
    """Make raw.<name> for each name in `readers`, which says what event tables read it.

    SourceError names all files that are missing, or the one that is empty or damaged.
    """
    files = _listed(folder)
    _refuse_missing(folder, files, readers)
    con.execute("CREATE SCHEMA raw")
    results = []
    for name in sorted(readers):
        file = files[name]
        if file.suffix.lower() == ".parquet":
            offer_parquet(con, file, within=folder)
        else:
            refuse_unreadable(file, within=folder)
            results.append(load_csv(con, file, formats.get(file.stem, FileFormat()), stage))
    return tuple(results)


def _refuse_missing(folder: Path, files: Mapping[str, Path], readers: Mapping[str, Collection[str]]) -> None:
    missing = sorted(set(readers) - set(files))
    if not missing:
        return
    there = ", ".join(sorted(found.name for found in files.values())) or "none"
    needed = {schema.name for schema in TABLES if schema.required}
    spare = sorted({table for name in missing for table in readers[name]} - needed)
    which = "this table" if len(spare) == 1 else "these tables"
    out = ", ".join(f"{table}.sql" for table in spare)
    message = (
        f"The source reads {', '.join(f'raw.{name}' for name in missing)}, but '{folder}' holds no "
        f"{', no '.join(f'{name}.csv or {name}.parquet' for name in missing)}. Files there: {there}. Deliver what is "
        f"missing{f', or take {out} out of the source if you do not have {which}' if spare else ''}."
    )
    raise SourceError(message)


def _nodes(tree: object) -> Iterable[dict[str, Any]]:
    """Yield every node of a statement, in no order that matters; nesting costs no depth of calls."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _row_maker(node: Mapping[str, Any]) -> str | None:
    """Return the name of the function that a node takes rows from."""
    called = node.get("function")
    return str(called.get("function_name")).casefold() if isinstance(called, dict) else None


def _is_raw(node: Mapping[str, Any]) -> bool:
    # An attached database may have a schema of that name too: then the node names its catalog.
    return "table_name" in node and str(node.get("schema_name", "")).lower() == "raw" and not node.get("catalog_name")


def _listed(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        message = f"The folder of raw files '{folder}' does not exist. Give the folder with the extracts."
        raise SourceError(message)
    files: dict[str, Path] = {}
    for file in _entries(folder):
        if file.suffix.lower() not in _SUFFIXES:
            continue
        other = files.setdefault(file.stem.casefold(), file)
        if other is not file:
            message = f"'{other.name}' and '{file.name}' in '{folder}' would both be raw.{file.stem}. Rename one."
            raise SourceError(message)
    return files


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        message = f"The folder of raw files '{folder}' cannot be read ({error.strerror}). Let this user read it."
    raise SourceError(message)  # outside of the handler: it is no fault of the machine


def files_of(folder: Path, names: Iterable[str]) -> tuple[Path, ...]:
    """Return the files in `folder` that are raw.<name> for each of `names`."""
    files = _listed(folder)
    return tuple(files[name] for name in names)
