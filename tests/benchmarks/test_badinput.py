import io
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from benchmarks.badinput.children import Ended
from benchmarks.badinput.damage import Damage
from benchmarks.badinput.run import _chosen
from benchmarks.badinput.thrift import Lies, bomb, parquet_file, plain
from benchmarks.badinput.verdict import OVER_MIB, faults_of_error, judge
from ews.domain.errors import SourceError
from ews.events.parquet_files import offer_parquet

ROOT = Path(__file__).parents[2]
CLEAR = "ews: The file 'raw/loans.csv' is empty (0 bytes). Deliver it again."


def test_the_smallest_size_counts_every_file_once_and_finds_nothing_wrong(tmp_path):
    command = [sys.executable, "-m", "benchmarks", "badinput", "--files", "10", "--json"]
    command += [part for kind in ("truncated", "types", "statements", "NUL") for part in ("--kind", kind)]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "TMPDIR": str(tmp_path)}, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    said = ("clear", "quarantined", "unchanged", "taken")
    assert (
        found["files"] == sum(found[name] for name in said) == sum(sum(one.values()) for one in found["kinds"].values())
    )
    assert found["files"] >= 8
    wrong = ("unclear", "tracebacks", "hangs", "over_memory", "not_reconciled", "book_changed")
    assert {name: found[name] for name in wrong} == dict.fromkeys(wrong, 0), found["failed"]
    assert found["seed"] == 20_269
    assert 0 < found["peak_mib"] < found["memory_limit_mib"] == OVER_MIB
    assert list(tmp_path.iterdir()) == []


def test_there_are_more_than_five_hundred_damages_and_the_small_run_has_some_of_each_kind():
    every, small = _chosen(None, 1, ()), _chosen(60, 1, ())
    assert len(every) >= 500
    assert len({(one.kind, one.what) for one in every}) == len(every)
    assert {one.kind for one in small} == {one.kind for one in every}
    assert 50 <= len(small) <= 80
    assert not any(one.large for one in small)


def test_a_seed_chooses_the_same_damages_again():
    assert [one.what for one in _chosen(40, 7, ())] == [one.what for one in _chosen(40, 7, ())]
    assert [one.what for one in _chosen(40, 7, ())] != [one.what for one in _chosen(40, 8, ())]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (CLEAR, None),
        (CLEAR.removeprefix("ews: "), "not said by ews"),
        (CLEAR.replace("loans", "lones"), "none of loans is named"),
        (CLEAR.replace("Deliver it again.", ""), "what to do"),
        ("ews: loans are empty. Deliver them again.", "no value or place"),
        (CLEAR + "x" * 4_000, "characters"),
        ("ews: 文件 'raw/loans.csv' 为空（零字节），请重新提供后再次导入。 Deliver", "not English"),
        (CLEAR + " [Errno 2]", "inside of the program"),
    ],
)
def test_an_error_is_clear_where_it_names_place_value_and_what_to_do(text, fault):
    found = faults_of_error(text, ("loans",))
    assert found == [] if fault is None else any(fault in one for one in found)


@pytest.mark.parametrize(
    ("status", "told", "said"),
    [
        (2, CLEAR, "clear"),
        (3, "ews: It failed.", "unclear"),
        (4, "ews: The memory is not enough for this (x). Let the engine take more.", "unclear"),
        (1, "", "unclear"),
        (99, "Traceback (most recent call last): …", "traceback"),
        (-11, "", "traceback"),
        (None, "", "hang"),
    ],
)
def test_how_a_command_ended_is_its_verdict(tmp_path, status, told, said):
    damage = Damage("kind", "what", "import", lambda _: None, ("loans",))
    ended = Ended(status, "", told, OVER_MIB + 1, 0.1)
    verdict = judge(damage, ended, tmp_path, {"manifest.json": "a"}, {})
    assert (verdict.said, verdict.over_memory, verdict.book_changed) == (said, True, True)


@pytest.mark.parametrize(
    ("told", "odd"),
    [
        ({"in": 3, "accepted": 2, "rejected": 1, "reasons": {"type": 1}}, False),
        ({"in": 4, "accepted": 2, "rejected": 1, "reasons": {"type": 1}}, True),
        ({"in": 3, "accepted": 2, "rejected": 1, "reasons": {"type": 2}}, True),
    ],
)
def test_totals_that_do_not_tie_are_found(tmp_path, told, odd):
    damage = Damage("kind", "what", "outcomes", lambda _: None, ("outcomes",))
    verdict = judge(damage, Ended(0, json.dumps(told), "", 1, 0.1), tmp_path, {}, {})
    assert verdict.not_reconciled is odd
    assert verdict.said == ("traceback" if odd else "quarantined")


PAGES = {"id": plain([b"B1", b"B2", "三".encode()]), "kind": plain([b"firm"] * 3)}


def test_a_file_written_by_hand_is_parquet_where_it_does_not_lie(tmp_path):
    content = parquet_file(PAGES, Lies())
    rows = [("B1", "firm"), ("B2", "firm"), ("三", "firm")]
    assert [tuple(row.values()) for row in pq.read_table(io.BytesIO(content)).to_pylist()] == rows
    (tmp_path / "x.parquet").write_bytes(content)
    with duckdb.connect() as con:
        con.execute("CREATE SCHEMA raw")
        offer_parquet(con, tmp_path / "x.parquet")
        assert con.execute("FROM raw.x").fetchall() == rows


@pytest.mark.parametrize(
    ("pages", "told", "says"),
    [
        (PAGES, {"rows": 2}, "footer tells of 2 rows .* its parts tell of 3 rows"),
        (PAGES, {"group_rows": 1}, "footer tells of 3 rows .* its parts tell of 1 rows"),
        (PAGES, {"rows": 1, "group_rows": 1}, "2|other numbers of values"),
        (PAGES, {"values": 2}, "other numbers of values than of rows"),
        (PAGES, {"packed": 10**9}, "rows in 2000000000 bytes"),
        (PAGES, {"unpacked": 2**31}, "would unfold into 3 rows and 4294967296 bytes"),
        (PAGES, {"rows": 10**7, "group_rows": 10**7, "values": 10**7}, "would unfold into 10000000 rows"),
        ({"id": bomb(1 << 31)}, {}, "would unfold into 536870912 rows and 2147483648 bytes"),
    ],
)
def test_a_footer_that_lies_and_a_bomb_are_refused_before_a_row_is_read(tmp_path, pages, told, says):
    (tmp_path / "x.parquet").write_bytes(parquet_file(pages, Lies(told)))
    with duckdb.connect() as con:
        con.execute("CREATE SCHEMA raw")
        with pytest.raises(SourceError, match=rf"x\.parquet' .*({says})"):
            offer_parquet(con, tmp_path / "x.parquet")
