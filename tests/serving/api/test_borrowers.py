from dataclasses import replace
from datetime import date
from urllib.parse import quote

import pytest

from ews.domain.decisions import Evidence, Held, Override, Reason
from ews.domain.levels import Tier, WarningLevel
from ews.domain.lifts import Lift
from ews.domain.paths import Channel, Hop, Path
from ews.domain.raised import Raised
from ews.domain.text import Language
from ews.domain.unit import Role, UnitMember
from ews.serving.api.derivation_out import LoanOut
from tests.store.samples import decision, published, row

UNKNOWN = "Borrower 'B9' has no published decision. Check the id, or score a book with it."


def test_a_borrower_is_told_with_the_newest_decision_and_links(client):
    body = client.get("/v1/borrowers/B1").json()
    assert body == {
        "borrower_id": "B1",
        "name": "Firm B1",
        "industry": "retail",
        "region": "Hangzhou",
        "branch_id": "branch-1",
        "officer_id": "officer-1",
        "newest_decision": {
            "batch_id": "july",
            "portfolio": "sme",
            "as_of": "2026-07-31",
            "published_at": "2026-08-01T12:00:00",
            "superseded": False,
            "newest": True,
            "pd": 0.25,
            "grade": "G6",
            "tier": {"code": "special_mention", "text": {"en": "special mention", "zh": "关注"}},
            "level": {"code": "orange", "text": {"en": "orange", "zh": "橙色预警"}},
            "exposure_fen": 31_200_000,
            "in_default": False,
            "top_reason": {
                "code": "INFLOW_FELL",
                "text": {"en": "Money coming in has fallen", "zh": "入账减少"},
            },
            "release_on": None,
            "place": None,
            "is_waiting": None,
            "stage": None,
            "expected_loss_fen": None,
            "provision_fen": None,
        },
        "links": {
            "decision": "/v1/borrowers/B1/decision?portfolio=sme",
            "decisions": "/v1/borrowers/B1/decisions?portfolio=sme",
        },
    }


@pytest.mark.parametrize("borrower_id", ["A/1", "B1"])
def test_the_links_of_a_borrower_lead_on_whatever_the_id_holds(client, borrower_id):
    links = client.get(f"/v1/borrowers/{quote(borrower_id, safe='')}").json()["links"]
    assert client.get(links["decision"]).json()["borrower_id"] == borrower_id
    assert client.get(links["decisions"]).json()["items"][0]["batch_id"] == "july"


def test_who_left_the_book_is_still_told_with_the_last_decision(client):
    newest = client.get("/v1/borrowers/B5").json()["newest_decision"]
    assert (newest["batch_id"], newest["newest"]) == ("june", False)


def test_the_decision_is_told_in_full_with_codes_numbers_and_sentences(client):
    body = client.get("/v1/borrowers/B1/decision").json()
    assert body["headline"] == {"en": "en:orange", "zh": "zh:orange"}
    assert body["action"] == {"en": "en:act", "zh": "zh:act"}
    assert (body["pd"], body["grade"], body["exposure_fen"], body["horizon_months"]) == (0.25, "G6", 31_200_000, 12)
    assert [reason["reason"]["code"] for reason in body["reasons"]] == ["INFLOW_FELL", "PAYS_LATE"]
    assert body["reasons"][0]["sentence"] == {"en": "en:INFLOW_FELL", "zh": "zh:INFLOW_FELL"}
    assert body["reasons"][0]["evidence"] == [
        {
            "feature": "inflow_change_3m",
            "name": {"en": "Change of money received", "zh": "入账变动"},
            "value": -0.6,
            "worse_than": 0.93,
            "from_whom": [],
        }
    ]
    total = body["base_log_odds"] + sum(reason["log_odds"] for reason in body["reasons"])
    assert total == pytest.approx(body["log_odds"], abs=1e-12)
    assert body["held"] == [
        {
            "kind": "signal",
            "code": "INFLOW_HALVED",
            "gives": {"code": "orange", "text": {"en": "orange", "zh": "橙色预警"}},
            "inputs": {"inflow_change_3m": -0.6},
            "sentence": {"en": "en:INFLOW_HALVED", "zh": "zh:INFLOW_HALVED"},
            "state": "holds",
            "since": None,
            "lifts": [],
            "source": "Order",
            "article": "10 (1)",
            "confidence": "H",
            "owner": "officer",
        }
    ]
    assert body["route"] == {"roles": ["officer"], "acknowledge_days": 3, "plan_days": 5, "report_days": None}
    assert body["loans"][0]["held"][0]["inputs"] == {"dpd": 3}
    assert body["loans"][0]["tier"]["code"] == "special_mention"
    assert (body["before"]["pd"], body["before"]["level"]["code"]) == (0.1, "none")
    assert body["blind"] == ["card_overdraft"]


