"""Contacts: who of a debt was contacted, when, what came of it, and whether the limits were kept.

States   begun → ended; or recorded afterwards, which is closed at once unless a limit was broken: then the branch
         manager looks at it and closes it (recorded → ended)
Clock    a contact begins now, by the clock of the service; nobody says when
Limits   `contact_limits`, judged under the lock of the store over all cases, officers and portfolios of the bank
Record   a contact made outside the system is a fact and is stored whatever it broke
One      who has a call running begins no second one
Unknown  a guarantor whom nobody knows as such may be contacted; the branch manager looks at it once it has ended
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from ews.casework.contacts.contact import ContactBody, Result, Wanted, contact_of, with_result
from ews.casework.contacts.counted import KIND, NO_CALLS, effective_calls
from ews.casework.contacts.guarantors import unknown_guarantor
from ews.casework.contacts.limits import CALL, GUARANTOR, GUARANTOR_UNKNOWN, Breach, breaches_of
from ews.casework.desk import Desk, Work, at_version, at_work, case_for, change_case, open_case
from ews.casework.rights import FIELD, SENIOR, require, require_second
from ews.casework.subject import draft_about, subject_of
from ews.casework.written import written
from ews.domain.errors import ContactError, ForbiddenError, RequestError, TransitionError
from ews.domain.people import Actor, Role
from ews.domain.text import Sentence, Text, sentence
from ews.policy.casework import casework_on
from ews.store.cases import Case, CaseFilter, find_cases

BEGUN, ENDED, RECORDED = "begun", "ended", "recorded"


def begin(desk: Desk, actor: Actor, wanted: Wanted, *, request_id: str | None = None) -> Case:
    """Begin a contact now; ContactError where a limit forbids it, UnknownBorrowerError for whom the actor may not know.

    Of two officers who begin at once the second is judged with the first counted.
    """
    require(actor, FIELD, sentence("contact a debtor"))
    found = subject_of(desk.store, actor, wanted.borrower_id, wanted.portfolio)
    standing = found.standing
    with at_work(desk, actor, "contact.begin", standing.borrower_id, request_id=request_id) as work:
        body = contact_of(work, wanted, standing.borrower_id, work.at)
        unknown = unknown_guarantor(work, found, body.party, body.party_id)
        _refuse(_breaches(work, standing.borrower_id, body, work.at, is_known=_is_known(body, unknown)))
        _refuse_second(work, body)
        body = replace(body, breaches=tuple(_plain(one) for one in unknown))
        draft = draft_about(
            standing, KIND, BEGUN, role=_role(actor), assignee=actor.user_id, due_on=work.calendar.after(work.today, 0)
        )
        return _opened(work, draft, body, "begin")


def end(desk: Desk, actor: Actor, case_id: str, result: Result, *, version: int, request_id: str | None = None) -> Case:
    """Tell what came of a contact that the actor has begun."""
    with at_work(desk, actor, "contact.end", case_id, request_id=request_id) as work:
        case = at_version(case_for(work, case_id, KIND), version)
        _require_state(case, BEGUN, sentence("ended"))
        body = ContactBody.of(case)
        if body.by != actor.user_id:
            message = sentence(
                "Contact '{case_id}' was begun by '{author}', who alone knows what came of it. Let them end it.",
                case_id=case_id,
                author=body.by,
            )
            raise ForbiddenError(message)
        told = with_result(work, body, result, work.at)
        ended = replace(case, assignee=None, body=asdict(told))
        if told.breaches:
            manager, due_on = Role.BRANCH_MANAGER.value, work.calendar.after(work.today, 1)
            return change_case(work, replace(ended, state=RECORDED, role=manager, due_on=due_on), "end", asdict(result))
        closed = replace(ended, state=ENDED, role=None, due_on=None, closed_at=work.at)
        return change_case(work, closed, "end", asdict(result))


def record(
    desk: Desk, actor: Actor, wanted: Wanted, begun_at: datetime, result: Result, *, request_id: str | None = None
) -> Case:
    """Store a contact that was made outside the system; one that broke a limit goes to the branch manager."""
    require(actor, FIELD, sentence("record a contact with a debtor"))
    found = subject_of(desk.store, actor, wanted.borrower_id, wanted.portfolio)
    standing = found.standing
    with at_work(desk, actor, "contact.record", standing.borrower_id, request_id=request_id) as work:
        if begun_at > work.at:
            message = sentence(
                "The contact is told to have begun at {begun_at:%Y-%m-%d %H:%M}, which is yet to come. Give the time "
                "at which it was made.",
                begun_at=begun_at,
            )
            raise RequestError(message)
        _refuse_old(work, begun_at)
        body = with_result(work, contact_of(work, wanted, standing.borrower_id, begun_at), result, begun_at)
        unknown = unknown_guarantor(work, found, body.party, body.party_id)
        is_known = _is_known(body, unknown)
        broken = (*_breaches(work, standing.borrower_id, body, begun_at, is_known=is_known), *unknown)
        body = replace(body, breaches=tuple(_plain(one) for one in broken))
        flagged = draft_about(
            standing, KIND, RECORDED, role=Role.BRANCH_MANAGER.value, due_on=work.calendar.after(work.today, 1)
        )
        closed = replace(flagged, role=None, due_on=None, closed_at=work.at)
        return _opened(work, flagged if broken else closed, body, "record")


def review(
    desk: Desk,
    actor: Actor,
    case_id: str,
    note: str,
    *,
    version: int,
    is_guarantor: bool | None = None,
    request_id: str | None = None,
) -> Case:
    """Close a recorded contact that broke a limit, saying what was done about it; somebody else than who made it.

    `is_guarantor` says of a guarantor whom the book does not know whether they are one; who is, is known from then on.
    """
    with at_work(desk, actor, "contact.review", case_id, request_id=request_id) as work:
        case = at_version(case_for(work, case_id, KIND), version)
        _require_state(case, RECORDED, sentence("reviewed"))
        require(actor, SENIOR, sentence("review a contact that broke a limit"))
        body = ContactBody.of(case)
        require_second(actor, {body.by}, sentence("review a contact of their own"))
        if is_guarantor is not None and GUARANTOR_UNKNOWN not in {one["limit"] for one in body.breaches}:
            message = sentence(
                "Contact '{case_id}' is with no guarantor whom the book does not know. Leave is_guarantor out.",
                case_id=case_id,
            )
            raise RequestError(message)
        told = replace(body, reviewed_by=actor.user_id, is_guarantor=is_guarantor)
        closed = replace(case, state=ENDED, role=None, due_on=None, closed_at=work.at, body=asdict(told))
        content: dict[str, object] = {"note": written(note, sentence("note"))}
        if is_guarantor is not None:
            content["is_guarantor"] = is_guarantor
        return change_case(work, closed, "review", content)


def _breaches(work: Work, borrower_id: str, body: ContactBody, at: datetime, *, is_known: bool) -> tuple[Breach, ...]:
    """Return the limits that a contact breaks; a call that reached nobody is not one call too many."""
    counts = body.channel == CALL and body.is_effective is not False
    calls = effective_calls(work, borrower_id, body, at.date(), is_known=is_known) if counts else NO_CALLS
    limits = casework_on(work.policy.casework, at.date()).contacts
    return breaches_of(
        limits, party=body.party, channel=body.channel, at=at, effective_calls=calls.person, case_calls=calls.case
    )


def _is_known(body: ContactBody, unknown: tuple[Breach, ...]) -> bool:
    return body.party == GUARANTOR and not unknown


def _refuse_second(work: Work, body: ContactBody) -> None:
    """Refuse a call while another one of the same officer is running."""
    if body.channel != CALL:
        return
    running = CaseFilter(kinds=(KIND,), states=(BEGUN,), assignee=work.actor.user_id, is_open=True)
    for case in find_cases(work.connection, running):
        if ContactBody.of(case).channel == CALL:
            message = sentence(
                "The contact is refused: your call '{case_id}' about '{borrower_id}', begun at {begun_at}, is still "
                "running. End it with POST /v1/contacts/{case_id}/end.",
                case_id=case.case_id,
                borrower_id=case.borrower_id,
                begun_at=ContactBody.of(case).begun_at,
            )
            raise ContactError(message)


def _refuse_old(work: Work, begun_at: datetime) -> None:
    days = casework_on(work.policy.casework, work.today).contacts.record_days
    first = work.today - timedelta(days=days)
    if begun_at.date() < first:
        message = sentence(
            "The contact is told to have begun at {begun_at:%Y-%m-%d %H:%M}; the policy has contacts recorded "
            "within {days} days. Give a time from {first} on, or tell the branch manager of the older one.",
            begun_at=begun_at,
            days=days,
            first=first,
        )
        raise RequestError(message)


def _refuse(broken: tuple[Breach, ...]) -> None:
    if not broken:
        return
    told = Text("; ".join(one.text.en for one in broken), "；".join(one.text.zh for one in broken))
    if any(one.again_at is None for one in broken):
        again = sentence("Contact the debtor, or a guarantor as guarantor.")
    else:
        last = max(one.again_at for one in broken if one.again_at)
        again = sentence("It is allowed again from {again_at:%Y-%m-%d %H:%M}.", again_at=last)
    message = sentence(
        "The contact is refused ({limits}): {told}. {again}",
        limits=tuple(one.limit for one in broken),
        told=told,
        again=again,
    )
    raise ContactError(message)


def _require_state(case: Case, state: str, done: Sentence) -> None:
    if case.state != state or not case.is_open:
        message = sentence(
            "Contact '{case_id}' is {state} and cannot be {done}: only one that is open and {wanted_state} can.",
            case_id=case.case_id,
            state=case.state,
            done=done,
            wanted_state=state,
        )
        raise TransitionError(message)


def _opened(work: Work, draft: Case, body: ContactBody, verb: str) -> Case:
    opened = open_case(work, replace(draft, body=asdict(body)), verb, asdict(body))
    assert opened is not None  # noqa: S101 - only drafts with `same_as` are refused
    return opened


def _role(actor: Actor) -> str:
    """Return the role in which the actor contacts somebody, the least of those that work with borrowers."""
    return next(role.value for role in Role if role in FIELD and role in actor.roles)


def _plain(breach: Breach) -> Mapping[str, str]:
    return {"limit": breach.limit, "en": breach.text.en, "zh": breach.text.zh}
