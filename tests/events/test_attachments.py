import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import duckdb
import pytest

from benchmarks.databases import postgresql_server
from ews.domain.errors import SourceError
from ews.events import attachments
from ews.events.importing import import_source
from ews.events.report import ImportResult
from tests.events.extracts import source, stored

STATEMENTS = {
    "borrowers": "SELECT id AS borrower_id, 'firm' AS kind, name FROM core.customers",
    "loans": """
        SELECT id AS loan_id, customer AS borrower_id, 'card' AS product, fen(amount) AS principal FROM core.loans
    """,
}
TABLES = """
    CREATE TABLE customers (id VARCHAR, name VARCHAR); INSERT INTO customers VALUES ('B1', '甲');
    CREATE TABLE loans (id VARCHAR, customer VARCHAR, amount VARCHAR); INSERT INTO loans VALUES ('L1', 'B1', '12.50');
"""


def imported(tmp_path: Path, kind: str, path: str, alias: str = "core") -> ImportResult:
    settings = f'name = "x"\nextracted_on = 2026-06-30\n[attach.{alias}]\ntype = "{kind}"\npath = "{path}"\n'
    return import_source(source(tmp_path / "source", STATEMENTS, settings), tmp_path, tmp_path / "book")


def loans(tmp_path: Path, result: ImportResult) -> list[tuple[str, int]]:
    return [(row["loan_id"], row["principal"]) for row in stored(tmp_path / "book", result, "loans")]


def test_a_sqlite_database_can_be_the_raw_data(tmp_path):
    with sqlite3.connect(tmp_path / "core.db") as database:
        database.executescript(TABLES)
    database.close()
    assert loans(tmp_path, imported(tmp_path, "sqlite", "core.db")) == [("L1", 1250)]


def test_a_duckdb_database_can_be_the_raw_data(tmp_path):
    with duckdb.connect(str(tmp_path / "core.duckdb")) as database:
        database.execute(TABLES)
    assert loans(tmp_path, imported(tmp_path, "duckdb", "core.duckdb")) == [("L1", 1250)]


@pytest.mark.parametrize(
    ("kind", "content", "says"),
    [
        ("sqlite", None, "core.db' does not exist"),
        ("duckdb", b"not a database", "duckdb database cannot be opened"),
        ("postgres", None, "postgres database cannot be opened"),
    ],
)
def test_a_database_that_cannot_be_opened_is_named(tmp_path, kind, content, says):
    if content is not None:
        (tmp_path / "core.db").write_bytes(content)
    path = "host=127.0.0.1 port=1 dbname=core connect_timeout=1" if kind == "postgres" else "core.db"
    with pytest.raises(SourceError, match=rf"\[attach.core\].*{says}"):
        imported(tmp_path, kind, path)


def test_an_alias_that_stands_for_something_else_is_refused(tmp_path):
    with pytest.raises(SourceError, match=r"\[attach.raw\]: the name is taken"):
        imported(tmp_path, "duckdb", "core.duckdb", alias="raw")


def test_a_schema_called_raw_in_a_database_is_not_taken_for_files(tmp_path):
    with duckdb.connect(str(tmp_path / "core.duckdb")) as database:
        database.execute("CREATE SCHEMA raw; CREATE TABLE raw.customers AS SELECT 'B1' AS id")
    settings = 'name = "x"\nextracted_on = 2026-06-30\n[attach.core]\ntype = "duckdb"\npath = "core.duckdb"\n'
    statements = {"borrowers": "SELECT id AS borrower_id, 'firm' AS kind FROM core.raw.customers"}
    result = import_source(source(tmp_path / "source", statements, settings), tmp_path, tmp_path / "book")
    assert result.tables[0].accepted == 1


def test_a_missing_extension_is_said_with_the_package_to_install(tmp_path, monkeypatch):
    (tmp_path / "core.db").touch()
    monkeypatch.setattr(attachments, "extension_file", lambda _: None)
    with pytest.raises(SourceError, match="Install it"):
        imported(tmp_path, "sqlite", "core.db")


@pytest.fixture
def postgresql() -> Iterator[Any]:
    with postgresql_server() as server:
        yield server


def test_a_postgresql_database_can_be_the_raw_data(tmp_path, postgresql):
    postgresql.psql(TABLES)
    address = urlsplit(postgresql.get_uri())
    host = parse_qs(address.query)["host"][0]
    result = imported(tmp_path, "postgres", f"host={host} user={address.username} dbname=postgres")
    assert loans(tmp_path, result) == [("L1", 1250)]
