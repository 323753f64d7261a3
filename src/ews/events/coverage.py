"""Coverage: from which day to which the extract of a table speaks, so that silence can be told from ignorance."""

from datetime import date, timedelta

import duckdb

from ews.domain.errors import SourceError
from ews.events import sql
from ews.events.schemas import EventTable

Declared = tuple[date | None, date | None]

STEADY = frozenset(
    {
        "ledger",
        "instalments",
        "payments",
        "transactions",
        "bureau_reports",
        "inquiries",
        "external_debts",
        "card_statements",
    }
)
"""Feeds of a living book that bring rows every month; if they fall silent, they have stopped."""

SILENT_DAYS = 31


def check_declared(declared: dict[str, Declared], extracted_on: date) -> None:
    """SourceError where a declared span ends before it starts or after the extraction."""
    for table, (start, end) in declared.items():
        if end is not None and end > extracted_on:
            message = (
                f"Table '{table}' is declared as covered to {end}, after the extraction on {extracted_on}. "
                "Mend one of the two."
            )
            raise SourceError(message)
        if start is not None and start > (end or extracted_on):
            message = (
                f"Table '{table}' is declared as covered from {start}, after its end {end or extracted_on}. "
                f"Mend [covered.{table}]."
            )
            raise SourceError(message)


def coverage(
    con: duckdb.DuckDBPyConnection, schema: EventTable, relation: str, *, declared: Declared, extracted_on: date
) -> Declared:
    """Return the first and last day that `relation` speaks of: as declared, else from the oldest row to the extraction.

    The feed of a steady table whose newest row is more than 31 days older than the extraction has stopped on that
    row's day. None where a table has no day of its own or no rows; SourceError where the rows lie outside what was
    declared.
    """
    start, end = declared
    if schema.happened is None:
        return start, end
    day = f"CAST({sql.name(schema.happened)} AS DATE)"
    oldest, newest = con.execute(f"SELECT min({day}), max({day}) FROM {relation}").fetchall()[0]
    if oldest is None:
        return start, end
    stopped = schema.name in STEADY and extracted_on - newest > timedelta(days=SILENT_DAYS)
    # Items that all fall due later are known of on the day of extraction.
    first, last = start or min(oldest, extracted_on), end or (newest if stopped else extracted_on)
    if first > last:
        message = (
            f"Table '{schema.name}' would be covered from {first} to {last}: its rows lie between {oldest} and "
            f"{newest}. Mend [covered.{schema.name}], or deliver rows of that time."
        )
        raise SourceError(message)
    return first, last
