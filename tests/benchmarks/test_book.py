"""The clock of the book benchmark: which mark ends which stage, and that no second is lost."""

import time

import pytest

from benchmarks.book.stages import Clock

MARKS = (
    *(("decide", done, 4) for done in range(1)),
    *(("features", done, 9) for done in range(10)),
    *(("decide", done, 4) for done in range(1, 5)),
    ("exhibits", 0, 1),
    ("exhibits", 1, 1),
    *(("records", done, 9_000) for done in (0, 4_096, 8_192, 9_000)),
    ("folder", 0, 1),
    ("folder", 1, 1),
    *(("publish", done, 9_000) for done in (0, 5_000, 9_000)),
)
STAGES = (
    *("opening", "features", "loans and findings", "pd and reasons", "policy", "peers and network"),
    *("exhibits", "records", "states", "folder", "publish SQLite"),
)


def test_marks_of_a_batch_end_its_stages_in_their_order():
    clock = Clock()
    for mark in MARKS:
        clock.progress(*mark)
    assert tuple(clock.stages) == STAGES


def test_all_time_belongs_to_a_stage():
    started, clock = time.perf_counter(), Clock()
    for mark in MARKS:
        time.sleep(0.001)
        clock.progress(*mark)
    spent = time.perf_counter() - started
    assert sum(stage["seconds"] for stage in clock.stages.values()) == pytest.approx(spent, abs=0.01)


def test_a_stage_that_ends_twice_adds_up():
    clock = Clock()
    for _ in range(2):
        time.sleep(0.002)
        clock.ends("check")
    assert clock.stages["check"]["seconds"] >= 0.004
