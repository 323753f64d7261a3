import pytest

from ews.serving.api import checks, evidence, forms
from ews.serving.api.check_out import CheckOut
from tests.casework.checks.test_checks import PHONE
from tests.casework.people import AUDITOR, HEAD, MANAGER, OFFICER, OFFICER2, OTHER
from tests.serving.api.conftest import begun

TODAY = "2026-08-01"


def saved(client, check, answers=None, **more):
    case = check["case"]
    body = {"version": case["version"], "answers": PHONE if answers is None else answers, "done_on": TODAY, **more}
    return client.put(f"/v1/checks/{case['case_id']}", json=body)


def submitted(client, answers=None, borrower_id="B1", **more):
    case = saved(client, begun(client, borrower_id), answers, **more).json()["case"]
    return client.post(f"/v1/checks/{case['case_id']}/submit", json={"version": case["version"]})


def test_the_forms_are_told_with_texts_units_and_choices(ask):
    body = ask(OFFICER).get("/v1/forms").json()
    assert (body["on"], [one["form"]["code"] for one in body["items"]]) == (
        TODAY,
        ["phone", "visit", "audit", "first", "event"],
    )
    phone = body["items"][0]
    assert phone["form"]["text"] == {"en": "Check by phone", "zh": "电话检查"}
    stoppage = next(one for one in phone["fields"] if one["name"] == "stoppage")
    assert (stoppage["unit"], stoppage["required"], stoppage["finding"]) == ("choice", True, "stoppage")
    assert stoppage["choices"][0] == {"code": "no", "text": {"en": "Works as usual", "zh": "正常经营"}}


def test_the_forms_of_a_day_before_the_first_are_told_as_a_problem(ask, problem_of):
    assert ask(OFFICER).get("/v1/forms?on=1900-01-01&lang=zh").json()["items"][0]["form"]["text"] == {"zh": "电话检查"}
    status, code, detail = problem_of(ask(OFFICER).get("/v1/forms?on=1899-12-31"))
    assert (status, code) == (422, "bad-request")
    assert detail.startswith("'on' is 1899-12-31: ")


def test_a_check_is_begun_prefilled_with_the_day_of_each_value(ask):
    check = begun(ask(OFFICER))
    assert (check["case"]["case_id"], check["case"]["state"]["code"], check["case"]["version"]) == (
        "C0000001",
        "draft",
        1,
    )
    sales = next(one for one in check["fields"] if one["name"] == "sales_3m")
    assert sales == {
        "name": "sales_3m",
        "text": {"en": "Sales of the last three months", "zh": "近三个月销售额"},
        "answer": 1_500_000,
        "why_empty": None,
        "prefilled": {"value": 1_500_000, "on": "2026-07-31"},
        "changed": False,
    }


def test_a_service_without_a_book_begins_with_the_newest_decision(ask, services):
    check = begun(ask(OFFICER, facts_of=services.facts_of))
    assert [one["name"] for one in check["fields"] if one["prefilled"] is not None] == []


def test_what_was_changed_is_told_beside_what_it_began_with(ask):
    client = ask(OFFICER)
    body = saved(client, begun(client), {**PHONE, "sales_3m": 9}).json()
    sales = next(one for one in body["fields"] if one["name"] == "sales_3m")
    assert (sales["answer"], sales["prefilled"]["value"], sales["changed"]) == (9, 1_500_000, True)


def test_an_id_with_a_slash_has_checks_like_any_other(ask):
    client = ask(OFFICER)
    check = begun(client, "A/1")
    assert check["case"]["borrower_id"] == "A/1"
    for path in ("/v1/borrowers/A/1/checks", "/v1/borrowers/A%2F1/checks"):
        assert [one["case"]["case_id"] for one in client.get(path).json()["items"]] == ["C0000001"]
    assert client.get("/v1/borrowers/B1/checks").json() == {"items": [], "next_cursor": None}


def test_a_check_is_submitted_and_its_findings_are_in_the_store(ask, services):
    body = submitted(ask(OFFICER)).json()
    assert (body["case"]["state"]["code"], body["case"]["version"]) == ("submitted", 3)
    assert body["case"]["state"]["text"] == {"en": "submitted", "zh": "已提交"}
    assert body["flags"] == []
    found = ask(OFFICER).get("/v1/checks/C0000001").json()
    assert found == body


