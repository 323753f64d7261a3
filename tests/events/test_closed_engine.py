"""Attacks by the SQL of a source: each is refused, and leaves no file, no book and no other setting behind."""

import http.server
import os
import sqlite3
import threading
from contextlib import closing

import duckdb
import pytest

from ews.domain.errors import SourceError
from ews.events.closed_engine import ROW_MAKERS, close_engine
from ews.events.engine import connect, extension_file
from ews.events.importing import import_source
from tests.events.extracts import run, source, stored

GOOD = "SELECT id AS borrower_id, 'firm' AS kind FROM raw.customers"
FILES = {"customers.csv": "id\nB1\n"}


@pytest.fixture
def secret(tmp_path):
    """Return a file beside the raw folder that no source may read."""
    file = tmp_path / "secret.csv"
    file.write_text("id\nstolen\n", encoding="utf-8")
    return file


@pytest.mark.parametrize(
    "rows",
    [
        "read_csv('{secret}')",
        "read_csv_auto('{secret}')",
        "read_text('{secret}')",
        "read_blob('{secret}')",
        "read_json('{secret}')",
        "read_parquet('{secret}')",
        "parquet_metadata('{secret}')",
        "sniff_csv('{secret}')",
        "glob('{folder}/*')",
        "read_csv('{folder}/raw/../secret.csv')",
        "read_csv('http://127.0.0.1:9/x.csv')",
        "query('FROM ''{secret}''')",
        "json_execute_serialized_sql('x')",
        "sqlite_scan('{secret}', 't')",
        "postgres_query('core', 'SELECT 1')",
        "postgres_scan('host=127.0.0.1', 'public', 't')",
        "duckdb_settings()",
        "duckdb_secrets()",
        "enable_logging(storage = 'file', storage_config = {{'path': '{folder}/log'}})",
        "pandas_scan(1)",
        "arrow_scan(1, 1, 1)",
    ],
)
def test_a_function_that_could_reach_something_is_refused_wherever_it_stands(tmp_path, secret, rows):
    called = rows.format(secret=secret, folder=tmp_path)
    name = called.partition("(")[0]
    for statement in (
        f"SELECT * FROM {called}",
        f"{GOOD} WHERE id IN (SELECT id FROM {called})",
        f"WITH found AS (SELECT * FROM {called}) {GOOD}",
        f"{GOOD} UNION ALL (SELECT a.*, 'x' FROM range(1) a, LATERAL (SELECT * FROM {called}) b)",
    ):
        with pytest.raises(SourceError, match=rf"borrowers\.sql takes rows from {name}\(\.\.\.\).*Read raw\.<name>"):
            run(tmp_path, {"borrowers": statement}, FILES)
    assert not (tmp_path / "book" / "manifest.json").exists()
    assert not (tmp_path / "log").exists()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM '{secret}'",
        "SELECT * FROM '{folder}/raw/../secret.csv'",
        "SELECT * FROM 'secret.csv'",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM 'https://127.0.0.1:9/x.parquet'",
        "SELECT * FROM 's3://bucket/x.parquet'",
        "SELECT getenv('HOME') AS borrower_id",
        "SELECT * FROM statements",
        "SELECT * FROM os.environ",
    ],
)
def test_a_file_an_address_or_a_variable_is_no_table(tmp_path, secret, monkeypatch, statement):
    monkeypatch.chdir(tmp_path)
    told = statement.format(secret=secret, folder=tmp_path)
    with pytest.raises(SourceError, match=r"borrowers\.sql cannot be run \((Permission|Catalog|Binder) Error"):
        run(tmp_path, {"borrowers": told}, FILES)


@pytest.mark.parametrize(
    "statement",
    [
        "COPY (SELECT 1) TO '{folder}/stolen.csv'",
        "ATTACH '{folder}/stolen.db' AS stolen",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET memory_limit = '1TB'",
        "PRAGMA threads = 64",
        "CREATE TABLE stolen AS SELECT 1",
        "EXPORT DATABASE '{folder}/stolen'",
        "CALL enable_logging()",
        "{good}; COPY (SELECT 1) TO '{folder}/stolen.csv'",
    ],
)
def test_only_one_select_is_run(tmp_path, statement):
    told = statement.format(folder=tmp_path, good=GOOD)
    with pytest.raises(SourceError, match=r"Write one SELECT statement per file"):
        run(tmp_path, {"borrowers": told}, FILES)
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith("stolen")] == []


