from datetime import date, datetime

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.domain.errors import RejectedShareError, RequestError, SourceError
from ews.events.accept import accept_rows, write_book
from ews.events.book import open_book
from ews.events.engine import connect
from ews.events.manifest import read_manifest
from tests.books import stored as expected_columns
from tests.events.extracts import DAY, quarantined, snapshot, stored, write

ENGINE = connect(threads=1)
ROW = {"loan_id": "L1", "stated_on": "2026-05-31", "balance": "100", "dpd": "0"}


def ledger(count: int, *, bad: int = 0):
    rows = [{**ROW, "stated_on": f"20{number:02d}-01-31"} for number in range(count)]
    return [{**row, "dpd": "x"} if number < bad else row for number, row in enumerate(rows)]


def test_the_same_rows_give_the_same_bytes_whatever_the_number_of_threads(tmp_path):
    select = (
        "(SELECT 'P' || (i * 7919 % 300000) AS posting_id, 'A1' AS account_id, i AS amount,"
        " TIMESTAMP '2020-01-01' + to_minutes(i % 1000) AS occurred_at FROM range(300000) t(i))"
    )
    needed = {
        "borrowers": "(SELECT 'B1' AS borrower_id, 'firm' AS kind)",
        "accounts": "(SELECT 'A1' AS account_id, 'B1' AS borrower_id)",
    }
    for threads in (1, 3):
        with duckdb.connect(config={"threads": threads}) as con:
            relations = {**needed, "transactions": select}
            write_book(tmp_path / str(threads), relations, con, portfolio="test", extracted_on=DAY)
    assert snapshot(tmp_path / "1") == snapshot(tmp_path / "3")


def test_rows_lie_by_whom_then_when(tmp_path):
    rows = [{**ROW, "loan_id": loan, "stated_on": day} for day in ("2026-05-31", "2026-04-30") for loan in ("L2", "L1")]
    loans = [{"loan_id": loan, "borrower_id": "B1", "product": "card"} for loan in ("L1", "L2")]
    result = write(tmp_path, {"loans": loans, "ledger": rows})
    lying = [(row["loan_id"], row["stated_on"].month) for row in stored(tmp_path, result, "ledger")]
    assert lying == [("L1", 4), ("L1", 5), ("L2", 4), ("L2", 5)]


def test_a_written_book_opens_with_every_column_of_its_tables(tmp_path):
    write(tmp_path, {"ledger": [ROW]}, recipe={"horizon_months": 6, "snapshots": [date(2026, 5, 31)]})
    book = open_book(tmp_path)
    assert book.tables["ledger"].columns == tuple(expected_columns("ledger", []).column_names)
    assert book.table("ledger").count().execute() == 1
    assert book.manifest.recipe == {"horizon_months": 6, "snapshots": ["2026-05-31"]}


@pytest.mark.parametrize(("bad", "refused"), [(1, False), (2, True)])
def test_rejected_rows_up_to_the_share_allowed_are_left_out_and_above_it_nothing_is_published(tmp_path, bad, refused):
    if not refused:
        result = write(tmp_path, {"ledger": ledger(20, bad=bad)}, max_rejected_share=0.05)
        entry = result.manifest.tables["ledger"]
        assert (entry.rows, entry.rejected) == (19, 1)
        return
    with pytest.raises(RejectedShareError, match=r"'ledger': 2 of 20 rows \(10.00%\).*type\) 2.*quarantine"):
        write(tmp_path, {"ledger": ledger(20, bad=bad)}, max_rejected_share=0.05)
    assert not (tmp_path / "manifest.json").exists()


def test_a_refused_import_leaves_the_book_and_shows_its_rejected_rows(tmp_path):
    write(tmp_path, {"ledger": ledger(3)})
    before = snapshot(tmp_path)
    with pytest.raises(RejectedShareError) as caught:
        write(tmp_path, {"ledger": ledger(3, bad=1)}, max_rejected_share=0.1)
    after = snapshot(tmp_path)
    added = [name for name in after if name not in before]
    assert {name: content for name, content in after.items() if name in before} == before
    assert [name.split("/")[-1] for name in added] == ["ledger.parquet"]
    assert added[0].rsplit("/", 1)[0] in str(caught.value)


def test_all_rows_of_a_table_rejected_is_always_too_many(tmp_path):
    with pytest.raises(RejectedShareError, match=r"'ledger': 2 of 2 rows \(100.00%\)"):
        write(tmp_path, {"ledger": ledger(2, bad=2)}, max_rejected_share=1.0)


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_in_is_accepted_plus_rejected_whatever_is_delivered(tmp_path_factory, data):
    values = {
        "loan_id": st.sampled_from(["L1", "L1", "L9", None]),
        "stated_on": st.sampled_from(["2026-01-31", "2026-02-28", "9999-12-31", "x", None]),
        "dpd": st.sampled_from(["0", "1", "-1", "1.5", None]),
        "known_on": st.sampled_from([None, None, "2026-03-31", "2027-01-01"]),
    }
    rows = data.draw(st.lists(st.fixed_dictionaries(values), max_size=12))
    directory = tmp_path_factory.mktemp("book")
    result = write(directory, {"ledger": [ROW, *rows]}, max_rejected_share=1.0)
    ledger_result = next(table for table in result.tables if table.name == "ledger")
    kept = stored(directory, result, "ledger")
    refused = {row["row"] for row in quarantined(result, "ledger")} if result.quarantine else set()
    assert ledger_result.delivered == 1 + len(rows) == len(kept) + len(refused)
    assert (ledger_result.accepted, ledger_result.rejected) == (len(kept), len(refused))
    assert len({(row["loan_id"], row["stated_on"], row["known_on"]) for row in kept}) == len(kept)


