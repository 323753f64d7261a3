"""Every kind of bad value: where it lands and under which reason."""

from datetime import date, datetime

import pyarrow as pa
import pytest

from ews.events.checks import IN_ORDER, MAY_LIE_AHEAD
from ews.events.schemas import TABLES
from tests.events.extracts import quarantined, stored, write

BORROWER = {"borrower_id": "B3", "kind": "firm"}
LEDGER = {"loan_id": "L1", "stated_on": "2026-05-31", "balance": "100", "dpd": "0"}
CARD = {"card_id": "C1", "borrower_id": "B1", "stated_on": "2026-05-31", "credit_limit": "100"}
LOAN = {"loan_id": "L1", "borrower_id": "B1", "product": "business"}
ACCOUNT = {"account_id": "A1", "borrower_id": "B1"}
POSTING = {"posting_id": "P1", "account_id": "A1", "occurred_at": "2026-05-31 10:00:00", "amount": "5"}
RELATION = {"from_id": "B1", "to_id": "B2", "kind": "shareholder"}
DUE = {"loan_id": "L1", "due_on": "2026-05-31", "component": "fee", "due_amount": "1"}

PASSING = {
    "ledger": [{**LEDGER, "stated_on": "2026-04-30"}],
    "card_statements": [{**CARD, "stated_on": "2026-04-30"}],
    "borrowers": [{**BORROWER, "borrower_id": "B1"}],
    "loans": [{**LOAN, "loan_id": "L8"}],
    "transactions": [{**POSTING, "posting_id": "P8"}],
    "relations": [{**RELATION, "kind": "spouse"}],
    "instalments": [{**DUE, "component": "interest"}],
}
"""Rows beside the bad one, so that not all of a table is rejected."""

BAD = [
    ("ledger", LEDGER, "balance", "12.345", "type"),
    ("ledger", LEDGER, "balance", "1,234.56", "type"),
    ("ledger", LEDGER, "balance", "1e3", "type"),
    ("ledger", LEDGER, "balance", "9223372036854775808", "type"),
    ("ledger", LEDGER, "balance", "-1", "range"),
    ("ledger", LEDGER, "dpd", "36501", "range"),
    ("ledger", LEDGER, "dpd", "-1", "range"),
    ("ledger", LEDGER, "stated_on", None, "required"),
    ("ledger", LEDGER, "stated_on", "", "required"),
    ("ledger", LEDGER, "stated_on", "20260531", "type"),
    ("ledger", LEDGER, "stated_on", "2026-02-30", "impossible_date"),
    ("ledger", LEDGER, "stated_on", "9999-12-31", "impossible_date"),
    ("ledger", LEDGER, "stated_on", "1899-12-31", "impossible_date"),
    ("ledger", LEDGER, "stated_on", "2026-07-01", "after_extraction"),
    ("ledger", LEDGER, "known_on", "2026-07-01", "after_extraction"),
    ("ledger", LEDGER, "withdrawn", "perhaps", "type"),
    ("ledger", LEDGER, "withdrawn", "true", "required"),
    ("ledger", LEDGER, "loan_id", "L9", "reference"),
    ("card_statements", CARD, "credit_limit", "-100", "range"),
    ("borrowers", BORROWER, "kind", "company", "choice"),
    ("borrowers", BORROWER, "retail", "2", "type"),
    ("borrowers", BORROWER, "customer_since", "2026-07-01", "after_extraction"),
    ("loans", LOAN, "borrower_id", "B9", "reference"),
    ("loans", LOAN, "matures_on", "2200-01-01", "impossible_date"),
    ("transactions", POSTING, "occurred_at", "2026-07-01 00:00:00", "after_extraction"),
    ("transactions", POSTING, "occurred_at", "2026-06-30 24:00:01", "impossible_date"),
    ("transactions", POSTING, "occurred_at", "10:00", "type"),
    ("relations", RELATION, "share", "1.1", "range"),
    ("relations", RELATION, "share", "nan", "type"),
    ("relations", RELATION, "share", "50%", "type"),
    ("instalments", DUE, "known_on", "2026-07-01", "after_extraction"),
]

GOOD = [
    ("ledger", LEDGER, "balance", "+007", 7),
    ("ledger", LEDGER, "balance", "", None),
    ("ledger", LEDGER, "dpd", "36500", 36500),
    ("ledger", LEDGER, "stated_on", "2026-06-30", date(2026, 6, 30)),
    ("ledger", LEDGER, "stated_on", "1900-01-01", date(1900, 1, 1)),
    ("loans", LOAN, "matures_on", "2199-12-31", date(2199, 12, 31)),
    ("instalments", DUE, "due_on", "2030-01-31", date(2030, 1, 31)),
    ("relations", RELATION, "share", ".5", 0.5),
    ("transactions", POSTING, "amount", "-5", -5),
    ("transactions", POSTING, "occurred_at", "2026-06-30T23:59", datetime(2026, 6, 30, 23, 59)),
]


