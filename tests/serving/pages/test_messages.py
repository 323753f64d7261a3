"""Nothing is said in one language only."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import ews
from ews.domain.text import Language
from ews.serving.api.faults import ELSE, PATTERNS, SAID
from ews.serving.pages.messages import FOLDER, catalog, translations
from ews.serving.pages.render import TEMPLATES
from ews.serving.pages.told import AS_PAGES_SAY

_METHODS = [("**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
_OPTIONS = {
    "**.html": {
        "newstyle_gettext": "true",
        "trimmed": "true",
        "extensions": "jinja2.ext.i18n,jinja2.ext.do",
        "silent": "false",
    }
}
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_PLACE = re.compile(r"%\(\w+\)[sd]|%[sd]")
_BRACES = re.compile(r"\{(\w+)[^}]*\}")
_FOR_PROGRAMS = {
    "ask {method} {path}",
    "The query parameter '{name}' is not known here. This path takes: {listed}.",
}
"""Sentences whose values say nothing to whoever reads a page."""


def used() -> dict[object, str]:
    """Return each message of the templates and pages, and each sentence of an error, with where it stands."""
    found: dict[object, str] = dict.fromkeys((*SAID.values(), *PATTERNS.values(), ELSE), "api/faults.py")
    for folder in (TEMPLATES, TEMPLATES.parent / "pages"):
        for name, line, message, _, _ in extract_from_dir(
            folder, _METHODS, _OPTIONS, keywords={"_": None, "gettext": None, "ngettext": (1, 2)}
        ):
            found.setdefault(message, f"{name}:{line}")
    for name, line, message, _, _ in extract_from_dir(
        Path(ews.__file__).parent, _METHODS[1:], keywords={"sentence": None}
    ):
        found.setdefault(message, f"{name}:{line}")
    return found


USED = used()


def test_there_are_messages():
    assert "Log in" in USED


def test_every_message_is_translated():
    known = {
        message.id
        for message in catalog()
        if message.id
        and (message.string if isinstance(message.string, str) else all(message.string))
        and not message.fuzzy
    }
    assert {message: where for message, where in USED.items() if message not in known} == {}


def test_every_translation_is_of_a_message_in_use():
    assert {message.id for message in catalog() if message.id} - set(USED) == set()


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.po")), ids=lambda path: path.stem)
def test_a_message_means_the_same_wherever_it_is_translated(path):
    whole = catalog()
    with path.open("rb") as file:
        assert [one.id for one in read_po(file) if one.id and whole[one.id].string != one.string] == []


def test_values_of_a_message_are_in_its_translation():
    assert [
        one.id
        for one in catalog()
        if isinstance(one.id, str) and sorted(_PLACE.findall(one.id)) != sorted(_PLACE.findall(one.string))
    ] == []


def test_values_of_a_sentence_are_in_its_translation():
    assert [
        one.id
        for one in catalog()
        if isinstance(one.id, str)
        and one.id not in _FOR_PROGRAMS
        and set(_BRACES.findall(one.id)) != set(_BRACES.findall(one.string))
    ] == []


def test_what_names_the_api_is_said_otherwise_on_a_page_in_english():
    assert set(AS_PAGES_SAY) <= set(USED)
    named = {one for one in map(str, USED) if "/v1/" in one or "{method}" in one or "uery parameter" in one}
    assert {one for one in named if one not in AS_PAGES_SAY and not one.startswith("{method} {path}")} == set()
    assert [one for one in AS_PAGES_SAY.values() if "/v1/" in one or "query" in one] == []


def test_english_messages_hold_no_chinese():
    assert [one for one in USED if _CHINESE.search(str(one))] == []


def test_templates_hold_no_chinese_of_their_own():
    """But for the name of the language itself."""
    lines = [
        f"{path.name}: {line.strip()}"
        for path in TEMPLATES.rglob("*.html")
        for line in path.read_text(encoding="utf-8").splitlines()
        if _CHINESE.search(line.replace('"中文" if other_language', ""))
    ]
    assert lines == []


def test_each_language_is_spoken():
    assert translations(Language.ZH).gettext("Log in") == "登录"
    assert translations(Language.EN).gettext("Log in") == "Log in"
