"""Reviews: the quarterly form of a borrower, determined and approved by different people, entered once.

States  prepared → determined → approved; an approver may send it back: returned → determined
Tiers   accepted, or another one stated with a reason; none is better than the floor. What differs becomes an override
        that holds until the next session is over
People  an officer determines the forms of the own borrowers, a branch manager those of the branch. Who determined does
        not approve, and each approval that the policy asks for is another person's, of the role that it names; somebody
        more senior stands in where the branch has nobody else of that role
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial

from ews.casework.approvers import ANYBODY, RANKS, has_role, holders_of
from ews.casework.desk import Desk, Work, at_version, at_work, case_for, change_case
from ews.casework.overrides.body import OverrideBody, last_day
from ews.casework.overrides.originals import refuse_above_floor
from ews.casework.overrides.overrides import state_approved
from ews.casework.reviews.form import (
    KIND,
    Approval,
    Determination,
    ReviewBody,
    body_of,
    months_later,
    plain,
    quarter_of,
)
from ews.casework.reviews.session import APPROVED, DETERMINED, PREPARED, RETURNED
from ews.casework.rights import require, require_second
from ews.casework.written import written
from ews.domain.errors import EwsError, ForbiddenError, RequestError, TransitionError
from ews.domain.levels import Tier
from ews.domain.people import Actor, Role
from ews.policy.calendar import Calendar
from ews.policy.casework import SessionTerms
from ews.store.cases import Case

DETERMINERS = frozenset({Role.OFFICER, Role.BRANCH_MANAGER})


@dataclass(frozen=True, slots=True)
class ToDetermine:
    """Loans that `tiers` leaves out keep their initial tier; `reason` is needed where one does not."""

    case_id: str
    version: int
    tiers: Mapping[str, Tier] = field(default_factory=dict)
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ToApprove:
    case_id: str
    version: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one form in a sitting: the case as it is now, or the error that left it as it was."""

    case_id: str
    case: Case | None = None
    error: EwsError | None = None


def determine(desk: Desk, actor: Actor, asked: ToDetermine, *, request_id: str | None = None) -> Case:
    """Determine the tiers of a borrower's loans.

    RequestError for a loan that the form does not have or a missing reason, TransitionError for a tier above the floor.
    """
    with at_work(desk, actor, "review.determine", asked.case_id, request_id=request_id) as work:
        case, body = _in_state(work, asked.case_id, asked.version, PREPARED, RETURNED)
        require(actor, DETERMINERS, "determine tiers")
        _require_own(actor, case)
        made = Determination(actor.user_id, actor.seniority, work.today, *_tiers(work, body, asked))
        terms = work.policy.casework_on(work.today).session
        determined = replace(body, determination=made, approvals=(), returned_by=None, return_reason=None)
        changed = replace(
            case,
            state=DETERMINED,
            role=determined.waits_for[0],
            due_on=work.calendar.after(work.today, terms.approve_days),
            body=plain(determined),
        )
        return change_case(work, changed, "determine", {"tiers": made.tiers, "reason": made.reason})


def approve(desk: Desk, actor: Actor, asked: ToApprove, *, request_id: str | None = None) -> Case:
    """Give one of the approvals; with the last one the tiers count, and those that differ become overrides."""
    with at_work(desk, actor, "review.approve", asked.case_id, request_id=request_id) as work:
        case, body = _in_state(work, asked.case_id, asked.version, DETERMINED)
        role = _approves_as(work, case, body, "approve the form")
        given = replace(body, approvals=(*body.approvals, Approval(role, actor.user_id, work.today)))
        if given.waits_for:
            changed = replace(case, role=given.waits_for[0], body=plain(given))
            return change_case(work, changed, "approve", {"role": role})
        made = replace(given, override_ids=_overridden(work, case, given))
        closed = replace(case, state=APPROVED, role=None, due_on=None, closed_at=work.at, body=plain(made))
        return change_case(work, closed, "approve", {"role": role, "override_ids": made.override_ids})


def send_back(
    desk: Desk, actor: Actor, case_id: str, *, version: int, reason: str, request_id: str | None = None
) -> Case:
    """Return a determined form to be determined anew; approvals given are void."""
    with at_work(desk, actor, "review.return", case_id, request_id=request_id) as work:
        case, body = _in_state(work, case_id, version, DETERMINED)
        _approves_as(work, case, body, "return the form")
        why = written(reason, "reason")
        back = replace(body, determination=None, approvals=(), returned_by=actor.user_id, return_reason=why)
        due = work.calendar.after(work.today, work.policy.casework_on(work.today).session.approve_days)
        changed = replace(case, state=RETURNED, role=Role.OFFICER.value, due_on=due, body=plain(back))
        return change_case(work, changed, "return", {"reason": why})


def determine_all(
    desk: Desk, actor: Actor, asked: Sequence[ToDetermine], *, request_id: str | None = None
) -> tuple[Outcome, ...]:
    """Determine many forms in one sitting, each wholly or not at all."""
    return tuple(_outcome(one.case_id, partial(determine, desk, actor, one, request_id=request_id)) for one in asked)