@pytest.mark.parametrize(
    ("relations", "says"),
    [
        ({"loans": "(SELECT 1)"}, "'borrowers'.*every book needs it"),
        ({"borrowers": "(SELECT 'B' AS borrower_id)"}, "required column 'kind'"),
        ({"borrowers": "(SELECT 'B' AS borrower_id, 'firm' AS kind, 1 AS shoe_size)"}, "unknown column 'shoe_size'"),
        ({"borrowers": "(SELECT 1.5::DOUBLE AS borrower_id, 'firm' AS kind)"}, "'borrower_id' is delivered as DOUBLE"),
        ({"borrowers": "(SELECT 'B' AS borrower_id, ['firm'] AS kind)"}, "'kind' is delivered as VARCHAR"),
        ({"borrowers": "nowhere"}, "'borrowers' cannot be read"),
        ({"borowers": "x"}, "no event table 'borowers'"),
        (
            {"borrowers": "(SELECT 'B' AS borrower_id, 'firm' AS kind)", "ledger": "(SELECT 1)"},
            "'ledger' refers to 'loans'",
        ),
    ],
)
def test_a_relation_that_does_not_fit_its_table_is_named(tmp_path, relations, says):
    with duckdb.connect() as con, pytest.raises(SourceError, match=says):
        write_book(tmp_path, relations, con, portfolio="test", extracted_on=DAY)
    assert not (tmp_path / "manifest.json").exists()


def test_rows_of_a_request_come_as_the_book_holds_them():
    rows = [
        {"loan_id": "L1", "stated_on": "2026-05-31", "dpd": 3, "balance": 100},
        {"loan_id": "L1", "stated_on": date(2026, 5, 31), "dpd": 4, "balance": None, "known_on": "2026-06-02"},
        {"loan_id": "L1", "stated_on": "2026-04-30", "dpd": 0},
        {"loan_id": "L1", "stated_on": "2026-04-30", "known_on": "2026-06-03", "withdrawn": True},
    ]
    accepted = accept_rows({"ledger": rows}, ENGINE, extracted_on=DAY)["ledger"]
    columns = ("stated_on", "balance", "dpd", "known_on", "known_until")
    assert [tuple(row[column] for column in columns) for row in accepted.to_pylist()] == [
        (date(2026, 4, 30), None, 0, date(2026, 4, 30), date(2026, 6, 3)),
        (date(2026, 5, 31), 100, 3, date(2026, 5, 31), date(2026, 6, 2)),
        (date(2026, 5, 31), None, 4, date(2026, 6, 2), None),
    ]
    assert accepted.schema.equals(expected_columns("ledger", []).schema)


def test_an_empty_list_of_rows_gives_an_empty_table():
    accepted = accept_rows({"transactions": []}, ENGINE, extracted_on=DAY)["transactions"]
    assert (accepted.num_rows, accepted.column_names) == (0, expected_columns("transactions", []).column_names)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ({"ledgers": []}, "no event table 'ledgers'"),
        ({"ledger": [{**ROW, "colour": "red"}]}, "'ledger', row 1: unknown column 'colour'"),
        ({"ledger": [ROW, {**ROW, "dpd": [1]}]}, r"row 2: column 'dpd' holds \[1\]"),
        ({"ledger": [{**ROW, "dpd": 1.5}]}, "row 1, column 'dpd', value '1.5': not a value of the column's type"),
        ({"ledger": [{**ROW, "balance": -1}]}, "row 1, column 'balance', value '-1': out of range"),
        ({"ledger": [{"loan_id": "L1"}]}, "row 1, column 'stated_on', value None: missing"),
        ({"ledger": [ROW, {**ROW, "dpd": "1"}]}, "2 of 2 rows.*same key and day, different content"),
        ({"ledger": [{**ROW, "stated_on": "2026-07-31"}]}, "later than the extraction"),
    ],
)
def test_a_request_with_a_bad_row_is_refused_with_row_column_value_and_reason(rows, says):
    with pytest.raises(RequestError, match=says):
        accept_rows(rows, ENGINE, extracted_on=DAY)


def test_times_in_a_request_may_be_objects_or_text():
    row = {"posting_id": "P1", "account_id": "A1", "amount": -5}
    for given_time in ("2026-06-01T09:30:00", datetime(2026, 6, 1, 9, 30)):
        accepted = accept_rows({"transactions": [{**row, "occurred_at": given_time}]}, ENGINE, extracted_on=DAY)
        assert accepted["transactions"]["occurred_at"].to_pylist() == [datetime(2026, 6, 1, 9, 30)]


def test_the_manifest_returned_is_the_one_written(tmp_path):
    manifest = write(tmp_path, {"ledger": [ROW]}).manifest
    assert read_manifest(tmp_path) == manifest
