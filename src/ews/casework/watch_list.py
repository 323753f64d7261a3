"""Watch list (监察名单): borrowers whom a person keeps an eye on, with an owner, a reason and a day of review.

States  on → off, by a second, senior person; a borrower is on it once, and may come back later
Review  moves the day, with a note; the policy says how far at most. A day that is over shows until somebody reviews
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, select

from ews.casework.approvers import ANYBODY
from ews.casework.desk import Desk, Work, at_version, at_work, case_for, change_case, open_case
from ews.casework.rights import FIELD, SENIOR, require, require_second
from ews.casework.subject import draft_about, subject_of
from ews.casework.written import not_past, written
from ews.domain.errors import RequestError, TransitionError
from ews.domain.people import Actor, Role
from ews.domain.text import sentence
from ews.store.accounts import find_user
from ews.store.batches import ranked
from ews.store.cases import Case, CaseFilter, CaseKey, case_page, find_cases
from ews.store.engine import Store, reading
from ews.store.publications import Standing
from ews.store.standings import standing_columns, to_standing
from ews.store.tables import decisions

KIND = "watch"


@dataclass(frozen=True, slots=True)
class WatchDraft:
    """Without an owner it is who lists; without a day of review the farthest that the policy allows."""

    reason: str
    owner: str | None = None
    review_on: date | None = None


@dataclass(frozen=True, slots=True)
class WatchBody:
    """`note` is that of the last review."""

    reason: str
    owner: str
    review_on: date
    listed_by: str
    reviewed_by: str | None = None
    reviewed_on: date | None = None
    note: str | None = None
    off_by: str | None = None
    off_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """A name on the list; `standing` is that of the newest batch, null where the borrower is not in it."""

    case: Case
    standing: Standing | None
    is_overdue: bool


_BODY = TypeAdapter(WatchBody)


def body_of(case: Case) -> WatchBody:
    return _BODY.validate_python(case.body)


def put_on(
    desk: Desk,
    actor: Actor,
    borrower_id: str,
    draft: WatchDraft,
    *,
    portfolio: str | None = None,
    request_id: str | None = None,
) -> Case:
    """Put a borrower on the list; TransitionError where it is on it already."""
    standing = subject_of(desk.store, actor, borrower_id, portfolio).standing
    require(actor, FIELD, sentence("put a borrower on the watch list"))
    owner = draft.owner or actor.user_id
    _check_owner(desk.store, actor, owner, standing)
    with at_work(desk, actor, "watch.on", borrower_id, request_id=request_id) as work:
        _refuse_twice(work, standing)
        body = WatchBody(
            reason=written(draft.reason, sentence("reason")),
            owner=owner,
            review_on=_review_day(work, draft.review_on),
            listed_by=actor.user_id,
        )
        case = draft_about(standing, KIND, "on", role=Role.OFFICER.value, assignee=owner, due_on=body.review_on)
        opened = open_case(work, replace(case, body=_plain(body)), "on", _plain(body))
        assert opened is not None  # noqa: S101 - only drafts with `same_as` are refused
        return opened


def review(
    desk: Desk,
    actor: Actor,
    case_id: str,
    *,
    version: int,
    note: str,
    review_on: date | None = None,
    owner: str | None = None,
    request_id: str | None = None,
) -> Case:
    """Record a review, which moves the day of the next one, and may hand the name to another owner."""
    with at_work(desk, actor, "watch.review", case_id, request_id=request_id) as work:
        case, body = _on_the_list(work, case_id, version)
        require(actor, FIELD, sentence("review a name on the watch list"))
        if owner is not None:
            _check_owner(desk.store, actor, owner, case)
        reviewed = replace(
            body,
            owner=owner or body.owner,
            review_on=_review_day(work, review_on),
            reviewed_by=actor.user_id,
            reviewed_on=work.today,
            note=written(note, sentence("note")),
        )
        changed = replace(case, assignee=reviewed.owner, due_on=reviewed.review_on, body=_plain(reviewed))
        told = {"note": reviewed.note, "review_on": reviewed.review_on, "owner": reviewed.owner}
        return change_case(work, changed, "review", told)


def take_off(
    desk: Desk, actor: Actor, case_id: str, *, version: int, reason: str, request_id: str | None = None
) -> Case:
    """Take a name off the list: neither who put it on nor its owner may."""
    with at_work(desk, actor, "watch.off", case_id, request_id=request_id) as work:
        case, body = _on_the_list(work, case_id, version)
        require_second(actor, [body.listed_by, body.owner], sentence("take the name off the watch list"), above=ANYBODY)
        require(actor, SENIOR, sentence("take a name off the watch list"))
        off = replace(body, off_by=actor.user_id, off_reason=written(reason, sentence("reason")))
        closed = replace(case, state="off", role=None, assignee=None, due_on=None, closed_at=work.at, body=_plain(off))
        return change_case(work, closed, "off", {"reason": off.off_reason})


def watched_page(
    store: Store, wanted: CaseFilter, today: date, *, limit: int, after: CaseKey | None = None
) -> tuple[tuple[Watched, ...], CaseKey | None]:
    """Return up to `limit` names after `after` with how they stand now, and where the next page starts."""
    with reading(store) as connection:
        page, key = case_page(connection, replace(wanted, kinds=[KIND]), limit=limit, after=after)
        standings = _standings(connection, page)
    rows = (
        Watched(
            case,
            standings.get((case.portfolio, case.borrower_id)),
            is_overdue=case.is_open and case.due_on is not None and case.due_on < today,
        )
        for case in page
    )
    return tuple(rows), key


def watched_ids(connection: Connection, portfolio: str, borrower_ids: Collection[str] | None = None) -> frozenset[str]:
    """Return the borrowers of a portfolio that are on the list, of those asked for if any are."""
    found = find_cases(connection, CaseFilter(kinds=[KIND], portfolio=portfolio, is_open=True))
    ids = frozenset(case.borrower_id for case in found if case.borrower_id is not None)
    return ids if borrower_ids is None else ids & frozenset(borrower_ids)


def _standings(connection: Connection, page: Sequence[Case]) -> Mapping[tuple[str | None, str | None], Standing]:
    view = ranked()
    query = (
        select(*standing_columns(view))
        .join_from(decisions, view, decisions.c.publication == view.c.publication)
        .where(view.c.age == 1, decisions.c.borrower_id.in_(sorted({str(case.borrower_id) for case in page})))
    )
    found = (to_standing(row) for row in connection.execute(query))
    return {(one.portfolio, one.borrower_id): one for one in found}


def _refuse_twice(work: Work, standing: Standing) -> None:
    wanted = CaseFilter([KIND], portfolio=standing.portfolio, borrower_id=standing.borrower_id, is_open=True)
    for case in find_cases(work.connection, wanted):
        message = sentence(
            "Borrower '{borrower_id}' is on the watch list already, as case '{case_id}'. Review that one instead.",
            borrower_id=standing.borrower_id,
            case_id=case.case_id,
        )
        raise TransitionError(message)


def _review_day(work: Work, asked: date | None) -> date:
    days = work.policy.casework_on(work.today).overrides.watch_review_days
    last = work.today + timedelta(days=days)
    if asked is None:
        return last
    if asked > last:
        message = sentence(
            "The review is set to {asked}; the policy wants one within {days} days. Give {last} or an earlier day.",
            asked=asked,
            days=days,
            last=last,
        )
        raise RequestError(message)
    return not_past(asked, work.today, sentence("day of the review"))


def _check_owner(store: Store, actor: Actor, owner: str, about: Standing | Case) -> None:
    """Refuse an owner who could not look after the borrower: no account, none in use, another branch."""
    if owner == actor.user_id:
        return
    user = find_user(store, owner)
    who = user.actor()
    if not user.is_active or not who.sees(about.branch_id) or not who.roles & FIELD:
        message = sentence(
            "'{owner}' cannot own a name of branch '{branch_id}': it takes an account in use, of that branch or "
            "of all, in one of the roles that work with borrowers. Name another owner.",
            owner=owner,
            branch_id=about.branch_id,
        )
        raise RequestError(message)


def _on_the_list(work: Work, case_id: str, version: int) -> tuple[Case, WatchBody]:
    case = at_version(case_for(work, case_id, KIND), version)
    if not case.is_open:
        message = sentence(
            "Case '{case_id}' is off the watch list since {closed_at}. Put the borrower on it anew.",
            case_id=case_id,
            closed_at=case.closed_at,
        )
        raise TransitionError(message)
    return case, body_of(case)


def _plain(body: WatchBody) -> dict[str, Any]:
    plain: dict[str, Any] = _BODY.dump_python(body, mode="json")
    return plain
