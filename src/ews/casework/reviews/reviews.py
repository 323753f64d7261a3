"""Reviews: the quarterly form of a borrower, determined and approved by different people, entered once.

States  prepared → determined → approved; an approver may send it back: returned → determined; who determined may
        withdraw that until the last approval: prepared
Tiers   accepted, or another one stated with a reason; none is better than the floor. What differs becomes an override
        that holds until the next session is over
People  as `seats` has them: who determined does not approve, and each approval is another person's
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial

from ews.casework.approvers import people_of
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
from ews.casework.reviews.refusals import approves_as, either, refuse_dead_end, require_own
from ews.casework.reviews.seats import DETERMINERS, may_return, slip_of
from ews.casework.reviews.session import APPROVED, DETERMINED, PREPARED, RETURNED
from ews.casework.rights import require
from ews.casework.words import STATE_TEXTS
from ews.casework.written import written
from ews.domain.errors import EwsError, ForbiddenError, RequestError, TransitionError
from ews.domain.levels import Tier
from ews.domain.people import Actor, Role
from ews.domain.text import sentence
from ews.policy.calendar import Calendar
from ews.policy.casework import SessionTerms
from ews.store.cases import Case


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

    RequestError for a loan that the form does not have or a missing reason, TransitionError for a tier above the floor,
    SecondPersonError where nobody could approve it afterwards.
    """
    with at_work(desk, actor, "review.determine", asked.case_id, request_id=request_id) as work:
        case, body = _in_state(work, asked.case_id, asked.version, PREPARED, RETURNED)
        require(actor, DETERMINERS, sentence("determine tiers"))
        require_own(actor, case, body)
        refuse_dead_end(work, case, body)
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
        role = approves_as(work, case, body, sentence("approve the form"))
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
        what, people = sentence("return the form"), people_of(work.connection, case.branch_id)
        if not may_return(actor, slip_of(case, body), people):
            approves_as(work, case, body, what)
        why = written(reason, sentence("reason"))
        back = replace(body, determination=None, approvals=(), returned_by=actor.user_id, return_reason=why)
        due = work.calendar.after(work.today, work.policy.casework_on(work.today).session.approve_days)
        changed = replace(case, state=RETURNED, role=Role.OFFICER.value, due_on=due, body=plain(back))
        return change_case(work, changed, "return", {"reason": why})


def withdraw(desk: Desk, actor: Actor, case_id: str, *, version: int, request_id: str | None = None) -> Case:
    """Take back what the actor determined, until the last approval; approvals given are void.

    ForbiddenError where somebody else determined it.
    """
    with at_work(desk, actor, "review.withdraw", case_id, request_id=request_id) as work:
        case, body = _in_state(work, case_id, version, DETERMINED)
        made = body.determination
        if made is None or made.by != actor.user_id or actor.is_machine:
            message = sentence(
                "'{user_id}' may not withdraw form '{case_id}': only who determined it may. Return it with a reason.",
                user_id=actor.user_id,
                case_id=case_id,
            )
            raise ForbiddenError(message)
        back = replace(body, determination=None, approvals=())
        due = work.calendar.after(work.today, work.policy.casework_on(work.today).session.approve_days)
        changed = replace(case, state=PREPARED, role=Role.OFFICER.value, due_on=due, body=plain(back))
        return change_case(work, changed, "withdraw", {"tiers": made.tiers, "reason": made.reason})


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
        message = sentence(
            "Form '{case_id}' has no loan '{loan_id}'. Its loans are: {listed}.",
            case_id=asked.case_id,
            loan_id=strange[0],
            listed=tuple(f"'{one}'" for one in known) or sentence("none"),
        )
        raise RequestError(message)
    other = {name: tier for name, tier in asked.tiers.items() if tier is not known[name].original.tier}
    model_rules = frozenset(rule.code for rule in work.policy.tier_rules.model)
    for name, tier in other.items():
        refuse_above_floor([known[name].original], tier, model_rules)
    if other and asked.reason is None:
        name, tier = next(iter(other.items()))
        message = sentence(
            "Loan '{name}' is to be '{tier}' instead of '{first_tier}', and no reason is given. Give the reason, or"
            " accept the initial tier.",
            name=name,
            tier=tier,
            first_tier=known[name].original.tier,
        )
        raise RequestError(message)
    tiers = {name: other.get(name, loan.original.tier) for name, loan in known.items()}
    return tiers, None if asked.reason is None else written(asked.reason, sentence("reason"))


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
        message = sentence(
            "Form '{case_id}' is {state}; this is done with one that is {wanted}. Read it again.",
            case_id=case_id,
            state=case.state,
            wanted=either([STATE_TEXTS[one] for one in states]),
        )
        raise TransitionError(message)
    return case, body_of(case)
