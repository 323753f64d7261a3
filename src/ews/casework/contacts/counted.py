"""Counted calls: how many calls of a day stand against the limits of a contact.

Person  calls to the person about anybody's debt; whoever is not known to be a guarantor shares the calls of the debtor,
        since nobody knows who is behind an id that was typed in
Case    calls to anybody about the borrower, known guarantors included
"""

import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select

from ews.casework.contacts.contact import ContactBody
from ews.casework.contacts.limits import CALL, GUARANTOR, GUARANTOR_UNKNOWN
from ews.casework.desk import Work
from ews.store.cases import plain_json
from ews.store.tables import cases

KIND = "contact"


@dataclass(frozen=True, slots=True)
class Calls:
    """Effective calls of a day, begun ones included: to the person, and to anybody about the borrower."""

    person: int
    case: int


NO_CALLS = Calls(0, 0)


def effective_calls(work: Work, borrower_id: str, body: ContactBody, day: date, *, is_known: bool) -> Calls:
    """Return the calls of a day that stand against a contact; `is_known` tells of a guarantor known as such."""
    key = body.person
    # The text of the body is looked through first, so that not every contact of the day has to be read.
    query = select(cases.c.borrower_id, cases.c.body).where(
        cases.c.kind == KIND,
        cases.c.opened_at >= datetime.combine(day, datetime.min.time()),
        cases.c.body.contains(f'"day":"{day.isoformat()}"', autoescape=True),
        or_(
            cases.c.borrower_id == borrower_id,
            cases.c.body.contains(f'"person":{plain_json(key)}', autoescape=True),
        ),
    )
    person = about = 0
    for row in work.connection.execute(query):
        one = json.loads(row.body)
        if one["channel"] != CALL or one["is_effective"] is False or one["day"] != day.isoformat():
            continue
        is_about = row.borrower_id == borrower_id
        shared = is_about and not is_known and not _is_known(one)
        about += is_about
        person += shared or one["person"] == key
    return Calls(person, about)


def _is_known(body: dict[str, object]) -> bool:
    """Tell whether a contact was with a guarantor known as such when it was made, or confirmed since."""
    if body["party"] != GUARANTOR:
        return False
    breaches = body["breaches"]
    assert isinstance(breaches, list)  # noqa: S101 - as written
    return body.get("is_guarantor") is True or GUARANTOR_UNKNOWN not in {one["limit"] for one in breaches}
