from dataclasses import replace
from datetime import date

import pytest
from pydantic import TypeAdapter

from ews.casework.checks.attachments import attach
from ews.casework.checks.checks import Begin, begin_check
from ews.casework.checks.prefill import knows_nothing
from ews.casework.measures import bounds, measures
from ews.casework.measures.measures import MeasureDraft, body_of
from ews.casework.warnings.body import WarningBody
from ews.domain.errors import (
    ForbiddenError,
    RequestError,
    SecondPersonError,
    StaleVersionError,
    TransitionError,
    UnknownBorrowerError,
    UnknownCaseError,
)
from ews.domain.levels import WarningLevel
from ews.domain.text import Text
from ews.store.cases import Case, acts_of
from ews.store.engine import reading
from tests.casework.borrowers import stored, with_june
from tests.casework.checks.test_evidence import JPEG, PNG
from tests.casework.people import AUDITOR, HEAD, MANAGER, OFFICER, OFFICER2, OTHER, RISK

KEEP = MeasureDraft("keep", "disaster", "The flood hit the store, orders are there")
REDUCE = MeasureDraft("reduce", "business", "Half the orders are gone", amount_fen=5_000_000, until=date(2026, 12, 31))


@pytest.fixture(autouse=True)
def june(store):
    return with_june(store)


@pytest.fixture
def red(monkeypatch):
    """Let red warnings of B1 wait to be verified, as many as the list holds."""
    waiting: list[str] = []
    monkeypatch.setattr(
        bounds, "blocks_cutting", lambda _connection, _portfolio, borrower: tuple(waiting if borrower == "B1" else ())
    )
    return waiting


def test_a_measure_goes_from_proposal_to_done(desk, clock):
    case = measures.propose(desk, OFFICER, "B1", REDUCE)
    assert (case.case_id, case.state, case.role, case.branch_id) == (
        "M0000001",
        "proposed",
        "branch_manager",
        "branch-1",
    )
    case = measures.approve(desk, MANAGER, case.case_id, version=1, reason="Agreed")
    assert (case.state, case.role, case.is_open) == ("approved", "officer", True)
    clock.forward(3)
    case = measures.finish(
        desk, OFFICER, case.case_id, version=2, evidence="Supplement signed", learnt="Ask for orders"
    )
    body = body_of(case)
    assert (case.state, case.is_open, case.version) == ("done", False, 3)
    assert (body.decided_by, body.decided_on, body.done_by, body.done_on) == (
        "manager",
        date(2026, 7, 6),
        "officer",
        date(2026, 7, 9),
    )
    assert (body.evidence, body.learnt, body.amount_fen, body.until) == (
        "Supplement signed",
        "Ask for orders",
        5_000_000,
        date(2026, 12, 31),
    )
    with reading(desk.store) as connection:
        told = [(act.verb, act.user_id, act.content.get("reason")) for act in acts_of(connection, [case.case_id])]
    assert told == [
        ("propose", "officer", "Half the orders are gone"),
        ("approve", "manager", "Agreed"),
        ("done", "officer", None),
    ]


def test_a_refused_measure_is_closed_with_the_reason(desk):
    case = measures.propose(desk, OFFICER, "B1", KEEP)
    case = measures.refuse(desk, MANAGER, case.case_id, version=1, reason="Too late for that")
    assert (case.state, case.is_open, body_of(case).decision_reason) == ("refused", False, "Too late for that")


@pytest.mark.parametrize("decide", ["approve", "refuse"])
@pytest.mark.parametrize(
    ("code", "proposer", "decider", "error"),
    [
        ("keep", OFFICER, OFFICER, SecondPersonError),
        ("keep", OFFICER, OFFICER2, ForbiddenError),
        ("keep", MANAGER, MANAGER, SecondPersonError),
        ("relief", OFFICER, MANAGER, ForbiddenError),  # the policy asks for a risk manager
        ("keep", OFFICER, AUDITOR, ForbiddenError),
        ("keep", OFFICER, OTHER, UnknownCaseError),
    ],
)
def test_who_may_not_decide(desk, decide, code, proposer, decider, error):
    case = measures.propose(desk, proposer, "B1", replace(KEEP, measure=code))
    with pytest.raises(error):
        getattr(measures, decide)(desk, decider, case.case_id, version=1, reason="So")


