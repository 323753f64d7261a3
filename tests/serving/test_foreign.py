"""What belongs to another branch answers as what does not exist: every route that takes an id, in path, body or query.

All that can happen to a borrower happened to B1 of branch-1. People of branch-2 ask for it, and for a borrower, cases,
files and batches that there never were, by every route and with a body that the OpenAPI takes: both answers have the
same status and the same words, but for the ids in them. Lists, figures and exports are the same as with no B1 at all.
"""

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import quote, unquote, urlencode
from zipfile import ZipFile

import pytest

from ews.casework.desk import Desk
from ews.domain.people import Actor, Role
from ews.serving.app import create_app
from ews.serving.rights import RIGHTS, Kind
from ews.store.cases import PREFIXES, Case, CaseFilter, find_cases
from ews.store.engine import open_store, reading
from tests.casework.borrowers import stored
from tests.casework.rich import NAME, png, rich
from tests.serving.conftest import KEY, NOW, Clock

LATER = datetime(2026, 11, 2, 9)
PEOPLE = (Role.OFFICER, Role.BRANCH_MANAGER, Role.RISK_MANAGER)
"""Who can be tied to a branch."""
BORROWER, NO_BORROWER = "B1", "B7"
BATCH, NO_BATCH = "202606-5f0c1f6e8a7b", "202601-5f0c1f6e8a7b"
NO_FILE = "0" * 64
_KIND_OF = {
    "warnings": "warning",
    "checks": "check",
    "tasks": "task",
    "contacts": "contact",
    "measures": "measure",
    "overrides": "override",
    "watch-list": "watch",
    "reviews": "review",
}
"""The kind of case that a route takes, by a segment of its path; others take any."""
_FREE = {"part": "circle", "section": "book", "column": "due", "verb": "acknowledge"}
"""What stands for a parameter that names nothing of a branch."""
_OF_THE_BANK = (
    "/warnings/views",
    "/adoptions",
    "/promotions",
    "/policy",
    "/model",
    "/receivers",
    "/event-checks/",
    "/v1/batches",
    "/v1/me/",
    "/v1/sessions",
    "/account/",
)
"""Belong to no branch: to the bank, or to whoever asks."""
_SAID = {"version": "1", "reason": "As was agreed with the branch"}
_FIELDS = {
    "/borrowers/{borrower_id}/checks/new": {"form": "phone"},
    "/borrowers/{borrower_id}/act": {"reason": "As was agreed with the branch", "review_on": "2026-12-01"},
    "/checks/{case_id}/cancel": _SAID,
    "/checks/{case_id}/take-over": _SAID,
    "/checks/{case_id}/findings/approve": {"version": "1", "finding": "stoppage"},
    "/checks/{case_id}/findings/refuse": {**_SAID, "finding": "stoppage"},
    "/reviews/{case_id}/determine": {**_SAID, "tier:L1": "pass"},
    "/reviews/{case_id}/return": _SAID,
    "/reviews/determine": {"tick": "{case_id}:1", "reason": "As was agreed with the branch"},
    "/reviews/approve": {"tick": "{case_id}:1"},
    "/work/acknowledge": {"case": "{case_id}:1"},
    "/reviews/open": {"portfolio": "sme", "quarter": "2026Q2", "branch_id": "{branch_id}"},
}
"""What the forms of pages send; the others send a version."""
_QUERY = {
    "/borrowers/{borrower_id}/act": "kind=watch",
    "/v1/borrowers/{borrower_id}/change": "from={batch_id}&to={batch_id}",
    "/v1/evidence": "case_id={case_id}&version=1",
    "/v1/evidence/{sha256}": "case_id={case_id}",
}
_MORE = {"/v1/event-checks": {"borrower_ids": ["{borrower_id}"], "dry_run": True}}
"""What the bodies of the API need beyond what the OpenAPI demands."""
_SOME_FAIL = {
    ("GET", "/warnings/rows/{case_id}"),  # a row that left the list, as an empty answer
    ("POST", "/reviews/approve"),
    ("POST", "/reviews/determine"),
    ("POST", "/v1/reviews/approve"),
    ("POST", "/v1/reviews/determine"),
    ("POST", "/work/acknowledge"),
}
"""Answer for many cases at once: 200, and what became of each."""
_FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def happened(tmp_path_factory, casework_policy):
    """Make a store in which all has happened to B1, with a case of each kind."""
    folder = tmp_path_factory.mktemp("rich")
    store, clock = open_store(f"sqlite:///{folder / 'ews.db'}"), Clock()
    desk = Desk(store, lambda _day: casework_policy, clock, KEY)
    evidence = folder / "evidence"
    evidence.mkdir()
    rich(desk, clock, evidence)
    of_b1 = {"portfolio": "sme", "borrower_id": BORROWER, "branch_id": "branch-1", "officer_id": "officer-1"}
    told = {"code": "QUARTERLY", "text": {"en": NAME, "zh": NAME}, "terms": {}}
    stored(store, Case("task", "open", body=told, **of_b1))
    with reading(store) as connection:
        cases = {one.kind: one.case_id for one in find_cases(connection, CaseFilter())}
    files = sorted(path.name.partition(".")[0] for path in evidence.rglob("*") if path.is_file())
    store.close()
    assert set(cases) == set(PREFIXES) - {"adoption", "promotion"}
    return folder, cases, files[0]


