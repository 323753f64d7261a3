"""Verbs: every kind that people act on has its verbs, each with texts in both languages and a request of the API."""

import re

import pytest

from ews.serving.pages.cases.openings import OPENINGS
from ews.serving.pages.cases.verbs import VERBS, verb_of
from ews.serving.rights import RIGHTS

ALL = [(kind, word, verb) for kind, verbs in VERBS.items() for word, verb in verbs.items()]
_ELSEWHERE = {"save", "submit"}
"""Verbs of the API that have pages of their own."""
_AS = {"findings/approve": "approve-findings", "findings/refuse": "refuse-findings"}
_KINDS = {
    "warnings": "warning",
    "tasks": "task",
    "checks": "check",
    "contacts": "contact",
    "measures": "measure",
    "overrides": "override",
    "watch-list": "watch",
}


def test_every_act_of_the_api_on_a_case_is_offered_by_a_page():
    paths = [path for method, path in RIGHTS if method == "POST" and path.startswith("/v1/")]
    found = [match.groups() for path in paths if (match := re.fullmatch(r"/v1/([a-z-]+)/\{case_id\}/(.+)", path))]
    acts = {(_KINDS[kind], _AS.get(word, word)) for kind, word in found if kind in _KINDS}
    assert {(kind, word) for kind, word in acts if word not in _ELSEWHERE} == {(kind, word) for kind, word, _ in ALL}


@pytest.mark.parametrize(("kind", "word", "verb"), ALL, ids=lambda one: one if isinstance(one, str) else "")
def test_what_is_said_differs_by_language(kind, word, verb):
    for text in (verb.title, verb.button):
        assert text.en.isascii()
        assert re.search(r"[\u4e00-\u9fff]", text.zh)


def test_requests_refuse_what_their_form_does_not_ask():
    models = [verb.model for _, _, verb in ALL] + [one.model for one in OPENINGS.values()]
    assert {model.model_config.get("extra") for model in models} == {"forbid"}


@pytest.mark.parametrize(("kind", "word"), [("warning", "done"), ("review", "approve"), ("nothing", "plan")])
def test_what_no_page_does_is_no_verb(kind, word):
    assert verb_of(kind, word) is None