def test_a_manager_proposes_and_somebody_above_decides(desk):
    case = measures.propose(desk, MANAGER, "B1", KEEP)
    assert measures.approve(desk, RISK, case.case_id, version=1).state == "approved"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"measure": "call_the_loan"}, "knows no measure 'call_the_loan'. Give one of 'keep', 'reduce'"),
        ({"cause": "weather"}, "knows no cause 'weather'"),
        ({"reason": " "}, "The reason is empty"),
        ({"amount_fen": 0}, "The amount is 0 fen. Give more than 0"),
        ({"amount_fen": -1}, "The amount is -1 fen"),
        ({"until": date(2026, 7, 5)}, "is 2026-07-05, which is before today"),
    ],
)
def test_a_proposal_that_cannot_be_used_is_refused(desk, changed, told):
    with pytest.raises(RequestError, match=told):
        measures.propose(desk, OFFICER, "B1", replace(REDUCE, **changed))
    assert measures.propose(desk, OFFICER, "B1", KEEP).case_id == "M0000001"  # nothing was stored before


@pytest.mark.parametrize("code", ["reduce", "freeze_drawing", "exit_at_maturity"])
def test_nothing_that_cuts_credit_is_proposed_while_a_red_warning_is_not_verified(desk, red, code):
    red.append("W0000007")
    with pytest.raises(TransitionError, match=rf"'{code}' cuts credit, and a red warning .* not verified: 'W0000007'"):
        measures.propose(desk, OFFICER, "B1", replace(KEEP, measure=code))
    assert measures.propose(desk, OFFICER, "B2", replace(KEEP, measure=code)).state == "proposed"
    red.clear()
    assert measures.propose(desk, OFFICER, "B1", replace(KEEP, measure=code)).state == "proposed"


@pytest.mark.parametrize("code", ["keep", "add_security", "underwrite_anew", "relief"])
def test_what_does_not_cut_credit_waits_for_no_verification(desk, red, code):
    red.append("W0000007")
    assert measures.propose(desk, OFFICER, "B1", replace(KEEP, measure=code)).state == "proposed"


def test_a_red_warning_that_came_after_the_proposal_holds_up_the_approval(desk, red):
    case = measures.propose(desk, OFFICER, "B1", REDUCE)
    red.append("W0000007")
    with pytest.raises(TransitionError, match="'W0000007'"):
        measures.approve(desk, MANAGER, case.case_id, version=1)
    assert measures.refuse(desk, MANAGER, case.case_id, version=1, reason="Verify first").state == "refused"


def _red(**told):
    """Return a red warning of B1 as casework keeps it."""
    day, red = date(2026, 7, 6), WarningLevel.RED
    body = WarningBody(
        kind="refused",
        signals=(),
        episodes=(),
        first_level=red,
        worst_level=red,
        batch_id="june",
        policy_hash="p1",
        as_of=day,
        handed_over_on=day,
        roles=("officer",),
        who=Text("officer", "客户经理"),
        acknowledge_by=day,
        plan_by=day,
        handle_by=day,
        **told,
    )
    plain = TypeAdapter(WarningBody).dump_python(body, mode="json")
    return Case("warning", "raised", "sme", "B1", "branch-1", level=red, body=plain)


def test_a_red_warning_as_casework_keeps_it_holds_a_cut_up_until_it_is_verified(desk):
    stored(desk.store, _red(verdict="true", verdict_reason="Seen", verified_by="officer"))
    assert measures.propose(desk, OFFICER, "B1", REDUCE).state == "proposed"
    case = stored(desk.store, _red())
    with pytest.raises(TransitionError, match=f"not verified: '{case.case_id}'"):
        measures.propose(desk, OFFICER, "B1", REDUCE)
    assert measures.propose(desk, OFFICER, "B2", REDUCE).state == "proposed"


