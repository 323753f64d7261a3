"""A made-up core-banking extract: what a simulated book would look like had a bank's core system delivered it.

    python examples/sources/corebank/make_extract.py --out bank/raw --book bank/expected

Reads   a book from the simulator; made/more_rows/*.sql, a few rows by hand: corrections, reversals, and tables that
        the simulator does not fill; made/core_system/*.sql, how the core system writes each of its tables
Writes  one CSV per table of the core system, in GBK, and with --book the book that an import must give back:
        the same rows and so the same id
Dirt    --dirt adds the lines of made/dirt.tsv; each names the reason for which it must land in quarantine

The same arguments give the same bytes. Nothing in it comes from a real bank.
"""

import argparse
import csv
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb

from ews.events import sql
from ews.events.accept import write_book
from ews.events.engine import connect
from ews.events.manifest import Manifest, read_manifest
from ews.events.schemas import SQL_TYPES, TABLES, EventTable
from ews.events.source import read_source
from ews.simulation.simulate import simulate

HERE = Path(__file__).resolve().parent
MADE = HERE / "made"
MONTHS = 24
DELIMITERS = {"JYLS": "|"}
ENCODINGS = {"SSXX": "utf-8"}
"""All others are in GBK, with commas."""

_PRODUCT_CODES = "MAP {'instalment': '1', 'bullet': '2', 'revolving': '3'}"
_SECURITY_CODES = "MAP {'none': '信用', 'guarantee': '保证', 'mortgage': '抵押', 'pledge': '质押'}"
_CATEGORIES = {
    "1001": "sales", "1002": "purchase", "2001": "wage", "2002": "tax", "2003": "utility", "2004": "rent",
    "3001": "loan_payout", "3002": "loan_service", "4001": "securities", "5001": "own_transfer",
    "5002": "related_party", "5003": "private_person", "6001": "cash", "6002": "fee", "9999": "other",
}  # fmt: skip
_CATEGORY_CODES = ", ".join(f"{sql.literal(word)}: {sql.literal(code)}" for code, word in _CATEGORIES.items())
_FULL_WIDTH = "".join(chr(0xFF10 + digit) for digit in range(10))

_WRITING = (
    "CREATE MACRO padded(value, width) AS rpad(value, CAST(greatest(width, length(value)) AS INTEGER), ' ')",
    f"CREATE MACRO full_width(value) AS translate(value, '0123456789', '{_FULL_WIDTH}')",
    "CREATE MACRO code(codes, value) AS coalesce(codes[value], '')",
    f"CREATE MACRO repayment_codes() AS {_PRODUCT_CODES}",
    f"CREATE MACRO security_codes() AS {_SECURITY_CODES}",
    f"CREATE MACRO category_codes() AS MAP {{{_CATEGORY_CODES}}}",
    "CREATE MACRO day8(value, without) AS coalesce(strftime(value, '%Y%m%d'), without)",
    # A day of processing is told only where it is another than the day itself.
    """
    CREATE MACRO processed(known_on, happened, withdrawn) AS
        CASE WHEN withdrawn OR known_on <> coalesce(happened, DATE '1900-01-01') THEN strftime(known_on, '%Y%m%d')
             ELSE '0001-01-01' END
    """,
    """
    CREATE MACRO yuan(fen) AS
        CASE WHEN fen < 0 THEN '-' ELSE '' END || format('{:,}.{:02d}', abs(fen) // 100, abs(fen) % 100)
    """,
    "CREATE MACRO wan(fen) AS format('{}.{:06d}', fen // 1000000, fen % 1000000)",
    """
    CREATE MACRO percentage(share) AS
        rtrim(rtrim(CAST(CAST(CAST(share AS VARCHAR) AS DECIMAL(20, 18)) * 100 AS VARCHAR), '0'), '.') || '%'
    """,
)

