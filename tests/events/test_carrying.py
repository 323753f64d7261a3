"""Outcomes added before: a whole import has them again, judged anew, and never loses one."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.domain.errors import BookError, RejectedShareError
from ews.events.additions import add_outcomes
from ews.events.feeds import feeds_of
from ews.events.manifest import Manifest, read_manifest
from ews.events.outcome_lists import LISTS
from ews.events.report import ImportResult
from ews.events.verification import check_book
from tests.events.extracts import run, write
from tests.events.test_additions import held, listed, row

TODAY = date(2026, 9, 1)
STATEMENTS = {
    "borrowers": "SELECT borrower_id, 'firm' AS kind FROM raw.customers",
    "loans": "SELECT loan_id, borrower_id, 'business' AS product FROM raw.loans",
    "ledger": "SELECT loan_id, stated_on, dpd FROM raw.ledger",
    "outcomes": "SELECT * FROM raw.known",
}
KNOWN = "borrower_id,kind,occurred_on,known_on,loan_id\n"
FILES = {
    "customers.csv": "borrower_id\nB1\nB2\nB3\n",
    "loans.csv": "loan_id,borrower_id\nL1,B1\nL2,B2\nL3,B3\n",
    "ledger.csv": "loan_id,stated_on,dpd\nL1,2026-03-31,95\nL2,2026-03-31,0\nL3,2026-03-31,0\n",
    "known.csv": f"{KNOWN}B1,litigation,2026-01-05,2026-01-09,\n",
}
SMALLER = {name: content for name, content in FILES.items() if name != "known.csv"}
WITHOUT_OUTCOMES = {name: statement for name, statement in STATEMENTS.items() if name != "outcomes"}


def take(place: Path, files: Mapping[str, str] | None = None, day: str = "2026-06-30") -> ImportResult:
    """Import the extract, with `files` in place of its own, as of `day`."""
    return run(place, STATEMENTS, {**FILES, **(files or {})}, extracted_on=date.fromisoformat(day))


def add(place: Path, rows: Sequence[Mapping[str, Any]], name: str = "list.csv", known_to: date | None = None) -> None:
    add_outcomes(place / "book", [listed(place, rows, name)], today=TODAY, known_to=known_to)


def told(result: ImportResult) -> dict[str, Any]:
    assert result.carried is not None
    return result.carried.as_dict()


FIRST = [row("default", "2026-07-01"), row("cured", "2026-07-20", borrower="B1"), row("repaid", None, loan_id="L2")]
FIRST[2]["borrower_id"] = "B2"


def test_a_whole_import_keeps_what_was_added_with_the_days_on_which_it_was_known(tmp_path):
    take(tmp_path)
    add(tmp_path, FIRST)
    before, rows = read_manifest(tmp_path / "book"), held(tmp_path)
    result = take(tmp_path, day="2026-07-31")
    assert (held(tmp_path), len(rows)) == (rows, 4)
    assert (result.manifest.extracted_on, result.manifest.known_to) == (date(2026, 7, 31), before.known_to)
    assert told(result) == {
        "lists": 1, "in": 3, "accepted": 3, "added": {"cured": 1, "default": 1, "repaid": 1}, "already_known": 0,
        "rejected": 0, "reasons": {},
    }  # fmt: skip
    assert result.as_dict()["outcomes_added_before"] == told(result)
    assert check_book(tmp_path / "book").ok


def test_imported_again_the_same_extract_gives_the_same_book(tmp_path):
    take(tmp_path)
    add(tmp_path, FIRST)
    add(tmp_path, [row("default", "2026-07-02", "2026-08-20")], "correction.csv")
    add(tmp_path, [], "no_news.csv", known_to=date(2026, 8, 31))
    once = read_manifest(tmp_path / "book")
    assert once.known_to == date(2026, 8, 31)
    for _ in range(2):
        result = take(tmp_path)
        assert (result.manifest.book_id, told(result)["lists"]) == (once.book_id, 3)


def test_rows_that_the_extract_has_by_now_are_not_doubled_and_come_back_when_it_drops_them(tmp_path):
    take(tmp_path)
    add(tmp_path, [row("write_off", "2026-07-01", loan_id="L1")])
    rows = held(tmp_path)
    has_it = take(tmp_path, {"known.csv": FILES["known.csv"] + "B1,write_off,2026-07-01,2026-08-01,L1\n"}, "2026-08-31")
    assert (told(has_it)["added"], told(has_it)["already_known"], held(tmp_path)) == ({}, 1, rows)
    dropped = take(tmp_path)
    assert (told(dropped)["added"], held(tmp_path)) == ({"write_off": 1}, rows)


def test_a_row_that_the_extract_had_before_the_list_told_it_survives_an_extract_without_it(tmp_path):
    take(tmp_path)
    add(tmp_path, [row("litigation", "2026-01-05", "2026-01-09")])
    result = take(tmp_path, {"known.csv": f"{KNOWN}B2,litigation,2026-02-05,2026-02-09,\n"})
    assert (told(result)["added"], [one[0] for one in held(tmp_path)]) == ({"litigation": 1}, ["B1", "B2"])


def test_lists_are_carried_where_the_extract_has_no_table_of_outcomes(tmp_path):
    run(tmp_path, WITHOUT_OUTCOMES, SMALLER)
    (tmp_path / "source" / "outcomes.sql").unlink(missing_ok=True)
    add(tmp_path, FIRST)
    once = read_manifest(tmp_path / "book")
    assert run(tmp_path, WITHOUT_OUTCOMES, SMALLER).manifest.book_id == once.book_id
    assert "outcomes" in once.tables


DENIED: dict[str, tuple[dict[str, str], dict[str, str]]] = {  # what the new extract says, and what is rejected then
    "the borrower is gone": (
        {
            "customers.csv": "borrower_id\nB1\nB3\n",
            "loans.csv": "loan_id,borrower_id\nL1,B1\nL3,B3\n",
            "ledger.csv": "loan_id,stated_on,dpd\nL1,2026-03-31,95\n",
        },
        {"B2": "reference"},
    ),
    "the loan is another's": ({"loans.csv": "loan_id,borrower_id\nL1,B1\nL2,B1\nL3,B3\n"}, {"B2": "contradiction"}),
    "it says otherwise of the same day": (
        {"known.csv": f"{KNOWN}B2,write_off,2026-07-03,2026-08-01,L2\n"},
        {"B2": "conflict"},
    ),
    "it was repaid that day": (
        {"known.csv": f"{KNOWN}B2,repaid,2026-07-01,2026-07-09,L2\n"},
        {"B2": "contradiction"},
    ),
    "nobody was late": (
        {"ledger.csv": "loan_id,stated_on,dpd\nL1,2026-03-31,0\nL2,2026-03-31,0\n", "known.csv": KNOWN},
        {"B1": "contradiction"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DENIED.values(), ids=DENIED)
def test_what_the_new_book_denies_is_quarantined_with_its_reason_and_asked_again(tmp_path, case):
    files, rejected = case
    take(tmp_path)
    rows = [
        row("cured", "2026-06-01"),
        row("write_off", "2026-07-01", borrower="B2", loan_id="L2"),
        row("litigation", "2026-07-05", borrower="B3"),
    ]
    add(tmp_path, rows)
    whole = held(tmp_path)
    result = take(tmp_path, files, "2026-08-31")
    assert (told(result)["in"], told(result)["accepted"], told(result)["reasons"]) == (
        3,
        2,
        dict.fromkeys(rejected.values(), 1),
    )
    assert result.quarantine is not None
    quarantine = pq.read_table(result.quarantine / "listed-outcomes-1.parquet").to_pylist()
    assert {json.loads(one["content"])["borrower_id"]: one["reason"] for one in quarantine} == rejected
    assert sum(feeds_of(tmp_path / "book").rejected.values()) == 1
    assert check_book(tmp_path / "book").ok
    assert (told(take(tmp_path))["rejected"], held(tmp_path)) == (0, whole)


def test_a_list_of_which_nothing_can_be_taken_does_not_stop_an_import(tmp_path):
    take(tmp_path)
    add(tmp_path, [row("default", "2026-07-01", borrower="B3")])
    gone = {"customers.csv": "borrower_id\nB1\n", "loans.csv": "loan_id,borrower_id\nL1,B1\n"}
    result = take(tmp_path, {**gone, "ledger.csv": "loan_id,stated_on,dpd\nL1,2026-03-31,95\n"})
    assert (told(result)["accepted"], told(result)["reasons"]) == (0, {"reference": 1})


def test_a_list_sent_whole_every_night_is_kept_once(tmp_path):
    take(tmp_path)
    for night in range(3):
        add(tmp_path, FIRST[: night + 1], f"night{night}.csv")
        add(tmp_path, FIRST[: night + 1], "again.csv")
    files = sorted((tmp_path / "book" / LISTS).iterdir())
    assert [pq.read_metadata(file).num_rows for file in files] == [1, 1, 1]
    assert told(take(tmp_path))["in"] == 3


def test_an_import_that_is_refused_leaves_book_and_lists(tmp_path):
    take(tmp_path)
    add(tmp_path, FIRST)
    before = read_manifest(tmp_path / "book")
    with pytest.raises(RejectedShareError, match="Too many rows"):
        take(tmp_path, {"loans.csv": "loan_id,borrower_id\nL1,B8\nL2,B9\n"})
    assert read_manifest(tmp_path / "book") == before
    assert take(tmp_path).manifest == before


def test_a_list_that_was_changed_is_named_and_nothing_is_published(tmp_path):
    take(tmp_path)
    add(tmp_path, FIRST)
    before = read_manifest(tmp_path / "book")
    (file,) = (tmp_path / "book" / LISTS).iterdir()
    file.write_bytes(file.read_bytes()[:-1])
    for attempt in (take, lambda place: add(place, FIRST)):
        with pytest.raises(BookError, match=r"000001-.*was changed.*Restore it from the backup"):
            attempt(tmp_path)
    assert read_manifest(tmp_path / "book") == before


def test_lists_survive_a_damaged_manifest(tmp_path):
    take(tmp_path)
    add(tmp_path, FIRST)
    before = read_manifest(tmp_path / "book").book_id
    (tmp_path / "book" / "manifest.json").write_text("{")
    assert take(tmp_path).manifest.book_id == before


def test_a_made_up_book_in_the_same_place_has_none_of_them(tmp_path):
    take(tmp_path)
    add(tmp_path, FIRST)
    assert write(tmp_path / "book", {}).carried is None
    assert not list((tmp_path / "book" / LISTS).iterdir())


KILLED = """
import os, sys
from ews.cli.app import main

