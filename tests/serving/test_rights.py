"""Who may ask what, role by role: written here a second time, so that a change of the table has to be meant."""

import re
from importlib import import_module
from pkgutil import walk_packages

import pytest
from fastapi import APIRouter
from fastapi.routing import iter_route_contexts

from ews.domain.people import Actor, Role
from ews.serving import api, pages, routers
from ews.serving.app import create_app
from ews.serving.identity import LOCAL
from ews.serving.rights import RIGHTS, Kind
from tests.serving.expected_rights import OPEN, ROLES, WHO


def _actors() -> dict[str, Actor]:
    found = {letter: Actor(role.value, role.value, frozenset({role})) for letter, role in ROLES.items()}
    found["m"] = Actor("machine", "machine", frozenset({Role.OPERATOR}), is_machine=True)
    found["-"] = LOCAL
    return found


ACTORS = _actors()


def _routers() -> list[APIRouter]:
    """Return the routers of all modules of the API and the pages, in the app or not."""
    named = [*walk_packages(api.__path__, "ews.serving.api."), *walk_packages(pages.__path__, "ews.serving.pages.")]
    modules = (import_module(one.name) for one in named)
    return [module.router for module in modules if hasattr(module, "router")]


ROUTERS = _routers()
MORE = [router for router in ROUTERS if router not in (*routers.ROUTERS, *routers.PAGES)]


def test_every_route_has_an_entry_and_every_entry_a_route():
    routes = {
        (method, context.path_format)
        for router in ROUTERS
        for context in iter_route_contexts(router.routes)
        for method in context.methods or ()
    }
    assert routes - set(RIGHTS) == set()
    assert set(RIGHTS) - routes == {("GET", "/openapi.json")}


def test_the_expectation_knows_every_entry():
    asked = {one for one, right in RIGHTS.items() if right.kind is not Kind.OPEN}
    assert asked == set(WHO)
    assert set(RIGHTS) - asked == OPEN


def test_the_app_answers_under_no_other_path(services):
    """Whatever is in the app, a mount or a page of documentation too, has to stand in the written table."""
    app = create_app(services)
    found = {
        (method, getattr(context, "path_format", context.path))
        for context in iter_route_contexts(app.router.routes)
        for method in context.methods or ("all",)
    }
    assert {one for one in found if one[0] != "HEAD"} == OPEN | set(WHO)


def _refused(client, method: str, template: str) -> bool:
    """Tell whether the table of rights refuses; what a case or a form refuses does not count."""
    english = {"accept-language": "en"}
    response = client.request(method, re.sub(r"\{\w+\}", "x", template), json={}, headers=english)
    if response.status_code != 403:
        return False
    return f"{method} {template}" in response.text or "use this page" in response.text


@pytest.mark.parametrize("letter", ACTORS)
def test_a_role_may_ask_what_is_meant_for_it_and_no_more(client_as, letter):
    client = client_as(ACTORS[letter], *MORE)
    found = {one: not _refused(client, *one) for one in WHO}
    assert found == {one: letter in who.replace("*", "").split() for one, who in WHO.items()}


@pytest.mark.parametrize("letter", sorted(ROLES))
def test_what_tells_about_all_branches_is_for_those_of_none(client_as, letter):
    actor = ACTORS[letter]
    client = client_as(Actor(actor.user_id, actor.name, actor.roles, "branch-1"), *MORE)
    everywhere = [one for one, who in WHO.items() if "*" in who]
    assert everywhere
    assert [one for one in everywhere if not _refused(client, *one)] == []


def test_a_route_without_an_entry_is_closed_to_everybody(client_as, problem_of):
    client = client_as(ACTORS["A"])
    client.app.state.rights = {}
    assert problem_of(client.get("/v1/policy")) == (
        403,
        "forbidden",
        "GET /v1/policy has no entry in the table of rights, so that nobody may ask it.",
    )


def test_what_is_refused_says_which_roles_it_takes(client_as, problem_of):
    status, _, detail = problem_of(client_as(ACTORS["P"]).get("/v1/borrowers/B1"))
    assert status == 403
    assert detail == (
        "'operator' may not ask GET /v1/borrowers/{borrower_id}: it takes one of the roles auditor, branch_manager, "
        "model_owner, officer, risk_manager, validator. Ask somebody who has it."
    )
