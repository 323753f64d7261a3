"""Contact: what is told of one, before it is judged by the limits and after it has ended.

Grain   a contact is one call, message or visit to one person about one borrower's debt
Party   `party_id` is kept as it was given, without blanks around it; `person` is what it is compared by (`key_of`), so
        that calls to a person are counted over all debts of that person, however the id was typed
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Self

from ews.casework.contacts.limits import CHANNELS, PARTIES
from ews.casework.desk import Work, case_for
from ews.casework.written import not_past, written
from ews.domain.errors import RequestError
from ews.domain.text import sentence
from ews.policy.casework import casework_on
from ews.store.cases import Case

DEBTOR = "debtor"
_UNSEEN = frozenset("ZC")
"""First letters of the Unicode categories of blanks and of characters that nobody sees."""
_MASK = re.compile(r"party-?\d*|其他机构客户\d*")
"""Ids and names under which answers hide parties of other branches; they stand for somebody else in each answer."""
HALF_DAYS = ("morning", "afternoon")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is contacted about which borrower's debt: `party` is what `party_id` is to it, `about` a case it serves.

    For the debtor `party_id` may be left out.
    """

    borrower_id: str
    party: str
    channel: str
    party_id: str | None = None
    portfolio: str | None = None
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a contact: `is_effective` if the person was reached and spoken to.

    Payment may be promised for the morning or the afternoon of a day; `cause` is a code of why payment is late.
    """

    is_effective: bool
    note: str | None = None
    promised_on: date | None = None
    promised_half_day: str | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class ContactBody:
    """`breaches` are the limits that were broken, [{limit, en, zh}]; `is_effective` is null until it has ended.

    `is_guarantor` is what the review found of a guarantor whom the book does not know, null where nobody said.
    """

    party: str
    party_id: str
    person: str
    channel: str
    about: str | None
    day: str
    begun_at: str
    by: str
    ended_at: str | None = None
    is_effective: bool | None = None
    note: str | None = None
    promised_on: str | None = None
    promised_half_day: str | None = None
    cause: str | None = None
    breaches: tuple[Mapping[str, str], ...] = ()
    reviewed_by: str | None = None
    is_guarantor: bool | None = None

    @classmethod
    def of(cls, case: Case) -> Self:
        return cls(**{**case.body, "breaches": tuple(case.body["breaches"])})


def contact_of(work: Work, wanted: Wanted, borrower_id: str, at: datetime) -> ContactBody:
    """Return a contact that begins at `at`; RequestError where whom it is with, or what it is about, cannot be told."""
    if wanted.channel not in CHANNELS or wanted.party not in PARTIES:
        message = sentence(
            "The contact is of channel '{channel}' with '{party}'. Give a channel of {channels} and a party of "
            "{parties}.",
            channel=wanted.channel,
            party=wanted.party,
            channels=CHANNELS,
            parties=PARTIES,
        )
        raise RequestError(message)
    party_id = _party_id(wanted, borrower_id)
    if wanted.about is not None:
        about = case_for(work, wanted.about)
        if about.borrower_id != borrower_id:
            message = sentence(
                "Case '{about}' is not about borrower '{borrower_id}'. Name a case of that borrower.",
                about=wanted.about,
                borrower_id=borrower_id,
            )
            raise RequestError(message)
    day, by = at.date().isoformat(), work.actor.user_id
    return ContactBody(wanted.party, party_id, key_of(party_id), wanted.channel, wanted.about, day, at.isoformat(), by)


def key_of(party_id: str) -> str:
    """Return what an id is compared by: no case, no width, nothing that cannot be seen; empty where that is all."""
    seen = "".join(one for one in party_id if unicodedata.category(one)[0] not in _UNSEEN)
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())


def _party_id(wanted: Wanted, borrower_id: str) -> str:
    """Return who is contacted; RequestError for an id that is the debtor's, or nobody's."""
    party_id = unicodedata.normalize("NFKC", wanted.party_id or "").strip()
    key = key_of(party_id)
    if wanted.party == DEBTOR:
        if wanted.party_id is not None and key != key_of(borrower_id):
            message = sentence(
                "The debtor of this contact is '{borrower_id}', not '{party_id}'. Leave party_id out.",
                borrower_id=borrower_id,
                party_id=wanted.party_id,
            )
            raise RequestError(message)
        return borrower_id
    if not key or key == key_of(borrower_id):
        message = sentence(
            "A contact with a {party} needs the id of that person, other than the debtor's; '{party_id}' is none."
            " Give party_id, or contact the debtor as debtor.",
            party=wanted.party,
            party_id=party_id,
        )
        raise RequestError(message)
    if _MASK.fullmatch(key):
        message = sentence(
            "'{party_id}' stands for a party of another branch and names nobody. Give the id from the contract.",
            party_id=party_id,
        )
        raise RequestError(message)
    return party_id


def with_result(work: Work, body: ContactBody, result: Result, at: datetime) -> ContactBody:
    """Return the contact as it ended; RequestError where what is told of it does not fit together."""
    promised, half = result.promised_on, result.promised_half_day
    if (promised is None) != (half is None) or half not in {None, *HALF_DAYS}:
        message = sentence(
            "Payment is promised on {promised}, half-day {half}. Give both, the half-day as morning or afternoon.",
            promised=promised,
            half=repr(half),
        )
        raise RequestError(message)
    if not result.is_effective and (promised is not None or result.cause is not None):
        message = sentence("Nobody was reached, so that nothing was promised and no cause told. Leave both out.")
        raise RequestError(message)
    if promised is not None:
        not_past(promised, at.date(), sentence("day of the promise"))
    if result.cause is not None:
        require_cause(work, result.cause)
    return replace(
        body,
        ended_at=work.at.isoformat(),
        is_effective=result.is_effective,
        note=None if result.note is None else written(result.note, sentence("note")),
        promised_on=None if promised is None else promised.isoformat(),
        promised_half_day=half,
        cause=result.cause,
    )


def require_cause(work: Work, code: str) -> None:
    """Raise RequestError for a cause of delay that the policy does not know."""
    known = casework_on(work.policy.casework, work.today).causes_of("overdue")
    if code not in {one.code for one in known}:
        message = sentence(
            "The cause '{cause}' is not known to the policy. Give one of: {causes}.",
            cause=code,
            causes=tuple(one.code for one in known),
        )
        raise RequestError(message)
