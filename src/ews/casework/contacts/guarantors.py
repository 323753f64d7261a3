"""Guarantors: whether the bank knows that somebody stands behind a borrower's debt, before a contact says so.

Known    the nearest party of a guarantee path of the newest decision; or whom a manager has confirmed when reviewing a
         contact with them about this borrower
Unknown  is no refusal: decisions name only parties in trouble, so that a sound guarantor is in none. The contact is
         stored with the breach `guarantor`, and the branch manager looks at it, since relatives are not guarantors;
         calls to them are counted with those to the debtor (`ews.casework.contacts.counted`)
"""

import json

from sqlalchemy import select

from ews.casework.contacts.contact import key_of
from ews.casework.contacts.limits import GUARANTOR, GUARANTOR_UNKNOWN, Breach
from ews.casework.desk import Work
from ews.domain.decisions import Decision
from ews.domain.paths import Channel
from ews.domain.text import Text
from ews.store.cases import plain_json
from ews.store.standings import Found
from ews.store.tables import cases


def unknown_guarantor(work: Work, found: Found, party: str, party_id: str) -> tuple[Breach, ...]:
    """Return the breach of a contact with a guarantor whom nobody knows as such, none for other parties."""
    person = key_of(party_id)
    if party != GUARANTOR or person in _in_paths(found.record) or person in _confirmed(work, found, person):
        return ()
    borrower_id = found.standing.borrower_id
    text = Text(
        f"guarantor not known to the book: neither a guarantee path of '{borrower_id}' nor a reviewed contact names "
        f"'{party_id}'",
        f"保证人不在册：{borrower_id}的担保路径及经复核的联系记录中均无“{party_id}”",
    )
    return (Breach(GUARANTOR_UNKNOWN, None, text),)


def _in_paths(record: Decision | None) -> frozenset[str]:
    """Return who is tied to the borrower itself by a guarantee; who is further away is behind somebody else."""
    paths = () if record is None else record.paths
    return frozenset(
        key_of(path.hops[0].party_id) for path in paths if path.channel is Channel.GUARANTEES and len(path.hops) == 1
    )


def _confirmed(work: Work, found: Found, person: str) -> frozenset[str]:
    query = select(cases.c.body).where(
        cases.c.kind == "contact",
        cases.c.portfolio == found.standing.portfolio,
        cases.c.borrower_id == found.standing.borrower_id,
        cases.c.body.contains('"is_guarantor":true', autoescape=True),
        cases.c.body.contains(f'"person":{plain_json(person)}', autoescape=True),
    )
    bodies = [json.loads(text) for text in work.connection.execute(query).scalars()]
    return frozenset(one["person"] for one in bodies if one.get("is_guarantor"))