@pytest.fixture
def store(happened, tmp_path):
    shutil.copytree(happened[0], tmp_path, dirs_exist_ok=True)
    opened = open_store(f"sqlite:///{tmp_path / 'ews.db'}")
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock(LATER)


class Asked:
    """The app, asked as whoever is set."""

    def __init__(self, app_client, services, folder) -> None:
        self.actor: Actor | None = None

        async def whoever(_request):
            return self.actor

        app = create_app(replace(services, evidence=folder / "evidence"), now=lambda: NOW, identify=whoever)
        self.openapi = app.openapi()
        self.client = app_client(app)

    def __call__(self, method: str, path: str, body: bytes | None, kind: str):
        headers = {"accept-language": "en", "x-request-id": "r-1", "content-type": kind}
        return self.client.request(
            method,
            path,
            content=body,
            headers=headers if body else {**headers, "content-type": ""},
            follow_redirects=False,
        )


@pytest.fixture
def ask(app_client, services, tmp_path):
    return Asked(app_client, services, tmp_path)


def least(openapi: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    """Return the smallest value that a schema takes, its example where it has one."""
    if "$ref" in schema:
        return least(openapi, openapi["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    told = schema.get("examples") or schema.get("enum") or [schema[name] for name in ("const",) if name in schema]
    several = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if told:
        return told[0]
    return least(openapi, several[0]) if several else _plain_value(openapi, schema)


def _plain_value(openapi: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    kind = str(schema.get("type"))
    if kind == "object":
        return {name: least(openapi, schema["properties"][name]) for name in schema.get("required", ())}
    if kind == "array":
        return [least(openapi, schema["items"])] if schema.get("minItems") else []
    text = "2026-11-30" if schema.get("format") == "date" else "x" * 12
    return {"integer": schema.get("minimum", 1), "number": 1.0, "boolean": True}.get(kind, text)


def _body(ask: Asked, method: str, template: str, ids: Mapping[str, str]) -> tuple[bytes | None, str]:
    """Return a body that the route takes, about what `ids` names, and its type."""
    if method == "GET":
        return None, ""
    operation = ask.openapi["paths"].get(template, {}).get(method.lower())
    if operation is None:
        fields = {name: value.format(**ids) for name, value in _FIELDS.get(template, {"version": "1"}).items()}
        return urlencode(fields).encode(), _FORM
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return png(24, 24), next(iter(content), "application/octet-stream")
    made = {**least(ask.openapi, content["application/json"]["schema"]), **_MORE.get(template, {})}
    return json.dumps(_about(made, ids)).encode(), "application/json"


def _about(value: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: ids.get(name, _about(one, ids)) for name, one in value.items()}
    if isinstance(value, str) and value.startswith("{"):
        return value.format(**ids)
    return [_about(one, ids) for one in value] if isinstance(value, list) else value


def _ids(cases: Mapping[str, str], file: str, kind: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return ids of the other branch, and ids that nothing has."""
    foreign = {"borrower_id": BORROWER, "case_id": cases[kind], "batch_id": BATCH, "sha256": file, "loan_id": "L1"}
    unknown = {"borrower_id": NO_BORROWER, "case_id": f"{PREFIXES[kind]}0000999", "batch_id": NO_BATCH}
    return {**foreign, "branch_id": "branch-1"}, {
        **unknown,
        "sha256": NO_FILE,
        "loan_id": "L7",
        "branch_id": "branch-7",
    }


def _kinds(template: str) -> tuple[str, ...]:
    if "{case_id}" not in template:
        return ("warning",)
    found = tuple(kind for segment, kind in _KIND_OF.items() if f"/{segment}/" in template)
    return found or tuple(_KIND_OF.values())


def _address(template: str, ids: Mapping[str, str]) -> str:
    path = re.sub(r"\{(\w+)\}", lambda one: quote(ids.get(one[1]) or _FREE.get(one[1], "x"), safe=""), template)
    return f"{path}?{_QUERY[template].format(**ids)}" if template in _QUERY else path


def _plain(text: str, ids: Mapping[str, str]) -> str:
    """Return a text without the ids that were asked for."""
    text = unquote(text)
    for name, value in sorted(ids.items(), key=lambda one: -len(one[1])):
        text = re.sub(rf"\b{re.escape(value)}\b", f"<{name}>", text)
    return text


def _routes() -> Iterator[tuple[str, str]]:
    for (method, template), right in RIGHTS.items():
        if right.kind is not Kind.OPEN and not any(one in template for one in _OF_THE_BANK):
            yield method, template


def _named(template: str, method: str) -> bool:
    """Tell whether a route is about something that has an id."""
    return bool(set(re.findall(r"\{(\w+)\}", template)) - set(_FREE)) or method != "GET"


def _person(role: Role, branch_id: str) -> Actor:
    return Actor(f"{role.value}-9", role.value, frozenset({role}), branch_id, officer_id="officer-9")


def _answers(ask: Asked, happened, method: str, template: str) -> Iterator[tuple[Any, Any]]:
    """Return the answers to what is of the other branch, and to what there never was; as status and text."""
    _, cases, file = happened
    for kind in _kinds(template):
        both = []
        for ids in _ids(cases, file, kind):
            path, (body, media) = _address(template, ids), _body(ask, method, template, ids)
            response = ask(method, path, body, media)
            sent = {name: one for name, one in ids.items() if one in path + (body or b"").decode("latin-1")}
            text = _plain(f"{response.text} {response.headers.get('location')}", sent)
            both.append((response.status_code, text))
        yield both[0], both[1]


@pytest.mark.parametrize("role", PEOPLE)
def test_what_another_branch_has_answers_as_what_nobody_has(ask, happened, role):
    ask.actor = _person(role, "branch-2")
    found: dict[tuple[str, str], Any] = {}
    statuses: dict[tuple[str, str], set[int]] = {}
    for method, template in _routes():
        if _named(template, method):
            for foreign, unknown in _answers(ask, happened, method, template):
                statuses.setdefault((method, template), set()).update({foreign[0], unknown[0]})
                if foreign != unknown:
                    found[method, template] = foreign, unknown
    assert found == {}
    assert len(statuses) > 90
    assert {one for one, told in statuses.items() if not told <= {403, 404}} == _SOME_FAIL


def _lists() -> Iterator[str]:
    """Return what tells about many borrowers: lists, figures, exports, and parts of pages."""
    for method, template in _routes():
        if method == "GET" and not _named(template, method):
            yield template
    yield from _ASKED_FOR


_ASKED_FOR = (
    "/v1/cases?borrower_id=B1",
    "/v1/warnings?branch_id=branch-1",
    "/v1/overrides?state=proposed",
    "/v1/measures?borrower_id=B1",
    "/v1/watch-list?borrower_id=B1",
    "/v1/checks?borrower_id=B1",
    "/v1/reviews?quarter=2026Q2&branch_id=branch-1",
    f"/borrowers?text={quote(NAME[:4])}",
    "/borrowers?branch=branch-1",
    "/borrowers.csv?branch=branch-1",
    "/borrowers.xlsx?branch=branch-1",
    "/warnings?branch=branch-1&state=",
    "/reviews?quarter=2026Q2&branch=branch-1",
)
"""The same with filters that ask for the other branch."""


def _text(ask: Asked, template: str) -> str:
    """Return what an answer says, that of a workbook too."""
    response = ask("GET", _address(template, {}), None, "")
    assert response.status_code < 500, template
    if response.content[:2] == b"PK":
        with ZipFile(BytesIO(response.content)) as packed:
            return re.sub(r' r="[A-Z]+[0-9]+"', "", b" ".join(map(packed.read, packed.namelist())).decode())
    return unquote(response.text)


def _told(ask: Asked, template: str) -> bool:
    """Tell whether an answer names the borrower, a case of it, or its branch's people, beyond what was asked."""
    text = _text(ask, template).replace(unquote(template), "")
    return NAME in text or re.search(r"/borrowers/B1\b|/cases/[A-Z]000000|\"B1\"", text) is not None


def test_no_list_figure_or_export_tells_of_another_branch(ask):
    own, foreign = set(), {}
    for role in PEOPLE:
        ask.actor = _person(role, "branch-1")
        own |= {template for template in _lists() if _told(ask, template)}
        ask.actor = _person(role, "branch-2")
        foreign[role] = {template for template in _lists() if _told(ask, template)}
    assert {"/v1/cases", "/v1/reviews", "/warnings", "/borrowers", "/borrowers.csv", "/borrowers.xlsx"} <= own
    assert foreign == {role: set() for role in PEOPLE}
