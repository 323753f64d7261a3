"""What the route does over a made-up change; the split itself is tested in tests/scoring/change."""

from dataclasses import replace

import pytest

from ews.domain.errors import TamperedError
from tests.casework.people import HEAD, OFFICER
from tests.serving.moved import CHANGE

PATH = "/v1/borrowers/B1/change?from=june&to=july"


@pytest.fixture
def asked(services):
    """Give services that tell CHANGE, and what was asked of them."""
    seen = []

    def find(borrower_id, batches):
        seen.append((borrower_id, batches))
        return CHANGE

    return replace(services, find_change=find), seen


def test_a_change_is_told_in_parts_that_add_up(client_of, asked):
    services, seen = asked
    body = client_of(services).get(PATH).json()
    assert seen == [("B1", ("june", "july"))]
    assert (body["from"]["batch_id"], body["to"]["batch_id"], body["to"]["level"]["code"]) == ("june", "july", "orange")
    parts = {one["part"]["code"]: (one["log_odds"], one["points"]) for one in body["pd"]["parts"]}
    assert parts == {
        "data": (1.0, 0.136),
        "definition": (0.0, 0.0),
        "model": (0.098612289, 0.014),
        "calibration": (0.0, 0.0),
    }
    assert (body["pd"]["log_odds"], body["pd"]["points"]) == (1.098612289, 0.15)
    assert [(one["feature"], one["from"], one["to"]) for one in body["pd"]["features"]] == [
        ("inflow_change_3m", None, -0.6)
    ]
    assert body["pd"]["reasons"][0]["reason"]["text"]["zh"] == "入账减少"
    level = {one["cause"]["code"]: one["ranks"] for one in body["level"]["parts"] if one["ranks"]}
    assert (body["level"]["ranks"], level) == (2.0, {"pd": 1.5, "rules": 0.5})
    assert [one["cause"]["code"] for one in body["tier"]["parts"] if one["ranks"]] == ["overrides"]
    assert (body["came"], body["went"]) == (
        [{"code": "A", "text": {"en": "en:A", "zh": "zh:A"}}],
        [{"code": "Z", "text": {"en": "en:Z", "zh": "zh:Z"}}],
    )


def test_one_language_may_be_asked_for(client_of, asked):
    body = client_of(asked[0]).get(f"{PATH}&lang=zh").json()
    assert body["pd"]["parts"][1]["part"]["text"] == {"zh": "特征口径"}


def test_what_could_not_be_parted_and_a_pd_that_is_not_there_are_null(client_of, services):
    unparted = replace(CHANGE, definition_parted=False)
    body = client_of(replace(services, find_change=lambda *_: unparted)).get(PATH).json()
    told = {one["part"]["code"]: one["log_odds"] for one in body["pd"]["parts"]}
    assert (body["definition_parted"], told["definition"], told["data"]) == (False, None, 1.0)
    failed = replace(CHANGE, pd=None, after=replace(CHANGE.after, pd=None, in_default=True))
    body = client_of(replace(services, find_change=lambda *_: failed)).get(PATH).json()
    assert (body["pd"], body["to"]["pd"], body["to"]["in_default"]) == (None, None, True)


def test_it_is_a_look_up_of_the_borrower_in_the_log(client_of, asked, looked):
    client_of(asked[0]).get(PATH)
    (entry,) = looked.entries
    assert (entry.action, entry.borrowers, entry.content["status"]) == ("look-up", ("B1",), 200)


def test_whoever_does_not_see_the_borrower_is_told_nothing_and_nothing_is_worked_out(client_as, asked, problem_of):
    services, seen = asked
    foreign = replace(OFFICER, branch_id="another")
    told = problem_of(client_as(foreign, services=services).get(PATH))
    assert told == (
        404,
        "unknown-borrower",
        "Borrower 'B1' has no published decision. Check the id, or score a book with it.",
    )
    assert seen == []
    assert client_as(HEAD, services=services).get(PATH).status_code == 200


def test_both_batches_have_to_be_named_and_problems_are_told(client_of, services, problem_of):
    status, code, detail = problem_of(client_of(services).get("/v1/borrowers/B1/change?from=june"))
    assert (status, code, "'query.to' is missing" in detail) == (422, "invalid-request", True)

    def changed(*_):
        message = "It was changed. Restore it."
        raise TamperedError(message)

    told = problem_of(client_of(replace(services, find_change=changed)).get(PATH))
    assert told == (500, "tampered", "It was changed. Restore it.")
    assert problem_of(client_of(services).get(PATH))[:2] == (404, "unknown-batch")
    elsewhere = replace(CHANGE, portfolio="cards")
    found = client_of(replace(services, find_change=lambda *_: elsewhere)).get(f"{PATH}&portfolio=sme")
    assert problem_of(found)[:2] == (404, "unknown-borrower")
