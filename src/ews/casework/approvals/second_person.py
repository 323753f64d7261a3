"""Second person: a policy is adopted, and a model promoted, when another person has approved it.

States  proposed → approved or refused; an approved one is open until it is carried out
Order   approved first, then carried out, then noted as such: whatever stops in between, `finish_approved` goes on, and
        carrying out again changes nothing
Who     adoption: proposed by a risk manager, approved by head office; promotion: by a model owner and a validator
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TypeVar

from ews.casework.approvals.carrying_out import carried_out
from ews.casework.approvals.proposal import (
    ADOPTION,
    PROMOTION,
    AdoptionDraft,
    Hands,
    PromotionDraft,
    Proposal,
    body_of,
    plain,
)
from ews.casework.approvers import ANYBODY, require_rank
from ews.casework.desk import Desk, Work, at_version, at_work, case_for, change_case, open_case
from ews.casework.rights import RISK, require, require_second
from ews.casework.words import HEAD_OFFICE
from ews.casework.written import written
from ews.domain.errors import (
    ForbiddenError,
    ModelError,
    PolicyError,
    RequestError,
    SecondPersonError,
    TransitionError,
)
from ews.domain.people import Actor, Role
from ews.domain.text import Sentence, message_of, sentence
from ews.policy.casework import ApprovalTerms
from ews.store.adoptions import refuse_past
from ews.store.cases import Case
from ews.store.engine import Store

T = TypeVar("T")
OWNERS = frozenset({Role.MODEL_OWNER})
VALIDATORS = frozenset({Role.VALIDATOR})


def propose_adoption(
    desk: Desk, actor: Actor, draft: AdoptionDraft, hands: Hands, *, request_id: str | None = None
) -> Case:
    """Propose that a policy holds from a day.

    RequestError for a policy that is not kept; TransitionError where published batches would be rewritten.
    """
    require(actor, RISK, sentence("propose the adoption of a policy"))
    with at_work(desk, actor, "adoption.propose", draft.policy_hash, request_id=request_id) as work:
        _checked(lambda: hands.check_policy(draft.policy_hash))
        _refuse_past(desk.store, draft.holds_from)
        _checked(lambda: hands.check_dates(draft.policy_hash, draft.holds_from))
        body = Proposal(
            note=written(draft.note, sentence("note")),
            proposed_by=actor.user_id,
            policy_hash=draft.policy_hash,
            holds_from=draft.holds_from,
        )
        due_on = work.calendar.after(work.today, _terms(work).adoption_days)
        return _opened(work, Case(ADOPTION, "proposed", role=HEAD_OFFICE, due_on=due_on, body=plain(body)))


def propose_promotion(
    desk: Desk, actor: Actor, draft: PromotionDraft, hands: Hands, *, request_id: str | None = None
) -> Case:
    """Propose that a stored model becomes champion of its portfolio.

    RequestError where it is not stored or, but for an emergency, did not pass the gate.
    """
    require(actor, OWNERS, sentence("propose the promotion of a model"))
    with at_work(desk, actor, "promotion.propose", draft.model_id, request_id=request_id) as work:
        _checked(lambda: hands.check_model(draft.portfolio, draft.model_id))
        seen = None if draft.is_emergency else _checked(lambda: hands.check_gate(draft.portfolio, draft.model_id))
        body = Proposal(
            note=written(draft.note, sentence("note")),
            proposed_by=actor.user_id,
            portfolio=draft.portfolio,
            model_id=draft.model_id,
            run_id=draft.run_id,
            comparison=seen,
            is_emergency=draft.is_emergency,
        )
        draft_case = Case(PROMOTION, "proposed", portfolio=draft.portfolio, role=Role.VALIDATOR.value)
        due_on = work.calendar.after(work.today, _terms(work).promotion_days)
        return _opened(work, replace(draft_case, due_on=due_on, body=plain(body)))


def approve(
    desk: Desk,
    actor: Actor,
    case_id: str,
    hands: Hands,
    *,
    kind: str,
    version: int,
    reason: str | None = None,
    request_id: str | None = None,
) -> Case:
    """Approve a proposal of `kind` and carry it out.

    TransitionError where it cannot be carried out any more: then nothing is, and the proposal is closed as refused.
    """
    with at_work(desk, actor, f"{kind}.approve", case_id, request_id=request_id) as work:
        case, body = _decidable(work, case_id, kind, version, sentence("approve it"))
        if body.holds_from is not None:
            _refuse_past(desk.store, body.holds_from)
        note = None if reason is None else written(reason, sentence("reason"))
        decided = replace(body, decided_by=actor.user_id, decision_reason=note, approved_at=work.at)
        changed = replace(case, state="approved", role=None, due_on=None, body=plain(_in_time(decided)))
        approved = change_case(work, changed, "approve", {} if note is None else {"reason": note})
    return carried_out(desk, actor, approved, hands, request_id)


def refuse(
    desk: Desk,
    actor: Actor,
    case_id: str,
    *,
    kind: str,
    version: int,
    reason: str,
    request_id: str | None = None,
) -> Case:
    """Close a proposal of `kind` that shall not be carried out."""
    with at_work(desk, actor, f"{kind}.refuse", case_id, request_id=request_id) as work:
        case, body = _decidable(work, case_id, kind, version, sentence("refuse it"))
        why = written(reason, sentence("reason"))
        decided = replace(body, decided_by=actor.user_id, decision_reason=why)
        closed = replace(case, state="refused", role=None, due_on=None, closed_at=work.at, body=plain(decided))
        return change_case(work, closed, "refuse", {"reason": why})


def may_decide(actor: Actor, case: Case) -> bool:
    """Tell whether the actor may approve or refuse a proposal as it stands."""
    if case.state != "proposed":
        return False
    try:
        _require_decider(actor, case.kind, body_of(case), sentence("decide on it"))
    except (ForbiddenError, SecondPersonError):
        return False
    return True


def _decidable(work: Work, case_id: str, kind: str, version: int, what: Sentence) -> tuple[Case, Proposal]:
    """Return a proposal that the actor may decide on."""
    case = at_version(case_for(work, case_id, kind), version)
    body = body_of(case)
    if case.state != "proposed":
        message = sentence(
            "'{case_id}' is {state}; only what is proposed is decided on. Read it again.",
            case_id=case_id,
            state=case.state,
        )
        raise TransitionError(message)
    _require_decider(work.actor, kind, body, what)
    return case, body


def _require_decider(actor: Actor, kind: str, body: Proposal, what: Sentence) -> None:
    """Raise SecondPersonError or ForbiddenError where the actor may not decide on a proposal of `kind`."""
    require_second(actor, [body.proposed_by], what, above=ANYBODY)
    if kind == ADOPTION:
        require_rank(actor, HEAD_OFFICE, what)
    else:
        require(actor, VALIDATORS, what)


def _terms(work: Work) -> ApprovalTerms:
    return work.policy.casework_on(work.today).approvals


def _in_time(body: Proposal) -> Proposal:
    """Return the body of what was decided on, which is late no more."""
    return replace(body, escalations=(), late_since=None)


def _checked(check: Callable[[], T]) -> T:
    """Tell what is proposed but not there as a fault of the request, not of the service."""
    try:
        return check()
    except (PolicyError, ModelError) as error:
        raise RequestError(message_of(error)) from error


def _refuse_past(store: Store, holds_from: date) -> None:
    try:
        refuse_past(store, holds_from)
    except PolicyError as error:
        raise TransitionError(message_of(error)) from error


def _opened(work: Work, draft: Case) -> Case:
    opened = open_case(work, draft, "propose", draft.body)
    assert opened is not None  # noqa: S101 - only drafts with `same_as` are refused
    return opened