_VIEWS = (
    *(
        f"CREATE VIEW {name}_codes AS SELECT word, row_number() OVER (ORDER BY word) AS n"
        f" FROM (SELECT DISTINCT {column} AS word FROM bank.borrowers WHERE {column} IS NOT NULL)"
        for name, column in (("industry", "industry"), ("region", "region"), ("branch", "branch_id"))
    ),
    # Cards lie among the accounts, but for those of which that table has no column to tell.
    """
    CREATE VIEW plain_cards AS SELECT loan_id FROM bank.loans WHERE NOT withdrawn GROUP BY loan_id
    HAVING bool_and(product = 'card') AND count(principal) + count(purpose) + count(restructured_on) = 0
        AND count(replaces_loan_id) = 0
    """,
    """
    CREATE VIEW loan_accounts AS
    SELECT loan_id, '62' || lpad(CAST(row_number() OVER (ORDER BY loan_id) AS VARCHAR), 8, '0') AS DKZH
    FROM (SELECT DISTINCT loan_id FROM bank.loans WHERE loan_id NOT IN (FROM plain_cards))
    """,
    """
    CREATE VIEW first_pulls AS SELECT borrower_id, pulled_on, min(report_id) AS BGBH
    FROM (
        SELECT report_id, arg_min(borrower_id, pulled_on) AS borrower_id, min(pulled_on) AS pulled_on
        FROM bank.bureau_reports WHERE NOT withdrawn GROUP BY report_id
    )
    GROUP BY borrower_id, pulled_on
    """,
)


def make_extract(book: Path, raw: Path, *, expected: Path | None = None, dirt: bool = False) -> Mapping[str, int]:
    """Write what the core system would deliver of the tables in `book` into folder `raw`; return the rows per file.

    `expected` is where the book goes that an import of the extract without dirt must give back.
    """
    raw.mkdir(parents=True, exist_ok=True)
    with closing(connect().con) as con:
        _make_bank(con, book, read_manifest(book))
        if expected is not None:
            _write_expected(con, expected)
        rows = {file.stem: _deliver(con, file, raw) for file in sorted((MADE / "core_system").glob("*.sql"))}
        for name, line in _dirt(con, raw) if dirt else ():
            with (raw / f"{name}.csv").open("ab") as content:
                content.write(line + b"\n")
            rows[name] += 1
    return rows


def _make_bank(con: duckdb.DuckDBPyConnection, book: Path, manifest: Manifest) -> None:
    """Make the tables bank.*: those of the book and the rows by hand; a tombstone says no more than its key."""
    for statement in _WRITING:
        con.execute(statement)
    con.execute(f"CREATE MACRO extraction_day() AS {sql.day(manifest.extracted_on)}")
    for schema in ("simulated", "settled", "more", "bank"):
        con.execute(f"CREATE SCHEMA {schema}")
    for table in TABLES:
        entry = manifest.tables.get(table.name)
        _offer(con, table, None if entry is None else book / entry.file)
    for table in TABLES:
        file = MADE / "more_rows" / f"{table.name}.sql"
        more = file.read_text(encoding="utf-8") if file.is_file() else f"FROM simulated.{table.name} LIMIT 0"
        con.execute(f"CREATE TABLE more.{table.name} AS {more}")
        told = ", ".join(
            name if name in table.key else f"CASE WHEN NOT withdrawn THEN {name} END AS {name}" for name in table.names
        )
        con.execute(
            f"CREATE TABLE bank.{table.name} AS SELECT {told}, known_on, withdrawn"
            f" FROM (FROM simulated.{table.name} UNION ALL BY NAME FROM more.{table.name})"
        )
    for statement in _VIEWS:
        con.execute(statement)


def _offer(con: duckdb.DuckDBPyConnection, table: EventTable, file: Path | None) -> None:
    """Make simulated.<table>, and settled.<table>: its rows that have one version and are not of yesterday."""
    columns = [(column.name, SQL_TYPES[column.kind]) for column in table.columns]
    columns += [("known_on", "DATE"), ("withdrawn", "BOOLEAN")]
    names = ", ".join(name if file else f"CAST(NULL AS {kind}) AS {name}" for name, kind in columns)
    rows = f"SELECT {names} FROM {sql.parquet(str(file))}" if file else f"SELECT {names} LIMIT 0"
    con.execute(f"CREATE TABLE simulated.{table.name} AS {rows}")
    key = ", ".join(table.key)
    happened = f"CAST({table.happened} AS DATE)" if table.happened else "known_on"
    alone = (
        f"SELECT * FROM simulated.{table.name} QUALIFY count(*) OVER (PARTITION BY {key}) = 1 AND NOT withdrawn"
        f" AND greatest(known_on, {happened}) < extraction_day() - 60"
    )
    # A table: on an empty view DuckDB 1.5 answers "WHERE n = 1" with a row of nulls.
    con.execute(
        f"CREATE TABLE settled.{table.name} AS SELECT *, row_number() OVER (ORDER BY {key}) AS n FROM ({alone})"
    )


