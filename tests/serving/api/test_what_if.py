"""What the route does with what was found; what model and policy say is tested in tests/scoring/test_what_if.py."""

from dataclasses import replace
from typing import Any

import pytest

from ews.domain.decisions import Evidence, Held, Reason
from ews.domain.errors import TamperedError
from ews.domain.levels import Tier, WarningLevel
from ews.domain.unit import Role, UnitMember
from ews.scoring.what_if import Peer, WhatIf
from ews.serving.api.what_if import WhatIfOut, WhatIfRequest
from ews.serving.api.what_if_example import ANSWER, REQUEST
from ews.serving.what_ifs import WhatIfs
from tests.casework.people import HEAD, OFFICER
from tests.serving.conftest import finder
from tests.store.samples import JULY, published, row

PATH = "/v1/what-if"
FOUND = WhatIf(
    batch_id="july",
    portfolio="sme",
    as_of=JULY,
    model_id="m1",
    policy_hash="p1",
    horizon_months=12,
    in_default=False,
    replaced={"inflow_change_3m": (-0.1, -0.6)},
    pd=0.4,
    log_odds=-0.4,
    base_log_odds=-1.9,
    grade="G7",
    reasons=(Reason("INFLOW_FELL", 1.5, (Evidence("inflow_change_3m", -0.6, 0.93, ("B1", "P9")),)),),
    tier=Tier.SPECIAL_MENTION,
    level=WarningLevel.RED,
    level_now=WarningLevel.ORANGE,
    held=(Held("signal", "INFLOW_HALVED", "orange", {"inflow_change_3m": -0.6}),),
    undecided=("WAGES_SHRANK",),
)
ALONE = replace(FOUND, replaced={}, tier=None)


@pytest.fixture
def asked(services):
    """Give services that answer FOUND of borrowers and ALONE of values, and what was asked of them."""
    seen: list[Any] = []

    def of_borrower(decision, values):
        seen.append((decision.borrower_id, decision.batch_id, values))
        return FOUND

    def of_values(batch_id, values, peer):
        seen.append((batch_id, values, peer))
        return ALONE

    return replace(services, what_ifs=WhatIfs(of_borrower, of_values)), seen


def test_values_of_a_borrower_are_replaced_and_the_answer_stands_beside_what_is_published(client_of, asked):
    services, seen = asked
    body = client_of(services).post(PATH, json={"borrower_id": "B1", "features": {"inflow_change_3m": -0.6}}).json()
    assert seen == [("B1", "b1", {"inflow_change_3m": -0.6})]  # the batch of the record in samples
    assert (body["borrower_id"], body["batch_id"], body["as_of"]) == ("B1", "july", JULY.isoformat())
    assert [(one["feature"], one["from"], one["to"]) for one in body["replaced"]] == [("inflow_change_3m", -0.1, -0.6)]
    assert (body["pd"], body["grade"], body["tier"]["code"]) == (0.4, "G7", "special_mention")
    assert (body["level"]["code"], body["level_now"]["code"]) == ("red", "orange")
    assert body["published"]["pd"] == 0.25
    assert (body["reasons"][0]["sentence"]["zh"], body["held"][0]["sentence"]["en"]) == (
        "zh:INFLOW_FELL",
        "en:INFLOW_HALVED",
    )
    assert body["undecided"] == ["WAGES_SHRANK"]
    assert [one["code"] for one in body["not_judged"]] == ["loans", "network", "memory"]
    assert all(one["text"]["zh"] and one["text"]["en"] for one in body["not_judged"])


def test_values_of_nobody_are_asked_of_the_newest_batch_and_give_no_tier(client_of, asked):
    services, seen = asked
    request = {"features": {"inflow_change_3m": None}, "kind": "firm", "industry": "retail"}
    body = client_of(services).post(f"{PATH}?lang=en", json=request).json()
    assert seen == [("july", {"inflow_change_3m": None}, Peer("firm", "retail"))]
    assert (body["borrower_id"], body["published"], body["tier"], body["replaced"]) == (None, None, None, [])
    (loans,) = [one["text"] for one in body["not_judged"] if one["code"] == "loans"]
    assert loans == {
        "en": "Nothing is known of loans, findings and overrides, so that there is no tier, and default is ruled out"
    }


def test_it_is_a_look_up_in_the_log_and_nothing_else_is_kept(client_of, asked, looked):
    client = client_of(asked[0])
    client.post(PATH, json={"borrower_id": "B1", "features": {}})
    client.post(PATH, json={"features": {}})
    assert [(one.action, one.borrowers, one.content["status"]) for one in looked.entries] == [
        ("look-up", ("B1",), 200),
        ("look-up", (), 200),
    ]


