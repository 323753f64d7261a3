"""Second person: a policy is adopted, and a model promoted, when another person has approved it.

States  proposed → approved or refused; an approved one is open until it is carried out
Order   approved first, then carried out, then noted as such: whatever stops in between, `finish_approved` goes on, and
        carrying out again changes nothing
Who     adoption: proposed by a risk manager, approved by head office; promotion: by a model owner and a validator
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar

from ews.casework.approvals.proposal import (
    AdoptionDraft,
    Approval,
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
from ews.domain.people import SYSTEM, Actor, Role
from ews.domain.text import Sentence, message_of, sentence
from ews.policy.casework import ApprovalTerms
from ews.store.adoptions import adopted, refuse_past
from ews.store.audit import is_entered
from ews.store.cases import Case, CaseFilter, find_cases
from ews.store.engine import Store, reading

ADOPTION, PROMOTION = "adoption", "promotion"
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
    return _carried_out(desk, actor, approved, hands, request_id)


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


def finish_approved(desk: Desk, hands: Hands) -> int:
    """Carry out what was approved but, since something stopped, not done; say how many. Run it when the service starts.

    What cannot be carried out any more is closed as refused, with why. What the log knows no approval of is left alone:
    it was approved beside the log, and the check of the log tells it.
    """
    with reading(desk.store) as connection:
        wanted = CaseFilter(kinds=[ADOPTION, PROMOTION], states=["approved"], is_open=True)
        found = find_cases(connection, wanted)
        left = [case for case in found if is_entered(connection, desk.audit_key, f"{case.kind}.approve", case.case_id)]
    for case in sorted(left, key=lambda one: _approved_at(body_of(one))):
        try:
            _carried_out(desk, SYSTEM, case, hands, None)
        except TransitionError:
            continue  # it is closed by now, and its last act says why
    return len(left)


def _carried_out(desk: Desk, actor: Actor, case: Case, hands: Hands, request_id: str | None) -> Case:
    """Carry out an approved proposal, then note it; outside of any transaction, since it may open its own."""
    body = body_of(case)
    try:
        _carry_out(desk.store, case, body, hands)
    except (PolicyError, ModelError) as error:
        _closed(desk, actor, case, replace(body, failure=str(error)), "refused", "fail", request_id)
        message = sentence(
            "'{case_id}' was approved but cannot be carried out, and is closed: {error}",
            case_id=case.case_id,
            error=error,
        )
        raise TransitionError(message) from error
    return _closed(desk, actor, case, replace(body, is_done=True), "approved", "carry-out", request_id)


def _carry_out(store: Store, case: Case, body: Proposal, hands: Hands) -> None:
    approved_at = _approved_at(body)
    if case.kind == PROMOTION:
        _refuse_overtaken(store, case, body)
        assert body.portfolio is not None and body.model_id is not None  # noqa: S101, PT018 - of its kind
        _refuse_unseen(hands, body.portfolio, body.model_id, body)
        assert body.decided_by is not None  # noqa: S101 - only approved proposals are carried out
        people = (body.proposed_by, body.decided_by)
        approval = Approval(people, body.note, body.comparison, is_emergency=bool(body.is_emergency))
        hands.promoting(body.portfolio, body.model_id, body.run_id, approved_at, approval)
        return
    assert body.policy_hash is not None and body.holds_from is not None  # noqa: S101, PT018 - of its kind
    by = f"{body.proposed_by}, {body.decided_by}"
    made = ((one.policy_hash, one.holds_from, one.adopted_at, one.adopted_by) for one in adopted(store))
    if (body.policy_hash, body.holds_from, approved_at, by) not in made:
        _refuse_overtaken(store, case, body)
        hands.adopting(body.policy_hash, body.holds_from, adopted_by=by, note=body.note, adopted_at=approved_at)


def _refuse_unseen(hands: Hands, portfolio: str, model_id: str, body: Proposal) -> None:
    """Raise ModelError where the gate is shut by now, or saw something else than what was approved."""
    if body.is_emergency:
        return
    if hands.check_gate(portfolio, model_id) != body.comparison:
        message = sentence(
            "Model '{model}' was compared again after it was proposed. Propose it again, so that somebody reads the "
            "new comparison.",
            model=model_id[:12],
        )
        raise ModelError(message)


def _refuse_overtaken(store: Store, case: Case, body: Proposal) -> None:
    """Raise ModelError or PolicyError where what was approved later for the same place has been carried out before."""
    with reading(store) as connection:
        done = find_cases(connection, CaseFilter([case.kind], ["approved"], is_open=False))
    for other in done:
        later = body_of(other)
        same_place = (later.portfolio, later.holds_from) == (body.portfolio, body.holds_from)
        if same_place and _approved_at(later) > _approved_at(body):
            message = sentence(
                "'{case_id}', which was approved later, has been carried out already.", case_id=other.case_id
            )
            raise (ModelError if case.kind == PROMOTION else PolicyError)(message)


def _approved_at(body: Proposal) -> datetime:
    assert body.approved_at is not None  # noqa: S101 - only approved proposals are compared
    return body.approved_at


def _closed(
    desk: Desk, actor: Actor, case: Case, body: Proposal, state: str, verb: str, request_id: str | None
) -> Case:
    with at_work(desk, actor, f"{case.kind}.{verb}", case.case_id, request_id=request_id) as work:
        closed = replace(case, state=state, closed_at=work.at, body=plain(body))
        return change_case(work, closed, verb, {} if body.failure is None else {"failure": body.failure})


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
