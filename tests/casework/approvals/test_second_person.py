from dataclasses import dataclass, field, replace
from datetime import date, datetime

import pytest

from ews.casework.approvals import second_person
from ews.casework.approvals.carrying_out import finish_approved
from ews.casework.approvals.proposal import ADOPTION, NO_HANDS, PROMOTION, AdoptionDraft, Hands, PromotionDraft, body_of
from ews.domain.errors import (
    ForbiddenError,
    ModelError,
    PolicyError,
    RequestError,
    SecondPersonError,
    SettingsError,
    StaleVersionError,
    TransitionError,
    UnknownCaseError,
)
from ews.store.adoptions import adopt, adopted
from ews.store.cases import acts_of, find_case
from ews.store.engine import reading
from tests.casework.borrowers import borrower, publish_day, with_june
from tests.casework.people import AUDITOR, HEAD, HEAD2, MACHINE, MANAGER, MODEL_OWNER, OFFICER, RISK, VALIDATOR
from tests.store.samples import JULY

POLICY = "ab" * 32
ADOPT = AdoptionDraft(POLICY, date(2026, 7, 1), "Minutes of 1 July")
PROMOTE = PromotionDraft("sme", "m2", "Yearly retraining", "run-2")
MONDAY = datetime(2026, 7, 6, 9)


@dataclass
class Bank:
    """What carries out, with a plug to pull before or after it has done so."""

    store: object
    stops: str | None = None
    champions: list[tuple[object, ...]] = field(default_factory=list)

    def adopting(self, policy_hash, holds_from, **told):
        self._plug("before")
        adopt(self.store, policy_hash, holds_from, **told)
        self._plug("after")

    def promoting(self, portfolio, model_id, run_id, since, _approval):
        self._plug("before")
        self.champions.append((portfolio, model_id, run_id, since))
        self._plug("after")

    def check_policy(self, policy_hash):
        if policy_hash != POLICY:
            message = f"No policy '{policy_hash[:12]}' is kept. Check it with 'ews policy check'."
            raise PolicyError(message)

    def check_model(self, _portfolio, model_id):
        if model_id != "m2":
            message = f"There is no model '{model_id}'."
            raise ModelError(message)

    def _plug(self, when):
        if self.stops == when:
            raise KeyboardInterrupt


@pytest.fixture
def bank(store):
    with_june(store)
    adopt(store, "cd" * 32, date(1900, 1, 1), adopted_by="ews", adopted_at=MONDAY)
    return Bank(store)


@pytest.fixture
def hands(bank):
    return Hands(bank.check_policy, bank.check_model, bank.adopting, bank.promoting)


def _approve(desk, actor, case, hands, kind=ADOPTION):
    return second_person.approve(desk, actor, case.case_id, hands, kind=kind, version=case.version)


def _now(desk, case):
    with reading(desk.store) as connection:
        return find_case(connection, case.case_id)


def test_a_policy_is_adopted_once_another_person_of_head_office_approves(desk, bank, hands):
    case = second_person.propose_adoption(desk, RISK, ADOPT, hands)
    assert (case.case_id, case.state, case.role) == ("P0000001", "proposed", "head_office")
    assert len(adopted(bank.store)) == 1
    case = _approve(desk, HEAD, case, hands)
    assert (case.state, case.is_open, body_of(case).is_done) == ("approved", False, True)
    made = adopted(bank.store)[-1]
    assert (made.policy_hash, made.holds_from, made.adopted_by, made.note, made.adopted_at) == (
        POLICY,
        date(2026, 7, 1),
        "risk, head",
        "Minutes of 1 July",
        MONDAY,
    )


def test_a_model_becomes_champion_once_a_validator_approves(desk, bank, hands):
    case = second_person.propose_promotion(desk, MODEL_OWNER, PROMOTE, hands)
    assert (case.case_id, case.role, bank.champions) == ("Q0000001", "validator", [])
    case = _approve(desk, VALIDATOR, case, hands, PROMOTION)
    assert (case.state, case.is_open) == ("approved", False)
    assert bank.champions == [("sme", "m2", "run-2", MONDAY)]
    with reading(desk.store) as connection:
        assert [act.verb for act in acts_of(connection, [case.case_id])] == ["propose", "approve", "carry-out"]


