"""Cases over HTTP: what a list holds for whom, one case, its acts."""

from functools import cache

import pytest

from ews.serving.api import cases
from tests.casework.people import AUDITOR, HEAD, MANAGER, OFFICER, OTHER
from tests.casework.signals import LARGE, batch, borrower, held
from tests.serving.conftest import NOW


@pytest.fixture
def raised(desk):
    """Give three warnings of one branch and one of another; the desk's day is Saturday, 1 August 2026."""
    batch(
        desk,
        borrower("B1", held("GRADE_RED"), held("BALANCE_THIN"), exposure_fen=LARGE),
        borrower("B2", held("BALANCE_THIN"), officer_id="officer-2"),
        borrower("C/9", held("LATE_ELSEWHERE"), branch_id="branch-2", officer_id="officer-9"),
        as_of=NOW.date(),
    )
    return desk


@pytest.fixture
def ask(client_as, raised):
    """Give a function that asks for cases as somebody and returns their ids."""
    client_of = cache(lambda actor: client_as(actor, cases.router))

    def found(actor=OFFICER, **params):
        response = client_of(actor).get("/v1/cases", params=params)
        assert response.status_code == 200, response.text
        return [item["case_id"] for item in response.json()["items"]]

    return found


def test_somebody_of_a_branch_sees_its_cases_and_head_office_all(ask):
    assert ask(OFFICER) == ["W0000001", "W0000002", "W0000003"]
    assert ask(OTHER) == ["W0000004"]
    assert ask(HEAD) == ask(AUDITOR) == ["W0000001", "W0000002", "W0000003", "W0000004"]


FILTERS = [
    ({"kind": "warning"}, [1, 2, 3, 4]),
    ({"kind": "task"}, []),
    ({"state": "raised"}, [1, 2, 3, 4]),
    ({"state": "lifted"}, []),
    ({"open": "true"}, [1, 2, 3, 4]),
    ({"open": "false"}, []),
    ({"borrower_id": "B1"}, [1, 2]),
    ({"branch": "branch-2"}, [4]),
    ({"branch": "branch-9"}, []),
    ({"officer": "officer-2"}, [3]),
    ({"role": "officer"}, [1, 2, 3, 4]),
    ({"role": "head_office"}, []),
    ({"assignee": "li"}, []),
    ({"due_by": "2026-08-03"}, [2]),
    ({"due_by": "2026-08-05", "branch": "branch-2"}, [4]),
    ({"portfolio": "sme", "officer": "officer-1"}, [1, 2]),
]


def test_filters_are_joined_by_and(ask):
    found = [(params, ask(HEAD, **params)) for params, _ in FILTERS]
    assert found == [(params, [f"W000000{number}" for number in expected]) for params, expected in FILTERS]


def test_another_branch_asked_for_by_name_holds_nothing(ask):
    assert ask(OFFICER, branch="branch-2") == ask(OFFICER, branch="branch-9") == []


def test_pages_hold_every_case_once(client_as, raised):
    client = client_as(HEAD, cases.router)
    for limit in (1, 2, 3, 4):
        found, asked = [], {"limit": limit}
        while asked:
            page = client.get("/v1/cases", params=asked).json()
            found += [item["case_id"] for item in page["items"]]
            asked = page["next_cursor"] and {"limit": limit, "cursor": page["next_cursor"]}
        assert found == ["W0000001", "W0000002", "W0000003", "W0000004"]


def test_a_cursor_of_one_branch_is_not_taken_from_another(client_as, raised, problem_of):
    cursor = client_as(MANAGER, cases.router).get("/v1/cases", params={"limit": 1}).json()["next_cursor"]
    response = client_as(OTHER, cases.router).get("/v1/cases", params={"limit": 1, "cursor": cursor})
    assert problem_of(response)[:2] == (400, "bad-cursor")


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"kind": "warnings"}, "'kind' is 'warnings', which is none. Give one of warning, task, check, "),
        ({"state": "closed"}, "'state' is 'closed', which is none. Give one of raised, "),
        ({"role": "boss"}, "'role' is 'boss', which is none. Give one of officer, "),
    ],
)
def test_a_word_that_is_none_is_told_with_those_that_are(client_as, raised, problem_of, params, told):
    status, code, detail = problem_of(client_as(OFFICER, cases.router).get("/v1/cases", params=params))
    assert (status, code) == (422, "bad-request")
    assert detail.startswith(told)


