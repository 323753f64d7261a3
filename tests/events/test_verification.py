import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from ews.domain.errors import BookError
from ews.events.publication import sha256_of
from ews.events.verification import Fault, check_book
from tests.events.extracts import write

ROWS = [
    {"loan_id": "L1", "stated_on": "2026-05-31", "dpd": "1"},
    {"loan_id": "L1", "stated_on": "2026-05-31", "dpd": "2", "known_on": "2026-06-10"},
    {"loan_id": "L1", "stated_on": "2026-06-30", "dpd": "9"},
]


@pytest.fixture
def book(tmp_path):
    write(tmp_path, {"ledger": ROWS})
    return tmp_path


def problems(book: Path) -> dict[str, list[tuple[Fault, str]]]:
    return {
        table.name: [(each.fault, each.detail) for each in table.problems]
        for table in check_book(book).tables
        if table.problems
    }


def forge(book: Path, table: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Replace the file of `table` by a changed one and make the manifest agree, as a careless hand would."""
    path = book / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    entry = manifest["tables"][table]
    changed = change(pq.read_table(book / entry["file"]))
    pq.write_table(changed, book / entry["file"])
    entry["sha256"] = sha256_of(book / entry["file"])
    path.write_text(json.dumps(manifest), encoding="utf-8")


def with_column(table: pa.Table, name: str, values: Any) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, values)


def test_a_fresh_book_is_sound(book):
    report = check_book(book)
    assert report.ok
    assert {name: table["rows"] for name, table in report.as_dict()["tables"].items()} == {
        "borrowers": 2,
        "accounts": 1,
        "loans": 1,
        "ledger": 3,
    }


def test_a_changed_file_is_found_by_its_hash(book):
    file = next((book / "data").glob("ledger-*"))
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    assert [fault for fault, _ in problems(book)["ledger"]] == [Fault.HASH]


def test_a_missing_file_is_named_and_what_refers_to_it_too(book):
    file = next((book / "data").glob("loans-*"))
    file.unlink()
    assert problems(book) == {
        "loans": [(Fault.MISSING, f"data/{file.name}")],
        "ledger": [(Fault.NOT_CHECKED, "loans")],
    }


def test_columns_that_may_refer_to_a_damaged_table_are_passed_over_and_the_others_checked(tmp_path):
    rows = [{"card_id": "C1", "borrower_id": "B1", "stated_on": "2026-05-31", "credit_limit": "5"}]
    write(tmp_path, {"card_statements": rows})
    file = next((tmp_path / "data").glob("borrowers-*"))
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    forge(
        tmp_path, "card_statements", lambda table: with_column(table, "credit_limit", pc.negate(table["credit_limit"]))
    )
    found = problems(tmp_path)
    assert [fault for fault, _ in found["borrowers"]] == [Fault.HASH]
    assert found["loans"] == found["accounts"] == [(Fault.NOT_CHECKED, "borrowers")]
    assert found["card_statements"] == [(Fault.NOT_CHECKED, "borrowers"), (Fault.CONTENT, "range: 1")]


def test_a_lost_row_is_found_by_the_count(book):
    forge(book, "ledger", lambda table: table.slice(1))
    assert problems(book)["ledger"][0] == (Fault.ROWS, "2, manifest 3")


def test_a_column_of_another_type_is_found(book):
    forge(book, "ledger", lambda table: with_column(table, "dpd", table["dpd"].cast(pa.string())))
    assert problems(book)["ledger"] == [(Fault.COLUMNS, "dpd BIGINT, dpd VARCHAR")]


def test_values_out_of_range_are_found(book):
    forge(book, "ledger", lambda table: with_column(table, "dpd", pc.negate(table["dpd"])))
    assert problems(book)["ledger"] == [(Fault.CONTENT, "range: 3")]


def test_versions_that_do_not_end_each_other_are_found(book):
    forge(book, "ledger", lambda table: with_column(table, "known_until", pa.nulls(table.num_rows, pa.date32())))
    assert problems(book)["ledger"] == [(Fault.VERSIONS, "1")]


def test_a_span_beyond_the_extract_is_found(book):
    path = book / "manifest.json"
    path.write_text(
        path.read_text(encoding="utf-8").replace('"covered_to": "2026-06-30"', '"covered_to": "2026-07-01"'), "utf-8"
    )
    assert problems(book)["ledger"] == [(Fault.COVERAGE, "2026-05-31 .. 2026-07-01 .. 2026-06-30")]


def test_where_there_is_no_book_the_error_says_how_to_make_one(tmp_path):
    with pytest.raises(BookError, match="ews import"):
        check_book(tmp_path)


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_is_said_in_both_languages(fault):
    assert fault.text.en
    assert fault.text.zh
