"""Look-ups of a file: who was told of a borrower when, as the audit log has it.

Reads    entries of the log about the borrower by path, about its cases by path, and lists that named it
Ids      the log knows borrowers by id: where two portfolios use the same one, look-ups of either are told
Counted  what was answered; what was refused told nothing, and is shown to auditors only
"""

import json
import re
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection, or_, select

from ews.casework.dossier.dossier import LookedUp, LookUp
from ews.domain.people import Actor, Role
from ews.store.audit import LOOK_UP
from ews.store.cases import plain_json
from ews.store.tables import audit

_REFUSED = 400
_OF_CASES = ("cases/{}", "cases/{}/acts", "checks/{}", "reviews/{}/form.docx")
_WITHIN = re.compile(r"(/[a-z-]+)?")
"""What may follow the id of a borrower in a path; anything else belongs to an id that begins the same."""


def look_ups_of(
    connection: Connection, actor: Actor, borrower_id: str, case_ids: Sequence[str]
) -> tuple[tuple[LookedUp, ...], tuple[LookUp, ...] | None]:
    """Return how often who was told on which day, and each entry where the actor is an auditor."""
    found = _entries(connection, borrower_id, case_ids)
    counted = Counter((one.at.date(), one.user_id) for one in found if one.status is None or one.status < _REFUSED)
    days = tuple(LookedUp(day, user_id, times) for (day, user_id), times in sorted(counted.items()))
    return days, tuple(found) if Role.AUDITOR in actor.roles else None


def _entries(connection: Connection, borrower_id: str, case_ids: Sequence[str]) -> list[LookUp]:
    path = f"/v1/borrowers/{borrower_id}"
    of_cases = {f"GET /v1/{form.format(case_id)}" for case_id in case_ids for form in _OF_CASES}
    query = select(audit.c.entry, audit.c.at, audit.c.user_id, audit.c.subject, audit.c.content).where(
        audit.c.action == LOOK_UP,
        or_(
            audit.c.subject.contains(path, autoescape=True),
            audit.c.subject.in_(sorted(of_cases)),
            audit.c.content.contains(plain_json(borrower_id), autoescape=True),
        ),
    )
    found = []
    for row in connection.execute(query.order_by(audit.c.entry)):
        content = json.loads(row.content)
        _, _, rest = row.subject.partition(path)
        about = path in row.subject and _WITHIN.fullmatch(rest) is not None
        if about or row.subject in of_cases or borrower_id in content.get("borrowers", ()):
            found.append(LookUp(row.entry, row.at, row.user_id, row.subject, content.get("status")))
    return found
