"""Versions of a row: duplicates, conflicts, and the day on which a later version ends an earlier one.

Rows of one key are told apart by the day they were known. The same content twice on one day is a duplicate (the
first is kept); different content on one day is a conflict (none is kept, since nothing says which is true).
Most keys stand alone: a hash over the keys finds the few that may not, and only those are compared exactly.
"""

import duckdb

from ews.events import sql
from ews.events.checks import ROW
from ews.events.rejections import Reason
from ews.events.schemas import EventTable


def find_versions(con: duckdb.DuckDBPyConnection, schema: EventTable, *, typed: str, failures: str, ends: str) -> None:
    """Add duplicates and conflicts to `failures` and make the table `ends` (row, known_until)."""
    suspects, twins = f"ews_suspects_{schema.name}", f"ews_twins_{schema.name}"
    con.execute(f"CREATE OR REPLACE TEMP TABLE {suspects} AS {_suspects(con, schema, typed, failures)}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE {twins} AS {_twins(schema, typed, failures, suspects)}")
    con.execute(f"INSERT INTO {failures} {_rejected(schema, twins)}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE {ends} AS {_ends(schema, twins)}")
    con.execute(f"DROP TABLE {twins}")
    con.execute(f"DROP TABLE {suspects}")


def _suspects(con: duckdb.DuckDBPyConnection, schema: EventTable, typed: str, failures: str) -> str:
    some = con.execute(f"SELECT count(*) FROM {failures}").fetchall()[0][0] > 0
    kept = f' WHERE {ROW} NOT IN (SELECT "row" FROM {failures})' if some else ""
    hashes = f"SELECT {_hash(schema)} AS key_hash FROM {typed}{kept}"
    return f"SELECT key_hash FROM ({hashes}) GROUP BY key_hash HAVING count(*) > 1"


def _twins(schema: EventTable, typed: str, failures: str, suspects: str) -> str:
    """Return the suspects: how many rows share key and day, how many are equal, and the row's place among these."""
    day = f"{_keys(schema)}, known_on"
    same = ", ".join((*map(sql.name, schema.names), "known_on", "withdrawn"))
    return (
        f'SELECT {ROW} AS "row", {day}, count(*) OVER (PARTITION BY {day}) AS of_day,'
        f" count(*) OVER (PARTITION BY {same}) AS equal,"
        f" row_number() OVER (PARTITION BY {same} ORDER BY {ROW}) AS place,"
        f" first_value({ROW}) OVER (PARTITION BY {same} ORDER BY {ROW}) AS first_row"
        f" FROM {typed} WHERE {_hash(schema)} IN (SELECT key_hash FROM {suspects})"
        f' AND {ROW} NOT IN (SELECT "row" FROM {failures})'
    )


def _rejected(schema: EventTable, twins: str) -> str:
    columns, value = sql.literal(", ".join(schema.key)), f"concat_ws(' | ', {_keys(schema)})"
    return (
        f'SELECT "row", {columns}, {value}, CASE WHEN of_day > equal THEN {sql.literal(Reason.CONFLICT)}'
        f" ELSE {sql.literal(Reason.DUPLICATE)} END,"
        " CASE WHEN of_day > equal THEN 'known_on ' || CAST(known_on AS VARCHAR)"
        " ELSE '= row ' || CAST(first_row AS VARCHAR) END"
        f" FROM {twins} WHERE of_day > equal OR place > 1"
    )


def _ends(schema: EventTable, twins: str) -> str:
    return (
        f'SELECT "row", lead(known_on) OVER (PARTITION BY {_keys(schema)} ORDER BY known_on) AS known_until'
        f" FROM {twins} WHERE of_day = equal AND place = 1 QUALIFY known_until IS NOT NULL"
    )


def _keys(schema: EventTable) -> str:
    return ", ".join(map(sql.name, schema.key))


def _hash(schema: EventTable) -> str:
    return f"hash({_keys(schema)})"
