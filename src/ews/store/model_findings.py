"""Model findings (模型验证发现): what validations found against a model, who answers for it, and what became of it.

Grain   one row per (portfolio, model, test), however often it is found again; each change with its entry in the log
State   open; resolved: a validator has seen that it is mended; accepted: a validator takes the risk, and says why
Again   found again after it was resolved, or graver than what was accepted, it is open again, and the sign-off is gone
Gone    what the newest validation does not find any more keeps its state: only a validator closes a finding
Who     validators and model owners assign; validators alone sign, and never their own
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from ews.domain.errors import ForbiddenError, RequestError, SecondPersonError
from ews.domain.people import Actor, Role
from ews.domain.text import Text, sentence
from ews.store.accounts import find_user
from ews.store.audit import Entry
from ews.store.audit_log import Log, change
from ews.store.engine import Store, reading
from ews.store.tables import model_findings

VALIDATE, ASSIGN, SIGN = "model.validate", "model_finding.assign", "model_finding.sign"
"""Actions of entries in the audit log."""
_TABLE = "model_findings"
_ASSIGNERS = frozenset({Role.VALIDATOR, Role.MODEL_OWNER})


class State(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"
    ACCEPTED = "accepted"

    @property
    def text(self) -> Text:
        return _TEXTS[self]


_TEXTS = {
    State.OPEN: Text("open", "未关闭"),
    State.RESOLVED: Text("resolved", "已整改"),
    State.ACCEPTED: Text("risk accepted", "接受风险"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a validation found: `rank` of the severity counts from 0 for the gravest."""

    test: str
    severity: str
    rank: int
    about: tuple[str, ...]
    due_on: date


@dataclass(frozen=True, slots=True)
class ModelFinding:
    """A finding as it stands; `seen_at` is the newest validation that found it."""

    finding_id: str
    portfolio: str
    model_id: str
    test: str
    severity: str
    about: tuple[str, ...]
    state: State
    raised_at: datetime
    seen_at: datetime
    owner: str | None
    due_on: date
    note: str | None
    signed_by: str | None
    signed_at: datetime | None

    def is_late(self, day: date) -> bool:
        return self.state is State.OPEN and day > self.due_on


def note_validation(
    log: Log,
    portfolio: str,
    model_id: str,
    found: Sequence[Found],
    *,
    by: str,
    at: datetime,
    ranks: Mapping[str, int],
    told: Mapping[str, Any] | None = None,
) -> tuple[ModelFinding, ...]:
    """Keep what a validation found and return all findings of the model; `ranks` orders severities, gravest first."""
    entry = Entry(at, by, VALIDATE, model_id, content={"portfolio": portfolio, "findings": len(found), **(told or {})})
    with change(log, entry) as made:
        for one in found:
            before = _row(made.connection, portfolio, model_id, one.test)
            if before is None:
                finding_id = _add(made.connection, portfolio, model_id, one, at)
                made.touch(_TABLE, finding_id)
            else:
                digest = made.found(_TABLE, before.finding_id)
                _set(made.connection, before.finding_id, _seen_again(before, one, at, ranks))
                made.touch(_TABLE, before.finding_id, digest)
    return findings_of_model(log.store, portfolio, model_id)


def findings_of_model(store: Store, portfolio: str, model_id: str) -> tuple[ModelFinding, ...]:
    """Return what was ever found against a model, by id."""
    return all_findings(store, portfolio, model_id)


def all_findings(store: Store, portfolio: str | None = None, model_id: str | None = None) -> tuple[ModelFinding, ...]:
    """Return findings, by id."""
    query = select(model_findings).order_by(model_findings.c.finding_id)
    if portfolio is not None:
        query = query.where(model_findings.c.portfolio == portfolio)
    if model_id is not None:
        query = query.where(model_findings.c.model_id == model_id)
    with reading(store) as connection:
        return tuple(_finding(row) for row in connection.execute(query))


