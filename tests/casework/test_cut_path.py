"""A red warning and a cut of credit, through the acts of both, on both databases: first verified, then cut."""

from dataclasses import replace
from typing import Any

import pytest

from ews.casework.measures import measures
from ews.casework.measures.measures import MeasureDraft
from ews.casework.warnings.body import body_of
from ews.casework.warnings.false_sample import review_false
from ews.casework.warnings.life import acknowledge, verify
from ews.domain.errors import TransitionError
from ews.policy.dated import Dated
from tests.casework.people import MANAGER, OFFICER, RISK
from tests.casework.signals import JULY, MAY, batch, borrower, held
from tests.casework.submitted import by_check, checked

CUT = MeasureDraft("reduce", "business", "Half the orders are gone", amount_fen=500_000)
KEEP = MeasureDraft("keep", "business", "Orders are there")
UNVERIFIED = "'reduce' cuts credit, and a red warning of the borrower is not verified: 'W0000001'"


@pytest.fixture
def bank(desk, policy):
    """Give a desk whose policy samples every warning that is marked false, with a red one of B1."""
    edition = policy.casework_on(MAY)
    sampled = replace(edition, lifecycle=replace(edition.lifecycle, false_sample_share=1.0))
    every = replace(policy, casework=Dated(((MAY.replace(year=1900), sampled),)))
    desk = replace(desk, policy_on=lambda _day: every)
    batch(desk, borrower("B1", held("GRADE_RED")))
    return desk


def verified(desk, verdict):
    case = acknowledge(desk, OFFICER, "W0000001", version=1)
    told: dict[str, Any] = {"verdict": verdict, "reason": "Seen with my own eyes.", "how": "visit"}
    return verify(desk, OFFICER, case.case_id, **by_check(desk, told), version=2)


def proposed(desk, draft=CUT):
    return measures.propose(desk, OFFICER, "B1", draft)


def approved(desk, case):
    return measures.approve(desk, RISK, case.case_id, version=case.version)


def reviewed(desk, case, review):
    return review_false(desk, MANAGER, case.case_id, review=review, reason="Called them.", version=case.version)


def test_a_cut_waits_until_the_red_warning_is_found_true(bank):
    with pytest.raises(TransitionError, match=UNVERIFIED):
        proposed(bank)
    assert proposed(bank, KEEP).state == "proposed"
    verified(bank, "true")
    assert approved(bank, proposed(bank)).state == "approved"


def test_a_red_one_marked_false_keeps_a_cut_waiting_until_somebody_else_has_looked(bank):
    case = verified(bank, "false")
    assert (body_of(case).sampled, case.role) == (True, "branch_manager")
    with pytest.raises(TransitionError, match=UNVERIFIED):
        proposed(bank)
    reviewed(bank, case, "disagrees")
    assert approved(bank, proposed(bank)).state == "approved"


def test_what_was_found_false_justifies_no_cut_until_another_warning_is_found_true(bank):
    reviewed(bank, verified(bank, "false"), "agrees")
    with pytest.raises(
        TransitionError, match=r"every open warning of the borrower was found false: 'W0000001'\. Nothing"
    ):
        proposed(bank)
    assert proposed(bank, KEEP).state == "proposed"
    batch(bank, borrower("B1", held("GRADE_RED"), held("LATE_ELSEWHERE")), as_of=JULY)
    acknowledge(bank, OFFICER, "W0000002", version=1)
    told: dict[str, Any] = {"verdict": "true", "reason": "The court file says so.", "how": "documents"}
    verify(bank, OFFICER, "W0000002", **told, version=2)
    assert approved(bank, proposed(bank)).state == "approved"


def test_another_red_warning_stops_a_cut_that_was_proposed_until_it_is_verified_too(bank):
    verified(bank, "true")
    cut = proposed(bank)
    other = replace(held("OVERDUE_NOW_30"), gives="red")
    batch(bank, borrower("B1", held("GRADE_RED"), other), as_of=JULY)
    with pytest.raises(TransitionError, match="a red warning of the borrower is not verified: 'W0000002'"):
        approved(bank, cut)
    case = acknowledge(bank, OFFICER, "W0000002", version=1)
    verify(
        bank,
        OFFICER,
        case.case_id,
        verdict="true",
        reason="Statements seen.",
        how="audit",
        check_id=checked(bank, "audit"),
        version=2,
    )
    assert approved(bank, cut).state == "approved"
