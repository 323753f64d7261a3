"""Raw files: every CSV and Parquet file of a folder, offered to SQL as raw.<file stem>.

Only files that a statement reads are opened.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import duckdb

from ews.domain.errors import SourceError
from ews.events import sql
from ews.events.csv_files import load_csv
from ews.events.engine import in_one_line
from ews.events.report import FileResult
from ews.events.schemas import TABLES
from ews.events.source import FileFormat

_SUFFIXES = (".csv", ".parquet")


def raw_names(con: duckdb.DuckDBPyConnection, table: str, statement: str) -> set[str]:
    """Return the names (lower case) that `statement` reads from schema raw; SourceError where it is not one SELECT."""
    tree = json.loads(con.execute("SELECT json_serialize_sql(?)", [statement]).fetchall()[0][0])
    if tree["error"]:
        why = tree["error_message"].splitlines()[0]
        message = f"{table}.sql is not a SELECT: {why}. Write one SELECT statement per file."
        raise SourceError(message)
    if len(tree["statements"]) != 1:
        message = f"{table}.sql holds {len(tree['statements'])} statements. Write one SELECT statement per file."
        raise SourceError(message)
    return {str(node["table_name"]).casefold() for node in _nodes(tree) if _is_raw(node)}


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
            offer_parquet(con, file)
        else:
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


def _nodes(tree: object) -> Iterable[dict[str, object]]:
    if isinstance(tree, dict):
        if "table_name" in tree:
            yield tree
        for part in tree.values():
            yield from _nodes(part)
    elif isinstance(tree, list):
        for part in tree:
            yield from _nodes(part)


def _is_raw(node: dict[str, object]) -> bool:
    # An attached database may have a schema of that name too: then the node names its catalog.
    return str(node.get("schema_name", "")).lower() == "raw" and not node.get("catalog_name")


def _listed(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        message = f"The folder of raw files '{folder}' does not exist. Give the folder with the extracts."
        raise SourceError(message)
    files: dict[str, Path] = {}
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() not in _SUFFIXES or not file.is_file():
            continue
        other = files.setdefault(file.stem.casefold(), file)
        if other is not file:
            message = f"'{other.name}' and '{file.name}' in '{folder}' would both be raw.{file.stem}. Rename one."
            raise SourceError(message)
    return files


def offer_parquet(con: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Make raw.<stem> from `file`; SourceError where it is empty or damaged."""
    if file.stat().st_size == 0:
        message = f"The file '{file}' is empty (0 bytes). Deliver it again."
        raise SourceError(message)
    try:
        con.execute(f"CREATE VIEW raw.{sql.name(file.stem)} AS FROM {sql.parquet(str(file))}")
    except duckdb.Error as error:
        message = f"The file '{file}' is not a whole Parquet file ({in_one_line(error)}). Deliver it again."
        raise SourceError(message) from error
