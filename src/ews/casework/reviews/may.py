"""What somebody may do with quarterly forms now: what their acts would not refuse; the acts decide in the end.

Verbs   determine, approve, return
Many    accounts that hold a role are read once, however many forms are asked about
"""

from collections.abc import Callable, Iterable, Mapping

from sqlalchemy import Connection

from ews.casework.approvers import RANKS, has_role, holders_of
from ews.casework.reviews.form import ReviewBody
from ews.casework.reviews.reviews import DETERMINERS
from ews.casework.reviews.session import DETERMINED, PREPARED, RETURNED
from ews.domain.people import Actor, Role
from ews.store.cases import Case

DETERMINE, APPROVE, RETURN = "determine", "approve", "return"
Holders = Callable[[str, str | None], tuple[str, ...]]
"""Accounts of a role in a branch."""


def may_now(
    connection: Connection, actor: Actor, forms: Iterable[tuple[Case, ReviewBody]]
) -> Mapping[str, frozenset[str]]:
    """Return the verbs by case."""
    known: dict[tuple[str, str | None], tuple[str, ...]] = {}

    def holders(role: str, branch_id: str | None) -> tuple[str, ...]:
        if (role, branch_id) not in known:
            known[role, branch_id] = holders_of(connection, role, branch_id, ())
        return known[role, branch_id]

    def verbs(case: Case, body: ReviewBody) -> frozenset[str]:
        if actor.is_machine:
            return frozenset()
        if case.state in {PREPARED, RETURNED} and _determines(actor, case):
            return frozenset({DETERMINE})
        if case.state == DETERMINED and _approves(actor, case, body, holders):
            return frozenset({APPROVE, RETURN})
        return frozenset()

    return {case.case_id: verbs(case, body) for case, body in forms}


def _determines(actor: Actor, case: Case) -> bool:
    if not actor.roles & DETERMINERS:
        return False
    own = case.officer_id is not None and case.officer_id == actor.officer_id
    return own or Role.BRANCH_MANAGER in actor.roles


def _approves(actor: Actor, case: Case, body: ReviewBody, holders: Holders) -> bool:
    """Tell whether the actor gives one of the approvals that are missing, or stands in for nobody's."""
    taken = {approval.by for approval in body.approvals}
    if body.determination is not None:
        taken.add(body.determination.by)
    if actor.user_id in taken:
        return False
    if any(has_role(actor, role) for role in body.waits_for):
        return True
    above = [role for role in body.waits_for if actor.seniority > RANKS[role]]
    return any(not set(holders(role, case.branch_id)) - taken for role in above)