def test_nothing_is_asked_of_the_network(tmp_path):
    asked = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET  # noqa: N815 - the name is the library's

    server = http.server.HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        for name in (
            f"http://127.0.0.1:{server.server_port}/x.csv",
            f"http://127.0.0.1:{server.server_port}/x.parquet",
        ):
            with pytest.raises(SourceError):
                run(tmp_path, {"borrowers": f"SELECT * FROM '{name}'"}, FILES)
    finally:
        server.shutdown()
        server.server_close()
    assert asked == []


@pytest.mark.parametrize("to", ["secret.csv", "/etc/passwd"])
def test_a_link_out_of_the_raw_folder_is_refused(tmp_path, secret, to):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "customers.csv").symlink_to(tmp_path / to)
    with pytest.raises(SourceError, match=r"customers.csv' leads to '.*', out of the folder of raw files"):
        run(tmp_path, {"borrowers": GOOD}, {})


def test_a_link_inside_the_raw_folder_and_a_linked_raw_folder_are_read(tmp_path):
    whole = tmp_path / "whole"
    whole.mkdir()
    (whole / "of-today.csv").write_text("id\nB1\n", encoding="utf-8")
    (whole / "customers.csv").symlink_to("of-today.csv")
    (tmp_path / "raw").symlink_to(whole)
    assert run(tmp_path, {"borrowers": GOOD}, {}).tables[0].accepted == 1


def test_a_database_elsewhere_is_not_attached(tmp_path):
    with sqlite3.connect(tmp_path / "elsewhere.db") as database:
        database.execute("CREATE TABLE customers (id TEXT)")
    database.close()
    settings = 'name = "x"\nextracted_on = 2026-06-30\n[attach.core]\ntype = "sqlite"\npath = "../elsewhere.db"\n'
    source(tmp_path / "source", {"borrowers": "SELECT id AS borrower_id, 'firm' AS kind FROM core.customers"}, settings)
    (tmp_path / "raw").mkdir()
    with pytest.raises(SourceError, match=r"elsewhere.db' leads to '.*', out of the folder of raw files"):
        import_source(tmp_path / "source", tmp_path / "raw", tmp_path / "book")


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ("VIEW v AS SELECT id FROM sqlite_scan('{secret}', 't')", "view v"),
        ("VIEW s.v AS SELECT 1 AS id", "view v"),
        ("MACRO range() AS TABLE SELECT id FROM sqlite_scan('{secret}', 't')", "macro range"),
        ("MACRO f() AS (SELECT id FROM sqlite_scan('{secret}', 't') LIMIT 1)", "macro f"),
    ],
)
def test_what_an_attached_file_would_run_is_refused(tmp_path, made, told):
    """The engine lets the extension for SQLite, which another attachment brings, read any file of the machine."""
    secret, raw = tmp_path / "secret.db", tmp_path / "raw"
    raw.mkdir()
    for file in (secret, raw / "other.db"):
        with closing(sqlite3.connect(file)) as database, database:
            database.execute("CREATE TABLE t AS SELECT 'stolen' AS id")
    with closing(duckdb.connect(raw / "core.duckdb")) as database:
        database.execute("CREATE SCHEMA s; CREATE TABLE t AS SELECT 'B1' AS id")
        database.execute(f"LOAD '{extension_file('sqlite_scanner')}'")
        database.execute(f"CREATE {made.format(secret=secret)}")
    settings = 'name = "x"\nextracted_on = 2026-06-30\n[attach.other]\ntype = "sqlite"\npath = "other.db"\n'
    settings += '[attach.core]\ntype = "duckdb"\npath = "core.duckdb"\n'
    source(tmp_path / "source", {"borrowers": "SELECT id AS borrower_id, 'firm' AS kind FROM core.t"}, settings)
    with pytest.raises(SourceError, match=rf"\[attach.core\]: 'core.duckdb' holds 1 views or macros \({told}\), which"):
        import_source(tmp_path / "source", raw, tmp_path / "book")
    assert not (tmp_path / "book" / "manifest.json").exists()


