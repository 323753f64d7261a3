import pytest

from ews.serving.app import create_app
from ews.serving.safe_headers import ALWAYS
from tests.casework.people import OFFICER
from tests.serving.conftest import NOW, always

PATHS = (
    "/v1/borrowers/B1/decision",
    "/v1/borrowers/B9",
    "/v1/nowhere",
    "/openapi.json",
    "/borrowers",
    "/borrowers.csv",
    "/static/app.css",
    "/healthz",
)


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_forbids_to_frame_it_to_guess_its_kind_and_to_read_it_from_elsewhere(client_as, path):
    headers = client_as(OFFICER).get(path, headers={"accept-language": "en"}).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert {name: headers[name] for name in ALWAYS if name != "content-security-policy"} == {
        name: value for name, value in ALWAYS.items() if name != "content-security-policy"
    }
    assert headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in headers
    assert {"server", "x-powered-by"} & set(headers) == set()


@pytest.mark.parametrize("path", ["/v1/borrowers/B1/decision", "/borrowers", "/my-day", "/borrowers.csv", "/v1/me"])
def test_what_is_personal_is_kept_by_no_cache(client_as, path):
    assert client_as(OFFICER).get(path).headers["cache-control"] == "no-store"


def test_an_answer_without_a_page_may_load_nothing(client_as):
    assert client_as(OFFICER).get("/v1/me").headers["content-security-policy"].startswith("default-src 'none'; frame")


def test_refusals_of_the_outermost_frame_have_them_too(client_as):
    answer = client_as(OFFICER).get("/v1/me", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert answer.headers["x-frame-options"] == "DENY"


def test_browsers_are_kept_on_https_where_they_came_over_it(services, app_client):
    app = create_app(services, hosts=frozenset({"127.0.0.1", "ews.bank"}), now=lambda: NOW, identify=always(OFFICER))
    client = app_client(app)
    assert "strict-transport-security" not in client.get("/v1/me").headers
    found = client.get("/v1/me", headers={"host": "ews.bank"}).headers["strict-transport-security"]
    assert found == "max-age=63072000; includeSubDomains"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:8000"])
def test_no_other_origin_is_let_in(client_as, origin):
    asked = {"origin": origin, "access-control-request-method": "POST"}
    for answer in (
        client_as(OFFICER).options("/v1/decisions", headers=asked),
        client_as(OFFICER).get("/v1/me", headers={"origin": origin}),
    ):
        assert [name for name in answer.headers if name.startswith("access-control")] == []