def test_the_economic_unit_is_told_with_roles_and_the_evidence_says_from_whom_it_comes(client, store):
    unit = (UnitMember("P1", Role.CONTROLLER, "周建国"), UnitMember("F2", Role.AFFILIATE, None))
    stretched = Reason("OWNER_STRETCHED", 0.5, (Evidence("owner_inquiries_3m", 4.0, 0.9, ("P1",)),))
    published(store, "august", [row("B1", unit=unit, reasons=(stretched,))], as_of=date(2026, 8, 31))
    body = client.get("/v1/borrowers/B1/decision").json()
    assert body["unit"] == [
        {
            "member_id": "P1",
            "role": {"code": "controller", "text": {"en": "controller", "zh": "实际控制人"}},
            "name": "周建国",
        },
        {
            "member_id": "F2",
            "role": {"code": "affiliate", "text": {"en": "affiliate", "zh": "关联企业"}},
            "name": None,
        },
    ]
    assert body["reasons"][0]["evidence"][0]["from_whom"] == ["P1"]


def test_the_tier_rules_that_could_not_be_judged_are_told_by_loan(services):
    loan = replace(decision("B1").loans[0], undecided=("RESTRUCTURED",))
    assert LoanOut.of(loan, decision("B1"), services, (Language.EN,)).undecided == ["RESTRUCTURED"]


DAY = date(2026, 8, 31)
SIGNAL = Held("signal", "LATE", "orange", {"dpd_max": 31}, "carried", DAY, ((Lift("dpd_max", "<=", 30),),))
OVERRIDE = Override("V1", Tier.SUBSTANDARD, "court case", "P1", "P2", DAY, date(2026, 12, 31), ("OVERDUE_270",))


def test_how_a_decision_came_about_is_told_with_what_would_lift_it(client, store):
    loan = replace(
        decision("B1").loans[0], floor=Tier.DOUBTFUL, proposal=Tier.PASS, override=OVERRIDE, carried=("IMPAIRED",),
        carried_since=DAY, stage=3, lgd=0.35, expected_loss_fen=100, provision_general_fen=1,
    )  # fmt: skip
    path = Path(Channel.GUARANTEES, (Hop("B9", None, "X", 47, None, "substandard", "G9"),), 1_800_000)
    told = row(
        "B1", loans=(loan,), held=(SIGNAL,), undecided=("WAGES_SHRANK",), level_now=WarningLevel.YELLOW, paths=(path,),
        raised=Raised(("LATE",), "officer-1", DAY, 2, is_waiting=True), split={Channel.OWN: 0.5}, assess=("B9",),
    )  # fmt: skip
    published(store, "august", [told], as_of=DAY)
    body = client.get("/v1/borrowers/B1/decision", params={"lang": "en"}).json()
    held, loans = body["held"][0], body["loans"][0]
    assert (held["state"], held["since"]) == ("carried", "2026-08-31")
    assert held["lifts"] == [[{"name": "dpd_max", "op": "<=", "value": 30, "sentence": {"en": "en:dpd_max<=30"}}]]
    assert {name: part["code"] for name, part in loans["tier_parts"].items() if name != "override"} == {
        "floor": "doubtful",
        "proposal": "pass",
    }
    assert loans["tier_parts"]["override"]["blocked_by"] == ["OVERDUE_270"]
    assert (loans["carried"], loans["carried_since"], loans["stage"]) == (["IMPAIRED"], "2026-08-31", 3)
    assert (loans["expected_loss_fen"], loans["provision_specific_fen"]) == (100, None)
    assert (body["level"]["code"], body["level_now"]["code"]) == ("orange", "yellow")
    assert (body["undecided"], body["assess"], body["split"]) == (["WAGES_SHRANK"], ["B9"], {"own": 0.5})
    assert (body["paths"][0]["sentence"], body["paths"][0]["hops"][0]["dpd"]) == ({"en": "en:B1>B9"}, 47)
    assert (body["raised"]["place"], body["raised"]["sentence"]) == (2, {"en": "en:2"})


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_language_asked_for_is_the_only_one_told(client, language):
    body = client.get("/v1/borrowers/B1/decision", params={"lang": language}).json()
    assert body["headline"] == {language: f"{language}:orange"}
    assert set(body["level"]["text"]) == {language}
    assert set(body["reasons"][0]["evidence"][0]["name"]) == {language}
    history = client.get("/v1/borrowers/B1/decisions", params={"lang": language}).json()
    assert set(history["items"][0]["tier"]["text"]) == {language}