@pytest.mark.parametrize(
    ("asked", "status", "code", "detail"),
    [
        ({"form": "survey"}, 422, "bad-form", "The policy has no form 'survey' on 2026-08-01"),
        ({"form": "first"}, 422, "bad-form", "'loan_id' is missing: the form is about one loan; name it"),
        ({"form": "first", "loan_id": "L9"}, 422, "bad-form", "'loan_id' is 'L9': it is no loan of borrower 'B1'"),
        ({"form": "phone", "task_id": "T0000009"}, 404, "unknown-case", "There is no case 'T0000009'"),
        ({"form": "phone", "corrects": "C0000009"}, 404, "unknown-case", "There is no case 'C0000009'"),
        ({"form": "phone", "colour": 1}, 422, "invalid-request", "nothing of this name is known here"),
        ({}, 422, "invalid-request", "'body.form' is missing"),
    ],
)
def test_what_a_check_cannot_be_about_is_told(ask, problem_of, asked, status, code, detail):
    found = problem_of(ask(OFFICER).post("/v1/borrowers/B1/checks", json=asked))
    assert found[:2] == (status, code)
    assert detail in found[2]


@pytest.mark.parametrize(
    ("answers", "more", "faults"),
    [
        ({"workrs": 1}, {}, [("workrs", "1")]),
        ({"wages_unpaid": "two"}, {}, [("wages_unpaid", "'two'")]),
        ({"wages_unpaid": -1}, {}, [("wages_unpaid", "-1")]),
        ({"stoppage": "maybe"}, {}, [("stoppage", "'maybe'")]),
        ({}, {"done_on": "2026-08-02"}, [("done_on", "2026-08-02")]),
        ({}, {"why_empty": {"summary": "no time"}}, [("why_empty.summary", "'no time'")]),
        ({"stoppage": "maybe", "x": None}, {"done_on": "2026-08-02"}, [("done_on",), ("x",), ("stoppage",)]),
    ],
)
def test_each_wrong_answer_is_a_fault_of_its_field(ask, problem_of, answers, more, faults):
    client = ask(OFFICER)
    response = saved(client, begun(client), answers, **more)
    assert problem_of(response)[:2] == (422, "bad-form")
    told = [(one["field"], one["value"]) for one in response.json()["errors"]]
    assert [one[: len(wanted)] for one, wanted in zip(told, faults, strict=True)] == faults
    assert client.get("/v1/checks/C0000001").json()["case"]["version"] == 1


@pytest.mark.parametrize("nested", [[1], [], {"x": 1}, {}])
def test_an_answer_is_one_value(ask, problem_of, nested):
    client = ask(OFFICER)
    found = problem_of(saved(client, begun(client), {"wages_unpaid": nested}))
    assert found[:2] == (422, "invalid-request")
    assert "body.answers.wages_unpaid" in found[2]
    assert client.get("/v1/checks/C0000001").json()["case"]["version"] == 1


def test_all_that_is_missing_is_told_when_a_check_is_submitted(ask, problem_of):
    client = ask(OFFICER)
    begun(client)
    response = client.post("/v1/checks/C0000001/submit", json={"version": 1})
    assert problem_of(response)[:2] == (422, "bad-form")
    assert {one["field"] for one in response.json()["errors"]} == {"done_on", *PHONE}
    assert {one["value"] for one in response.json()["errors"]} == {None}


def test_a_stale_version_is_refused(ask, problem_of):
    client = ask(OFFICER)
    check = begun(client)
    saved(client, check)
    status, code, detail = problem_of(saved(client, check))
    assert (status, code) == (409, "stale-version")
    assert "is at version 2 by now, not 1" in detail


def test_a_submitted_check_is_closed(ask, problem_of):
    client = ask(OFFICER)
    body = submitted(client).json()
    assert problem_of(saved(client, body))[:2] == (409, "not-allowed-now")


def test_a_check_of_another_branch_is_told_like_one_that_does_not_exist(ask, problem_of):
    begun(ask(OFFICER))
    other = ask(OTHER)
    for path in ("/v1/checks/C0000001", "/v1/checks/C0000009"):
        found = problem_of(other.get(path))
        assert found == (404, "unknown-case", f"There is no case '{path[-8:]}' among those you may see. Check the id.")
    unknown = problem_of(other.get("/v1/borrowers/B9/checks"))[2]
    assert problem_of(other.get("/v1/borrowers/B1/checks"))[2] == unknown.replace("B9", "B1")
    assert problem_of(other.post("/v1/borrowers/B1/checks", json={"form": "phone"}))[:2] == (404, "unknown-borrower")
    assert other.get("/v1/checks").json()["items"] == []
    assert other.get("/v1/checks?branch=branch-1").json()["items"] == []