def assign(log: Log, finding_id: str, owner: str | None, due_on: date | None, *, actor: Actor, at: datetime) -> None:
    """Say who answers for an open finding, and by when; what is None stays as it is."""
    if not actor.roles & _ASSIGNERS:
        raise ForbiddenError(sentence("Findings are assigned by validators and model owners."))
    values: dict[str, Any] = {
        name: value for name, value in (("owner", owner), ("due_on", due_on)) if value is not None
    }
    if not values:
        raise RequestError(sentence("Nothing is said to change of '{finding_id}'.", finding_id=finding_id))
    if owner is not None:
        find_user(log.store, owner)
    _change(log, finding_id, values, actor, at, ASSIGN, only=State.OPEN)


def sign(log: Log, finding_id: str, state: State, note: str, *, actor: Actor, at: datetime) -> None:
    """Resolve, accept or reopen a finding as a validator, with the reason; nobody signs what they answer for."""
    if Role.VALIDATOR not in actor.roles or actor.is_machine:
        raise ForbiddenError(sentence("Findings are signed off by validators."))
    if not note.strip():
        raise RequestError(sentence("A sign-off says why: give a note."))
    with reading(log.store) as connection:
        found = _finding(_known(connection, finding_id))
    if found.owner == actor.user_id and state is not State.OPEN:
        raise SecondPersonError(
            sentence("'{finding_id}' is answered for by yourself: another validator signs it.", finding_id=finding_id)
        )
    is_open = state is State.OPEN
    values = {
        "state": state.value,
        "note": note.strip(),
        "signed_by": None if is_open else actor.user_id,
        "signed_at": None if is_open else at,
    }
    _change(log, finding_id, values, actor, at, SIGN)


def _change(
    log: Log,
    finding_id: str,
    values: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    action: str,
    only: State | None = None,
) -> None:
    with change(log, Entry(at, actor.user_id, action, finding_id, content=dict(values))) as made:
        found = _finding(_known(made.connection, finding_id))
        if only is not None and found.state is not only:
            message = sentence(
                "'{finding_id}' is not open any more. Reopen it first, as a validator.", finding_id=finding_id
            )
            raise RequestError(message)
        digest = made.found(_TABLE, finding_id)
        _set(made.connection, finding_id, values)
        made.touch(_TABLE, finding_id, digest)


def _seen_again(before: Row[Any], now: Found, at: datetime, ranks: Mapping[str, int]) -> dict[str, Any]:
    values: dict[str, Any] = {"severity": now.severity, "about": json.dumps(now.about), "seen_at": at}
    graver = now.rank < ranks[before.severity]
    if before.state == State.RESOLVED or (before.state == State.ACCEPTED and graver):
        values |= {"state": State.OPEN.value, "signed_by": None, "signed_at": None, "due_on": now.due_on}
    return values


def _add(connection: Connection, portfolio: str, model_id: str, one: Found, at: datetime) -> str:
    number = (connection.execute(select(func.count()).select_from(model_findings)).scalar() or 0) + 1
    finding_id = f"MF{number:04d}"
    row = {name: value for name, value in asdict(one).items() if name != "rank"}
    values = {
        **row,
        "finding_id": finding_id,
        "portfolio": portfolio,
        "model_id": model_id,
        "about": json.dumps(one.about),
        "state": State.OPEN.value,
        "raised_at": at,
        "seen_at": at,
    }
    connection.execute(insert(model_findings), [values])
    return finding_id


def _set(connection: Connection, finding_id: str, values: Mapping[str, Any]) -> None:
    connection.execute(update(model_findings).where(model_findings.c.finding_id == finding_id).values(**values))


def _row(connection: Connection, portfolio: str, model_id: str, test: str) -> Row[Any] | None:
    query = select(model_findings).where(
        model_findings.c.portfolio == portfolio, model_findings.c.model_id == model_id, model_findings.c.test == test
    )
    return connection.execute(query).first()


def _known(connection: Connection, finding_id: str) -> Row[Any]:
    found = connection.execute(select(model_findings).where(model_findings.c.finding_id == finding_id)).first()
    if found is None:
        message = sentence(
            "There is no finding '{finding_id}'. See them with 'ews findings list'.", finding_id=finding_id[:100]
        )
        raise RequestError(message)
    return found


def _finding(row: Row[Any]) -> ModelFinding:
    content = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
    return ModelFinding(**{**content, "about": tuple(json.loads(content["about"])), "state": State(content["state"])})
