import csv
from datetime import date
from itertools import pairwise

import pyarrow.parquet as pq
import pytest

from ews.casework.desk import at_work, change_case, open_case
from ews.casework.neighbours import nightly_file
from ews.casework.neighbours.nightly_file import write_nightly_file
from ews.domain.levels import WarningLevel
from ews.domain.people import SYSTEM
from ews.store.cases import Case
from tests.casework.people import OFFICER

MONDAY, TUESDAY = date(2026, 7, 6), date(2026, 7, 7)


def raise_one(desk, borrower_id="B1", kind="warning"):
    draft = Case(
        kind,
        "raised",
        "sme",
        borrower_id,
        "branch-1",
        level=WarningLevel.RED,
        exposure_fen=7,
        body={"kind": "STANDING"},
    )
    with at_work(desk, SYSTEM, "intake", "b1") as work:
        return open_case(work, draft, "raised")


def lift(desk, case):
    with at_work(desk, OFFICER, "lift", case.case_id) as work:
        return change_case(work, Case(**{**_fields(case), "state": "lifted", "closed_at": work.at}), "lift")


def _fields(case):
    return {name: getattr(case, name) for name in Case.__dataclass_fields__}


def rows(written):
    return pq.read_table(written.folder / "warnings.parquet").to_pylist()


def test_warnings_and_lifts_are_told_in_both_forms(desk, tmp_path):
    case = raise_one(desk, "=B1")
    raise_one(desk, "B2", kind="task")
    lift(desk, case)
    written = write_nightly_file(desk.store, tmp_path, MONDAY)
    assert (written.rows, written.fresh) == (2, True)
    assert written.folder.name == "2026-07-06-0000000001-0000000003"
    told = rows(written)
    assert [(row["act"], row["verb"], row["is_lifted"]) for row in told] == [(1, "raised", False), (3, "lift", True)]
    assert (told[0]["borrower_id"], told[0]["kind"], told[0]["exposure_fen"]) == ("=B1", "STANDING", 7)
    with (written.folder / "warnings.csv").open(encoding="utf-8-sig", newline="") as file:
        first = next(csv.DictReader(file))
    assert (first["borrower_id"], first["level"], first["is_lifted"], first["due_on"]) == ("'=B1", "red", "false", "")


def test_every_act_is_told_in_exactly_one_file(desk, tmp_path):
    files = []
    for number in range(4):
        raise_one(desk, f"B{number}")
        files.append(write_nightly_file(desk.store, tmp_path, MONDAY if number < 2 else TUESDAY))
    again = write_nightly_file(desk.store, tmp_path, TUESDAY)
    assert (again.fresh, again.folder) == (False, files[-1].folder)
    acts = [row["act"] for one in files for row in rows(one)]
    assert acts == [1, 2, 3, 4]
    assert all(one.folder.name < two.folder.name for one, two in pairwise(files))


def test_a_night_without_acts_gives_a_file_without_rows(desk, tmp_path):
    empty = write_nightly_file(desk.store, tmp_path, MONDAY)
    assert (empty.rows, empty.fresh, rows(empty)) == (0, True, [])
    assert write_nightly_file(desk.store, tmp_path, TUESDAY).folder.name == "2026-07-07-0000000001-0000000000"
    raise_one(desk)
    assert [row["act"] for row in rows(write_nightly_file(desk.store, tmp_path, TUESDAY))] == [1]


def test_a_clock_that_went_back_tells_nothing_again(desk, tmp_path):
    raise_one(desk)
    folders = [write_nightly_file(desk.store, tmp_path, day).folder for day in (MONDAY, TUESDAY, MONDAY, TUESDAY)]
    assert folders[2:] == folders[:2]
    tuesday, monday = (write_nightly_file(desk.store, tmp_path / "back", day) for day in (TUESDAY, MONDAY))
    assert [row["act"] for one in (tuesday, monday) for row in rows(one)] == [1]
    assert write_nightly_file(desk.store, tmp_path / "back", MONDAY).folder == monday.folder


def test_a_run_that_was_killed_leaves_nothing_half_told(desk, tmp_path, monkeypatch):
    raise_one(desk)
    folder = tmp_path / "notices"
    with monkeypatch.context() as broken:
        broken.setattr(nightly_file, "_flush", _killed)
        with pytest.raises(KeyboardInterrupt):
            write_nightly_file(desk.store, folder, MONDAY)
    assert [path.name for path in folder.glob("[0-9]*")] == []
    written = write_nightly_file(desk.store, folder, MONDAY)
    assert written.rows == 1
    assert sorted(path.name for path in folder.iterdir()) == [".lock", written.folder.name]


def _killed(_path):
    raise KeyboardInterrupt
