"""Overrides (人工调整): a person states a tier, for one loan or all of a borrower, until a day.

States  proposed → approved or refused → ended, or expired by its day
Better  than the tier as it stands: needs a second, more senior person by the policy's day, and cannot pass the floor of
        law and practice, nor another override in force that says something worse: that one is ended first
Worse   counts at once, unless the policy names an approver; a senior is told and takes note
Kept    the original: batch, floor, the model's proposal and the tier as it was, per loan
"""

from dataclasses import replace
from datetime import timedelta

from ews.casework.approvers import ANYBODY, require_approver, require_rank
from ews.casework.desk import Desk, Work, at_version, at_work, case_for, change_case, open_case
from ews.casework.overrides.body import KIND, OverrideBody, OverrideDraft, body_of, check_expiry, plain
from ews.casework.overrides.originals import Original, loans_of, originals_of, refuse_above_floor, standing_tier
from ews.casework.overrides.others import open_ones, refuse_above_worse, refuse_waiting, stated
from ews.casework.rights import FIELD, require, require_second
from ews.casework.subject import draft_about, subject_of
from ews.casework.words import HEAD_OFFICE
from ews.casework.written import written
from ews.domain.errors import RequestError, TransitionError
from ews.domain.people import SYSTEM, Actor
from ews.domain.text import Sentence, sentence
from ews.store.cases import Case, CaseFilter, find_cases
from ews.store.engine import reading
from ews.store.standings import Found


def propose(
    desk: Desk,
    actor: Actor,
    borrower_id: str,
    draft: OverrideDraft,
    *,
    portfolio: str | None = None,
    request_id: str | None = None,
) -> Case:
    """State a tier: a better one waits for approval, a worse one counts at once unless the policy says otherwise.

    RequestError for an expiry, a loan or a reason that cannot be used; TransitionError for a tier above the floor, a
    borrower who is not in the newest batch, or while another proposal for the same loans waits.
    """
    found = subject_of(desk.store, actor, borrower_id, portfolio)
    require(actor, FIELD, sentence("override a tier"))
    with at_work(desk, actor, "override.propose", borrower_id, request_id=request_id) as work:
        body = _body(work, found, draft)
        case = draft_about(found.standing, KIND, "proposed", role=body.approver)
        if body.approver is not None:
            refuse_waiting(work, case, body)
            due_on = work.calendar.after(work.today, work.policy.casework_on(work.today).overrides.decide_days)
            return _opened(work, replace(case, due_on=due_on, body=plain(body)), "propose")
        senior = work.policy.casework_on(work.today).overrides.better_approver
        counts = replace(body, approved_on=work.today)
        told = replace(case, state="approved", role=senior, due_on=draft.expires_on, body=plain(counts))
        return _opened(work, told, "state")


def approve(
    desk: Desk,
    actor: Actor,
    case_id: str,
    *,
    version: int,
    reason: str | None = None,
    request_id: str | None = None,
) -> Case:
    """Let a proposed override count; the floor is asked again, since a batch may have come in between."""
    with at_work(desk, actor, "override.approve", case_id, request_id=request_id) as work:
        case, body = _in_state(work, case_id, version, "proposed")
        _require_approver(actor, body, sentence("approve the override"))
        if body.expires_on < work.today:
            message = sentence(
                "Override '{case_id}' would have expired on {expires_on}. Refuse it and propose a new one.",
                case_id=case_id,
                expires_on=body.expires_on,
            )
            raise TransitionError(message)
        refuse_above_floor(_now(desk, actor, case, body), body.tier, _model_rules(work))
        refuse_above_worse(work, case.portfolio, case.borrower_id, body.tier, body.loan_id)
        note = None if reason is None else written(reason, sentence("reason"))
        decided = replace(
            body,
            approved_by=actor.user_id,
            approved_on=work.today,
            decision_reason=note,
            escalations=(),
            late_since=None,
        )
        changed = replace(case, state="approved", role=None, due_on=body.expires_on, body=plain(decided))
        return change_case(work, changed, "approve", {} if note is None else {"reason": note})


def refuse(desk: Desk, actor: Actor, case_id: str, *, version: int, reason: str, request_id: str | None = None) -> Case:
    """Close a proposed override that shall not count."""
    with at_work(desk, actor, "override.refuse", case_id, request_id=request_id) as work:
        case, body = _in_state(work, case_id, version, "proposed")
        _require_approver(actor, body, sentence("refuse the override"))
        note = written(reason, sentence("reason"))
        refused = plain(replace(body, decision_reason=note))
        closed = replace(case, state="refused", role=None, due_on=None, closed_at=work.at, body=refused)
        return change_case(work, closed, "refuse", {"reason": note})


def take_note(desk: Desk, actor: Actor, case_id: str, *, version: int, request_id: str | None = None) -> Case:
    """Take note, as a senior, of a worse tier that counts already."""
    with at_work(desk, actor, "override.note", case_id, request_id=request_id) as work:
        case, body = _in_state(work, case_id, version, "approved")
        if case.role is None:
            message = sentence(
                "Of override '{case_id}' nobody has to take note: it was approved, or has been noted.", case_id=case_id
            )
            raise TransitionError(message)
        require_second(actor, [body.author], sentence("take note of the override"), above=ANYBODY)
        require_rank(actor, case.role, sentence("take note of the override"))
        noted = replace(body, noted_by=actor.user_id)
        return change_case(work, replace(case, role=None, body=plain(noted)), "note")


