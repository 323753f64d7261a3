"""By hand: the same features in SQL written for one day, run on the same engine.

The SQL lies in benchmarks/features_sql: temporary tables in the order of FILES, `f_<family>` for each family. It is
written for a month end, on which windows of months are calendar months, and for a book with all event tables.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from string import Template

import duckdb

from ews.events.manifest import Manifest
from ews.features.catalogue import FEATURES

FILES = (
    "events", "arrears", "arrears_before", "account_flows", "account_parts", "account_values", "cards", "inquiries",
    "repayment", "loans", "connected", "peers",
)  # fmt: skip
_FOLDER = Path(__file__).parent.parent / "features_sql"
_FAMILIES = {
    "f_account_flows", "f_credit_inquiries", "f_guarantee_exposure", "card_features", "f_repayment_history",
    "f_loan_profile", "f_collateral", "f_public_events", "f_economic_unit", "f_peers",
}  # fmt: skip
_MADE = re.compile(r"CREATE TEMP (TABLE|MACRO) (\w+)")
RESULT = "features_by_hand"


def views(con: duckdb.DuckDBPyConnection, directory: Path, manifest: Manifest) -> None:
    """Name the book's files as its tables, without what was withdrawn."""
    for name, entry in manifest.tables.items():
        con.execute(
            f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * EXCLUDE (withdrawn) FROM "
            f"read_parquet('{directory / entry.file}') WHERE NOT withdrawn"
        )


def statements(manifest: Manifest, as_of: date) -> Iterator[tuple[str, str]]:
    """Yield the statements that make RESULT of the views, each with the name of its file."""
    values = _values(manifest, as_of)
    before = values | {"suffix": "_before", "day": values["before"]}
    for name in FILES:
        is_before = name == "arrears_before"
        text = (_FOLDER / f"{'arrears' if is_before else name}.sql").read_text(encoding="utf-8")
        for statement in Template(text).substitute(before if is_before else values).split(";\n"):
            if statement.strip():
                yield name, statement
    yield "result", _result(as_of)


def run(con: duckdb.DuckDBPyConnection, manifest: Manifest, as_of: date) -> None:
    """Make RESULT."""
    for _, statement in statements(manifest, as_of):
        con.execute(statement)


def drop(con: duckdb.DuckDBPyConnection, manifest: Manifest, as_of: date) -> None:
    """Drop what the statements made."""
    for _, statement in statements(manifest, as_of):
        for kind, name in _MADE.findall(statement):
            con.execute(f"DROP {kind} temp.{name}")


def _result(as_of: date) -> str:
    joins = " ".join(f"LEFT JOIN {name} USING (borrower_id)" for name in sorted(_FAMILIES))
    columns = ", ".join(f"CAST({each.name} AS DOUBLE) AS {each.name}" for each in FEATURES)
    return (
        f"CREATE TEMP TABLE {RESULT} AS SELECT borrower_id, DATE '{as_of}' AS as_of, {columns} FROM spine {joins} "
        "ORDER BY borrower_id"
    )


def _values(manifest: Manifest, as_of: date) -> dict[str, str]:
    covered = {
        name: (entry.covered_from or date.max, entry.covered_to or date.min) for name, entry in manifest.tables.items()
    }
    return {
        "as_of": str(as_of),
        "day": str(as_of),
        "suffix": "",
        "before": str(_month_end(as_of, 3)),
        "quarter_from": str(_month_end(as_of, 3) + timedelta(days=1)),
        "two_years_ago": str(_month_end(as_of, 24)),
        "payments_from": str(covered["payments"][0]),
        "payments_to": str(covered["payments"][1]),
        "ledger_to": str(covered["ledger"][1]),
        "external_debts_from": str(covered["external_debts"][0]),
        "inquiries_reach": str(_months(covered["inquiries"][0], as_of)),
        "transactions_months": str(_seen(covered["transactions"], as_of)),
        "cards_months": str(_seen(covered["card_statements"], as_of)),
        "events_months": str(_seen(covered["public_events"], as_of)),
        "findings_months": str(_seen(covered["findings"], as_of)),
    }


def _seen(covered: tuple[date, date], as_of: date) -> int:
    return _months(covered[0], as_of) if as_of <= covered[1] else 0


def _months(first: date, as_of: date) -> int:
    """Return how many whole months before the month end `as_of` lie after the day before `first`."""
    before = first - timedelta(days=1)
    return 12 * (as_of.year - before.year) + as_of.month - before.month


def _month_end(as_of: date, months: int) -> date:
    number = 12 * as_of.year + as_of.month - months
    return date(number // 12, number % 12 + 1, 1) - timedelta(days=1)
