"""Requests that no client of ours makes: bodies that nest, numbers that never end, headers twice, methods unheard of.

None is answered with an error of the server, and none tells anything of what it runs on.
"""

import json

import pytest

from tests.casework.people import HEAD, OFFICER

JSON = {"content-type": "application/json"}
PATH = "/v1/decisions"
INSIDE = ("Traceback", "site-packages", 'File "', "sqlalchemy", "pydantic", "starlette", "uvicorn", "/home/", "/usr/")
"""What would tell of the inside."""


def _nested(depth: int, inner: str) -> bytes:
    return b"[" * depth + inner.encode() + b"]" * depth


@pytest.mark.parametrize("inner", ["1", '"\\u0001"'], ids=["plain", "hidden"])
@pytest.mark.parametrize("depth", [100, 900, 1_000, 5_000, 200_000])
def test_a_body_that_nests_is_refused(client_as, depth, inner):
    response = client_as(HEAD).post(PATH, content=_nested(depth, inner), headers=JSON)
    assert response.status_code in {400, 422}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b'"x"',
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b'{"borrower_id": "B1"',
        b'{"borrower_id": ' + b"9" * 10_000 + b"}",
        b'{"borrower_id": 1e999}',
        b'{"borrower_id": "\\ud800"}',
        b'{"borrower_id": "B1", "borrower_id": "B2", "role": "auditor"}',
        b'{"__proto__": {"roles": ["auditor"]}}',
    ],
    ids=range(11),
)
def test_a_body_that_is_no_request_is_refused_in_words(client_as, body):
    response = client_as(HEAD).post(PATH, content=body, headers=JSON)
    assert response.status_code in {400, 422}
    assert [word for word in INSIDE if word in response.text] == []


@pytest.mark.parametrize(
    "path",
    [
        "/v1/warnings?limit=" + "9" * 5_000,
        "/v1/warnings?limit=1&limit=2",
        "/v1/warnings?cursor=" + "A" * 1_999,
        "/v1/warnings?%00=1",
        "/v1/warnings?portfolio=%ff%fe",
        "/v1/borrowers/%F0%9F%92%A9",
        "/v1/borrowers/..%2f..%2fetc%2fpasswd",
        "/v1/borrowers/" + "x" * 3_000,
        "/v1/cases/W" + "9" * 500,
        "/borrowers?text=" + "%27%22%3Cscript%3E" * 20,
        "/borrowers?page=-1",
        "/borrowers.csv?sort=%27;drop",
        "/static/..%2f..%2fapp.py",
        "/static/%2e%2e/%2e%2e/app.py",
        "/warnings?text=%25%5f",
    ],
)
def test_an_address_that_no_page_has_is_answered_in_words(client_as, path):
    response = client_as(OFFICER).get(path, headers={"accept-language": "en"})
    assert response.status_code < 500
    assert [word for word in INSIDE if word in response.text] == []
    assert "<script>" not in response.text.replace("<script src", "")


@pytest.mark.parametrize(
    "headers",
    [
        {"accept": "text/html;q=;;;,,"},
        {"accept-language": "x" * 4_000},
        {"accept-language": "zh;q=nan"},
        {"cookie": "ews-session=%00; ews-session=\\"},
        {"cookie": ";" * 2_000},
        {"if-none-match": "*", "range": "bytes=-1"},
        {"x-request-id": "a\tb"},
        {"x-forwarded-host": "evil.example", "x-forwarded-proto": "https", "forwarded": "host=evil.example"},
        {"content-length": "0", "transfer-encoding": "identity"},
        {"hx-request": "true", "hx-current-url": "javascript:alert(1)"},
    ],
    ids=range(10),
)
@pytest.mark.parametrize("path", ["/v1/warnings", "/borrowers", "/static/app.css", "/my-day"])
def test_headers_that_make_no_sense_are_borne(client_as, path, headers):
    response = client_as(OFFICER).get(path, headers=headers, follow_redirects=False)
    assert response.status_code < 500
    assert "evil.example" not in f"{response.text}{response.headers}"
    assert "javascript:" not in response.text


def test_what_a_proxy_says_changes_no_address_and_no_name(client_as):
    """Neither host nor address of who asks is taken from headers that anybody can send."""
    headers = {"x-forwarded-host": "evil.example", "x-forwarded-for": "10.0.0.1", "x-original-url": "/v1/policy"}
    response = client_as(OFFICER).get("/v1/me", headers=headers)
    assert response.json()["user_id"] == "officer"


def test_a_body_of_a_reading_request_is_left_alone(client_as):
    response = client_as(OFFICER).request("GET", "/v1/me", content=json.dumps({"role": "auditor"}), headers=JSON)
    assert [one["code"] for one in response.json()["roles"]] == ["officer"]
