"""Refusals: whom the acts of a quarterly form turn away, and what they are told to do instead."""

from collections.abc import Sequence

from ews.casework.approvers import ANYBODY, RANKS, people_of
from ews.casework.desk import Work
from ews.casework.reviews.form import ReviewBody
from ews.casework.reviews.seats import holders, is_dead_end, is_own, role_for, slip_of
from ews.casework.rights import require_second
from ews.domain.errors import ForbiddenError, SecondPersonError
from ews.domain.people import Actor, Role
from ews.domain.text import Sentence, Text, sentence
from ews.store.cases import Case


def require_own(actor: Actor, case: Case, body: ReviewBody) -> None:
    """Raise ForbiddenError where an officer would determine the form of somebody else's borrower."""
    if Role.BRANCH_MANAGER in actor.roles or is_own(actor, slip_of(case, body)):
        return
    whose = sentence("nobody's")
    if case.officer_id is not None:
        whose = sentence("of officer '{officer_id}'", officer_id=case.officer_id)
    you = sentence("of no officer")
    if actor.officer_id is not None:
        you = sentence("officer '{officer_id}'", officer_id=actor.officer_id)
    message = sentence(
        "'{user_id}' may not determine form '{case_id}': its borrower is {whose}, and the account is {you}. "
        "Leave it to that officer, or to the branch manager.",
        user_id=actor.user_id,
        case_id=case.case_id,
        whose=whose,
        you=you,
    )
    raise ForbiddenError(message)


def refuse_dead_end(work: Work, case: Case, body: ReviewBody) -> None:
    """Raise SecondPersonError where no accounts are left that could give all approvals."""
    if is_dead_end(work.actor, slip_of(case, body), people_of(work.connection, case.branch_id)):
        message = sentence(
            "'{user_id}' may not determine form '{case_id}': nobody would be left to approve it as {roles}. Leave it to"
            " the borrower's officer, or have an account opened for another person of that role.",
            user_id=work.actor.user_id,
            case_id=case.case_id,
            roles=tuple(body.approvers),
        )
        raise SecondPersonError(message)


def approves_as(work: Work, case: Case, body: ReviewBody, what: Sentence) -> str:
    """Return the role for which the actor approves: of those still missing one that the actor has, or stands in for."""
    actor = work.actor
    taken = [approval.by for approval in body.approvals]
    determined = [] if body.determination is None else [body.determination.by]
    require_second(actor, [*determined, *taken], what, above=ANYBODY)
    slip, people = slip_of(case, body), people_of(work.connection, case.branch_id)
    role = role_for(actor, slip, people)
    if role is None:
        above = [one for one in body.waits_for if actor.seniority > RANKS[one]]
        known = [f"'{one.user_id}'" for role in above for one in holders(role, people, slip.taken)][:3]
        whom = sentence("somebody of that role")
        if known:
            whom = sentence("{known}, who has the role", known=either(known))
        message = sentence(
            "'{user_id}' may not {what}: it waits for {roles}. Ask {whom}.",
            user_id=actor.user_id,
            what=what,
            roles=tuple(body.waits_for),
            whom=whom,
        )
        raise ForbiddenError(message)
    return role


def either(those: Sequence[str | Text]) -> Sentence:
    """Return the texts as alternatives."""
    told = sentence("{one}", one=those[0])
    for other in those[1:]:
        told = sentence("{one} or {other}", one=told, other=other)
    return told