@pytest.mark.parametrize("decide", ["approve", "refuse"])
@pytest.mark.parametrize(
    ("proposer", "actor", "error"),
    [
        (HEAD, HEAD, SecondPersonError),
        (HEAD, MACHINE, SecondPersonError),
        (HEAD, VALIDATOR, ForbiddenError),
        (HEAD, AUDITOR, ForbiddenError),
        (HEAD, RISK, UnknownCaseError),  # tied to a branch
        (RISK, MANAGER, UnknownCaseError),
    ],
)
def test_who_may_not_decide_on_an_adoption(desk, bank, hands, decide, proposer, actor, error):
    case = second_person.propose_adoption(desk, proposer, ADOPT, hands)
    more = {"reason": "No"} if decide == "refuse" else {"hands": hands}
    with pytest.raises(error):
        getattr(second_person, decide)(desk, actor, case.case_id, kind=ADOPTION, version=1, **more)
    assert (_now(desk, case).state, len(adopted(bank.store))) == ("proposed", 1)


@pytest.mark.parametrize(
    ("actor", "error"), [(MODEL_OWNER, SecondPersonError), (HEAD, ForbiddenError), (AUDITOR, ForbiddenError)]
)
def test_who_may_not_decide_on_a_promotion(desk, bank, hands, actor, error):
    case = second_person.propose_promotion(desk, MODEL_OWNER, PROMOTE, hands)
    with pytest.raises(error):
        _approve(desk, actor, case, hands, PROMOTION)
    assert bank.champions == []


def test_a_model_owner_who_is_validator_too_does_not_approve_the_own_model(desk, hands):
    both = replace(MODEL_OWNER, roles=MODEL_OWNER.roles | VALIDATOR.roles)
    case = second_person.propose_promotion(desk, both, PROMOTE, hands)
    with pytest.raises(SecondPersonError):
        _approve(desk, both, case, hands, PROMOTION)


def test_only_risk_managers_propose_policies_and_model_owners_models(desk, hands):
    for actor in (OFFICER, MANAGER, VALIDATOR, AUDITOR):
        with pytest.raises(ForbiddenError):
            second_person.propose_adoption(desk, actor, ADOPT, hands)
    for actor in (HEAD, VALIDATOR):
        with pytest.raises(ForbiddenError):
            second_person.propose_promotion(desk, actor, PROMOTE, hands)


def test_what_is_not_there_cannot_be_proposed(desk, hands):
    with pytest.raises(RequestError, match="No policy 'efefefefefef' is kept"):
        second_person.propose_adoption(desk, RISK, replace(ADOPT, policy_hash="ef" * 32), hands)
    with pytest.raises(RequestError, match="There is no model 'm9'"):
        second_person.propose_promotion(desk, MODEL_OWNER, replace(PROMOTE, model_id="m9"), hands)
    with pytest.raises(RequestError, match="The note is empty"):
        second_person.propose_adoption(desk, RISK, replace(ADOPT, note=" "), hands)


def test_published_batches_are_rewritten_neither_by_proposal_nor_by_approval(desk, bank, hands):
    with pytest.raises(TransitionError, match="Batches up to 2026-06-30 are published"):
        second_person.propose_adoption(desk, RISK, replace(ADOPT, holds_from=date(2026, 6, 30)), hands)
    case = second_person.propose_adoption(desk, RISK, ADOPT, hands)
    publish_day(bank.store, "july", [borrower()], JULY)
    with pytest.raises(TransitionError, match="Batches up to 2026-07-31 are published"):
        _approve(desk, HEAD, case, hands)
    assert (_now(desk, case).state, len(adopted(bank.store))) == ("proposed", 1)


def test_a_refused_proposal_is_closed_and_nothing_is_done(desk, bank, hands):
    case = second_person.propose_adoption(desk, HEAD, ADOPT, hands)
    case = second_person.refuse(desk, HEAD2, case.case_id, kind=ADOPTION, version=1, reason="Wait for October")
    assert (case.state, case.is_open, body_of(case).decision_reason) == ("refused", False, "Wait for October")
    with pytest.raises(TransitionError, match="is refused; only what is proposed is decided on"):
        _approve(desk, HEAD2, case, hands)
    assert (finish_approved(desk, hands), len(adopted(bank.store))) == (0, 1)


@pytest.mark.parametrize("stops", ["before", "after"])
def test_whatever_stops_an_adoption_it_is_carried_out_once(desk, bank, hands, stops):
    case = second_person.propose_adoption(desk, RISK, ADOPT, hands)
    bank.stops = stops
    with pytest.raises(KeyboardInterrupt):
        _approve(desk, HEAD, case, hands)
    assert (_now(desk, case).state, _now(desk, case).is_open) == ("approved", True)
    bank.stops = None
    assert (finish_approved(desk, hands), finish_approved(desk, hands)) == (1, 0)
    assert [one.policy_hash for one in adopted(bank.store)] == ["cd" * 32, POLICY]
    assert body_of(_now(desk, case)).is_done


