"""Handing over: a warning is given to one person of the branch, who has it on the list from then on.

To       an account in use, tied to the branch that has the borrower, in a role that works with borrowers
By       anybody who works with borrowers and sees it; one's own name takes it over
Rights   nobody gains or loses one: others may still act on it, deadlines run on, and what is late goes up as ever
Ends     when it is handed on, or the borrower moves to another branch; it rests while a second person decides
"""

from sqlalchemy import Connection, select

from ews.casework.desk import Desk
from ews.casework.rights import FIELD
from ews.casework.warnings.act import acting, done
from ews.casework.warnings.allowed import HAND_OVER
from ews.casework.written import written
from ews.domain.errors import RequestError
from ews.domain.people import Actor
from ews.domain.text import sentence
from ews.store.accounts import User, user_of
from ews.store.cases import Case
from ews.store.tables import users


def hand_over(
    desk: Desk, actor: Actor, case_id: str, *, to: str, reason: str, version: int, request_id: str | None = None
) -> Case:
    """Give a warning to the account `to`, saying why; RequestError for who cannot have it, or has it already."""
    with acting(desk, actor, HAND_OVER, case_id, version=version, request_id=request_id) as act:
        reason = written(reason, sentence("reason of handing it over"))
        able = [one.user_id for one in colleagues_of(act.work.connection, act.case)]
        if to not in able:
            message = sentence(
                "'{to}' cannot have warning '{case_id}': it takes an account in use, of branch '{branch_id}', in a "
                "role that works with borrowers. Give one of {able}.",
                to=to,
                case_id=case_id,
                branch_id=act.case.branch_id,
                able=tuple(able) or sentence("none"),
            )
            raise RequestError(message)
        if to == act.body.handed_to:
            message = sentence(
                "'{to}' has warning '{case_id}' already. Name another account, or leave it.", to=to, case_id=case_id
            )
            raise RequestError(message)
        return done(act, {"from": act.body.handed_to, "to": to, "reason": reason}, {"handed_to": to})


def colleagues_of(connection: Connection, case: Case) -> tuple[User, ...]:
    """Return who could see to a case: accounts in use, tied to its branch, that work with borrowers; by id."""
    query = select(users).where(users.c.is_active, users.c.branch_id.is_not_distinct_from(case.branch_id))
    found = (user_of(row) for row in connection.execute(query.order_by(users.c.user_id)))
    return tuple(one for one in found if one.profile.roles & FIELD)
