"""The sources for the public data: on a few made-up rows everywhere, on the real files where they are."""

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ews.events.importing import import_source
from ews.events.report import ImportResult
from ews.events.verification import check_book
from tests.events.extracts import stored

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "examples" / "sources"
REAL = Path(os.environ.get("EWS_REAL_DATA", ROOT.parent / "shared" / "data"))

PAY = [f"PAY_{month}" for month in (0, 2, 3, 4, 5, 6)]
BILLS = [f"BILL_AMT{month}" for month in range(1, 7)]
PAID = [f"PAY_AMT{month}" for month in range(1, 7)]
CARD_HEADER = [
    "ID",
    "LIMIT_BAL",
    "SEX",
    "EDUCATION",
    "MARRIAGE",
    "AGE",
    *PAY,
    *BILLS,
    *PAID,
    "default payment next month",
]


def imported(tmp_path: Path, name: str, files: Mapping[str, list[list[Any]]]) -> ImportResult:
    raw = tmp_path / "raw"
    raw.mkdir()
    for file, rows in files.items():
        (raw / file).write_text("\n".join(",".join(map(str, row)) for row in rows) + "\n", encoding="utf-8")
    return import_source(SOURCES / name, raw, tmp_path / "book")


def rows(tmp_path: Path, result: ImportResult, table: str, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[column] for column in columns) for row in stored(tmp_path / "book", result, table)]


def test_taiwan_months_run_from_april_to_september_and_lateness_takes_the_lower_bound(tmp_path):
    card = [7, "50000.0", 1, 1, 1, 30, 2, 0, -1, -2, 1, 0, "-5", 60, 70, 80, 90, "10.5", 1, 2, 3, 4, 5, 6, 1]
    result = imported(tmp_path, "taiwan", {"taiwan_credit_card.csv": [CARD_HEADER, card]})
    assert rows(tmp_path, result, "ledger", "loan_id", "stated_on", "balance", "dpd") == [
        ("TW00007-C", date(2005, 4, 30), 1050, 0),
        ("TW00007-C", date(2005, 5, 31), 9000, 1),
        ("TW00007-C", date(2005, 6, 30), 8000, 0),
        ("TW00007-C", date(2005, 7, 31), 7000, 0),
        ("TW00007-C", date(2005, 8, 31), 6000, 0),
        ("TW00007-C", date(2005, 9, 30), 0, 31),
    ]
    september = rows(tmp_path, result, "card_statements", "stated_on", "credit_limit", "balance", "paid")[-1]
    assert september == (date(2005, 9, 30), 5_000_000, -500, 100)
    assert rows(tmp_path, result, "outcomes", "borrower_id", "kind", "occurred_on") == [("TW00007", "default", None)]


def test_taiwan_takes_no_protected_attribute(tmp_path):
    card = [1, 1, 2, 2, 2, 77, *[0] * 18, 0]
    result = imported(tmp_path, "taiwan", {"taiwan_credit_card.csv": [CARD_HEADER, card]})
    for file in (tmp_path / "book" / "data").iterdir():
        assert not {"sex", "education", "marriage", "age"} & set(pq.read_schema(file).names)
    assert result.tables[0].accepted == 1


def test_credit_record_tells_no_loan_from_paid_off_and_leaves_unknown_balances_empty(tmp_path):
    statuses = [("X", 0), ("C", -1), ("5", -2), ("4", -3), ("3", -4), ("2", -5), ("1", -6), ("0", -7)]
    records: list[list[Any]] = [
        ["ID", "MONTHS_BALANCE", "STATUS"],
        *([42, month, status] for status, month in statuses),
    ]
    result = imported(tmp_path, "credit_record", {"credit_record.csv": records})
    assert rows(tmp_path, result, "ledger", "stated_on", "balance", "dpd") == [
        (date(2019, 11, 30), None, 1),
        (date(2019, 12, 31), None, 30),
        (date(2020, 1, 31), None, 60),
        (date(2020, 2, 29), None, 90),
        (date(2020, 3, 31), None, 120),
        (date(2020, 4, 30), None, 150),
        (date(2020, 5, 31), 0, 0),
        (date(2020, 6, 30), 0, None),
    ]


def test_sme_sales_come_in_purchases_go_out_and_void_invoices_are_left_out(tmp_path):
    header = ["firm_id", "issued_on", "kind", "counterparty_id", "net_amount", "tax_amount", "gross_amount", "status"]
    invoices: list[list[Any]] = [
        header,
        ["E1", "2019-01-05", "sale", "K1", 100, 13, "113.00", "有效发票"],
        ["E1", "2019-01-06", "purchase", "K2", 100, 13, "113.55", "有效发票"],
        ["E1", "2019-01-07", "sale", "K1", -100, -13, "-113.00", "有效发票"],
        ["E1", "2019-01-08", "sale", "K1", 100, 13, "113.00", "作废发票"],
        ["E1", "2019-01-09", "purchase", "K2", -1, 0, "-1.00", "有效发票"],
    ]
    firms = [["firm_id", "defaulted"], ["E1", "true"], ["E2", "false"]]
    result = imported(tmp_path, "sme", {"sme_firms.csv": firms, "sme_invoices.csv": invoices})
    assert rows(tmp_path, result, "transactions", "posting_id", "amount", "category") == [
        ("I0000001", 11300, "sales"),
        ("I0000002", -11355, "purchase"),
        ("I0000003", -11300, "sales"),
        ("I0000005", 100, "purchase"),
    ]
    assert rows(tmp_path, result, "outcomes", "borrower_id", "kind") == [("E1", "default")]


@pytest.mark.real_data
@pytest.mark.skipif(not REAL.is_dir(), reason=f"no public data at '{REAL}'; set EWS_REAL_DATA")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "taiwan",
            {"borrowers": 30_000, "loans": 30_000, "ledger": 180_000, "card_statements": 180_000, "outcomes": 6_636},
        ),
        ("credit_record", {"borrowers": 45_985, "loans": 45_985, "ledger": 1_048_575}),
        ("sme", {"borrowers": 123, "accounts": 123, "loans": 123, "transactions": 354_617, "outcomes": 27}),
    ],
)
def test_the_real_data_import_whole(tmp_path, name, expected):
    result = import_source(SOURCES / name, REAL, tmp_path)
    assert {table.name: table.accepted for table in result.tables} == expected
    assert sum(table.rejected for table in result.tables) == 0
    assert check_book(tmp_path).ok