@pytest.mark.parametrize("stops", ["before", "after"])
def test_whatever_stops_a_promotion_the_model_becomes_champion(desk, bank, hands, stops):
    case = second_person.propose_promotion(desk, MODEL_OWNER, PROMOTE, hands)
    bank.stops = stops
    with pytest.raises(KeyboardInterrupt):
        _approve(desk, VALIDATOR, case, hands, PROMOTION)
    bank.stops = None
    assert finish_approved(desk, hands) == 1
    assert set(bank.champions) == {("sme", "m2", "run-2", MONDAY)}  # the same again where it had been done


def test_what_cannot_be_carried_out_any_more_is_closed_with_why(desk, bank, hands):
    case = second_person.propose_adoption(desk, RISK, ADOPT, hands)
    bank.stops = "before"
    with pytest.raises(KeyboardInterrupt):
        _approve(desk, HEAD, case, hands)
    publish_day(bank.store, "july", [borrower()], JULY)
    bank.stops = None
    assert finish_approved(desk, hands) == 1
    now = _now(desk, case)
    assert (now.state, now.is_open, finish_approved(desk, hands)) == ("refused", False, 0)
    assert "Batches up to 2026-07-31 are published" in (body_of(now).failure or "")
    assert len(adopted(bank.store)) == 1


def test_a_model_that_was_overtaken_does_not_come_back(desk, bank, hands, clock):
    first = second_person.propose_promotion(desk, MODEL_OWNER, PROMOTE, hands)
    second = second_person.propose_promotion(desk, MODEL_OWNER, replace(PROMOTE, run_id="run-3"), hands)
    bank.stops = "before"
    with pytest.raises(KeyboardInterrupt):
        _approve(desk, VALIDATOR, first, hands, PROMOTION)
    bank.stops = None
    clock.forward(1)
    _approve(desk, VALIDATOR, second, hands, PROMOTION)
    assert finish_approved(desk, hands) == 1
    assert [run_id for _, _, run_id, _ in bank.champions] == ["run-3"]
    assert body_of(_now(desk, first)).failure == "'Q0000002', which was approved later, has been carried out already."


def test_a_policy_that_was_overtaken_for_its_day_does_not_come_back(desk, bank, hands, clock):
    first, second = (second_person.propose_adoption(desk, RISK, ADOPT, hands) for _ in range(2))
    bank.stops = "before"
    with pytest.raises(KeyboardInterrupt):
        _approve(desk, HEAD, first, hands)
    bank.stops = None
    clock.forward(1)
    _approve(desk, HEAD2, second, hands)
    assert finish_approved(desk, hands) == 1
    assert [one.adopted_by for one in adopted(bank.store)] == ["ews", "risk, head2"]


def test_a_model_that_is_gone_when_it_shall_be_promoted_is_told(desk, bank, hands):
    def gone(*_):
        message = "There is no model in 'models/sme/m2'."
        raise ModelError(message)

    case = second_person.propose_promotion(desk, MODEL_OWNER, PROMOTE, hands)
    with pytest.raises(
        TransitionError, match="was approved but cannot be carried out, and is closed: There is no model"
    ):
        _approve(desk, VALIDATOR, case, replace(hands, promoting=gone), PROMOTION)
    assert (_now(desk, case).state, _now(desk, case).is_open) == ("refused", False)


def test_an_adoption_is_not_approved_as_a_promotion(desk, hands):
    case = second_person.propose_adoption(desk, RISK, ADOPT, hands)
    with pytest.raises(UnknownCaseError):
        _approve(desk, VALIDATOR, case, hands, PROMOTION)


def test_two_people_do_not_approve_the_same_version(desk, hands):
    case = second_person.propose_adoption(desk, RISK, ADOPT, hands)
    _approve(desk, HEAD, case, hands)
    with pytest.raises(StaleVersionError):
        _approve(desk, HEAD2, case, hands)


def test_a_service_without_hands_says_so(desk, bank):
    with pytest.raises(SettingsError, match="put together without what adopts policies"):
        second_person.propose_adoption(desk, RISK, ADOPT, NO_HANDS)
