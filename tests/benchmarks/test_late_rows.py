from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.book.late_rows import correct
from ews.events.manifest import read_manifest
from ews.simulation.simulate import simulate


def test_corrected_rows_end_and_begin_anew_with_another_amount_and_all_else_stays(tmp_path: Path):
    book, late = tmp_path / "book", tmp_path / "late"
    simulate(book, borrowers=20, months=6, seed=1)
    correct(book, late, "payments", 3)
    before, after = read_manifest(book), read_manifest(late)
    day = before.extracted_on
    assert {name for name in before.tables if before.tables[name].sha256 != after.tables[name].sha256} == {"payments"}
    was, now = (
        pq.read_table(folder / manifest.tables["payments"].file).to_pylist()
        for folder, manifest in ((book, before), (late, after))
    )
    fresh = [row for row in now if row not in was and row["known_on"] == day]
    ended = [row for row in now if row not in was and row["known_until"] == day]
    assert (len(fresh), len(ended), after.tables["payments"].rows) == (3, 3, len(was) + 3)
    amounts = {row["payment_id"]: row["paid_amount"] for row in was}
    for row in fresh:
        assert row["paid_amount"] == amounts[row["payment_id"]] * 11 // 10