def approve_all(
    desk: Desk, actor: Actor, asked: Sequence[ToApprove], *, request_id: str | None = None
) -> tuple[Outcome, ...]:
    """Approve many forms in one sitting, each wholly or not at all."""
    return tuple(_outcome(one.case_id, partial(approve, desk, actor, one, request_id=request_id)) for one in asked)


def session_end(quarter_first: date, today: date, terms: SessionTerms, calendar: Calendar) -> date:
    """Return the day on which the next session after that of a quarter is over, and not before today."""
    months = 0
    while True:
        months += terms.every_months
        last = months_later(quarter_first, 3 + months) - timedelta(days=1)
        end = calendar.after(last, terms.prepare_days + terms.approve_days)
        if end >= today:
            return end


def _outcome(case_id: str, act: Callable[[], Case]) -> Outcome:
    try:
        return Outcome(case_id, case=act())
    except EwsError as error:
        return Outcome(case_id, error=error)


def _tiers(work: Work, body: ReviewBody, asked: ToDetermine) -> tuple[Mapping[str, Tier], str | None]:
    """Return the tier of every loan, and the reason where one is not as the batch had it."""
    known = {loan.loan_id: loan for loan in body.loans}
    strange = sorted(set(asked.tiers) - set(known))
    if strange:
        listed = ", ".join(f"'{one}'" for one in known) or "none"
        message = f"Form '{asked.case_id}' has no loan '{strange[0]}'. Its loans are: {listed}."
        raise RequestError(message)
    other = {name: tier for name, tier in asked.tiers.items() if tier is not known[name].original.tier}
    model_rules = frozenset(rule.code for rule in work.policy.tier_rules.model)
    for name, tier in other.items():
        refuse_above_floor([known[name].original], tier, model_rules)
    if other and asked.reason is None:
        name, tier = next(iter(other.items()))
        message = (
            f"Loan '{name}' is to be '{tier}' instead of '{known[name].original.tier}', and no reason is given. "
            "Give the reason, or accept the initial tier."
        )
        raise RequestError(message)
    tiers = {name: other.get(name, loan.original.tier) for name, loan in known.items()}
    return tiers, None if asked.reason is None else written(asked.reason, "reason")


def _require_own(actor: Actor, case: Case) -> None:
    """Raise ForbiddenError where an officer would determine the form of somebody else's borrower."""
    if Role.BRANCH_MANAGER in actor.roles or (case.officer_id is not None and case.officer_id == actor.officer_id):
        return
    whose = "nobody's" if case.officer_id is None else f"of officer '{case.officer_id}'"
    you = "of no officer" if actor.officer_id is None else f"officer '{actor.officer_id}'"
    message = (
        f"'{actor.user_id}' may not determine form '{case.case_id}': its borrower is {whose}, and the account is "
        f"{you}. Leave it to that officer, or to the branch manager."
    )
    raise ForbiddenError(message)


def _approves_as(work: Work, case: Case, body: ReviewBody, what: str) -> str:
    """Return the role for which the actor approves: of those still missing one that the actor has, or stands in for."""
    actor = work.actor
    taken = [approval.by for approval in body.approvals]
    determined = [] if body.determination is None else [body.determination.by]
    require_second(actor, [*determined, *taken], what, above=ANYBODY)
    own = [role for role in body.waits_for if has_role(actor, role)]
    above = [role for role in body.waits_for if actor.seniority > RANKS[role]]
    holders = {role: holders_of(work.connection, role, case.branch_id, {*determined, *taken}) for role in above}
    reached = own or [role for role in above if not holders[role]]
    if not reached:
        known = [f"'{name}'" for role in above for name in holders[role]][:3]
        whom = f"{' or '.join(known)}, who has the role" if known else "somebody of that role"
        message = f"'{actor.user_id}' may not {what}: it waits for {', '.join(body.waits_for)}. Ask {whom}."
        raise ForbiddenError(message)
    return max(reached, key=lambda role: RANKS[role])


def _overridden(work: Work, case: Case, body: ReviewBody) -> tuple[str, ...]:
    """Open an override for each loan whose tier is not as the batch had it and return their ids."""
    made = body.determination
    assert made is not None  # noqa: S101 - only determined forms are approved
    casework = work.policy.casework_on(work.today)
    next_end = session_end(quarter_of(body.quarter).first, work.today, casework.session, work.calendar)
    ids = []
    for loan in body.loans:
        tier = made.tiers[loan.loan_id]
        if tier is loan.original.tier:
            continue
        override = OverrideBody(
            tier=tier,
            reason=made.reason or "",
            expires_on=min(next_end, last_day(work.today, casework.overrides)),
            loan_id=loan.loan_id,
            is_better=tier.rank < loan.original.tier.rank,
            original=(loan.original,),
            approver=None,
            author=made.by,
            author_rank=made.rank,
            approved_by=work.actor.user_id,
            approved_on=work.today,
            review_id=case.case_id,
        )
        ids.append(state_approved(work, case, override).case_id)
    return tuple(ids)


def _in_state(work: Work, case_id: str, version: int, *states: str) -> tuple[Case, ReviewBody]:
    case = at_version(case_for(work, case_id, KIND), version)
    if case.state not in states:
        message = (
            f"Form '{case_id}' is {case.state}; this is done with one that is {' or '.join(states)}. Read it again."
        )
        raise TransitionError(message)
    return case, body_of(case)
