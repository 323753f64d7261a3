"""A value typed on the page of the policy becomes a draft that is tried."""

from dataclasses import replace
from datetime import date

import pytest

from ews.serving.pages.policy.drafting import typed
from ews.serving.policy_desk import NewValue
from tests.casework.people import AUDITOR, HEAD
from tests.policy.policies import load, small


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.5, "share", "50"),
        (-0.3, "change", "-30"),
        (50_000_000, "fen", "500000"),
        (90, "days", "90"),
        (1.5, "ratio", "1.5"),
    ],
)
def test_a_value_is_typed_in_the_unit_of_the_page(value, unit, text):
    assert typed(value, unit) == text


class Desk:
    def __init__(self):
        self.drafted = []

    def draft(self, policy_hash, wanted):
        self.drafted.append((policy_hash, wanted))
        return "draft:new"


@pytest.fixture
def old(tmp_path):
    return load(small(tmp_path / "old"))


@pytest.fixture
def written():
    return Desk()


@pytest.fixture
def as_(client_as, services, desk, old, written):
    held = replace(desk, policy_on=lambda _day: old)
    tried = replace(services.policy_desk, draft=written.draft, keep=lambda _: "ab" * 32)

    def client(actor):
        opened = client_as(actor, services=replace(services, desk=held, policy_desk=tried))
        opened.headers.update({"accept": "text/html", "accept-language": "en"})
        opened.follow_redirects = False
        return opened

    return client


def test_a_typed_value_becomes_a_draft_and_leads_to_what_it_would_change(as_, old, written):
    name = old.parameters[0].name
    asked = {"parameter": name, "value": "60", "since": "2099-01-01"}
    response = as_(HEAD).post("/policy/draft", data=asked)
    assert (response.status_code, response.headers.get("location")) == (303, f"/policy/compare/{'ab' * 32}")
    assert written.drafted == [(old.hash, NewValue(name, 60.0, date(2099, 1, 1)))]


@pytest.mark.parametrize(
    "more",
    [{"value": "90"}, {"parameter": "nothing"}, {"value": "x"}, {"value": "NaN"}],
    ids=str,
)
def test_what_changes_nothing_or_is_no_value_makes_no_draft(as_, old, written, more):
    asked = {"parameter": old.parameters[0].name, "value": "60", "since": "2099-01-01", **more}
    assert as_(HEAD).post("/policy/draft", data=asked).status_code == 422
    assert written.drafted == []


def test_the_form_stands_for_who_may_propose_and_for_nobody_else(as_):
    assert 'action="/policy/draft"' in as_(HEAD).get("/policy").text
    assert 'action="/policy/draft"' not in as_(AUDITOR).get("/policy").text