def test_the_warning_that_a_measure_answers_is_one_of_the_borrower(desk):
    about = {"portfolio": "sme", "branch_id": "branch-1", "level": WarningLevel.YELLOW}
    own = stored(desk.store, Case("warning", "lifted", borrower_id="B1", **about))
    strange = stored(desk.store, Case("warning", "lifted", borrower_id="B2", **about))
    case = measures.propose(desk, OFFICER, "B1", replace(KEEP, warning_id=own.case_id))
    assert body_of(case).warning_id == own.case_id
    with pytest.raises(RequestError, match=f"'{strange.case_id}' is not one of borrower 'B1'"):
        measures.propose(desk, OFFICER, "B1", replace(KEEP, warning_id=strange.case_id))
    with pytest.raises(UnknownCaseError):
        measures.propose(desk, OFFICER, "B1", replace(KEEP, warning_id="W0000099"))


def test_a_stale_version_is_told_before_the_state(desk):
    case = measures.propose(desk, OFFICER, "B1", KEEP)
    measures.approve(desk, MANAGER, case.case_id, version=1)
    with pytest.raises(StaleVersionError, match="is at version 2 by now, not 1"):
        measures.approve(desk, MANAGER, case.case_id, version=1)
    with pytest.raises(TransitionError, match="is approved; this is done with one that is proposed"):
        measures.approve(desk, MANAGER, case.case_id, version=2)


def test_a_measure_is_not_done_before_it_is_approved(desk):
    case = measures.propose(desk, OFFICER, "B1", KEEP)
    with pytest.raises(TransitionError, match="is proposed; this is done with one that is approved"):
        measures.finish(desk, OFFICER, case.case_id, version=1, evidence="Done already")


@pytest.mark.parametrize(("actor", "error"), [(OTHER, UnknownBorrowerError), (AUDITOR, ForbiddenError)])
def test_who_may_not_propose(desk, actor, error):
    with pytest.raises(error):
        measures.propose(desk, actor, "B1", KEEP)


def test_head_office_sees_every_branch(desk):
    assert measures.propose(desk, HEAD, "B9", KEEP).branch_id == "branch-2"


def _approved(desk, borrower_id="B1"):
    case = measures.propose(desk, OFFICER, borrower_id, KEEP)
    return measures.approve(desk, MANAGER, case.case_id, version=1)


def _photo(desk, folder, borrower_id="B1", content=JPEG):
    """Hand a photo in with a check of the borrower and return its SHA-256."""
    check = begin_check(desk, OFFICER, borrower_id, Begin("phone"), facts_of=knows_nothing)
    return attach(desk, folder, OFFICER, check.case_id, content, version=check.version)[1].sha256


def test_the_evidence_of_a_measure_may_name_files_of_the_borrowers_checks(desk, tmp_path):
    photo, scan = _photo(desk, tmp_path), _photo(desk, tmp_path, content=PNG)
    case = _approved(desk)
    done = measures.finish(
        desk, OFFICER, case.case_id, version=2, evidence="Photos of 6 July", files=[scan, photo, scan]
    )
    assert body_of(done).evidence_files == (scan, photo)
    with reading(desk.store) as connection:
        assert acts_of(connection, [case.case_id])[-1].content["evidence_files"] == [scan, photo]


def test_a_file_that_no_check_of_the_borrower_has_is_no_evidence(desk, tmp_path):
    foreign = _photo(desk, tmp_path, "B2")
    case = _approved(desk)
    for strange in (foreign, "0" * 64):
        with pytest.raises(RequestError, match=f"No file '{strange}' was handed in with a check of borrower 'B1'"):
            measures.finish(desk, OFFICER, case.case_id, version=2, evidence="Photo", files=[strange])
    done = measures.finish(desk, OFFICER, case.case_id, version=2, evidence="Letter of 6 July")
    assert (done.state, body_of(done).evidence_files) == ("done", ())


@pytest.mark.parametrize(
    ("code", "most"),
    [("reduce", 31_200_000), ("add_security", 31_200_000), ("underwrite_anew", 62_400_000), ("relief", 46_800_000)],
)
def test_an_amount_is_at_most_the_policys_multiple_of_the_exposure(desk, code, most):
    draft = replace(KEEP, measure=code)
    with pytest.raises(
        RequestError, match=f"The amount is {most + 1} fen, and the borrower owes 31200000; .* Give {most}"
    ):
        measures.propose(desk, OFFICER, "B1", replace(draft, amount_fen=most + 1))
    assert measures.propose(desk, OFFICER, "B1", replace(draft, amount_fen=most)).body["amount_fen"] == most
