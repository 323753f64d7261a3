import tomllib
from typing import Any

import pytest

from ews.policy.places import LINES, add_lines, header_before, line_of
from ews.policy.policy import DEFAULT, FILES

TEXT = '''# a comment with [brackets] and "quotes
[limit]
unit   = "days"
values = { 2023-07-01 = 90 }
# [no header]

[[rule]]        # the first
code = "A"
when = """
  [not a header]
code = "not a key"
"""
[[rule]]
code = "B"
list = ["x", "y"]

[[rule.part]]
name = "first of B"
[[rule.part]]
name = "second of B"

[[scale]]
starts = 2020-01-01
grade = [
    { code = "G1", low = 0 },   # one [
    { code = "G2", low = 1 },
]
'''


def content() -> dict[str, Any]:
    read = tomllib.loads(TEXT)
    add_lines(read, TEXT)
    return read


@pytest.mark.parametrize(
    ("path", "key", "line"),
    [
        (("limit",), "", 2),
        (("limit",), "unit", 3),
        (("limit",), "values", 4),
        (("rule", 0), "", 7),
        (("rule", 0), "when", 9),
        (("rule", 1), "code", 14),
        (("rule", 1), "list", 15),
        (("rule", 1, "part", 0), "name", 18),
        (("rule", 1, "part", 1), "name", 20),
        (("scale", 0), "grade", 24),
        (("scale", 0, "grade", 0), "low", 25),
        (("scale", 0, "grade", 1), "code", 26),
    ],
)
def test_each_field_knows_its_line(path: tuple[str | int, ...], key: str, line: int):
    found: Any = content()
    for part in path:
        found = found[part]
    assert line_of(found, key) == line


def test_a_header_with_quotes_and_dots_begins_its_table():
    text = "[a.'b.c'.d]\nx = 1\n[[ \"list\" ]]\ny = 2\n[list.'e'.values]\n2023-07-01 = 3\n"
    read: Any = tomllib.loads(text)
    add_lines(read, text)
    assert line_of(read["a"]["b.c"]["d"], "x") == 2
    assert line_of(read["list"][0], "y") == 4
    assert line_of(read["list"][0]["e"]["values"], "2023-07-01") == 6


def test_a_key_that_is_not_there_stands_where_its_table_does():
    assert line_of(content()["limit"], "source") == 2
    assert line_of({"code": "A"}, "code") is None


def test_the_header_above_a_line_is_named():
    assert [header_before(TEXT, line) for line in (1, 4, 18)] == [None, "limit", "rule.part"]


@pytest.mark.parametrize("name", FILES)
def test_every_line_of_the_default_policy_is_found(name: str):
    text = (DEFAULT / name).read_text(encoding="utf-8")
    read, lines = tomllib.loads(text), text.splitlines()
    add_lines(read, text)
    seen = 0
    stack: list[Any] = [read]
    while stack:
        one = stack.pop()
        stack.extend(one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
        if isinstance(one, dict):
            for key, line in one.get(LINES, {}).items():
                seen += 1
                assert lines[line - 1].lstrip().startswith((key, "{"))
    assert seen > 4
