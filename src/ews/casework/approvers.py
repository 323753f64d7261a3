"""Approvers: who may decide on what another asked for: somebody else, more senior, of the role that policy names.

Rank    officer 1, branch manager 2, risk manager 3, head office 4; whoever is above the role named may decide as well
Top     nobody is above head office: there another person of head office is enough
"""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, or_, select

from ews.casework.rights import require_second
from ews.casework.words import HEAD_OFFICE as HEAD_OFFICE_ROLE
from ews.domain.errors import ForbiddenError
from ews.domain.people import HEAD_OFFICE, Actor, Role
from ews.domain.text import Sentence, sentence
from ews.store.accounts import user_of
from ews.store.tables import users

RANKS: Mapping[str, int] = {
    Role.OFFICER.value: 1,
    Role.BRANCH_MANAGER.value: 2,
    Role.RISK_MANAGER.value: 3,
    HEAD_OFFICE_ROLE: HEAD_OFFICE,
}
"""Seniority that a role of the policy stands for."""
ANYBODY = -1
"""Seniority that everybody is above: only that it is another person is asked."""


def reaches(actor: Actor, role: str) -> bool:
    """Tell whether the actor holds the role of the policy, or one above it."""
    return actor.seniority >= RANKS[role]


def has_role(actor: Actor, role: str) -> bool:
    """Tell whether the actor has just this role; head office is a risk manager who is tied to no branch."""
    if role == HEAD_OFFICE_ROLE:
        return actor.seniority == HEAD_OFFICE
    return Role(role) in actor.roles


def people_of(connection: Connection, branch_id: str | None) -> tuple[Actor, ...]:
    """Return the people of the active accounts of a branch, or tied to none, by id."""
    query = select(users).where(users.c.is_active, or_(users.c.branch_id == branch_id, users.c.branch_id.is_(None)))
    return tuple(user_of(row).actor() for row in connection.execute(query.order_by(users.c.user_id)))


def require_rank(actor: Actor, role: str, what: Sentence) -> None:
    """Raise ForbiddenError where the actor is not as senior as the role; `what` completes 'may not ...'."""
    if not reaches(actor, role):
        message = sentence(
            "'{user_id}' may not {what}: the policy asks for {role} or above. Ask somebody of that role.",
            user_id=actor.user_id,
            what=what,
            role=role,
        )
        raise ForbiddenError(message)


def require_approver(actor: Actor, role: str, first: Collection[str], first_rank: int, what: Sentence) -> None:
    """Raise SecondPersonError or ForbiddenError where the actor may not decide on what the users `first` did.

    `first_rank` is the seniority of the most senior of them.
    """
    require_second(actor, first, what, above=ANYBODY)
    require_rank(actor, role, what)
    require_second(actor, first, what, above=min(first_rank, HEAD_OFFICE - 1))
