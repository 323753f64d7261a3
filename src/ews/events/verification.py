"""Verification of a stored book: that the files are those of the manifest and still pass every check of the import.

Reads   manifest.json and the tables it names
Writes  nothing
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import duckdb

from ews.domain.text import Text
from ews.events import sql
from ews.events.checks import ROW
from ews.events.engine import connect
from ews.events.examination import Examination, examine, forget
from ews.events.manifest import Manifest, TableEntry, read_manifest
from ews.events.publication import sha256_of
from ews.events.references import known_values, referred_tables
from ews.events.schemas import OUTCOMES, SQL_TYPES, TABLES, EventTable


class Fault(StrEnum):
    MISSING = "missing"
    HASH = "hash"
    COLUMNS = "columns"
    ROWS = "rows"
    CONTENT = "content"
    VERSIONS = "versions"
    COVERAGE = "coverage"
    NOT_CHECKED = "not_checked"

    @property
    def text(self) -> Text:
        return _TEXT[self]


_TEXT = {
    Fault.MISSING: Text("the file is missing", "文件缺失"),
    Fault.HASH: Text("the file is not the one that was imported", "文件内容与导入时不一致"),
    Fault.COLUMNS: Text("the columns are not those of the table", "字段与表结构不符"),
    Fault.ROWS: Text("the number of rows is not that of the manifest", "行数与清单不符"),
    Fault.CONTENT: Text("rows fail a check", "存在未通过校验的记录"),
    Fault.VERSIONS: Text("known_until is not the day of the next version", "版本失效日与下一版本不符"),
    Fault.COVERAGE: Text("the span covered is not within the extract", "覆盖期间超出提取范围"),
    Fault.NOT_CHECKED: Text(
        "not checked: references to a table that is missing or damaged", "未校验：所引用的表缺失或损坏"
    ),
}


@dataclass(frozen=True, slots=True)
class Problem:
    fault: Fault
    detail: str


@dataclass(frozen=True, slots=True)
class CheckedTable:
    """`rows` as the manifest says."""

    name: str
    rows: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class CheckReport:
    manifest: Manifest
    tables: tuple[CheckedTable, ...]

    @property
    def ok(self) -> bool:
        return not any(table.problems for table in self.tables)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values, ready for JSON."""
        return {
            "book_id": self.manifest.book_id,
            "portfolio": self.manifest.portfolio,
            "extracted_on": self.manifest.extracted_on.isoformat(),
            "ok": self.ok,
            "tables": {
                table.name: {
                    "rows": table.rows,
                    "problems": [{"fault": str(each.fault), "detail": each.detail} for each in table.problems],
                }
                for table in self.tables
            },
        }


def check_book(directory: Path) -> CheckReport:
    """Verify the book in `directory`; BookError where there is none to verify."""
    manifest = read_manifest(directory)
    with closing(connect().con) as con, tempfile.TemporaryDirectory() as spill:
        con.execute(f"SET temp_directory = {sql.literal(spill)}")
        sound: dict[str, Path] = {}
        known = [schema for schema in TABLES if schema.name in manifest.tables or schema.required]
        tables = [_check(con, directory, manifest, schema, sound) for schema in known]
    return CheckReport(manifest, tuple(tables))


def _check(
    con: duckdb.DuckDBPyConnection, directory: Path, manifest: Manifest, schema: EventTable, sound: dict[str, Path]
) -> CheckedTable:
    """Check one table; its file joins `sound`, among which later tables look up their references, if it is whole."""
    entry = manifest.tables.get(schema.name)
    if entry is None:
        return CheckedTable(schema.name, 0, (Problem(Fault.MISSING, "every book needs this table"),))
    found = tuple(_problems_of_file(con, directory / entry.file, entry, schema))
    if not found:
        sound[schema.name] = directory / entry.file
        found = tuple(_problems_of_rows(con, manifest, schema, sound))
    return CheckedTable(schema.name, entry.rows, found)


def _problems_of_file(
    con: duckdb.DuckDBPyConnection, file: Path, entry: TableEntry, schema: EventTable
) -> Iterator[Problem]:
    if not file.is_file():
        yield Problem(Fault.MISSING, entry.file)
        return
    sha256 = sha256_of(file)
    if sha256 != entry.sha256:
        yield Problem(Fault.HASH, f"{entry.file}: sha256 {sha256[:16]}…, manifest {entry.sha256[:16]}…")
        return
    relation = sql.parquet(str(file))
    stored = [row[:2] for row in con.execute(f"DESCRIBE FROM {relation}").fetchall()]
    there = {name for name, _ in stored}
    expected = [
        (column.name, SQL_TYPES[column.kind])
        for column in schema.columns
        if column.name in there or not column.is_later
    ]
    expected += [("known_on", "DATE"), ("known_until", "DATE"), ("withdrawn", "BOOLEAN")]
    if stored != expected:
        odd = sorted(f"{name} {kind}" for name, kind in set(stored) ^ set(expected)) or ["order"]
        yield Problem(Fault.COLUMNS, ", ".join(odd))
        return
    rows = con.execute(f"SELECT count(*) FROM {relation}").fetchall()[0][0]
    if rows != entry.rows:
        yield Problem(Fault.ROWS, f"{rows}, manifest {entry.rows}")


def _problems_of_rows(
    con: duckdb.DuckDBPyConnection, manifest: Manifest, schema: EventTable, sound: Mapping[str, Path]
) -> Iterator[Problem]:
    entry = manifest.tables[schema.name]
    last = manifest.known_to if schema is OUTCOMES else manifest.extracted_on
    span = [day for day in (entry.covered_from, entry.covered_to, last) if day is not None]
    if span != sorted(span):
        yield Problem(Fault.COVERAGE, " .. ".join(map(str, span)))
    # A table that the book never had and rows need not refer to is empty; any other one should be there.
    lacking = [
        table
        for table, must in referred_tables(schema).items()
        if table not in sound and (must or table in manifest.tables)
    ]
    if lacking:
        yield Problem(Fault.NOT_CHECKED, ", ".join(lacking))
    references = known_values(schema, sound, passed_over=lacking)
    stored = sql.parquet(str(sound[schema.name]))
    found = examine(
        con,
        schema,
        f"(SELECT * EXCLUDE known_until FROM {stored})",
        extracted_on=last,
        references=references,
    )
    for reason, count in found.reasons.items():
        yield Problem(Fault.CONTENT, f"{reason}: {count}")
    # Rows that fail take part in no versions, so that the comparison would only repeat that they fail.
    unlike = 0 if found.rejected else _unlike_versions(con, found, stored)
    if unlike:
        yield Problem(Fault.VERSIONS, str(unlike))
    forget(con, found)


def _unlike_versions(con: duckdb.DuckDBPyConnection, found: Examination, stored: str) -> int:
    """Count the rows of `stored` whose known_until is not what the versions say."""
    numbered = f"SELECT row_number() OVER () AS {ROW}, known_until FROM {stored}"
    rows = con.execute(
        f'SELECT count(*) FROM ({numbered}) s LEFT JOIN {found.ends} e ON e."row" = s.{ROW}'
        " WHERE s.known_until IS DISTINCT FROM e.known_until"
    ).fetchall()
    return int(rows[0][0])