def end(desk: Desk, actor: Actor, case_id: str, *, version: int, reason: str, request_id: str | None = None) -> Case:
    """End an override before its day. Where that makes the tier better, it takes who could approve a better one."""
    with at_work(desk, actor, "override.end", case_id, request_id=request_id) as work:
        case, body = _in_state(work, case_id, version, "approved")
        require(actor, FIELD, sentence("end an override"))
        known = (*body.original, *_known_now(desk, actor, case, body))
        others = [
            other for one, other in open_ones(work, case.portfolio, case.borrower_id, "approved") if one != case_id
        ]
        without = [*(one.initial.rank for one in known), *(other.tier.rank for other in others)]
        if any(body.tier.rank > rank for rank in without):
            better = work.policy.casework_on(work.today).overrides.better_approver
            require_approver(
                actor, better, [body.author], body.author_rank, sentence("end an override to a worse tier")
            )
        note = written(reason, sentence("reason"))
        ended = replace(body, ended_by=actor.user_id, ended_on=work.today, end_reason=note)
        closed = replace(case, state="ended", role=None, closed_at=work.at, body=plain(ended))
        return change_case(work, closed, "end", {"reason": note})


def expire(desk: Desk) -> int:
    """Close the overrides whose day is over, and say how many; done again, it finds none."""
    yesterday = desk.now().date() - timedelta(days=1)
    with reading(desk.store) as connection:
        wanted = CaseFilter(kinds=[KIND], states=["approved"], is_open=True, due_by=yesterday)
        late = [case.case_id for case in find_cases(connection, wanted)]
    for case_id in late:
        with at_work(desk, SYSTEM, "override.expire", case_id) as work:
            case = case_for(work, case_id, KIND)
            if case.state == "approved":  # nobody ended it meanwhile
                change_case(work, replace(case, state="expired", role=None, closed_at=work.at), "expire")
    return len(late)


def state_approved(work: Work, review: Case, body: OverrideBody) -> Case:
    """Open an override of the borrower of a quarterly form, which a session has approved already."""
    draft = Case(
        KIND,
        "approved",
        portfolio=review.portfolio,
        borrower_id=review.borrower_id,
        name=review.name,
        branch_id=review.branch_id,
        officer_id=review.officer_id,
        due_on=body.expires_on,
        exposure_fen=review.exposure_fen,
        at_risk_fen=review.at_risk_fen,
        body=plain(body),
    )
    return _opened(work, draft, "state")


def _body(work: Work, found: Found, draft: OverrideDraft) -> OverrideBody:
    """Return what is proposed beside the original; errors as in `propose`."""
    terms = work.policy.casework_on(work.today).overrides
    check_expiry(draft.expires_on, work.today, terms)
    original = originals_of(found, draft.loan_id)
    refuse_above_floor(original, draft.tier, _model_rules(work))
    refuse_above_worse(work, found.standing.portfolio, found.standing.borrower_id, draft.tier, draft.loan_id)
    standing = [
        stated(one) for one in open_ones(work, found.standing.portfolio, found.standing.borrower_id, "approved")
    ]
    today = [standing_tier(one, standing, work.today) for one in original]
    if all(draft.tier is tier for tier in today):
        message = sentence("The tier is '{tier}' already. State another one, or leave it.", tier=draft.tier)
        raise RequestError(message)
    is_better = any(draft.tier.rank < tier.rank for tier in today)
    return OverrideBody(
        tier=draft.tier,
        reason=written(draft.reason, sentence("reason")),
        expires_on=draft.expires_on,
        loan_id=draft.loan_id,
        is_better=is_better,
        original=original,
        approver=terms.better_approver if is_better else terms.worse_approver,
        author=work.actor.user_id,
        author_rank=work.actor.seniority,
    )


def _now(desk: Desk, actor: Actor, case: Case, body: OverrideBody) -> tuple[Original, ...]:
    """Return the loans that the override covers as the newest batch has them."""
    found = subject_of(desk.store, actor, case.borrower_id or "", case.portfolio)
    return originals_of(found, body.loan_id)


def _known_now(desk: Desk, actor: Actor, case: Case, body: OverrideBody) -> tuple[Original, ...]:
    """Return the same as far as it is known: a borrower or loan that has left the book has no tier to become better."""
    record = subject_of(desk.store, actor, case.borrower_id or "", case.portfolio).record
    return tuple(one for one in loans_of(record) if body.loan_id in {None, one.loan_id}) if record is not None else ()


def _model_rules(work: Work) -> frozenset[str]:
    return frozenset(rule.code for rule in work.policy.tier_rules.model)


def _require_approver(actor: Actor, body: OverrideBody, what: Sentence) -> None:
    require_approver(actor, body.approver or HEAD_OFFICE, [body.author], body.author_rank, what)


def _in_state(work: Work, case_id: str, version: int, state: str) -> tuple[Case, OverrideBody]:
    case = at_version(case_for(work, case_id, KIND), version)
    if case.state != state:
        message = sentence(
            "Override '{case_id}' is {state}; this is done with one that is {wanted_state}. Read it again.",
            case_id=case_id,
            state=case.state,
            wanted_state=state,
        )
        raise TransitionError(message)
    return case, body_of(case)


def _opened(work: Work, draft: Case, verb: str) -> Case:
    opened = open_case(work, draft, verb, draft.body)
    assert opened is not None  # noqa: S101 - only drafts with `same_as` are refused
    return opened
