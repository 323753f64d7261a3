"""Many warnings acknowledged at once: each is an act of its own, so that one that is refused does not hold up the rest.

Refused  told with the warning as it is by now and who did the last act on it, since that is mostly somebody who was
         faster; a warning that the actor may not see, or that is none, is told like one that does not exist
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ews.casework.desk import Desk
from ews.casework.rights import FIELD, require
from ews.casework.warnings.body import KIND
from ews.casework.warnings.life import acknowledge
from ews.domain.errors import EwsError, UnknownCaseError
from ews.domain.people import Actor
from ews.domain.text import sentence
from ews.store.accounts import find_user
from ews.store.cases import Act, Case, acts_of, find_case
from ews.store.engine import reading

MOST = 200
"""Warnings of one request."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one warning: `error` is null where it was acknowledged.

    `case` is as it is now and `last` the newest act on it, by somebody called `by`; null where there is none to see.
    """

    case_id: str
    case: Case | None
    error: EwsError | None = None
    last: Act | None = None
    by: str | None = None


def acknowledge_many(
    desk: Desk, actor: Actor, wanted: Sequence[tuple[str, int]], *, request_id: str | None = None
) -> tuple[Outcome, ...]:
    """Acknowledge each of the warnings, given with the version that was read, in their order."""
    require(actor, FIELD, sentence("acknowledge warnings"))
    return tuple(_one(desk, actor, case_id, version, request_id) for case_id, version in dict(wanted).items())


def _one(desk: Desk, actor: Actor, case_id: str, version: int, request_id: str | None) -> Outcome:
    try:
        return Outcome(case_id, acknowledge(desk, actor, case_id, version=version, request_id=request_id))
    except EwsError as error:
        return _refused(desk, actor, case_id, error)


def _refused(desk: Desk, actor: Actor, case_id: str, error: EwsError) -> Outcome:
    with reading(desk.store) as connection:
        try:
            case = find_case(connection, case_id)
        except UnknownCaseError:
            return Outcome(case_id, None, error)
        if case.kind != KIND or not actor.sees(case.branch_id):
            return Outcome(case_id, None, error)
        last = acts_of(connection, [case_id])[-1]
    return Outcome(case_id, case, error, last, _name(desk, last.user_id))


def _name(desk: Desk, user_id: str) -> str:
    try:
        return find_user(desk.store, user_id).profile.name
    except EwsError:
        return user_id
