"""Raw files: every CSV and Parquet file of a folder, offered to SQL as raw.<file stem>.

Only files that a statement reads are opened.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from ews.domain.errors import SourceError
from ews.events import sql
from ews.events.csv_files import load_csv
from ews.events.report import FileResult
from ews.events.source import FileFormat

_SUFFIXES = (".csv", ".parquet")


def raw_names(con: duckdb.DuckDBPyConnection, table: str, statement: str) -> set[str]:
    """Return the names that `statement` reads from schema raw; SourceError where it is not one SELECT."""
    tree = json.loads(con.execute("SELECT json_serialize_sql(?)", [statement]).fetchall()[0][0])
    if tree["error"]:
        message = f"{table}.sql is not a SELECT: {tree['error_message']}. Write one SELECT statement per file."
        raise SourceError(message)
    if len(tree["statements"]) != 1:
        message = f"{table}.sql holds {len(tree['statements'])} statements. Write one SELECT statement per file."
        raise SourceError(message)
    return {str(node["table_name"]) for node in _nodes(tree) if _is_raw(node)}


def offer(
    con: duckdb.DuckDBPyConnection, folder: Path, names: Iterable[str], formats: Mapping[str, FileFormat], stage: Path
) -> tuple[FileResult, ...]:
    """Make raw.<name> for each of `names`; SourceError names the file that is missing, empty or damaged."""
    files = _listed(folder)
    con.execute("CREATE SCHEMA raw")
    results = []
    for name in sorted(names, key=str.casefold):
        file = files.get(name.casefold())
        if file is None:
            there = ", ".join(sorted(found.name for found in files.values())) or "none"
            message = (
                f"The source reads raw.{name}, but '{folder}' holds no {name}.csv or {name}.parquet. Files "
                f"there: {there}."
            )
            raise SourceError(message)
        if file.suffix.lower() == ".parquet":
            _offer_parquet(con, file)
        else:
            results.append(load_csv(con, file, formats.get(file.stem, FileFormat()), stage))
    return tuple(results)


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


def _offer_parquet(con: duckdb.DuckDBPyConnection, file: Path) -> None:
    if file.stat().st_size == 0:
        message = f"The file '{file}' is empty (0 bytes). Deliver it again."
        raise SourceError(message)
    try:
        con.execute(f"CREATE VIEW raw.{sql.name(file.stem)} AS FROM {sql.parquet(str(file))}")
    except duckdb.Error as error:
        message = f"The file '{file}' is not a whole Parquet file ({error}). Deliver it again."
        raise SourceError(message) from error