def _write_expected(con: duckdb.DuckDBPyConnection, expected: Path) -> None:
    source = read_source(HERE)
    extracted_on: date = con.execute("SELECT extraction_day()").fetchall()[0][0]
    write_book(
        expected,
        {table.name: f"bank.{table.name}" for table in TABLES},
        con,
        portfolio=source.settings.name,
        extracted_on=extracted_on,
        recipe=source.settings.recipe,
        covered=source.covered,
        max_rejected_share=0.0,
    )


def _deliver(con: duckdb.DuckDBPyConnection, file: Path, raw: Path) -> int:
    """Run the statement in `file` into a CSV file of the same name and return its rows."""
    target, name = raw / f"{file.stem}.csv", file.stem
    statement = file.read_text(encoding="utf-8")
    form = f"FORMAT csv, HEADER, DELIMITER {sql.literal(DELIMITERS.get(name, ','))}"
    rows = con.execute(
        f"COPY (SELECT * FROM (\n{statement}\n) ORDER BY ALL) TO {sql.literal(str(target))} ({form})"
    ).fetchall()[0][0]
    target.write_bytes(target.read_bytes().decode().encode(ENCODINGS.get(name, "gbk")))
    return int(rows)


def _dirt(con: duckdb.DuckDBPyConnection, raw: Path) -> Iterator[tuple[str, bytes]]:
    """Yield (file, line) of made/dirt.tsv, its placeholders filled with what the bank holds."""
    (account,) = con.execute("SELECT min(account_id) FROM bank.accounts").fetchall()[0]
    loan, stated_on = con.execute(
        "SELECT loan_id, strftime(stated_on, '%Y%m%d') FROM settled.ledger WHERE balance > 0 ORDER BY n DESC LIMIT 1"
    ).fetchall()[0]
    loan_account, borrower = con.execute(
        "SELECT DKZH, borrower_id FROM loan_accounts JOIN bank.loans USING (loan_id) ORDER BY DKZH LIMIT 1"
    ).fetchall()[0]
    posting = (raw / "JYLS.csv").read_text(encoding="gbk").splitlines()[1]
    known = {
        "account": account, "loan": loan, "stated_on": stated_on, "loan_account": loan_account, "borrower": borrower,
        "posting": posting,
    }  # fmt: skip
    for row in dirty_lines():
        encoding = "utf-8" if row["reason"] == "encoding" else "gbk"
        yield row["file"], row["line"].format_map(known).encode(encoding)


def dirty_lines() -> list[dict[str, str]]:
    """Return the rows of made/dirt.tsv: file, table, reason, line."""
    with (MADE / "dirt.tsv").open(encoding="utf-8", newline="") as content:
        return list(csv.DictReader(content, delimiter="\t", quoting=csv.QUOTE_NONE))


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the extract as the command line says."""
    parser = argparse.ArgumentParser(description="Write a made-up core-banking extract. 生成虚构的核心系统抽数文件")
    parser.add_argument("--out", type=Path, required=True, help="folder for the files 输出目录")
    parser.add_argument("--book", type=Path, help="folder for the book that importing must give back 应导入得到的组合")
    parser.add_argument("--borrowers", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dirt", action="store_true", help="add lines that must be rejected 加入应被拒收的脏数据")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        simulated = Path(folder) / "book"
        simulate(simulated, borrowers=options.borrowers, months=MONTHS, seed=options.seed)
        rows = make_extract(simulated, options.out, expected=options.book, dirt=options.dirt)
    for name, count in rows.items():
        sys.stdout.write(f"{name}.csv {count:,}\n")
    if options.book is not None:
        manifest = read_manifest(options.book)
        sys.stdout.write(f"Book {options.book}: portfolio {manifest.portfolio}, id {manifest.book_id[:12]}\n")


if __name__ == "__main__":
    main()