def test_a_case_is_told_with_words_money_deadlines_and_where_to_go_on(client_as, raised):
    case = client_as(HEAD, cases.router).get("/v1/cases/W0000004").json()
    assert case["kind"] == {"code": "warning", "text": {"en": "warning", "zh": "预警"}}
    assert case["state"] == {"code": "raised", "text": {"en": "raised", "zh": "已发出"}}
    assert case["role"] == {"code": "officer", "text": {"en": "officer", "zh": "客户经理"}}
    assert case["level"]["code"] == "orange"
    assert (case["version"], case["due_on"], case["exposure_fen"]) == (1, "2026-08-05", 3_000_000)
    assert (case["at_risk_fen"], case["opened_at"], case["closed_at"]) == (750_000, "2026-08-01T13:00:00", None)
    assert (case["body"]["kind"], case["body"]["plan_by"]) == ("DEBT_SERVICE", "2026-08-07")
    assert case["links"] == {
        "case": "/v1/cases/W0000004",
        "acts": "/v1/cases/W0000004/acts",
        "borrower": "/v1/borrowers/C%2F9?portfolio=sme",
    }


def test_the_acts_on_a_case_tell_who_did_what_when(client_as, raised):
    items = client_as(OFFICER, cases.router).get("/v1/cases/W0000002/acts", params={"lang": "en"}).json()["items"]
    assert [(one["verb"], one["user_id"], one["version"], one["at"]) for one in items] == [
        ("raise", "ews", 1, "2026-08-01T13:00:00")
    ]
    assert items[0]["state"] == {"code": "raised", "text": {"en": "raised"}}
    assert (items[0]["content"]["codes"], items[0]["content"]["level"]) == (["GRADE_RED"], "red")


def test_a_case_of_another_branch_reads_like_none(client_as, raised, problem_of):
    client = client_as(OFFICER, cases.router)
    for path in ("/v1/cases/{}", "/v1/cases/{}/acts"):
        foreign, none = (problem_of(client.get(path.format(one))) for one in ("W0000004", "W0000099"))
        assert foreign[:2] == none[:2] == (404, "unknown-case")
        assert foreign[2].replace("W0000004", "W0000099") == none[2]


def test_the_log_is_told_whose_borrowers_were_read(client_as, raised, looked):
    client = client_as(OFFICER, cases.router)
    for path in ("/v1/cases", "/v1/cases/W0000002", "/v1/cases/W0000002/acts"):
        client.get(path)
    assert [entry.borrowers for entry in looked.entries] == [("B1", "B2"), ("B1",), ("B1",)]


@pytest.mark.parametrize("case_id", ["w0000336", "案", "W", "0000336"])
def test_what_is_no_id_of_a_case_is_told_how_one_looks(client_as, problem_of, case_id):
    status, code, detail = problem_of(client_as(OFFICER, cases.router).get(f"/v1/cases/{case_id}"))
    assert (status, code) == (422, "invalid-request")
    assert detail.startswith(f"'path.case_id' is '{case_id}': give a case id like W0000336.")


def test_a_case_says_whom_it_is_about_and_what_its_signals_mean(client_as, raised):
    client = client_as(OFFICER, cases.router)
    (first, *_) = client.get("/v1/cases").json()["items"]
    assert (first["borrower_id"], first["name"]) == ("B1", "Firm B1")
    assert first["warning"] == {
        "kind": {"code": "DEBT_SERVICE", "text": {"en": "Debt service outgrows means", "zh": "偿债能力不足"}},
        "signals": [{"code": "BALANCE_THIN", "text": {"en": "en:BALANCE_THIN", "zh": "zh:BALANCE_THIN"}}],
    }
    standing = client.get("/v1/cases/W0000002").json()["warning"]["kind"]
    assert standing == {"code": "STANDING", "text": {"en": "risk of default too high", "zh": "违约风险过高"}}
    assert client.get("/v1/cases/W0000001").json() == first