@pytest.mark.parametrize(("table", "row", "column", "value", "reason"), BAD)
def test_a_bad_value_goes_to_quarantine_with_its_column_and_reason(tmp_path, table, row, column, value, reason):
    result = write(tmp_path, {table: [{**row, column: value}, *PASSING[table]]})
    entry = quarantined(result, table)[0]
    shown = "known_on" if (column, value) == ("withdrawn", "true") else column
    assert (entry["table"], entry["row"], entry["column"], entry["reason"]) == (table, 1, shown, reason)
    if reason != "required":
        assert entry["value"] == value


def table_key(table: str) -> str:
    return next(schema.key[0] for schema in TABLES if schema.name == table)


@pytest.mark.parametrize(("table", "row", "column", "value", "kept"), GOOD)
def test_a_good_value_is_kept_as_its_type(tmp_path, table, row, column, value, kept):
    result = write(tmp_path, {table: [{**row, column: value}]})
    assert stored(tmp_path, result, table)[0][column] == kept
    assert result.quarantine is None


@pytest.mark.parametrize(
    ("word", "flag"), [("Y", True), ("true", True), ("1", True), ("0", False), ("No", False), ("", None)]
)
def test_flags_are_read_from_the_usual_words(tmp_path, word, flag):
    result = write(tmp_path, {"borrowers": [{**BORROWER, "borrower_id": "B1", "retail": word}]})
    assert stored(tmp_path, result, "borrowers")[0]["retail"] is flag


@pytest.mark.parametrize(
    ("table", "row", "first", "then"),
    [
        ("accounts", ACCOUNT, "opened_on", "closed_on"),
        ("loans", LOAN, "opened_on", "matures_on"),
        ("relations", RELATION, "starts_on", "ends_on"),
    ],
)
def test_an_end_may_fall_on_the_first_day_and_not_before_it(tmp_path, table, row, first, then):
    other = {**row, table_key(table): "Z"}
    rows = [{**row, first: "2026-01-02", then: "2026-01-02"}, {**other, first: "2026-01-02", then: "2026-01-01"}]
    result = write(tmp_path, {table: rows})
    entry = quarantined(result, table)[0]
    assert (entry["row"], entry["column"], entry["value"]) == (2, then, "2026-01-01")
    assert (entry["reason"], entry["detail"]) == ("date_order", f">= {first} 2026-01-02")


def test_every_failing_column_is_recorded_and_the_row_counted_once_under_its_gravest_reason(tmp_path):
    bad = {"loan_id": "L9", "stated_on": "2026-05-31", "balance": "x", "dpd": "-3"}
    result = write(tmp_path, {"ledger": [LEDGER, bad]})
    assert [(row["column"], row["reason"]) for row in quarantined(result, "ledger")] == [
        ("balance", "type"),
        ("dpd", "range"),
        ("loan_id", "reference"),
    ]
    ledger = result.tables[-1]
    assert (ledger.delivered, ledger.accepted, dict(ledger.reasons)) == (2, 1, {"type": 1})


def test_quarantine_keeps_the_whole_row_as_it_was_delivered(tmp_path):
    result = write(tmp_path, {"ledger": [LEDGER, {**LEDGER, "stated_on": "2026-04-30", "dpd": "many"}]})
    content = quarantined(result, "ledger")[0]["content"]
    assert content == '{"loan_id":"L1","stated_on":"2026-04-30","balance":"100","dpd":"many"}'


def test_what_refers_to_a_rejected_row_is_rejected_too(tmp_path):
    loans = [LOAN, {**LOAN, "loan_id": "L2", "product": "boat"}]
    result = write(tmp_path, {"loans": loans, "ledger": [LEDGER, {**LEDGER, "loan_id": "L2"}]})
    assert [(row["row"], row["value"], row["reason"]) for row in quarantined(result, "ledger")] == [
        (2, "L2", "reference")
    ]


def test_floating_amounts_are_no_fen(tmp_path):
    rows = pa.table(
        {
            "loan_id": ["L1", "L1"],
            "stated_on": [date(2026, 5, 31), date(2026, 4, 30)],
            "balance": pa.array([12.0, None]),
        }
    )
    result = write(tmp_path, {"ledger": rows})
    assert [(row["value"], row["reason"]) for row in quarantined(result, "ledger")] == [("12.0", "type")]


def test_columns_named_by_the_rules_on_days_exist():
    names = {name for schema in TABLES for name in schema.names}
    assert names >= MAY_LIE_AHEAD | {name for pair in IN_ORDER for name in pair}
