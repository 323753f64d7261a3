"""Webhooks: acts are told to receivers, signed as Standard Webhooks, again and again until each has answered.

Id       `act_<number>` stays the same however often an act is sent, so that a receiver can tell what it had before
Answer   2xx within TIMEOUT is done; 410 means that the receiver wants no more; all else is tried again later
Order    acts go to a receiver one by one; the first that fails ends its round, so that one that hangs costs little
Source   standardwebhooks.com, specification 1.0
"""

import asyncio
import ipaddress
import re
import secrets
from base64 import b64encode
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from urllib.parse import urlsplit

import httpx
from standardwebhooks import Webhook

from ews.casework.desk import Desk, add_row, at_work
from ews.casework.rights import require
from ews.domain.errors import RequestError
from ews.domain.people import SYSTEM, Actor, Role
from ews.domain.text import sentence
from ews.store.audit import touched
from ews.store.cases import PREFIXES
from ews.store.engine import reading, writing
from ews.store.receivers import (
    EVERY,
    Delivery,
    Receiver,
    add_receiver,
    all_receivers,
    ask_again,
    claim,
    due_deliveries,
    find_receiver,
    mark,
    set_active,
)

TIMEOUT = 10.0
"""Seconds in which a receiver must have answered in full."""
LEASE = timedelta(minutes=2)
"""For how long a sender keeps others from sending the same; longer than a round takes for one receiver."""
LONGEST_ANSWER = 65_536
"""Bytes of an answer that are waited for."""
AT_ONCE = 10
"""Acts that a receiver gets in one round, less than LEASE would allow for answers that come just in time."""
WAITS = tuple(timedelta(seconds=one) for one in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400))
"""How long after each failed attempt the next one comes; after the last it is given up."""