@pytest.fixture
def closed(tmp_path):
    engine = connect(threads=1)
    offered, folder = tmp_path / "offered.csv", tmp_path / "book"
    offered.write_text("id\nB1\n", encoding="utf-8")
    folder.mkdir()
    close_engine(engine.con, [offered], [folder])
    yield engine.con
    engine.disconnect()


@pytest.mark.parametrize(
    "statement",
    [
        "SET enable_external_access = true",
        "SET allowed_paths = ['/etc/passwd']",
        "SET allowed_directories = ['/']",
        "SET lock_configuration = false",
        "RESET lock_configuration",
        "SET memory_limit = '1TB'",
        "SET threads = 64",
        "SET temp_directory = '/tmp'",
        "SET autoload_known_extensions = true",
        "SET allow_unsigned_extensions = true",
        "SET allow_community_extensions = true",
        "SET extension_directory = '/tmp'",
        "SET python_enable_replacements = true",
        "SET disabled_filesystems = ''",
        "PRAGMA threads = 64",
        "PRAGMA enable_profiling = 'json'",
        "SET profiling_output = '/tmp/stolen'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "LOAD '/tmp/evil.duckdb_extension'",
        "ATTACH '/tmp/stolen.db' AS stolen",
        "ATTACH 'host=127.0.0.1' AS stolen (TYPE postgres)",
        "COPY (SELECT 1) TO '/tmp/stolen.csv'",
        "FROM '/etc/passwd'",
        "FROM read_text('/proc/self/environ')",
        "FROM glob('/*')",
        "FROM 'book/../../etc/passwd'",
    ],
)
def test_the_engine_itself_stays_closed_whatever_it_is_told(closed, statement):
    """Should a statement ever come past the first look, the engine does not do it."""
    with pytest.raises(duckdb.Error, match=r"locked|disabled|does not exist|Cannot|not allowed|read_csv"):
        closed.execute(statement).fetchall()


def test_the_closed_engine_reads_and_writes_what_it_was_given(closed, tmp_path):
    assert closed.execute(f"FROM '{tmp_path}/offered.csv'").fetchall() == [("B1",)]
    closed.execute(f"COPY (SELECT 7 AS x) TO '{tmp_path}/book/x.parquet' (FORMAT parquet)")
    assert closed.execute(f"FROM '{tmp_path}/book/x.parquet'").fetchall() == [(7,)]


def test_memory_and_threads_are_limited_while_a_source_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("EWS_MEMORY_MIB", "128")
    statement = "SELECT current_setting('memory_limit') AS borrower_id, 'firm' AS kind FROM raw.customers"
    result = run(tmp_path, {"borrowers": statement}, FILES)
    (row,) = stored(tmp_path / "book", result, "borrowers")
    number, unit = row["borrower_id"].split()
    assert unit == "MiB"
    assert 0 < float(number) <= 128
    greedy = "SELECT string_agg(repeat('x', 1000000), '') AS borrower_id, 'firm' AS kind FROM range(1000)"
    with pytest.raises(SourceError, match=r"borrowers\.sql cannot be run \(Out of Memory"):
        run(tmp_path, {"borrowers": greedy}, FILES)


@pytest.mark.parametrize("name", sorted(ROW_MAKERS - {"json_each", "json_tree", "generate_subscripts"}))
def test_functions_that_make_rows_of_their_arguments_stay(tmp_path, name):
    arguments = {"unnest": "[1, 2]", "repeat": "1, 2", "repeat_row": "1, num_rows = 2"}.get(name, "1, 2")
    statement = f"SELECT 'B' || row_number() OVER () AS borrower_id, 'firm' AS kind FROM {name}({arguments})"
    assert run(tmp_path, {"borrowers": statement}, FILES).tables[0].accepted >= 1


def test_the_environment_is_not_changed_by_an_import(tmp_path):
    before = dict(os.environ)
    run(tmp_path, {"borrowers": GOOD}, FILES)
    assert dict(os.environ) == before
