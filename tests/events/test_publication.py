"""A book is the old one or the new one, whatever happens in between."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from ews.domain.errors import BookError
from ews.events.book import open_book
from ews.events.manifest import read_manifest
from tests.events.extracts import snapshot, write

KILLED = """
import os, sys
from pathlib import Path
from ews.events import publication
from tests.events.extracts import write

setattr(publication, sys.argv[2], lambda *given: os._exit(9))
write(Path(sys.argv[1]), {"ledger": [{"loan_id": "L1", "stated_on": "2026-05-31", "dpd": "7"}]})
"""


def ledger(dpd: int, *more: dict[str, str]):
    return {"ledger": [{"loan_id": "L1", "stated_on": "2026-05-31", "dpd": str(dpd)}, *more]}


def newest_dpd(directory: Path) -> int:
    return int(open_book(directory).table("ledger").dpd.max().execute())


@pytest.mark.parametrize("step", ["write_manifest", "keep_rejected", "_clean"])
def test_an_import_killed_at_any_step_leaves_a_whole_book_and_the_next_one_cleans_up(tmp_path, step):
    write(tmp_path, ledger(1))
    command = [sys.executable, "-c", KILLED, str(tmp_path), step]
    killed = subprocess.run(command, cwd=Path(__file__).parents[2], check=False)
    assert killed.returncode == 9
    assert newest_dpd(tmp_path) == (7 if step == "_clean" else 1)
    write(tmp_path, ledger(3))
    assert newest_dpd(tmp_path) == 3
    assert not list(tmp_path.glob("staging-*"))
    kept = {
        entry.file
        for name in ("manifest.json", "manifest.previous.json")
        for entry in read_manifest(tmp_path, name).tables.values()
    }
    assert {f"data/{file.name}" for file in (tmp_path / "data").iterdir()} == kept


def test_the_book_before_stays_readable_and_the_one_before_that_goes(tmp_path):
    files = [write(tmp_path, ledger(dpd)).manifest.tables["ledger"].file for dpd in (1, 2, 3)]
    assert [(tmp_path / file).exists() for file in files] == [False, True, True]
    assert read_manifest(tmp_path, "manifest.previous.json").tables["ledger"].file == files[1]


def test_importing_the_same_again_changes_no_byte_and_keeps_the_book_before(tmp_path):
    write(tmp_path, ledger(1))
    write(tmp_path, ledger(2))
    before = snapshot(tmp_path)
    write(tmp_path, ledger(2))
    assert snapshot(tmp_path) == before


def test_quarantine_belongs_to_its_book(tmp_path):
    bad = {"loan_id": "L1", "stated_on": "2026-04-30", "dpd": "x"}
    first = write(tmp_path, ledger(1, bad)).quarantine
    second = write(tmp_path, ledger(2, bad)).quarantine
    third = write(tmp_path, ledger(3)).quarantine
    assert first is not None
    assert second is not None
    assert third is None
    assert [first.exists(), second.exists()] == [False, True]


def test_two_imports_do_not_write_one_book_at_once(tmp_path):
    write(tmp_path, ledger(1))
    with closing(sqlite3.connect(tmp_path / ".lock", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(BookError, match="Wait for the import that is working on it"):
            write(tmp_path, ledger(2))
    assert newest_dpd(tmp_path) == 1


def test_a_damaged_manifest_is_replaced_by_the_next_import(tmp_path):
    write(tmp_path, ledger(1))
    (tmp_path / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(BookError, match="damaged"):
        open_book(tmp_path)
    write(tmp_path, ledger(2))
    assert newest_dpd(tmp_path) == 2
