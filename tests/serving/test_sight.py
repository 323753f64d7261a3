"""Whoever is tied to a branch sees its borrowers; those of another are told like borrowers that do not exist."""

import json
from dataclasses import replace

import pytest

from ews.domain.paths import Channel, Path
from ews.domain.people import Actor, Role
from ews.domain.unit import Role as UnitRole
from ews.domain.unit import UnitMember
from tests.casework.people import AUDITOR, HEAD, MANAGER, OFFICER, OTHER, RISK
from tests.serving.test_masking import hop
from tests.store.samples import JULY, decision, published, row

PATHS = ("/v1/borrowers/{}", "/v1/borrowers/{}/decision", "/v1/borrowers/{}/decisions")
QUERIES = ("", "?portfolio=sme", "?lang=zh", "?batch_id=july", "?batch_id=june", "?batch_id=none", "?limit=1")
TIED = pytest.mark.parametrize("actor", [OTHER, replace(MANAGER, branch_id="branch-2"), replace(RISK, branch_id="x")])


def _without_ids(response, borrower_id):
    body = json.loads(response.text.replace(borrower_id, "#"))
    return response.status_code, {name: told for name, told in body.items() if name != "request_id"}


@TIED
def test_a_borrower_of_another_branch_is_told_like_one_that_does_not_exist(client_as, actor):
    client = client_as(actor)
    asked = [path + query for path in PATHS for query in QUERIES]
    foreign, unknown = ([_without_ids(client.get(one.format(name)), name) for one in asked] for name in ("B1", "Q9"))
    assert foreign == unknown
    assert {status for status, _ in foreign} == {404, 400}  # 400 where the path does not take the parameter


@TIED
def test_nor_is_it_decided_on_on_the_spot(client_as, spot, actor):
    client = client_as(actor)
    for body in ({}, {"portfolio": "sme"}, {"as_of": "2026-07-31"}, {"tables": {"loans": []}}):
        foreign, unknown = (
            _without_ids(client.post("/v1/decisions", json={"borrower_id": one, **body}), one) for one in ("B1", "Q9")
        )
        assert foreign == unknown
        assert foreign[1]["code"] == "unknown-borrower"
    assert spot.asked == []


@pytest.mark.parametrize("actor", [OFFICER, MANAGER, RISK, HEAD, AUDITOR], ids=lambda actor: actor.user_id)
def test_who_has_the_branch_or_all_of_them_reads_on(client_as, actor):
    client = client_as(actor)
    assert [client.get(path.format("B1")).status_code for path in PATHS] == [200, 200, 200]
    assert client.post("/v1/decisions", json={"borrower_id": "B1"}).status_code == 200


def test_the_branch_is_that_of_the_newest_decision_and_its_history_goes_with_it(client_as, store):
    published(store, "august", [row("B1", branch_id="branch-2")], as_of=JULY)
    assert client_as(OFFICER).get("/v1/borrowers/B1/decisions").status_code == 404
    items = client_as(OTHER).get("/v1/borrowers/B1/decisions").json()["items"]
    assert [item["batch_id"] for item in items] == ["august", "july", "june"]


def test_a_borrower_of_no_branch_is_head_offices(client_as, store):
    published(store, "august", [row("B1", branch_id=None)], as_of=JULY)
    assert [client_as(actor).get("/v1/borrowers/B1").status_code for actor in (OFFICER, HEAD)] == [404, 200]


def test_of_two_portfolios_only_the_one_in_sight_counts(client_as, store, problem_of):
    published(store, "cards", [row("B1", branch_id="branch-2")], portfolio="retail")
    assert client_as(OFFICER).get("/v1/borrowers/B1").json()["newest_decision"]["portfolio"] == "sme"
    assert client_as(OTHER).get("/v1/borrowers/B1").json()["newest_decision"]["portfolio"] == "retail"
    assert problem_of(client_as(OFFICER).get("/v1/borrowers/B1?portfolio=retail"))[:2] == (404, "unknown-borrower")
    published(store, "cards-2", [row("B1")], portfolio="retail", as_of=JULY)
    assert problem_of(client_as(OFFICER).get("/v1/borrowers/B1"))[:2] == (409, "ambiguous-borrower")
    assert problem_of(client_as(OTHER).get("/v1/borrowers/B1"))[:2] == (404, "unknown-borrower")


def test_the_warning_list_holds_the_own_branch_only(client_as, store):
    rows = [row("B1"), row("B2", branch_id="branch-2"), row("B3", branch_id=None), row("B4")]
    published(store, "august", rows, as_of=JULY)

    def listed(actor, **query):
        return [item["borrower_id"] for item in client_as(actor).get("/v1/warnings", params=query).json()["items"]]

    assert listed(HEAD) == ["B1", "B2", "B3", "B4"]
    assert listed(OFFICER) == ["B1", "B4"]
    assert listed(OTHER) == ["B2"]
    assert listed(OFFICER, branch="branch-2") == []
    assert listed(OFFICER, officer="officer-1") == ["B1", "B4"]


def test_a_cursor_of_one_branch_opens_no_list_of_another(client_as, problem_of):
    cursor = client_as(HEAD).get("/v1/warnings", params={"limit": 1}).json()["next_cursor"]
    response = client_as(OTHER).get("/v1/warnings", params={"limit": 1, "cursor": cursor})
    assert problem_of(response)[:2] == (400, "bad-cursor")


