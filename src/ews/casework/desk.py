"""Desk: where an act is done: one transaction that changes cases, tells receivers and writes the audit log.

An act is stored with the case it changed and the entry of the log, or not at all; the answer waits for the commit.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from ews.domain.errors import StaleVersionError
from ews.domain.people import Actor
from ews.domain.text import sentence
from ews.policy.calendar import Calendar
from ews.policy.policy import Policy
from ews.store import cases
from ews.store.audit import Entry, Head, Touched, append, changing, merged, touched
from ews.store.audit_log import Log, witnessed
from ews.store.cases import Case, unknown_case
from ews.store.engine import Store
from ews.store.receivers import tell_receivers


@dataclass(frozen=True, slots=True)
class Desk:
    """`policy_on` gives the policy in force on a day, `now` the local time.

    `audit_key` chains the log; `witness` notes its head outside the store, after each commit. Nightly
    work of a desk that `yields` leaves time to others of its process.
    """

    store: Store
    policy_on: Callable[[date], Policy]
    now: Callable[[], datetime]
    audit_key: bytes = field(repr=False)
    witness: Callable[[Head], None] | None = None
    yields: bool = False

    @property
    def log(self) -> Log:
        return Log(self.store, self.audit_key, self.witness)


@dataclass(frozen=True, slots=True)
class Work:
    """What an act needs: who does it when, under which policy; what it touches, and about whom, is kept for the log."""

    connection: Connection
    actor: Actor
    at: datetime
    policy: Policy
    rows: list[Touched] = field(default_factory=list)
    about: set[str] = field(default_factory=set)

    @property
    def today(self) -> date:
        return self.at.date()

    @property
    def calendar(self) -> Calendar:
        return self.policy.calendar


@contextmanager
def at_work(
    desk: Desk,
    actor: Actor,
    action: str,
    subject: str,
    *,
    request_id: str | None = None,
    content: Mapping[str, Any] | None = None,
) -> Iterator[Work]:
    """Give the work of one act; it is stored, with its entry in the log, when the block ends without an error."""
    with changing(desk.store) as connection:
        at = desk.now()  # under the lock, so that the log is in the order of time
        work = Work(connection, actor, at, desk.policy_on(at.date()))
        yield work
        entry = Entry(
            at, actor.user_id, action, subject, request_id, content or {}, merged(work.rows), tuple(sorted(work.about))
        )
        head = append(connection, desk.audit_key, [entry])
    witnessed(desk.log, head)


def case_for(work: Work, case_id: str, kind: str | None = None) -> Case:
    """Return a case of `kind`; UnknownCaseError where there is none, or it is not for the actor to see."""
    case = cases.find_case(work.connection, case_id)
    if not work.actor.sees(case.branch_id) or kind not in {None, case.kind}:
        raise unknown_case(case_id)
    return case


def at_version(case: Case, version: int) -> Case:
    """Return the case if it is at the version that the actor has read; StaleVersionError where it is not."""
    if case.version != version:
        message = sentence(
            "Case '{case_id}' is at version {newest} by now, not {version}: it has been changed since, by you or "
            "somebody else. Read it again, then act on what it says.",
            case_id=case.case_id,
            newest=case.version,
            version=version,
        )
        raise StaleVersionError(message)
    return case


def open_case(work: Work, draft: Case, verb: str, content: Mapping[str, Any] | None = None) -> Case | None:
    """Open a case; None where one of the same `same_as` was opened before."""
    stored = cases.open_case(
        work.connection, draft, verb=verb, user_id=work.actor.user_id, at=work.at, content=content or {}
    )
    return None if stored is None else _kept(work, *stored)


def change_case(work: Work, changed: Case, verb: str, content: Mapping[str, Any] | None = None) -> Case:
    """Store `changed`, which holds the version that it was based on; StaleVersionError where that is not the newest."""
    found = touched(work.connection, "cases", changed.case_id).digest
    stored = cases.change_case(
        work.connection, changed, verb=verb, user_id=work.actor.user_id, at=work.at, content=content or {}
    )
    return _kept(work, *stored, before=found)


def add_row(work: Work, table: str, key: str, before: str | None = None) -> None:
    """Keep for the log what a row of another table holds now; `before` is its digest before it was changed."""
    work.rows.append(touched(work.connection, table, key, before))


def _kept(work: Work, case: Case, act: cases.Act, before: str | None = None) -> Case:
    add_row(work, "cases", case.case_id, before)
    if case.borrower_id is not None:
        work.about.add(case.borrower_id)
    add_row(work, "acts", str(act.act))
    tell_receivers(work.connection, case, act)
    return case
