"""Feeds over manifests written by hand: a late one, one that no longer comes, and rows in quarantine."""

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ews.domain.errors import BookError
from ews.events.feeds import feeds_of
from ews.events.manifest import Manifest, TableEntry, write_manifest
from ews.events.publication import PREVIOUS, quarantine_of
from ews.events.rejections import Reason

MAY, JUNE = date(2026, 5, 31), date(2026, 6, 30)


def entry(rows: int, covered_to: date | None) -> TableEntry:
    return TableEntry("x.parquet", "00", rows, 0, date(2024, 1, 1), covered_to)


BEFORE = Manifest("sme", MAY, {"ledger": entry(90, date(2026, 5, 29)), "inquiries": entry(5, MAY)})
NOW = Manifest("sme", JUNE, {"ledger": entry(100, date(2026, 6, 20)), "borrowers": entry(7, None)})


@pytest.fixture
def book(tmp_path):
    write_manifest(tmp_path, NOW)
    (tmp_path / PREVIOUS).write_text(BEFORE.to_json(), encoding="utf-8")
    return tmp_path


def test_each_table_tells_its_lag_beside_the_usual_one(book):
    found = {one.schema.name: (one.lag_days, one.usual_days) for one in feeds_of(book).feeds}
    assert {name: found[name] for name in ("ledger", "inquiries", "borrowers")} == {
        "ledger": (10, 2),
        "inquiries": (None, 0),
        "borrowers": (None, None),
    }


def test_nothing_is_usual_without_a_book_before(book):
    (book / PREVIOUS).unlink()
    assert {one.usual_days for one in feeds_of(book).feeds} == {None}


def test_a_rejected_row_counts_once_under_its_gravest_reason(book):
    folder = quarantine_of(book, NOW)
    folder.mkdir(parents=True)
    rows = {"table": ["ledger"] * 4, "row": [1, 1, 2, 3], "reason": ["type", "range", "range", "range"]}
    pq.write_table(pa.table(rows), folder / "ledger.parquet")
    found = feeds_of(book)
    assert found.rejected == {("ledger", Reason.RANGE): 2, ("ledger", Reason.TYPE): 1}
    assert found.quarantine == folder


def test_a_folder_without_a_book_is_told(tmp_path):
    with pytest.raises(BookError, match="no book"):
        feeds_of(tmp_path)
