import re

import pytest

from ews.serving.api.shown_texts import SHOWN
from tests.casework.people import OFFICER


def _text(client, model, field):
    return client.get("/openapi.json").json()["components"]["schemas"][model]["properties"][field]


@pytest.mark.parametrize("hidden", ["\x00", "\x08", "\x1f", "\x7f", "\x9f", "\u061c", "\u202e", "\u3164", "\U000e0041"])
def test_the_openapi_refuses_what_the_service_refuses(client_as, hidden):
    client = client_as(OFFICER)
    told = client.post("/v1/warnings/W0000001/report", json={"version": 1, "how": f"Paid{hidden} by July"})
    assert (told.status_code, told.json()["code"]) == (422, "invalid-request")
    pattern = _text(client, "ReportIn", "how")["pattern"]
    assert pattern == SHOWN
    assert not re.search(pattern, f"Paid{hidden} by July")


@pytest.mark.parametrize("text", ["七月底前收回\n86万元\t", "Zürich – 100 % 👍", "a\r\nb"])
def test_the_openapi_takes_what_can_be_shown(client_as, text):
    client = client_as(OFFICER)
    told = client.post("/v1/warnings/W0000001/report", json={"version": 1, "how": text})
    assert told.json()["code"] == "unknown-case"
    assert re.search(_text(client, "ReportIn", "how")["pattern"], text)


@pytest.mark.parametrize("model", ["DetermineRequest", "SaveRequest"])
def test_the_openapi_refuses_hidden_names_too(client, model):
    told = client.get("/openapi.json").json()["components"]["schemas"][model]["properties"]
    patterns = [field["propertyNames"]["pattern"] for field in told.values() if "propertyNames" in field]
    assert patterns
    assert not any(re.search(pattern, f"L1{hidden}") for pattern in patterns for hidden in ("\x1d", "\x80", "\u202e"))


def test_ids_stay_on_one_line_and_passwords_hold_anything(client):
    assert "u000a" not in _text(client, "ContactIn", "borrower_id")["pattern"]
    assert not re.search(_text(client, "ContactIn", "borrower_id")["pattern"], "B1\nB2")
    assert "pattern" not in _text(client, "LoginRequest", "password")


@pytest.mark.parametrize(("version", "code"), [(1, "unknown-case"), (1.0, "unknown-case"), (1.5, "invalid-request")])
def test_a_whole_number_is_one_however_it_is_written(client_as, version, code):
    body = {"version": version, "text": "Paid by July"}
    assert client_as(OFFICER).post("/v1/warnings/W0000001/plan", json=body).json()["code"] == code


@pytest.mark.parametrize("version", [True, "1", None])
def test_what_is_no_number_is_no_version(client_as, version):
    body = {"version": version, "text": "Paid by July"}
    assert client_as(OFFICER).post("/v1/warnings/W0000001/plan", json=body).json()["code"] == "invalid-request"


@pytest.mark.parametrize(("day", "status"), [("2026-07-31", 200), ("0", 422), ("1785456000", 422)])
def test_a_day_of_a_filter_is_no_number_of_seconds(client_as, day, status):
    assert client_as(OFFICER).get("/v1/cases", params={"due_by": day}).status_code == status
