"""Nobody writes what is not theirs to write: what a request does not have is refused, whatever it is called.

Every object in every body of the OpenAPI, and the query of every route.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from ews.domain.people import Actor, Role
from tests.serving.expected_rights import WHO
from tests.serving.test_foreign import least

NOT_THEIRS = frozenset(
    (
        *("role", "roles", "branch_id", "officer_id", "user_id", "actor", "author"),
        *("by", "state", "status", "case_id", "kind", "decided_by", "approved_by"),
        *("proposed_by", "assignee", "created_at", "opened_at", "closed_at", "at", "is_machine"),
        *("exposure_fen", "level", "tier", "pd", "grade"),
    )
)
"""What decides who somebody is, whose a case is, how far it has got, and what was decided."""
NAMED_BY_THE_BANK = {"answers", "features", "tables", "tiers", "why_empty"}
"""Objects whose names are those of forms, features, tables and loans; whoever takes them looks at the names."""


@pytest.fixture
def client(client_as):
    return client_as(Actor("all", "All", frozenset(Role)))


def _bodies(openapi: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Return method, path and schema of each body."""
    for path, operations in openapi["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content is not None:
                yield method.upper(), path, content["schema"]


def _objects(openapi: Mapping[str, Any], schema: Mapping[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    """Return the objects that a body holds, each with its name or that of the field it is in."""
    while "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        schema = openapi["components"]["schemas"][name]
    if schema.get("type") == "object":
        yield name, schema
    for field, one in schema.get("properties", {}).items():
        yield from _objects(openapi, one, field)
    for one in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), schema.get("items"), _rest(schema)):
        if one is not None:
            yield from _objects(openapi, one, name)


def _rest(schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
    rest = schema.get("additionalProperties")
    return rest if isinstance(rest, dict) else None


def test_no_object_of_a_body_takes_names_that_it_does_not_tell(client):
    openapi = client.app.openapi()
    found = [one for _, _, schema in _bodies(openapi) for one in _objects(openapi, schema, "body")]
    assert len(found) > 60
    assert {name for name, schema in found if schema.get("additionalProperties") is not False} == NAMED_BY_THE_BANK


def test_what_decides_who_and_how_far_is_refused_by_name_in_every_body(client):
    openapi, missed = client.app.openapi(), {}
    for method, path, schema in _bodies(openapi):
        made = least(openapi, schema)
        known = next(one for _, one in _objects(openapi, schema, "body"))["properties"]
        foreign = NOT_THEIRS - set(known)
        body = {**dict.fromkeys(foreign, "head"), **made}
        response = client.request(method, re.sub(r"\{\w+\}", "x", path), json=body)
        refused = {one["field"].removeprefix("body.") for one in response.json()["errors"]}
        if response.status_code != 422 or not foreign <= refused:
            missed[method, path] = response.status_code, sorted(foreign - refused)
    assert missed == {}


def test_no_route_takes_a_parameter_that_it_does_not_tell(client):
    """A page says so with the same status as the API."""
    missed = {}
    for method, path in WHO:
        asked = f"{re.sub(r'{[a-z_0-9]+}', 'x', path)}?is_admin=1"
        response = client.request(method, asked, json={}, headers={"accept-language": "en"})
        if response.status_code != 400 or "is_admin" not in response.text:
            missed[method, path] = response.status_code
    assert missed == {}