module, step, sys.argv[1:] = sys.argv[1], sys.argv[2], sys.argv[3:]
__import__(module)
setattr(sys.modules[module], step, lambda *given, **more: os._exit(9))
main()
"""
STEPS = [
    ("import", "events.publication", "write_manifest", False),
    ("import", "events.publication", "forget_states", True),
    ("outcomes", "events.publication", "write_manifest", False),
    ("outcomes", "events.publication", "_clean", True),
]


@pytest.mark.parametrize(("command", "module", "step", "is_new"), STEPS, ids=[f"{each[0]} {each[2]}" for each in STEPS])
def test_killed_at_any_step_the_book_is_a_whole_one_and_the_next_import_has_every_list(
    tmp_path, command, module, step, is_new
):
    take(tmp_path)
    add(tmp_path, FIRST[:1])
    old = read_manifest(tmp_path / "book")
    news = listed(tmp_path, FIRST[1:], "news.csv")
    given = {
        "import": ["import", *_places(tmp_path), "--extracted-on", "2026-07-31"],
        "outcomes": ["outcomes", "import", str(news), "--book", str(tmp_path / "book")],
    }[command]
    assert _python(KILLED, f"ews.{module}", step, *given).returncode == 9
    left = read_manifest(tmp_path / "book")
    assert ((left != old), check_book(tmp_path / "book").ok) == (is_new, True)
    again = told(take(tmp_path))
    assert (again["lists"], again["in"]) == ((2, 3) if command == "outcomes" and is_new else (1, 1))
    assert {path.suffix for path in (tmp_path / "book" / LISTS).iterdir()} == {".parquet"}


def test_the_commands_tell_what_was_carried_over(tmp_path):
    take(tmp_path)
    file = listed(tmp_path, FIRST, "july.csv")
    assert _ews("outcomes", "import", str(file), "--book", str(tmp_path / "book")).returncode == 0
    shown = _ews("import", *_places(tmp_path))
    assert shown.returncode == 0, shown.stderr
    for words in ("Outcomes added before", "批次 lists", "接收 accepted", "of them new"):
        assert words in shown.stdout
    found = json.loads(_ews("import", *_places(tmp_path), "--json").stdout)["outcomes_added_before"]
    assert (found["lists"], found["in"], found["accepted"]) == (1, 3, 3)


def _places(place: Path) -> list[str]:
    return [str(place / "source"), "--raw", str(place / "raw"), "--book", str(place / "book")]


def _ews(*arguments: str) -> subprocess.CompletedProcess[str]:
    return _python("from ews.cli.app import main\nmain()", *arguments)


def _python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *arguments]
    wide = {**os.environ, "COLUMNS": "160"}
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=Path(__file__).parents[2], env=wide)


KINDS = ("default", "write_off", "restructured", "litigation", "repaid", "cured", "closed", "bulk_transfer")
days = st.integers(1, 90).map(lambda number: date.fromordinal(date(2026, 6, 1).toordinal() + number).isoformat())
listed_rows = st.lists(
    st.builds(
        row,
        st.sampled_from(KINDS),
        st.none() | days,
        days,
        borrower=st.sampled_from(("B1", "B2", "B9")),
        loan_id=st.sampled_from((None, "L1", "L2")),
        withdrawn=st.sampled_from((None, None, None, "true")),
    ),
    max_size=5,
)


@settings(max_examples=5, deadline=None)
@given(first=listed_rows, second=listed_rows)
def test_import_lists_import_is_import_lists(tmp_path_factory, first, second):
    place = tmp_path_factory.mktemp("book")
    take(place)
    for number, rows in enumerate((first, second, first)):
        sure = row("litigation", "2026-07-01", "2026-07-02", borrower="B3", outcome_id=f"sure{number}")
        add(place, [sure, *rows], f"list{number}.csv")
    once = read_manifest(place / "book")
    result = take(place)
    assert _plain(result.manifest) == _plain(once)
    carried = told(result)
    assert (carried["rejected"], carried["accepted"]) == (0, carried["in"])
    assert carried["accepted"] == carried["already_known"] + sum(carried["added"].values())


def _plain(manifest: Manifest) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(manifest.to_json())
    return found
