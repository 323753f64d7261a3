import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.slopes import line
from benchmarks.together.page import page_of
from benchmarks.together.parts import BENCH_SUITE, TRUST_SUITE, Goal, Part
from benchmarks.together.run import run


@pytest.mark.parametrize(
    ("goal", "value", "is_met"),
    [
        (Goal("a", at_least=2), 2, True),
        (Goal("a", at_least=2), 1.9, False),
        (Goal("a", at_most=2), 2.1, False),
        (Goal("a", at_least=1, at_most=2), 1.5, True),
        (Goal("a"), 1, None),
        (Goal("a", at_least=2), None, None),
    ],
)
def test_a_figure_keeps_its_limit_or_not(goal, value, is_met):
    assert goal.is_met(value) is is_met


def test_a_figure_is_found_by_its_path_and_missing_ones_are_not_invented():
    told = {"models": {"200x31": {"ratio": 3}}}
    assert Goal("models/200x31/ratio").found(told) == 3
    assert Goal("models/none/ratio").found(told) is None
    assert Goal("models/200x31/ratio/deeper").found(told) is None


def test_the_page_tells_what_fell_short_and_what_failed():
    parts = {
        "audit": {
            "command": "python -m benchmarks audit --json",
            "took_seconds": 2,
            "told": {"threads": 9, "faults": 1},
        },
        "policy": {"command": "python -m benchmarks policy --json", "took_seconds": 1, "failed": "no memory"},
    }
    machine = {"processor": "P", "cores": 2, "memory_gib": 8, "python": "3.11"}
    page = page_of(BENCH_SUITE, {"date": "2026-11-23", "sizes": "small", "machine": machine, "parts": parts})
    assert "| audit: faults | 1 | ≤ 0 | **no** |" in page
    assert "| audit: threads | 9 |  |  |" in page
    assert "| policy | failed | | |" in page


def test_every_measurement_of_a_suite_is_a_command():
    from benchmarks.__main__ import app  # noqa: PLC0415 - Typer is told of the commands when it is imported

    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    assert {part.name for suite in (BENCH_SUITE, TRUST_SUITE) for part in suite.parts} <= known


def test_the_measurements_run_and_those_that_fail_are_told(tmp_path):
    some = (Part("policy", ("--rows", "1000"), (Goal("rows"),)), Part("audit", ("--entries", "0"), ()))
    out = tmp_path / "out" / "bench.json"
    with pytest.raises(SystemExit):
        run(replace(BENCH_SUITE, parts=some), [], Path("nowhere"), out, None, full=False, as_json=False)
    parts = json.loads(out.read_text())["parts"]
    assert parts["policy"]["told"]["rows"] == 1000
    assert "entries" in parts["audit"]["failed"]


def test_a_line_goes_through_what_lies_on_it():
    slope, fixed = line({1.0: 5.0, 2.0: 7.0, 4.0: 11.0})
    assert (slope, fixed) == (pytest.approx(2), pytest.approx(3))
