"""Whatever field it stands in: a text of a body that holds what nobody sees is refused."""

import json

import pytest

from tests.casework.people import OFFICER

BODIES = {
    "a note": ("/v1/watch-list", {"borrower_id": "B1", "reason": "a\x00b"}, "body.reason"),
    "an id": ("/v1/contacts", {"borrower_id": "B\u202e1"}, "body.borrower_id"),
    "an answer": ("/v1/checks/C0000001", {"version": 1, "answers": {"other": "a\x0bb"}}, "body.answers.other"),
    "half a character": ("/v1/measures", {"reason": "\ud83d"}, "body.reason"),
    "one of a list": ("/v1/checks/C0000001", {"answers": {"photo": ["B1", "B\x072"]}}, "body.answers.photo.1"),
    "a blank letter": ("/v1/watch-list", {"borrower_id": "B1", "reason": "已\u3164核实"}, "body.reason"),
    "a tag": ("/v1/watch-list", {"borrower_id": "B1", "reason": "已\U000e0041核实"}, "body.reason"),
    "a name": ("/v1/checks/C0000001", {"answers": {"x\x00": 1}}, "a name in body.answers"),
}


@pytest.mark.parametrize(("path", "body", "place"), BODIES.values(), ids=list(BODIES))
@pytest.mark.parametrize("ascii_only", [True, False])
def test_it_is_refused_and_told_where(client_as, problem_of, path, body, place, ascii_only):
    method = "PUT" if path.startswith("/v1/checks/") else "POST"
    sent = json.dumps(body, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    response = client_as(OFFICER).request(method, path, content=sent, headers={"content-type": "application/json"})
    status, code, detail = problem_of(response)
    assert (status, code) == (422, "invalid-request")
    assert detail.startswith(f"'{place}' holds U+")


def test_an_escaped_backslash_is_none_of_it(client_as, problem_of):
    body = {"borrower_id": "B9", "reason": "C:\\u0000 and \\b"}
    assert "holds" not in problem_of(client_as(OFFICER).post("/v1/watch-list", json=body))[2]
