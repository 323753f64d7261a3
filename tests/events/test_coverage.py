from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ews.domain.errors import SourceError
from ews.events.coverage import STEADY
from ews.events.schemas import TABLES
from tests.events.extracts import Rows, write


def row(stated_on: str) -> dict[str, str]:
    return {"loan_id": "L1", "stated_on": stated_on, "dpd": "0"}


def span(tmp_path: Path, table: str, rows: Rows, **options: Any) -> tuple[date | None, date | None]:
    entry = write(tmp_path, {table: rows}, **options).manifest.tables[table]
    return entry.covered_from, entry.covered_to


@pytest.mark.parametrize(
    ("newest", "covered_to"),
    [("2026-05-30", date(2026, 6, 30)), ("2026-05-29", date(2026, 5, 29)), ("2026-06-30", date(2026, 6, 30))],
)
def test_a_monthly_feed_silent_for_more_than_31_days_has_stopped(tmp_path, newest, covered_to):
    assert span(tmp_path, "ledger", [row("2025-01-31"), row(newest)]) == (date(2025, 1, 31), covered_to)


def test_a_table_of_rare_events_does_not_stop(tmp_path):
    rows = [{"event_id": "E1", "borrower_id": "B1", "occurred_on": "2024-01-01", "kind": "penalty"}]
    assert span(tmp_path, "public_events", rows) == (date(2024, 1, 1), date(2026, 6, 30))


def test_due_dates_ahead_do_not_stretch_the_span(tmp_path):
    rows = [
        {"loan_id": "L1", "due_on": day, "component": "fee", "due_amount": "1"} for day in ("2026-01-31", "2030-01-31")
    ]
    assert span(tmp_path, "instalments", rows) == (date(2026, 1, 31), date(2026, 6, 30))


def test_items_that_all_fall_due_later_are_covered_on_the_day_of_extraction(tmp_path):
    rows = [{"loan_id": "L1", "due_on": "2030-01-31", "component": "fee", "due_amount": "1"}]
    assert span(tmp_path, "instalments", rows) == (date(2026, 6, 30), date(2026, 6, 30))


def test_declared_days_win(tmp_path):
    declared = {"ledger": (date(2020, 1, 1), date(2026, 6, 1))}
    assert span(tmp_path, "ledger", [row("2025-01-31")], covered=declared) == declared["ledger"]


def test_a_table_without_rows_or_days_covers_nothing_unless_declared(tmp_path):
    assert span(tmp_path, "ledger", []) == (None, None)


@pytest.mark.parametrize(
    "declared", [(None, date(2026, 7, 1)), (date(2026, 6, 2), date(2026, 6, 1)), (date(2026, 7, 1), None)]
)
def test_a_span_outside_the_extract_is_refused(tmp_path, declared):
    with pytest.raises(SourceError, match="ledger"):
        span(tmp_path, "ledger", [row("2025-01-31")], covered={"ledger": declared})


@pytest.mark.parametrize(
    "declared", [(date(2026, 1, 1), None), (None, date(2024, 12, 31))], ids=["stopped before", "not begun"]
)
def test_rows_that_lie_outside_the_span_declared_are_refused(tmp_path, declared):
    with pytest.raises(SourceError, match="between 2025-01-31 and 2025-02-28"):
        span(tmp_path, "ledger", [row("2025-01-31"), row("2025-02-28")], covered={"ledger": declared})


def test_steady_tables_are_tables_with_a_day():
    assert {schema.name for schema in TABLES if schema.happened} >= STEADY
