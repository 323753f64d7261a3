import pytest

from tests.casework.checks.test_evidence import JPEG, PDF, PNG
from tests.casework.people import HEAD, MANAGER, OFFICER, OFFICER2, OTHER
from tests.serving.api.conftest import begun


def handed_in(client, content=JPEG, version=1, case_id="C0000001", **more):
    return client.post("/v1/evidence", params={"case_id": case_id, "version": version}, content=content, **more)


@pytest.mark.parametrize(
    ("content", "kind", "ending"),
    [(PNG, "image/png", "png"), (JPEG, "image/jpeg", "jpg"), (PDF, "application/pdf", "pdf")],
    ids=["png", "jpeg", "pdf"],
)
def test_a_file_is_what_its_content_says_and_read_back_as_an_attachment(ask, content, kind, ending):
    client = ask(OFFICER)
    begun(client)
    body = handed_in(client, content, headers={"content-type": "text/html"}).json()
    assert (body["media_type"], body["size"], body["check"]["case"]["version"]) == (kind, len(content), 2)
    assert body["check"]["files"][0]["sha256"] == body["sha256"]
    response = ask(MANAGER).get(f"/v1/evidence/{body['sha256']}?case_id=C0000001")
    assert (response.content, response.headers["content-type"]) == (content, kind)
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-disposition"] == (
        f'attachment; filename="C0000001-{body["sha256"][:12]}.{ending}"'
    )


def test_a_field_of_a_form_holds_a_file_that_was_handed_in_with_the_check(ask, problem_of):
    client = ask(OFFICER)
    begun(client, form="visit")
    sha256 = handed_in(client).json()["sha256"]
    begun(client, "B2", form="visit")
    other = client.put("/v1/checks/C0000002", json={"version": 1, "answers": {"photo": sha256}})
    assert problem_of(other)[:2] == (422, "bad-form")
    body = client.put("/v1/checks/C0000001", json={"version": 2, "answers": {"photo": sha256}}).json()
    assert next(one["answer"] for one in body["fields"] if one["name"] == "photo") == sha256


@pytest.mark.parametrize(
    ("content", "status", "code", "detail"),
    [
        (b"", 422, "bad-form", "The file is empty"),
        (b"MZ a program.pdf", 422, "bad-form", "it is no PNG, JPEG or PDF"),
        (PNG[:-4], 422, "bad-form", "is cut short or damaged"),
        (PDF + bytes(20_000_000), 413, "body-too-large", "Send fewer rows, or a smaller file"),
    ],
    ids=["empty", "program", "cut", "large"],
)
def test_what_is_no_evidence_is_refused(ask, problem_of, content, status, code, detail):
    client = ask(OFFICER)
    begun(client)
    found = problem_of(handed_in(client, content))
    assert found[:2] == (status, code)
    assert detail in found[2]
    assert client.get("/v1/checks/C0000001").json()["files"] == []


def test_evidence_goes_with_ones_own_draft_as_it_was_read(ask, problem_of):
    client = ask(OFFICER)
    begun(client)
    assert problem_of(handed_in(ask(OFFICER2)))[:2] == (403, "forbidden")
    assert problem_of(handed_in(ask(OTHER)))[:2] == (404, "unknown-case")
    assert problem_of(handed_in(client, version=2))[:2] == (409, "stale-version")
    handed_in(client)
    assert problem_of(handed_in(client, version=2))[:2] == (422, "bad-form")
    assert problem_of(client.post("/v1/evidence?case_id=C0000001", content=JPEG))[:2] == (422, "invalid-request")


def test_evidence_is_shown_to_whoever_may_see_its_check(ask, problem_of):
    client = ask(OFFICER)
    begun(client)
    sha256 = handed_in(client).json()["sha256"]
    path = f"/v1/evidence/{sha256}?case_id="
    assert ask(HEAD).get(f"{path}C0000001").status_code == 200
    assert problem_of(ask(OTHER).get(f"{path}C0000001"))[:2] == (404, "unknown-case")
    assert problem_of(client.get(f"{path}C0000009"))[:2] == (404, "unknown-case")
    begun(client, "B2")
    assert problem_of(client.get(f"{path}C0000002"))[:2] == (422, "bad-form")
    assert problem_of(client.get("/v1/evidence/..%2Fews.db?case_id=C0000001"))[0] == 404
    assert problem_of(client.get("/v1/evidence/abc?case_id=C0000001"))[:2] == (422, "invalid-request")


def test_evidence_that_was_changed_on_disk_is_told(ask, problem_of, tmp_path):
    client = ask(OFFICER)
    begun(client)
    sha256 = handed_in(client).json()["sha256"]
    (tmp_path / "evidence" / sha256[:2] / sha256).write_bytes(PNG)
    assert problem_of(client.get(f"/v1/evidence/{sha256}?case_id=C0000001"))[:2] == (500, "tampered")


def test_a_service_without_a_folder_takes_no_evidence(ask, problem_of):
    client = ask(OFFICER, evidence=None)
    begun(client)
    assert problem_of(handed_in(client))[:2] == (503, "bad-settings")
