from datetime import date

import numpy as np
import pytest

from ews.events.accept import write_book
from ews.events.engine import connect
from ews.events.report import ImportResult
from ews.events.schemas import TABLES
from ews.events.verification import check_book
from ews.simulation.latent.population import blocks
from ews.simulation.rows.tables import FEEDS, block_tables
from ews.simulation.staging import relations, write_part
from tests.simulation.rows.courses import Written, village, wild_plan


def imported(written: Written, folder) -> ImportResult:
    for part, (table, rows) in enumerate(written.parts):
        write_part(folder / "parts", table, part, rows)
    engine = connect()
    try:
        span = (date(2023, 7, 1), date(2026, 6, 30))
        return write_book(
            folder / "book", relations(folder / "parts"), engine.con, portfolio="x", extracted_on=span[1],
            max_rejected_share=1.0, covered=dict.fromkeys(FEEDS, span),
        )  # fmt: skip
    finally:
        engine.disconnect()


@pytest.mark.parametrize("which", ["calm", "wild"])
def test_every_table_is_made_and_nothing_is_rejected(which, request, tmp_path):
    (tmp_path / "parts").mkdir()
    result = imported(request.getfixturevalue(which), tmp_path)
    assert {table.name for table in result.tables if table.accepted} >= {schema.name for schema in TABLES} - {
        "outcomes",
        "public_events",
    }
    assert {table.name: table.rejected for table in result.tables if table.rejected} == {}
    assert check_book(tmp_path / "book").ok


def test_no_row_is_known_before_it_happened_or_after_the_extraction(wild):
    for schema in TABLES:
        early, late, rows = wild.rows(f"""
            SELECT count(*) FILTER (known_on < {schema.happened}::DATE), count(*) FILTER (known_on > DATE '2026-06-30'),
                count(*) FROM {schema.name} WHERE NOT withdrawn
        """)[0]
        assert (schema.name, early, late) == (schema.name, 0, 0)
        assert rows > 0


CORRECTED = (
    "borrowers", "relations", "accounts", "loans", "ledger", "card_statements", "transactions", "collateral",
    "findings", "guarantees", "inquiries",
)  # fmt: skip


@pytest.mark.parametrize("table", CORRECTED)
def test_some_rows_are_corrected_later(wild, table):
    keys = ", ".join(next(schema.key for schema in TABLES if schema.name == table))
    versions = wild.value(f"SELECT count(*) FROM (SELECT 1 FROM {table} GROUP BY {keys} HAVING count(*) > 1)")
    assert 0 < versions < 0.5 * wild.value(f"SELECT count(*) FROM {table}")


@pytest.mark.parametrize("table", ["payments", "transactions", "public_events"])
def test_some_rows_are_taken_back(wild, table):
    assert wild.value(f"SELECT count(*) FROM {table} WHERE withdrawn") > 0


def rows_of(written_parts):
    found: dict[str, set[str]] = {}
    for table, rows in written_parts:
        columns = {name: column.to_pylist() for name, column in rows.items()}
        names = sorted(columns)
        found.setdefault(table, set()).update(repr(row) for row in zip(*(columns[name] for name in names), strict=True))
    return found


def test_how_borrowers_are_cut_into_blocks_changes_no_row():
    small = village(60)
    plan = wild_plan(small, seed=4)
    whole = rows_of(block_tables(small.block(plan), None)[0])
    pieces = [part for bounds in blocks(small.people, 7) for part in block_tables(small.block(plan, bounds), None)[0]]
    assert rows_of(pieces) == whole


def test_who_is_past_due_at_the_snapshot_is_told(place, wild):
    _, late = block_tables(place.block(wild_plan(place)), 20)
    told = wild.rows("""
        SELECT DISTINCT l.borrower_id FROM ledger g JOIN loans l USING (loan_id)
        WHERE g.dpd > 0 AND g.stated_on = DATE '2025-03-31' AND product <> 'card'
    """)
    found = {f"B{number + 1:07d}" for number in np.flatnonzero(late)}
    assert found >= {row[0] for row in told}
    assert len(found) <= len(told) + 12  # ledger rows that were never delivered
