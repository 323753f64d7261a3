from dataclasses import replace
from datetime import date

import pytest

from ews.casework.approvals.proposal import NO_HANDS, AdoptionDraft, PromotionDraft
from ews.casework.approvals.second_person import may_decide, propose_adoption, propose_promotion, refuse
from ews.domain.errors import PolicyError, RequestError
from tests.casework.people import HEAD, HEAD2, MACHINE, MODEL_OWNER, OFFICER, RISK2, VALIDATOR

ADOPT = AdoptionDraft("ab" * 32, date(2026, 8, 1), "Minutes")
PROMOTE = PromotionDraft("sme", "m2", "Yearly retraining")
HANDS = replace(NO_HANDS, check_policy=lambda _: None, check_model=lambda *_: None)


def test_another_risk_manager_of_head_office_may_decide_on_a_policy(desk):
    case = propose_adoption(desk, HEAD, ADOPT, HANDS)
    assert [one for one in (HEAD, HEAD2, RISK2, OFFICER, VALIDATOR, MACHINE) if may_decide(one, case)] == [HEAD2]


def test_a_validator_may_decide_on_a_model(desk):
    case = propose_promotion(desk, MODEL_OWNER, PROMOTE, HANDS)
    assert [one for one in (MODEL_OWNER, VALIDATOR, HEAD) if may_decide(one, case)] == [VALIDATOR]


def test_nobody_decides_on_what_is_decided(desk):
    case = propose_adoption(desk, HEAD, ADOPT, HANDS)
    refused = refuse(desk, HEAD2, case.case_id, kind="adoption", version=1, reason="No")
    assert not may_decide(HEAD2, refused)


def test_a_policy_that_edits_days_before_it_cannot_be_proposed(desk):
    def edits(policy_hash, holds_from):
        message = f"{policy_hash[:4]} edits days before {holds_from}"
        raise PolicyError(message)

    with pytest.raises(RequestError, match="abab edits days before 2026-08-01"):
        propose_adoption(desk, HEAD, ADOPT, replace(HANDS, check_dates=edits))
