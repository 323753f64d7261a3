"""Receivers: who is told of acts, and which acts are still to be delivered to whom.

Outbox   a delivery is stored with the act itself, so that none is lost and none is told that did not happen
Claim    a delivery is put off before it is sent; of two senders only one moves it, the other leaves it alone
Given up a delivery that failed too often has no next time; it stays, with its error, until it is asked for again
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from ews.domain.errors import RequestError
from ews.store.cases import Act, Case, plain_json
from ews.store.tables import deliveries, receivers

EVERY = "*"
"""Stands for all events in the list of a receiver."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """`events` are names like warning.raise, warning.* or *; `secret` is what messages are signed with."""

    receiver_id: str
    url: str
    secret: str = field(repr=False)
    events: tuple[str, ...]
    created_at: datetime
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Delivery:
    """An act on its way to a receiver, as it was done: `body` is sent word for word, however often it is tried."""

    receiver_id: str
    act: int
    body: str
    attempts: int
    next_at: datetime | None
    delivered_at: datetime | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many deliveries of a receiver are done, to come, and given up; `error` is the newest one."""

    delivered: int
    pending: int
    given_up: int
    error: str | None


def tell_receivers(connection: Connection, case: Case, act: Act) -> None:
    """Note the act for each active receiver that wants events of its name, `<kind>.<verb>`."""
    tell_receivers_of(connection, ((case, act),))


def tell_receivers_of(connection: Connection, done: Sequence[tuple[Case, Act]]) -> None:
    """Note several acts, each with its case as it left it, as `tell_receivers` does one."""
    active = [one for one in all_receivers(connection) if one.is_active]
    rows = []
    for case, act in done:
        event = f"{case.kind}.{act.verb}"
        wanted = {event, f"{case.kind}.{EVERY}", EVERY}
        told = [one.receiver_id for one in active if wanted & set(one.events)]
        body = plain_json({"type": event, "timestamp": act.at, "data": _told(case, act)}) if told else ""
        rows += [{"receiver_id": one, "act": act.act, "body": body, "attempts": 0, "next_at": act.at} for one in told]
    if rows:
        connection.execute(insert(deliveries), rows)


def _told(case: Case, act: Act) -> dict[str, Any]:
    named = ("case_id", "kind", "version", "state", "portfolio", "borrower_id", "branch_id", "officer_id", "level")
    own = {name: getattr(case, name) for name in (*named, "role", "assignee", "due_on", "exposure_fen")}
    return {**own, "act": act.act, "user_id": act.user_id, "content": act.content}


def all_receivers(connection: Connection) -> tuple[Receiver, ...]:
    """Return every receiver, by id."""
    rows = connection.execute(select(receivers).order_by(receivers.c.receiver_id)).all()
    return tuple(
        Receiver(row.receiver_id, row.url, row.secret, tuple(row.events.split(",")), row.created_at, row.is_active)
        for row in rows
    )


def find_receiver(connection: Connection, receiver_id: str) -> Receiver:
    """Return the receiver of that id; RequestError where there is none."""
    for one in all_receivers(connection):
        if one.receiver_id == receiver_id:
            return one
    message = f"There is no receiver '{receiver_id}'. The list of receivers has those that are."
    raise RequestError(message)


def add_receiver(connection: Connection, receiver: Receiver) -> None:
    """Store a receiver; RequestError where one of the same id is there."""
    if any(one.receiver_id == receiver.receiver_id for one in all_receivers(connection)):
        message = f"There is a receiver '{receiver.receiver_id}' already. Choose another id, or change that one."
        raise RequestError(message)
    row = {name: getattr(receiver, name) for name in Receiver.__dataclass_fields__}
    connection.execute(insert(receivers), [{**row, "events": ",".join(receiver.events)}])


def set_active(connection: Connection, receiver_id: str, *, is_active: bool) -> None:
    """Tell or no longer tell a receiver; what is noted for it stays noted."""
    connection.execute(update(receivers).where(receivers.c.receiver_id == receiver_id).values(is_active=is_active))


def due_deliveries(connection: Connection, now: datetime, *, limit: int) -> tuple[Delivery, ...]:
    """Return up to `limit` deliveries per active receiver whose time has come, in the order of the acts."""
    place = func.row_number().over(partition_by=deliveries.c.receiver_id, order_by=deliveries.c.act).label("place")
    due = (
        select(deliveries, place)
        .join(receivers, receivers.c.receiver_id == deliveries.c.receiver_id)
        .where(deliveries.c.next_at <= now, receivers.c.is_active)
        .subquery()
    )
    rows = connection.execute(select(due).where(due.c.place <= limit).order_by(due.c.receiver_id, due.c.act)).all()
    return tuple(Delivery(**{name: getattr(row, name) for name in Delivery.__dataclass_fields__}) for row in rows)


def claim(connection: Connection, delivery: Delivery, until: datetime) -> bool:
    """Put a delivery off to `until` so that nobody else sends it meanwhile; False where somebody else has."""
    done = connection.execute(
        update(deliveries).where(*_same(delivery), deliveries.c.next_at == delivery.next_at).values(next_at=until)
    )
    return done.rowcount == 1


def mark(connection: Connection, delivery: Delivery) -> None:
    """Store what came of an attempt."""
    values = {name: getattr(delivery, name) for name in ("attempts", "next_at", "delivered_at", "error")}
    connection.execute(update(deliveries).where(*_same(delivery)).values(values))


def ask_again(connection: Connection, receiver_id: str, now: datetime) -> int:
    """Let what was given up for a receiver be sent again, and return how many that are."""
    given_up = (
        deliveries.c.receiver_id == receiver_id,
        deliveries.c.next_at.is_(None),
        deliveries.c.delivered_at.is_(None),
    )
    return connection.execute(update(deliveries).where(*given_up).values(next_at=now, attempts=0)).rowcount


def backlog_of(connection: Connection, receiver_id: str) -> Backlog:
    """Return how the deliveries of a receiver stand."""
    rows = connection.execute(
        select(deliveries).where(deliveries.c.receiver_id == receiver_id).order_by(deliveries.c.act)
    ).all()
    open_ones = [row for row in rows if row.delivered_at is None]
    pending = sum(row.next_at is not None for row in open_ones)
    errors = [row.error for row in open_ones if row.error is not None]
    return Backlog(len(rows) - len(open_ones), pending, len(open_ones) - pending, errors[-1] if errors else None)


def _same(delivery: Delivery) -> tuple[ColumnElement[bool], ...]:
    return deliveries.c.receiver_id == delivery.receiver_id, deliveries.c.act == delivery.act