_NO_MORE = "answered 410: wants no more"
_SHOWN = 200
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_EVENT = re.compile(r"[a-z]+\.([a-z_-]+|\*)")


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did: acts delivered, attempts that failed, deliveries given up for good."""

    delivered: int
    failed: int
    given_up: int


def register(
    desk: Desk,
    actor: Actor,
    receiver_id: str,
    url: str,
    events: Iterable[str],
    *,
    hosts: Collection[str] | None = None,
    request_id: str | None = None,
) -> Receiver:
    """Tell acts to `url` from now on; the receiver checks signatures with the secret, which is shown this once.

    `hosts` are those that acts may be sent to; None: any, for whoever decides on the machine itself.
    """
    require(actor, {Role.OPERATOR}, sentence("add a receiver"))
    wanted = tuple(dict.fromkeys(events))
    _check(receiver_id, url, wanted)
    _check_host(url, hosts)
    secret = f"whsec_{b64encode(secrets.token_bytes(32)).decode()}"
    with at_work(
        desk, actor, "receiver.add", receiver_id, request_id=request_id, content={"url": url, "events": wanted}
    ) as work:
        receiver = Receiver(receiver_id, url, secret, wanted, work.at)
        add_receiver(work.connection, receiver)
        add_row(work, "receivers", receiver_id)
    return receiver


def switch(desk: Desk, actor: Actor, receiver_id: str, *, is_active: bool, request_id: str | None = None) -> Receiver:
    """Switch a receiver on or off; what is noted for it is kept."""
    require(actor, {Role.OPERATOR}, sentence("change a receiver"))
    return _switch(
        desk,
        actor,
        "receiver.on" if is_active else "receiver.off",
        receiver_id,
        is_active=is_active,
        request_id=request_id,
    )


def send_again(desk: Desk, actor: Actor, receiver_id: str, *, request_id: str | None = None) -> int:
    """Let what was given up for a receiver be sent again, and return how many acts that are."""
    require(actor, {Role.OPERATOR}, sentence("have acts sent again"))
    with at_work(desk, actor, "receiver.again", receiver_id, request_id=request_id) as work:
        find_receiver(work.connection, receiver_id)
        return ask_again(work.connection, receiver_id, work.at)


def deliver(desk: Desk, *, timeout: float = TIMEOUT) -> Round:
    """Send what is due to every receiver, each at its own pace; nothing is lost where the process is killed."""
    with reading(desk.store) as connection:
        known = {one.receiver_id: one for one in all_receivers(connection)}
        due = due_deliveries(connection, desk.now(), limit=AT_ONCE)
    if not due:
        return Round(0, 0, 0)
    rounds = asyncio.run(_all(desk, known, due, timeout))
    return Round(
        sum(one.delivered for one in rounds), sum(one.failed for one in rounds), sum(one.given_up for one in rounds)
    )


def _switch(
    desk: Desk, actor: Actor, action: str, receiver_id: str, *, is_active: bool, request_id: str | None = None
) -> Receiver:
    with at_work(desk, actor, action, receiver_id, request_id=request_id) as work:
        find_receiver(work.connection, receiver_id)
        found = touched(work.connection, "receivers", receiver_id).digest
        set_active(work.connection, receiver_id, is_active=is_active)
        add_row(work, "receivers", receiver_id, found)
        return find_receiver(work.connection, receiver_id)


async def _all(desk: Desk, known: Mapping[str, Receiver], due: Iterable[Delivery], timeout: float) -> list[Round]:
    async with httpx.AsyncClient(follow_redirects=False, trust_env=False, timeout=timeout) as client:
        queues = [(known[name], list(some)) for name, some in groupby(due, key=lambda one: one.receiver_id)]
        return await asyncio.gather(*(_queue(desk, client, receiver, some, timeout) for receiver, some in queues))


async def _queue(
    desk: Desk, client: httpx.AsyncClient, receiver: Receiver, waiting: Iterable[Delivery], timeout: float
) -> Round:
    delivered = 0
    for delivery in waiting:
        until = desk.now() + LEASE
        claimed = replace(delivery, next_at=until)
        with writing(desk.store) as connection:
            if not claim(connection, delivery, until):
                continue
        error = await _send(client, receiver, delivery, timeout)
        after = _after(claimed, error, desk.now())
        with writing(desk.store) as connection:
            mark(connection, after)
        if error == _NO_MORE:
            _switch(desk, SYSTEM, "receiver.gone", receiver.receiver_id, is_active=False)
        if error is not None:
            return Round(delivered, 1, int(after.next_at is None))
        delivered += 1
    return Round(delivered, 0, 0)


async def _send(client: httpx.AsyncClient, receiver: Receiver, delivery: Delivery, timeout: float) -> str | None:
    """Send one act and return what was wrong with the answer, None where it was taken."""
    sent_at, name = datetime.now(UTC), f"act_{delivery.act}"
    headers = {
        "content-type": "application/json",
        "accept-encoding": "identity",
        "webhook-id": name,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": Webhook(receiver.secret).sign(name, sent_at, delivery.body),
    }
    content = delivery.body.encode()
    try:
        async with asyncio.timeout(timeout):  # over the whole answer: one that drips bytes is cut off too
            async with client.stream("POST", receiver.url, content=content, headers=headers) as answer:
                await _read(answer)
    except TimeoutError:
        return f"no whole answer within {timeout:g} s"
    except httpx.HTTPError as error:
        return f"{type(error).__name__}: {error}"[:_SHOWN]
    if answer.status_code == httpx.codes.GONE:
        return _NO_MORE
    return None if answer.is_success else f"answered {answer.status_code}"


async def _read(answer: httpx.Response) -> None:
    """Wait for the end of an answer, of which nothing is kept; one that is too long has said enough."""
    got = 0
    async for chunk in answer.aiter_raw():
        got += len(chunk)
        if got > LONGEST_ANSWER:
            return


def _after(delivery: Delivery, error: str | None, now: datetime) -> Delivery:
    """Return the delivery after an attempt that ended with `error`."""
    attempts = delivery.attempts + 1
    if error is None:
        return replace(delivery, attempts=attempts, next_at=None, delivered_at=now, error=None)
    wait = WAITS[attempts - 1] if attempts <= len(WAITS) and error != _NO_MORE else None
    return replace(delivery, attempts=attempts, next_at=None if wait is None else now + wait, error=error)


def _check(receiver_id: str, url: str, events: tuple[str, ...]) -> None:
    """Raise RequestError where a receiver could not be told anything."""
    if not _ID.fullmatch(receiver_id):
        message = f"'{receiver_id}' cannot name a receiver: give up to 40 small letters, digits and hyphens."
        raise RequestError(message)
    for event in events or ("",):
        kind = event.partition(".")[0]
        if event != EVERY and (not _EVENT.fullmatch(event) or kind not in PREFIXES):
            message = (
                f"'{event}' is no event. Give names like warning.raise or warning.*, or * for all; "
                f"the kinds are {', '.join(PREFIXES)}."
            )
            raise RequestError(message)
    _check_url(url)


def _check_url(url: str) -> None:
    """Raise RequestError for an address that is no plain http one; acts leave this machine by https only."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in {"http", "https"} or not host or parts.username or parts.password or parts.fragment:
        message = f"'{url}' cannot be told anything: give an address like https://HOST/PATH, without a user in it."
        raise RequestError(message)
    if parts.scheme == "http" and not _is_loopback(host):
        message = f"'{url}' would carry what borrowers owe in plain sight: give an https address."
        raise RequestError(message)


def _check_host(url: str, hosts: Collection[str] | None) -> None:
    host = urlsplit(url).hostname or ""
    if hosts is not None and host not in {one.lower() for one in hosts}:
        message = (
            f"Acts may not be sent to '{host}': it is not among the hosts of the setting EWS_RECEIVERS. Have it added "
            "where the service is set up, or add the receiver there with 'ews casework receiver'."
        )
        raise RequestError(message)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
