"""Carrying out: what a second person approved is done, then noted as done.

Order   outside of any transaction, since it may open its own; done again it changes nothing, so that `finish_approved`
        goes on wherever it stopped
Closed  as refused, with why, what cannot be carried out any more
"""

from dataclasses import replace
from datetime import datetime

from ews.casework.approvals.proposal import ADOPTION, PROMOTION, Approval, Hands, Proposal, body_of, plain
from ews.casework.desk import Desk, at_work, change_case
from ews.domain.errors import ModelError, PolicyError, TransitionError
from ews.domain.people import SYSTEM, Actor
from ews.domain.text import sentence
from ews.store.adoptions import adopted
from ews.store.audit import is_entered
from ews.store.cases import Case, CaseFilter, find_cases
from ews.store.engine import Store, reading


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
            carried_out(desk, SYSTEM, case, hands, None)
        except TransitionError:
            continue  # it is closed by now, and its last act says why
    return len(left)


def carried_out(desk: Desk, actor: Actor, case: Case, hands: Hands, request_id: str | None) -> Case:
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
