import json
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import DataError

from ews.domain.errors import EwsError
from ews.serving.api.decisions import SpotRequest
from ews.serving.api.examples import EXAMPLES, SPOT_REQUEST

ROUTES = [
    ("get", "/healthz"),
    ("get", "/metrics"),
    ("get", "/readyz"),
    ("get", "/v1/batches"),
    ("get", "/v1/batches/{batch_id}"),
    ("get", "/v1/borrowers/{borrower_id}"),
    ("get", "/v1/borrowers/{borrower_id}/decision"),
    ("get", "/v1/borrowers/{borrower_id}/decisions"),
    ("get", "/v1/login/oidc"),
    ("get", "/v1/login/oidc/callback"),
    ("get", "/v1/me"),
    ("get", "/v1/model"),
    ("get", "/v1/policy"),
    ("get", "/v1/warnings"),
    ("post", "/v1/decisions"),
    ("post", "/v1/login"),
    ("post", "/v1/logout"),
]
"""Those of casework are in the table of rights, which a test holds against the app."""


@pytest.fixture
def openapi(client):
    return client.get("/openapi.json").json()


def _operations(openapi: dict[str, Any]) -> list[tuple[str, str, Any]]:
    return [(method, path, told) for path, by in openapi["paths"].items() for method, told in by.items()]


def _success(told: dict[str, Any]) -> Any:
    """Return the one answer of a route that is no failure."""
    (success,) = (response for status, response in told["responses"].items() if int(status) < 400)
    return success


def _is_file(content: dict[str, Any]) -> bool:
    """Tell whether the answer is a file, of which no example can be shown."""
    return content.get("schema", {}).get("type") == "string" and "example" not in content


def test_the_routes_are_those_of_the_design(openapi):
    assert set(ROUTES) - {(method, path) for method, path, _ in _operations(openapi)} == set()


def test_the_openapi_says_how_one_logs_in_and_where_one_need_not(openapi):
    assert openapi["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert openapi["components"]["securitySchemes"]["session"]["name"] == "__Host-ews-session"
    assert openapi["security"] == [{"token": []}, {"session": []}]
    open_to_all = [path for _, path, told in _operations(openapi) if told.get("security") == []]
    assert sorted(open_to_all) == [
        "/healthz",
        "/readyz",
        "/v1/login",
        "/v1/login/oidc",
        "/v1/login/oidc/callback",
        "/v1/logout",
    ]


def test_every_route_that_takes_a_login_tells_what_comes_without(openapi):
    lacking = [
        path for _, path, told in _operations(openapi) if told.get("security") != [] and "401" not in told["responses"]
    ]
    assert lacking == []


def test_every_route_has_a_description_an_example_and_its_problems(openapi):
    lacking = []
    for _, path, told in _operations(openapi):
        contents = _success(told).get("content", {"": {"example": "leads elsewhere"}}).values()
        codes = {
            code
            for response in told["responses"].values()
            for code in response.get("content", {}).get("application/problem+json", {}).get("examples", {})
        }
        has_example = all(content.get("example") or _is_file(content) for content in contents)
        if not (told["summary"] and told["description"] and has_example and "unknown-parameter" in codes):
            lacking.append(path)
    assert lacking == []


def test_every_parameter_and_field_is_described_or_speaks_for_itself(openapi):
    lacking = [
        (path, parameter["name"])
        for _, path, told in _operations(openapi)
        for parameter in told.get("parameters", ())
        if not parameter.get("description")
    ]
    assert lacking == []


def test_problems_are_the_only_failures_that_are_told(openapi):
    kinds = {
        media
        for _, _, told in _operations(openapi)
        for status, response in told["responses"].items()
        if int(status) >= 400
        for media in response["content"]
    }
    assert kinds == {"application/problem+json"}
    assert "HTTPValidationError" not in openapi["components"]["schemas"]
    assert "Fault" in openapi["components"]["schemas"]


def test_every_reference_of_the_openapi_leads_somewhere(openapi):
    text = json.dumps(openapi)
    named = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert named - set(openapi["components"]["schemas"]) == set()


def test_no_other_host_is_named(openapi, client):
    assert "://" not in json.dumps(openapi).replace("https://schemas", "").replace("https://workflow.bank.example", "")
    assert [client.get(path).status_code for path in ("/docs", "/redoc")] == [404, 404]


def test_the_examples_are_what_the_models_would_say(client):
    models = {
        (method.lower(), context.path_format): context.response_model
        for context in iter_route_contexts(client.app.routes)
        if getattr(context, "response_model", None) is not None
        for method in context.methods
    }
    openapi = client.app.openapi()
    compared = 0
    for method, path, told in _operations(openapi):
        example = _success(told).get("content", {}).get("application/json", {}).get("example")
        if example is not None and (method, path) in models:  # the others answer with a file in one of several forms
            model = models[method, path]
            assert model.model_validate(example).model_dump(mode="json") == example, (method, path)
            compared += 1
    assert compared >= len(EXAMPLES)
    assert SpotRequest.model_validate(SPOT_REQUEST).model_dump(mode="json")["tables"] == SPOT_REQUEST["tables"]


def test_a_real_answer_has_the_fields_of_its_example(client):
    for path, name in (
        ("/v1/borrowers/B1", "borrower"),
        ("/v1/borrowers/B1/decision", "decision"),
        ("/v1/batches/july", "batch"),
    ):
        assert set(client.get(path).json()) == set(EXAMPLES[name])


def test_an_error_without_a_status_of_its_own_is_a_500(client_of, services, problem_of):
    class OddError(EwsError):
        code = "odd"

    def find(*_args, **_names):
        message = "Odd 'x'. Do y."
        raise OddError(message)

    found = problem_of(client_of(services, find_decision=find).get("/v1/borrowers/B1/decision"))
    assert found == (500, "odd", "Odd 'x'. Do y.")


def test_a_value_that_the_store_cannot_hold_is_told(client_of, services, problem_of):
    def find(*_args, **_names):
        statement = "SELECT"
        raise DataError(statement, {}, ValueError("integer out of range"))

    status, code, detail = problem_of(client_of(services, find_decision=find).get("/v1/borrowers/B1/decision"))
    assert (status, code) == (400, "unusable-value")
    assert "integer" not in detail