def test_null_stays_null(client, store):
    rows = [row("B1", pd=None, log_odds=None, base_log_odds=None, exposure_fen=None, before=None, reasons=())]
    published(store, "august", rows, as_of=date(2026, 8, 31))
    body = client.get("/v1/borrowers/B1/decision").json()
    assert [body[name] for name in ("pd", "log_odds", "base_log_odds", "exposure_fen", "before")] == [None] * 5


def test_an_earlier_batch_can_be_asked_for(client, services, client_of):
    body = client.get("/v1/borrowers/B1/decision", params={"batch_id": "july"}).json()
    assert body["pd"] == 0.25


def test_an_unknown_borrower_is_not_found(client, problem_of):
    for path in ("/v1/borrowers/B9", "/v1/borrowers/B9/decision", "/v1/borrowers/B9/decisions"):
        assert problem_of(client.get(path)) == (404, "unknown-borrower", UNKNOWN)


def test_an_unknown_batch_is_not_found(client, problem_of):
    found = problem_of(client.get("/v1/borrowers/B1/decision", params={"batch_id": "b9"}))
    assert found == (
        404,
        "unknown-batch",
        "Batch 'b9' is not published. See the list of batches for those that are.",
    )


def test_a_record_that_is_gone_is_told_not_invented(client, problem_of):
    found = problem_of(client.get("/v1/borrowers/B5/decision"))
    assert found == (404, "unknown-batch", "The record of batch 'june' is gone. Restore it.")


def test_an_id_that_two_portfolios_use_is_a_conflict_until_one_is_named(client, store, problem_of):
    published(store, "cards", [row("B1", portfolio="retail", pd=0.9)], portfolio="retail")
    message = "Borrower 'B1' is in 2 portfolios: 'retail', 'sme'. Name the portfolio."
    for path in ("/v1/borrowers/B1", "/v1/borrowers/B1/decision", "/v1/borrowers/B1/decisions"):
        assert problem_of(client.get(path)) == (409, "ambiguous-borrower", message)
    body = client.get("/v1/borrowers/B1", params={"portfolio": "retail"}).json()
    assert body["newest_decision"]["pd"] == 0.9
    assert client.get(body["links"]["decision"]).json()["pd"] == 0.9


def test_history_is_newest_first_and_marks_the_superseded(client, store):
    published(store, "june-2", [row("B1", pd=0.3)])
    items = client.get("/v1/borrowers/B1/decisions").json()["items"]
    assert [(item["batch_id"], item["pd"], item["superseded"]) for item in items] == [
        ("july", 0.25, False),
        ("june-2", 0.3, False),
        ("june", 0.1, True),
    ]


def test_pages_of_history_hold_each_decision_once(client, store):
    for number in range(5):
        published(store, f"p{number}", [row("B1")], as_of=date(2025, 1 + number, 28))
    found, cursor = [], None
    while True:
        asked = {"limit": 2} if cursor is None else {"limit": 2, "cursor": cursor}
        page = client.get("/v1/borrowers/B1/decisions", params=asked).json()
        found += [item["batch_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        published(store, f"n{len(found)}", [row("B1")], as_of=date(2027, 1, len(found)))
        if cursor is None:
            break
    assert found == ["july", "june", "p4", "p3", "p2", "p1", "p0"]


def test_a_cursor_of_another_borrower_is_refused(client, problem_of):
    cursor = client.get("/v1/borrowers/B1/decisions", params={"limit": 1}).json()["next_cursor"]
    status, code, detail = problem_of(client.get("/v1/borrowers/B2/decisions", params={"cursor": cursor}))
    assert (status, code) == (400, "bad-cursor")
    assert "belongs to a list with other filters" in detail


def test_an_id_that_no_store_can_hold_is_refused(client, problem_of):
    status, code, detail = problem_of(client.get("/v1/borrowers/B%00"))
    assert (status, code) == (422, "invalid-request")
    assert detail.startswith("'path.borrower_id' is 'B\\x00': give a text of one line without control characters")
