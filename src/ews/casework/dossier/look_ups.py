"""Look-ups of a file: who was told of a borrower when, as the audit log has it.

Reads    entries of the log that are about the borrower, and those about its cases by path
Ids      the log knows borrowers by id: where two portfolios use the same one, look-ups of either are told
Counted  what was answered; what was refused told nothing, and is shown to auditors only
"""

import json
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection, or_, select

from ews.casework.dossier.dossier import LookedUp, LookUp
from ews.domain.people import Actor, Role
from ews.store.audit import LOOK_UP
from ews.store.audit_search import is_about
from ews.store.tables import audit

_REFUSED = 400
_OF_CASES = ("cases/{}", "cases/{}/acts", "checks/{}", "reviews/{}/form.docx")


def look_ups_of(
    connection: Connection, actor: Actor, borrower_id: str, case_ids: Sequence[str]
) -> tuple[tuple[LookedUp, ...], tuple[LookUp, ...] | None]:
    """Return how often who was told on which day, and each entry where the actor is an auditor."""
    found = _entries(connection, borrower_id, case_ids)
    counted = Counter((one.at.date(), one.user_id) for one in found if one.status is None or one.status < _REFUSED)
    days = tuple(LookedUp(day, user_id, times) for (day, user_id), times in sorted(counted.items()))
    return days, tuple(found) if Role.AUDITOR in actor.roles else None


def _entries(connection: Connection, borrower_id: str, case_ids: Sequence[str]) -> list[LookUp]:
    of_cases = {f"/v1/{form.format(case_id)}" for case_id in case_ids for form in _OF_CASES}
    query = select(audit.c.entry, audit.c.at, audit.c.user_id, audit.c.subject, audit.c.content).where(
        audit.c.action == LOOK_UP,
        or_(
            audit.c.subject.in_(sorted(of_cases)),
            is_about(borrower_id),
        ),
    )
    found = []
    for row in connection.execute(query.order_by(audit.c.entry)):
        content = json.loads(row.content)
        subject = f"{content.get('method', 'GET')} {row.subject}"
        found.append(LookUp(row.entry, row.at, row.user_id, subject, content.get("status")))
    return found
