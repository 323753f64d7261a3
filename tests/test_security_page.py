"""The page on security names tests that there are, and says of each requirement how it stands."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "security.md"
LINE = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$")
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")
LINES = [LINE.match(one) for one in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"^\| \d", one)]


@cache
def _tests(path: str) -> set[str]:
    tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
    return {one.name for one in tree.body if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")}


def test_every_line_has_number_demand_answer_and_proof():
    assert len(LINES) > 60
    assert None not in LINES
    numbers = [one[1] for one in LINES if one is not None]
    assert len(set(numbers)) == len(numbers)
    assert numbers == sorted(numbers, key=lambda one: [int(part) for part in one.split(".")])


@pytest.mark.parametrize("line", LINES, ids=lambda one: one[1] if one else "?")
def test_what_is_met_is_shown_by_a_test_that_there_is(line):
    answer, proof = line[3].strip(), line[4].strip()
    found = NAMED.findall(proof)
    assert [one for one in found if one[1] not in _tests(one[0])] == []
    is_open = answer.startswith(("not met: ", "not applicable: ", "left to the proxy: ", "in part: "))
    assert is_open or found, "it says that it is met, and names no test"
