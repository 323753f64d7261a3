"""Commands that the pages for operators and beginners tell: each is one that there is, with options that it has."""

import re
import shlex
from pathlib import Path

import pytest

from handbook.commands import commands

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted([*DOCS.glob("operations*.md"), *DOCS.glob("runbook*.md"), *(DOCS / "quick-start").glob("*.md")])
KNOWN = dict(commands())
GROUPS = {words.rpartition(" ")[0] for words in KNOWN}
_TOLD = re.compile(r"^(?:\S*/)?(ews [^#\n&]*)|`(ews [^`]*)`|run --rm (?:ews|(?=score))([^#\n&]*)", re.MULTILINE)


def told(page: Path) -> list[str]:
    found = _TOLD.findall(page.read_text("utf-8"))
    return [(whole or inline or f"ews {composed.strip()}").strip() for whole, inline, composed in found]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_every_command_that_a_page_tells_is_one(page):
    for line in told(page):
        words = [word for word in shlex.split(line.replace("…", "")) if word != "--help"]
        if " ".join(words[:2]) in GROUPS and len(words) == 2:
            continue
        length = next((size for size in (3, 2) if " ".join(words[:size]) in KNOWN), None)
        assert length is not None, line
        options = {name for one in KNOWN[" ".join(words[:length])].params for name in (*one.opts, *one.secondary_opts)}
        assert {word for word in words[length:] if word.startswith("--")} <= options, line


def test_pages_tell_commands_at_all():
    assert sum(len(told(page)) for page in PAGES) > 60