def test_doubted_checks_are_listed_for_the_branch_manager_with_evidence_in_both_languages(ask):
    client = ask(OFFICER)
    doubted = {**PHONE, "sales_trend": "rising"}
    submitted(client, borrower_id="B1")
    submitted(client, doubted, borrower_id="B2")
    begun(client, "B3")
    manager = ask(MANAGER)
    (one,) = manager.get("/v1/checks?flagged=true").json()["items"]
    assert one["case"]["borrower_id"] == "B2"
    assert [flag["flag"]["code"] for flag in one["flags"]] == ["near_identical", "contradicts"]
    assert one["flags"][0]["other"] == "C0000001"
    assert one["flags"][1]["flag"]["text"] == {"en": "contradicts the book", "zh": "与账面数据矛盾"}
    assert one["flags"][1]["evidence"]["zh"].endswith(" = -0.6")
    assert len(manager.get("/v1/checks").json()["items"]) == 3
    assert [one["case"]["borrower_id"] for one in manager.get("/v1/checks?open=true").json()["items"]] == ["B3"]
    assert ask(AUDITOR).get("/v1/checks?flagged=true&lang=en").json()["items"][0]["flags"][0]["flag"]["text"] == {
        "en": "near-identical text"
    }


def test_the_list_comes_page_by_page(ask, problem_of):
    client = ask(OFFICER)
    for borrower_id in ("B1", "B2", "B3"):
        begun(client, borrower_id)
    first = client.get("/v1/checks?limit=2").json()
    rest = client.get(f"/v1/checks?limit=2&cursor={first['next_cursor']}").json()
    assert [one["case"]["borrower_id"] for one in (*first["items"], *rest["items"])] == ["B1", "B2", "B3"]
    assert rest["next_cursor"] is None
    foreign = client.get(f"/v1/checks?flagged=true&cursor={first['next_cursor']}")
    assert problem_of(foreign)[:2] == (400, "bad-cursor")


def test_not_doubted_cannot_be_asked_for(ask, problem_of):
    status, code, detail = problem_of(ask(OFFICER).get("/v1/checks?flagged=false"))
    assert (status, code, detail) == (
        422,
        "bad-request",
        "'flagged' is false. Give true for the doubted ones, or leave it out for all.",
    )


def test_a_draft_is_given_up_with_a_reason(ask, problem_of):
    client = ask(OFFICER)
    begun(client)
    assert problem_of(client.post("/v1/checks/C0000001/cancel", json={"version": 1, "reason": " "}))[0] == 422
    body = client.post("/v1/checks/C0000001/cancel", json={"version": 1, "reason": "wrong form"}).json()
    assert body["case"]["state"]["code"] == "cancelled"


def test_a_draft_of_somebody_else_is_not_filled_in(ask, problem_of):
    check = begun(ask(OFFICER))
    assert problem_of(saved(ask(OFFICER2), check))[:2] == (403, "forbidden")
    assert problem_of(ask(AUDITOR).post("/v1/borrowers/B1/checks", json={"form": "phone"}))[:2] == (403, "forbidden")


def test_a_correction_takes_the_place_of_a_check(ask):
    client = ask(OFFICER)
    submitted(client)
    draft = begun(client, corrects="C0000001")
    assert next(one["answer"] for one in draft["fields"] if one["name"] == "stoppage") == "partly"
    case = saved(client, draft, {**PHONE, "stoppage": "no"}).json()["case"]
    client.post(f"/v1/checks/{case['case_id']}/submit", json={"version": case["version"]})
    old = client.get("/v1/checks/C0000001").json()["case"]
    assert (old["state"]["text"]["zh"], old["body"]["corrected_by"]) == ("已更正", "C0000002")


def test_who_read_which_borrower_is_told_to_the_log(ask, looked):
    begun(ask(OFFICER), "B2")
    looked.entries.clear()
    client = ask(HEAD)
    client.get("/v1/checks")
    client.get("/v1/checks/C0000001")
    assert [entry.borrowers for entry in looked.entries] == [("B2",), ("B2",)]


EXAMPLES = [
    ("get", "/v1/forms", forms.FormsOut),
    ("get", "/v1/checks", checks.ChecksOut),
    ("post", "/v1/checks/{case_id}/submit", CheckOut),
    ("post", "/v1/evidence", evidence.EvidenceOut),
]


def test_the_examples_of_the_openapi_are_answers_that_the_routes_could_give(ask):
    paths = ask(OFFICER, describing=True).get("/openapi.json").json()["paths"]
    for method, path, model in EXAMPLES:
        shown = paths[path][method]["responses"]["200"]["content"]["application/json"]["example"]
        assert model.model_validate(shown).model_dump(mode="json", exclude_none=True) == shown
    assert set(paths["/v1/evidence"]["post"]["requestBody"]["content"]) == {
        "image/png",
        "image/jpeg",
        "application/pdf",
    }
    assert "application/json" not in paths["/v1/evidence/{sha256}"]["get"]["responses"]["200"]["content"]
