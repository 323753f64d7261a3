"""A good extract of every sort that the product reads, small, and the same each time.

source/    six event tables: three CSV files in UTF-8, one in GBK, two Parquet files, a SQLite database attached
raw/       150 borrowers, 180 loans, 150 accounts, 900 postings, 180 card statements, 540 balances
lists/     40 outcomes as CSV, and the same as Parquet
policy/    the product's own policy
recipe.toml, ews.toml
"""

import sqlite3
from collections.abc import Sequence
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ews.policy.policy import FILES

BORROWERS, LOANS, ACCOUNTS, POSTINGS = 150, 180, 150, 900
LAST = date(2026, 6, 30)

SETTINGS = """name = "bad-input"
extracted_on = 2026-06-30
max_rejected_share = 0.2

[files.cards]
encoding = "gbk"

[attach.core]
type = "sqlite"
path = "core.db"

[covered.ledger]
from = 2026-01-01

[recipe]
horizon_months = 6
"""
STATEMENTS = {
    "borrowers": "SELECT id AS borrower_id, kind, name, as_date(since) AS customer_since FROM raw.customers",
    "loans": """SELECT loan AS loan_id, customer AS borrower_id, product, fen(amount) AS principal,
    as_date(opened) AS opened_on, as_date(due) AS matures_on
FROM raw.loans""",
    "accounts": "SELECT account AS account_id, customer AS borrower_id, as_date(opened) AS opened_on FROM raw.accounts",
    "transactions": """SELECT id AS posting_id, account AS account_id, booked AS occurred_at, fen AS amount, category
FROM raw.postings""",
    "card_statements": """SELECT card AS card_id, customer AS borrower_id, as_date(day) AS stated_on,
    fen(credit) AS credit_limit
FROM raw.cards""",
    "ledger": "SELECT loan AS loan_id, stated AS stated_on, balance, dpd FROM raw.balances",
    "guarantees": "SELECT id AS guarantee_id, guarantor AS guarantor_id, debtor AS borrower_id FROM core.guarantees",
}
RECIPE = 'horizon_months = 6\ndefault_above_dpd = 60\nlearning_rate = 0.05\nsnapshots = ["2025-12-31"]\n'
SURNAMES = "赵钱孙李周吴郑王冯陈"


def write_good(folder: Path) -> None:
    """Write everything into `folder`."""
    (folder / "source").mkdir(parents=True)
    (folder / "source" / "source.toml").write_text(SETTINGS, encoding="utf-8")
    for table, statement in STATEMENTS.items():
        (folder / "source" / f"{table}.sql").write_text(statement + "\n", encoding="utf-8")
    (folder / "raw").mkdir()
    for name, content in raw_texts().items():
        (folder / "raw" / name).write_bytes(content)
    pq.write_table(postings(), folder / "raw" / "postings.parquet", row_group_size=300, compression="snappy")
    pq.write_table(balances(), folder / "raw" / "balances.parquet", compression="none", use_dictionary=False)
    _write_database(folder / "raw" / "core.db")
    (folder / "lists").mkdir()
    (folder / "lists" / "outcomes.csv").write_bytes(_csv(outcome_rows()))
    header, *rows = outcome_rows()
    pq.write_table(
        pa.table({name: [row[at] for row in rows] for at, name in enumerate(header)}),
        folder / "lists" / "told.parquet",
    )
    (folder / "recipe.toml").write_text(RECIPE, encoding="utf-8")
    (folder / "ews.toml").write_text('home = "home"\nnames = ["ews.bank.example"]\n', encoding="utf-8")
    (folder / "policy").mkdir()
    for file in FILES:
        (folder / "policy" / file).write_bytes(files("ews.policy").joinpath(file).read_bytes())


def raw_texts() -> dict[str, bytes]:
    """Return the CSV files as bytes, by name."""
    customers = [("id", "kind", "name", "since")]
    customers += [
        (f"B{n:04}", ("firm", "individual")[n % 2], f"{SURNAMES[n % 10]}{SURNAMES[n // 10 % 10]}公司", _day(n * 7))
        for n in range(BORROWERS)
    ]
    loans = [("loan", "customer", "product", "amount", "opened", "due")]
    loans += [
        (f"L{n:04}", f"B{n % BORROWERS:04}", "business", f'"{1000 + n:,}.50"', _day(n), "20271231")
        for n in range(LOANS)
    ]
    accounts = [("account", "customer", "opened"), *((f"A{n:04}", f"B{n:04}", _day(n * 5)) for n in range(ACCOUNTS))]
    cards = [("card", "customer", "day", "credit", "备注")]
    cards += [(f"C{n:04}", f"B{n % BORROWERS:04}", _day(30), f"{n * 10}.25", "正常") for n in range(LOANS)]
    return {
        "customers.csv": _csv(customers),
        "loans.csv": _csv(loans),
        "accounts.csv": _csv(accounts),
        "cards.csv": _csv(cards).decode().encode("gbk"),
    }


def postings() -> pa.Table:
    return pa.table(
        {
            "id": [f"P{n:05}" for n in range(POSTINGS)],
            "account": [f"A{n % ACCOUNTS:04}" for n in range(POSTINGS)],
            "booked": pa.array([LAST - timedelta(days=n % 300) for n in range(POSTINGS)], pa.date32()),
            "fen": pa.array([(-1) ** n * (100 + n) for n in range(POSTINGS)], pa.int64()),
            "category": [("sales", "purchase", "tax")[n % 3] for n in range(POSTINGS)],
        }
    )


def balances() -> pa.Table:
    rows = [(n, month) for n in range(LOANS) for month in (4, 5, 6)]
    return pa.table(
        {
            "loan": [f"L{n:04}" for n, _ in rows],
            "stated": pa.array([date(2026, month, 30) for _, month in rows], pa.date32()),
            "balance": pa.array([100_000 + n for n, _ in rows], pa.int64()),
            "dpd": pa.array([n % 3 for n, _ in rows], pa.int32()),
        }
    )


def outcome_rows() -> list[tuple[str, ...]]:
    """Return the header and the rows of the list."""
    rows = [(f"B{n:04}", "write_off", f"2026-05-{1 + n % 28:02}", f"2026-06-{1 + n % 28:02}") for n in range(40)]
    return [("borrower_id", "kind", "occurred_on", "known_on"), *rows]


def _write_database(file: Path) -> None:
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE guarantees (id TEXT, guarantor TEXT, debtor TEXT)")
        rows = [(f"G{n}", f"B{n:04}", f"B{n + 1:04}") for n in range(60)]
        database.executemany("INSERT INTO guarantees VALUES (?, ?, ?)", rows)
    database.close()


def _csv(rows: Sequence[tuple[str, ...]]) -> bytes:
    return ("\n".join(",".join(row) for row in rows) + "\n").encode()


def _day(back: int) -> str:
    return f"{LAST - timedelta(days=back):%Y%m%d}"