@pytest.mark.parametrize(
    ("features", "told"),
    [
        ('{"inflow_change_3m": "much"}', "inflow_change_3m"),
        ('{"inflow_change_3m": true}', "inflow_change_3m"),
        ('{"inflow_change_3m": NaN}', "inflow_change_3m"),
        ('{"inflow_change_3m": -Infinity}', "inflow_change_3m"),
        ('{"inflow_change_3m": 1e999}', "inflow_change_3m"),
        ('{"inflow_change_3m": [1]}', "inflow_change_3m"),
        ("[1, 2]", "features"),
    ],
)
def test_what_is_no_number_is_refused_with_its_place(client_of, asked, problem_of, features, told):
    services, seen = asked
    body = f'{{"borrower_id": "B1", "features": {features}}}'
    answer = client_of(services).post(PATH, content=body, headers={"content-type": "application/json"})
    status, code, detail = problem_of(answer)
    assert (status, code, told in detail, seen) == (422, "invalid-request", True, [])


def test_a_request_without_features_or_with_more_than_is_known_is_refused(client_of, asked, problem_of):
    client = client_of(asked[0])
    assert problem_of(client.post(PATH, json={"borrower_id": "B1"}))[:2] == (422, "invalid-request")
    more = {"borrower_id": "B1", "features": {}, "tier": "loss"}
    assert problem_of(client.post(PATH, json=more))[:2] == (422, "invalid-request")
    peer = {"borrower_id": "B1", "features": {}, "kind": "firm"}
    assert problem_of(client.post(PATH, json=peer)) == (
        422,
        "bad-request",
        "'kind' and 'industry' are those of borrower 'B1'. Leave them out, or name no borrower.",
    )


def test_whoever_does_not_see_the_borrower_is_told_nothing_and_nothing_is_worked_out(client_as, asked, problem_of):
    services, seen = asked
    request = {"borrower_id": "B1", "features": {}}
    foreign = replace(OFFICER, branch_id="another")
    assert problem_of(client_as(foreign, services=services).post(PATH, json=request)) == (
        404,
        "unknown-borrower",
        "Borrower 'B1' has no published decision. Check the id, or score a book with it.",
    )
    assert problem_of(client_as(HEAD, services=services).post(PATH, json={**request, "borrower_id": "B9"}))[:2] == (
        404,
        "unknown-borrower",
    )
    assert seen == []


def test_a_member_of_the_unit_whom_a_branch_may_not_know_is_masked(client_as, asked, services):
    branch, find = OFFICER.branch_id, finder(services.store)

    def of_branch(borrower_id, **among):
        unit = (UnitMember("P9", Role.AFFILIATE, "Somebody"),)
        return replace(find(borrower_id, **among), unit=unit, branch_id=branch)

    with_unit = replace(asked[0], find_decision=of_branch)
    request = {"borrower_id": "B1", "features": {}}
    whose = {
        actor: client_as(actor, services=with_unit).post(PATH, json=request).json()["reasons"][0]["evidence"][0]
        for actor in (HEAD, OFFICER)
    }
    assert whose[HEAD]["from_whom"] == ["B1", "P9"]
    assert whose[OFFICER]["from_whom"] == ["B1", "party-1"]


def test_of_several_portfolios_the_one_asked_has_to_be_named(client_of, asked, problem_of, store):
    services, seen = asked
    published(store, "cards-july", [row("C1", as_of=JULY)], as_of=JULY, portfolio="cards")
    client = client_of(services)
    assert problem_of(client.post(PATH, json={"features": {}})) == (
        422,
        "bad-request",
        "There are several portfolios: 'cards', 'sme'. Name the one whose model is asked.",
    )
    assert client.post(PATH, json={"features": {}, "portfolio": "cards"}).status_code == 200
    assert [batch for batch, _, _ in seen] == ["cards-july"]
    unknown = client.post(PATH, json={"features": {}, "portfolio": "none"})
    assert problem_of(unknown)[0] == 422


def test_problems_of_what_was_found_are_told(client_of, services, problem_of):
    def changed(*_):
        message = "It was changed. Restore it."
        raise TamperedError(message)

    broken = replace(services, what_ifs=WhatIfs(changed, changed))
    for request, batch in (({"borrower_id": "B1", "features": {}}, "b1"), ({"features": {}}, "july")):
        told = problem_of(client_of(broken).post(PATH, json=request))
        assert told == (500, "tampered", "It was changed. Restore it.")
        assert problem_of(client_of(services).post(PATH, json=request)) == (
            404,
            "unknown-batch",
            f"The records of batch '{batch}' are not here. Restore the home.",
        )


def test_the_example_of_the_openapi_is_of_the_form_that_is_told():
    assert WhatIfRequest.model_validate(REQUEST).borrower_id == "B0000001"
    assert WhatIfOut.model_validate(ANSWER, by_alias=True).model_dump(mode="json") == ANSWER
