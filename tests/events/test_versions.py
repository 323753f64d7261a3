from datetime import date
from pathlib import Path
from typing import Any

from tests.events.extracts import quarantined, stored, write

ROW = {"loan_id": "L1", "stated_on": "2026-05-31", "balance": "100", "dpd": "0"}


def outcome(tmp_path: Path, *rows: dict[str, str]) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    result = write(tmp_path, {"ledger": rows})
    kept = [
        (row["balance"], row["known_on"], row["known_until"], row["withdrawn"])
        for row in stored(tmp_path, result, "ledger")
    ]
    refused = quarantined(result, "ledger") if result.quarantine else []
    return kept, [(row["row"], row["reason"], row["detail"]) for row in refused]


def test_a_row_is_known_from_the_day_it_happened_unless_it_says_otherwise(tmp_path):
    kept, _ = outcome(tmp_path, ROW, {**ROW, "stated_on": "2026-04-30", "known_on": "2026-06-02"})
    assert kept == [(100, date(2026, 6, 2), None, False), (100, date(2026, 5, 31), None, False)]


def test_a_row_without_any_day_has_always_been_known(tmp_path):
    result = write(tmp_path, {})
    assert {row["known_on"] for row in stored(tmp_path, result, "borrowers")} == {date(1900, 1, 1)}


def test_a_correction_ends_the_version_before_it(tmp_path):
    later = {**ROW, "balance": "70", "known_on": "2026-06-20"}
    middle = {**ROW, "balance": "80", "known_on": "2026-06-10"}
    kept, refused = outcome(tmp_path, later, ROW, middle)
    assert kept == [
        (100, date(2026, 5, 31), date(2026, 6, 10), False),
        (80, date(2026, 6, 10), date(2026, 6, 20), False),
        (70, date(2026, 6, 20), None, False),
    ]
    assert refused == []


def test_a_tombstone_needs_only_the_key_and_the_day(tmp_path):
    tombstone = {"loan_id": "L1", "stated_on": "2026-05-31", "known_on": "2026-06-05", "withdrawn": "true"}
    kept, refused = outcome(tmp_path, ROW, tombstone)
    assert kept == [(100, date(2026, 5, 31), date(2026, 6, 5), False), (None, date(2026, 6, 5), None, True)]
    assert refused == []


def test_the_same_row_again_is_a_duplicate_and_the_first_stays(tmp_path):
    kept, refused = outcome(tmp_path, ROW, {**ROW, "stated_on": "2026-04-30"}, ROW, ROW)
    assert len(kept) == 2
    assert refused == [(3, "duplicate", "= row 1"), (4, "duplicate", "= row 1")]


def test_rows_that_contradict_each_other_are_all_rejected(tmp_path):
    kept, refused = outcome(tmp_path, ROW, {**ROW, "stated_on": "2026-04-30"}, {**ROW, "balance": "99"}, ROW)
    assert [row[1] for row in kept] == [date(2026, 4, 30)]
    assert refused == [(number, "conflict", "known_on 2026-05-31") for number in (1, 3, 4)]


def test_a_rejected_row_neither_conflicts_nor_ends_another(tmp_path):
    kept, refused = outcome(tmp_path, ROW, {**ROW, "balance": "-1"}, {**ROW, "dpd": "x", "known_on": "2026-06-20"})
    assert kept == [(100, date(2026, 5, 31), None, False)]
    assert [row[:2] for row in refused] == [(2, "range"), (3, "type")]
