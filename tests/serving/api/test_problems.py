import importlib
import pkgutil

import pytest

import ews.store
from ews.casework.checks.evidence import MOST_BYTES
from ews.domain.errors import EwsError
from ews.serving.api.problems import KINDS, LARGEST_FILE, most_bytes, problems
from tests.casework.people import HEAD


def _kinds_of_error(root: type[EwsError] = EwsError) -> set[type[EwsError]]:
    return {root}.union(*(_kinds_of_error(kind) for kind in root.__subclasses__()))


def test_every_error_has_a_status():
    for module in pkgutil.walk_packages(ews.store.__path__, "ews.store."):
        if "migrations" not in module.name:
            importlib.import_module(module.name)
    assert {kind.code for kind in _kinds_of_error()} - set(KINDS) == set()


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("unknown-borrower", 404),
        ("unknown-batch", 404),
        ("ambiguous-borrower", 409),
        ("bad-cursor", 400),
        ("unknown-parameter", 400),
        ("bad-as-of", 422),
        ("bad-request", 422),
        ("bad-book", 503),
        ("bad-model", 503),
        ("immature-model", 503),
        ("does-not-reconcile", 500),
    ],
)
def test_the_table_of_statuses(code, status):
    assert KINDS[code].status == status


def test_two_problems_of_one_status_are_documented_together():
    found = problems("unknown-borrower", "unknown-batch")
    assert list(found) == [404]
    assert found[404]["description"] == (
        "The borrower is not known (`unknown-borrower`); The batch is not known (`unknown-batch`)"
    )
    assert set(found[404]["content"]["application/problem+json"]["examples"]) == {"unknown-borrower", "unknown-batch"}


def test_an_unknown_path_and_a_wrong_method_are_problems(client, problem_of):
    assert problem_of(client.get("/v2/x")) == (
        404,
        "not-found",
        "There is nothing under '/v2/x'. The paths are listed in /openapi.json.",
    )
    assert problem_of(client.delete("/v1/policy")) == (
        405,
        "method-not-allowed",
        "'/v1/policy' does not take DELETE. The methods are listed in /openapi.json.",
    )


def test_a_problem_names_the_path_and_the_request(client):
    body = client.get("/v1/borrowers/B9", headers={"x-request-id": "r-1"}).json()
    assert (body["instance"], body["request_id"], body["title"]) == (
        "/v1/borrowers/B9",
        "r-1",
        "The borrower is not known",
    )


@pytest.mark.parametrize(("sent", "told"), [("null", "null"), ("true", "true"), ("NaN", "NaN"), ('"x"', "'x'")])
def test_a_wrong_value_is_told_in_the_words_of_its_sender(client_as, problem_of, sent, told):
    body = '{"borrower_id": "B1", "tables": ' + sent + "}"
    response = client_as(HEAD).post("/v1/decisions", content=body, headers={"content-type": "application/json"})
    status, code, detail = problem_of(response)
    assert (status, code) == (422, "invalid-request")
    assert detail.startswith(f"'body.tables' is {told}: ")


def test_a_file_may_be_larger_than_any_other_body():
    assert most_bytes("/v1/evidence", 5_000_000) == LARGEST_FILE == MOST_BYTES == 20_000_000
    assert [most_bytes(path, 5_000_000) for path in ("/v1/decisions", "/v1/evidence/ab")] == [5_000_000, 5_000_000]


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/policy", "GET"),
        ("/v1/overrides", "GET, POST"),
        ("/v1/checks/C0000001", "GET, PUT"),
        ("/v1/borrowers/A%2F1/checks", "GET, POST"),
        ("/openapi.json", "GET, HEAD"),
        ("/login", "GET, POST"),
    ],
)
def test_a_wrong_method_is_told_with_all_that_the_path_takes(client_as, path, methods):
    """A path may be taken by several routers, each with one of its methods."""
    response = client_as(HEAD).delete(path)
    assert (response.status_code, response.headers["allow"]) == (405, methods)
