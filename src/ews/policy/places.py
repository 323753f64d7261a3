"""Places: on which line of a policy file each table and each of its fields stands.

Python's TOML reader does not tell lines. A second, simple reading finds headers, keys and the inline tables of arrays;
the text was read as TOML before, so that it is well formed. Each table that is found gets its lines under LINES.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

LINES = "(lines)"
"""Field of a table read from a file: lines by key, and under "" the line where the table begins."""

_TOKEN = re.compile(
    r'(?P<text>"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\')'
    r"|(?P<comment>#[^\n]*)|(?P<header>\[\[?[^\[\]\n]*\]\]?)|(?P<mark>[\[\]{}=])|(?P<bare>[\w.:+-]+)|(?P<end>\n)",
    re.DOTALL,
)


_PART = re.compile(r"[\"']([^\"']*)[\"']|([\w-]+)")
"""A part of a header: in quotes or bare."""


def add_lines(content: dict[str, Any], text: str) -> None:
    """Note in the tables of `content` where they stand in `text`, of which `content` was read."""
    table, key, counted = content, "", Counter[tuple[int, str]]()
    items = 0
    for kind, token, line, depth in _tokens(text):
        if kind == "header":
            table = _table(content, token, counted)
            table[LINES] = {"": line}
        elif kind == "key" and table is not content:
            key, items = token, 0
            table[LINES][key] = line
        elif kind == "item" and depth == 1:
            found = table.get(key)
            if isinstance(found, list) and items < len(found) and isinstance(found[items], dict):
                found[items][LINES] = {"": line, **dict.fromkeys(found[items], line)}
            items += 1


def line_of(fields: Mapping[str, Any], key: str = "") -> int | None:
    """Return the line of `key`, else of the table itself; None where the table was not read from a file."""
    lines: Mapping[str, int] = fields.get(LINES, {})
    return lines.get(key, lines.get(""))


def header_before(text: str, line: int) -> str | None:
    """Return the name in the last header above a line, None where there is none."""
    names = [token for kind, token, at, _ in _tokens(text) if kind == "header" and at <= line]
    return names[-1].strip("[] ") if names else None


def first_line(text: str, name: str) -> int | None:
    """Return the line of the first header or key at the margin that names `name`, None where there is none."""
    for kind, token, line, _ in _tokens(text):
        if kind in {"header", "key"} and token.strip("[] \"'").split(".")[0] == name:
            return line
    return None


def _tokens(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Yield headers, keys at the margin, and inline tables, each with its line and how deep it lies in brackets."""
    line, depth, fresh, last = 1, 0, True, ""
    for found in _TOKEN.finditer(text):
        kind, piece = str(found.lastgroup), found.group()
        if kind == "header" and not (fresh and depth == 0):
            kind = "array"  # an array that ends on its line
        if kind == "header":
            yield kind, piece, line, depth
        elif piece == "=" and depth == 0:
            yield "key", last.strip("\"'"), line, depth
        elif piece == "{":
            yield "item", piece, line, depth
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(piece, 0) if kind == "mark" else 0
        last = piece
        fresh = kind == "end" or (fresh and kind == "comment")
        line += piece.count("\n")


def _table(content: dict[str, Any], header: str, counted: Counter[tuple[int, str]]) -> dict[str, Any]:
    """Return the table that a header begins."""
    found: Any = content
    *parents, name = (quoted or bare for quoted, bare in _PART.findall(header.strip("[] ")))
    for part in parents:
        found = found[part]
        found = found[counted[id(content), part] - 1] if isinstance(found, list) else found
    if not header.startswith("[["):
        table: dict[str, Any] = found[name]
        return table
    number = counted[id(found), name]
    counted[id(found), name] += 1
    listed: dict[str, Any] = found[name][number]
    return listed