@pytest.fixture
def tangled(store):
    """Publish B1 with a path over B2 of another branch and B4 of its own, and a controller whom nobody knows."""
    path = Path(Channel.GUARANTEES, (hop("B4", "Firm B4", branch_id="branch-1"), hop("B2", "Firm B2")), 180_000_000)
    unit = (UnitMember("P-17", UnitRole.CONTROLLER, "Person 17"),)
    rows = [row("B1", paths=(path,), unit=unit, assess=("B2",)), row("B2", branch_id="branch-2"), row("B4")]
    published(store, "august", rows, as_of=JULY)
    return decision("B1", paths=(path,), unit=unit, assess=("B2",))


def test_whoever_is_of_another_branch_is_masked_in_a_decision(client_as, tangled):
    told = client_as(OFFICER).get("/v1/borrowers/B1/decision")
    (path,) = told.json()["paths"]
    near, far = path["hops"]
    assert (near["party_id"], near["name"]) == ("B4", "Firm B4")
    assert far == {
        "party_id": "party-1",
        "name": "其他机构客户1",
        "branch_id": None,
        "dpd": 47,
        "in_default": True,
        "tier": "substandard",
        "grade": "D",
    }
    assert path["sentence"] == {"en": "en:B1>party-1", "zh": "zh:B1>party-1"}
    assert told.json()["assess"] == ["party-1"]
    assert [word for word in ("B2", "Firm B2") if word in told.text] == []


OWNERS = [UnitRole.CONTROLLER, UnitRole.SPOUSE]


@pytest.mark.parametrize("role", UnitRole, ids=lambda role: role.value)
def test_who_owns_the_borrower_is_known_to_who_looks_after_it_and_nobody_else_of_the_unit(client_as, store, role):
    published(store, "august", [row("B1", unit=(UnitMember("P-17", role, "Person 17"),))], as_of=JULY)
    (member,) = client_as(OFFICER).get("/v1/borrowers/B1/decision").json()["unit"]
    known = ("P-17", "Person 17") if role in OWNERS else ("party-1", "其他机构客户1")
    assert (member["member_id"], member["name"]) == known


@pytest.mark.parametrize("role", OWNERS, ids=lambda role: role.value)
@pytest.mark.parametrize(("branch_id", "known"), [("branch-1", True), ("branch-2", False), (None, False)])
def test_an_owner_who_borrows_elsewhere_is_masked(client_as, store, role, branch_id, known):
    rows = [row("B1", unit=(UnitMember("P-17", role, "Person 17"),)), row("P-17", branch_id=branch_id)]
    published(store, "august", rows, as_of=JULY)
    told = client_as(OFFICER).get("/v1/borrowers/B1/decision")
    assert ("P-17" in told.text, "Person 17" in told.text) == (known, known)


def test_whoever_sees_all_branches_sees_all_names(client_as, tangled):
    told = client_as(HEAD).get("/v1/borrowers/B1/decision").json()
    assert [hop["name"] for hop in told["paths"][0]["hops"]] == ["Firm B4", "Firm B2"]
    assert told["unit"][0]["name"] == "Person 17"


def test_a_decision_on_the_spot_is_masked_too(client_as, services, tangled):
    class Spot:
        decision = tangled
        base_batch_id = "august"

    client = client_as(OFFICER, services=replace(services, decide=lambda *_args, **_names: Spot()))
    told = client.post("/v1/decisions", json={"borrower_id": "B1"})
    assert told.json()["decision"]["assess"] == ["party-1"]
    assert told.json()["decision"]["unit"][0]["member_id"] == "P-17"  # the controller, known to no other branch
    assert [word for word in ("B2", "Firm B2") if word in told.text] == []


@pytest.mark.parametrize("table", ["borrowers", "guarantees", "relations"])
def test_rows_that_bind_a_borrower_to_others_are_for_head_office(client_as, spot, problem_of, table):
    body = {"borrower_id": "B1", "tables": {table: [{"borrower_id": "B1"}]}}
    status, code, detail = problem_of(client_as(OFFICER).post("/v1/decisions", json=body))
    assert (status, code) == (403, "forbidden")
    assert detail.startswith(f"'officer' may not give rows of {table}: they bind the borrower to others")
    assert spot.asked == []
    assert client_as(HEAD).post("/v1/decisions", json=body).status_code == 200


def test_a_counterparty_out_of_sight_is_a_stranger_whoever_it_is(client_as, store, spot):
    """Else what comes out would tell whether a masked party of the circle is the one guessed."""
    owned = row("B1", unit=(UnitMember("P-17", UnitRole.CONTROLLER, "Person 17"),))
    published(store, "august", [owned, row("B2", branch_id="branch-2"), row("B3")], as_of=JULY)
    partners = ["B2", "P-17", "B3", None, "Q9", "B2", "B1", "A-2", 7]
    postings = [{"account_id": "A-1" if one != "B1" else "A-2", "counterparty_id": one} for one in partners]
    tables = {"transactions": [*postings, {"account_id": "A-1"}]}
    for actor in (OFFICER, HEAD):
        client_as(actor).post("/v1/decisions", json={"borrower_id": "B1", "tables": tables})
    tied, all_seen = ([one.get("counterparty_id") for one in asked["rows"]["transactions"]] for asked in spot.asked)
    first, second, third = (f"not-in-sight:{number}" for number in (1, 4, 5))
    assert tied == [first, "P-17", "B3", None, second, first, "B1", "A-2", third, None]
    assert all_seen == [*partners, None]


def test_a_machine_of_one_branch_is_tied_to_it_as_well(client_as):
    machine = Actor("m", "m", frozenset({Role.OPERATOR}), "branch-2", is_machine=True)
    assert client_as(machine).get("/v1/borrowers/B1").status_code == 404
