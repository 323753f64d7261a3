"""Outlook: whether somebody may be contacted now, and from when if not; told before anybody tries.

Reads    the policy's limits, the contacts of the day; the act judges again, under the lock of the store
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from ews.casework.contacts.contact import DEBTOR, ContactBody, key_of
from ews.casework.contacts.contacts import BEGUN
from ews.casework.contacts.counted import KIND, effective_calls
from ews.casework.contacts.limits import CALL, Breach, breaches_of
from ews.casework.desk import Desk, Work
from ews.domain.people import Actor
from ews.policy.casework import ContactLimits, casework_on
from ews.store.cases import CaseFilter, find_cases


@dataclass(frozen=True, slots=True)
class Outlook:
    """`breaches` forbid a call to the debtor now; `calls` of the day stand against `limits`.

    `running` is the actor's call that has not been ended, with which no other is begun.
    """

    limits: ContactLimits
    calls: int
    case_calls: int
    breaches: tuple[Breach, ...]
    running: str | None

    @property
    def again_at(self) -> datetime | None:
        """Return from when a call is possible again, null where it is now."""
        return max((one.again_at for one in self.breaches if one.again_at is not None), default=None)


def outlook(desk: Desk, connection: Connection, actor: Actor, borrower_id: str) -> Outlook:
    """Return how a call to the debtor would be judged now."""
    at = desk.now()
    work = Work(connection, actor, at, desk.policy_on(at.date()))
    limits = casework_on(work.policy.casework, at.date()).contacts
    day = at.date().isoformat()
    body = ContactBody(DEBTOR, borrower_id, key_of(borrower_id), CALL, None, day, at.isoformat(), actor.user_id)
    counted = effective_calls(work, borrower_id, body, at.date(), is_known=False)
    broken = breaches_of(
        limits, party=DEBTOR, channel=CALL, at=at, effective_calls=counted.person, case_calls=counted.case
    )
    own = CaseFilter(kinds=(KIND,), states=(BEGUN,), assignee=actor.user_id, is_open=True)
    calls = [case.case_id for case in find_cases(connection, own) if ContactBody.of(case).channel == CALL]
    return Outlook(limits, counted.person, counted.case, broken, next(iter(calls), None))
