"""Contradictions: outcomes that cannot both be true, or that the book itself denies.

Reads   a view of outcomes newly told (`fresh`: "#row" beside the columns) and the table of those told before (`told`)
Counts  of an outcome the newest version; a row that contradicts another new one goes with it, since nothing says which
        is true, one that contradicts the book goes alone
Same    outcomes speak of the same thing if they name the same loan, or both name none
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from ews.events import sql
from ews.events.arrears import ENDED, default_days
from ews.events.book import open_book
from ews.events.checks import ROW
from ews.events.manifest import Manifest
from ews.events.rejections import Reason
from ews.events.schemas import OUTCOMES

DEFAULTED = ("dpd_90", "default", "write_off", "bulk_transfer")
"""A default, or a loan that left as one."""
TROUBLED = (*DEFAULTED, "restructured", "distressed_extension", "litigation")
"""What a cure may follow."""
CURED = "cured"
DEFAULT_ABOVE_DPD = 90


@dataclass(frozen=True, slots=True)
class Contradiction:
    """`x` and `y` are the two rows, `holds` the condition on their kinds and days under which not both are true."""

    holds: str


CONTRADICTIONS = (
    # Paid off and lost on one day.
    Contradiction("x.occurred_on = y.occurred_on AND ((x_ended AND y_lost) OR (x_lost AND y_ended))"),
    # Cured on the day of the default: a cure takes months of regular payment.
    Contradiction("x.occurred_on = y.occurred_on AND ((x_cured AND y_lost) OR (x_lost AND y_cured))"),
    # In trouble, or cured of it, after the loan was paid off. Only a loan ends for good; a borrower may come again.
    Contradiction("x.loan_id IS NOT NULL AND y_ended AND (x_troubled OR x_cured) AND x.occurred_on > y.occurred_on"),
    Contradiction("x.loan_id IS NOT NULL AND x_ended AND (y_troubled OR y_cured) AND x.occurred_on < y.occurred_on"),
)


def contradict(con: duckdb.DuckDBPyConnection, *, fresh: str, told: str, failures: str) -> None:
    """Add the rows of `fresh` that contradict each other or `told` to `failures`."""
    kinds = {"ended": ENDED, "lost": DEFAULTED, "troubled": TROUBLED, "cured": (CURED,)}
    flags = ", ".join(
        f"{side}.kind IN ({', '.join(map(sql.literal, words))}) AS {side}_{name}"
        for side in ("x", "y")
        for name, words in kinds.items()
    )
    same = "x.borrower_id = y.borrower_id AND x.loan_id IS NOT DISTINCT FROM y.loan_id AND x.outcome_id <> y.outcome_id"
    holds = " OR ".join(f"({each.holds})" for each in CONTRADICTIONS)
    con.execute(
        f"INSERT INTO {failures} WITH news AS ({_newest(fresh, ROW)}), everything AS (SELECT * EXCLUDE {ROW} FROM news"
        f" UNION ALL BY NAME SELECT * FROM ({_newest(told)}) WHERE outcome_id NOT IN (SELECT outcome_id FROM news)),"
        f" pairs AS (SELECT x, y, {flags} FROM news x JOIN everything y ON {same})"
        f" SELECT x.{ROW}, 'kind', any_value(x.kind), {sql.literal(Reason.CONTRADICTION)},"
        " min(y.kind || ' ' || CAST(y.occurred_on AS VARCHAR) || coalesce(' ' || y.loan_id, ''))"
        f" FROM pairs WHERE {holds} GROUP BY x.{ROW}"
    )


def refuse_early_cures(
    con: duckdb.DuckDBPyConnection, directory: Path, manifest: Manifest, *, fresh: str, told: str, failures: str
) -> None:
    """Add the cures of `fresh` that follow no trouble to `failures`: none listed before them, none in the arrears."""
    troubled = ", ".join(map(sql.literal, TROUBLED))
    columns = "borrower_id, loan_id, occurred_on, known_on"
    listed = " UNION ALL ".join(
        f"SELECT {columns} FROM ({_newest(source)}) WHERE kind IN ({troubled})" for source in (fresh, told)
    )
    cures = f"SELECT {ROW}, * EXCLUDE {ROW} FROM {fresh} WHERE kind = {sql.literal(CURED)} AND NOT withdrawn"
    same = "t.borrower_id = c.borrower_id AND (t.loan_id = c.loan_id OR t.loan_id IS NULL OR c.loan_id IS NULL)"
    earlier = f"{same} AND coalesce(t.occurred_on, t.known_on) < c.occurred_on"
    lone = f"SELECT * FROM ({cures}) c WHERE NOT EXISTS (SELECT 1 FROM ({listed}) t WHERE {earlier})"
    con.execute(f"CREATE OR REPLACE TEMP TABLE ews_lone_cures AS {lone}")
    who = [str(row[0]) for row in con.execute("SELECT DISTINCT borrower_id FROM ews_lone_cures").fetchall()]
    if who:
        _read_arrears(con, directory, manifest, who)
        late = f"SELECT 1 FROM ews_late_days t WHERE {earlier}"
        con.execute(
            f"INSERT INTO {failures} SELECT {ROW}, 'occurred_on', CAST(occurred_on AS VARCHAR),"
            f" {sql.literal(Reason.CONTRADICTION)}, 'no default before' FROM ews_lone_cures c WHERE NOT EXISTS ({late})"
        )
        con.execute("DROP TABLE ews_late_days")
    con.execute("DROP TABLE ews_lone_cures")


def _read_arrears(con: duckdb.DuckDBPyConnection, directory: Path, manifest: Manifest, who: list[str]) -> None:
    """Make ews_late_days: when loans of these borrowers were too late, as the feeds of the book tell."""
    book = open_book(directory, manifest=manifest)
    above = int(manifest.recipe.get("default_above_dpd", DEFAULT_ABOVE_DPD))
    days = default_days(book, above_dpd=above, known_by=manifest.extracted_on) if book.has("loans") else None
    found = None if days is None else days.filter(days.borrower_id.isin(who)).to_pyarrow()
    book.engine.disconnect()
    none = "SELECT NULL::VARCHAR AS borrower_id, NULL::VARCHAR AS loan_id, NULL::DATE AS default_on WHERE false"
    if found is not None:
        con.register("ews_arrears", found)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE ews_late_days AS SELECT borrower_id, loan_id, default_on AS occurred_on,"
        f" default_on AS known_on FROM {f'({none})' if found is None else 'ews_arrears'}"
    )
    if found is not None:
        con.unregister("ews_arrears")


def _newest(source: str, *more: str) -> str:
    """Return the SELECT of the newest version of each outcome of `source` that is not taken back."""
    columns = ", ".join((*more, *OUTCOMES.names, "known_on"))
    newest = "row_number() OVER (PARTITION BY outcome_id ORDER BY known_on DESC) = 1"
    return f"SELECT {columns} FROM (SELECT * FROM {source} QUALIFY {newest}) WHERE NOT withdrawn"
