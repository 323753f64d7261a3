"""Guard: nobody gets further than the guard without an account, and no answer leaves before the log holds it.

What is asked is written to the log when the answer is known, a change that was refused as `refused`, all else as a
look-up with its purpose; where the log cannot be written, the answer is 503 and nothing is told. Acts that went well
are logged by the desk, in their own transaction, and a request for many of them here as well: some or all may have
failed.
"""

import re
from asyncio import wrap_future
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import structlog
from fastapi import Request
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ews.domain.errors import EwsError
from ews.domain.people import Actor
from ews.domain.text import message_of
from ews.serving.api.problems import problem
from ews.serving.identity import LOCAL
from ews.serving.purposes import HEADER, purpose_of
from ews.serving.rights import ASSETS, Kind, Right, is_open, right_of
from ews.serving.services import Services
from ews.store.audit import LOOK_UP, REFUSED, Entry

NOBODY = "nobody"
"""Stands in the log for whoever could not be told."""

METRICS = "/metrics"
_QUIET = frozenset({"/healthz", "/readyz", "/openapi.json", METRICS})
"""Asked by machines every few seconds, and silent about borrowers."""
_DONE = frozenset({Kind.ACT, Kind.OPEN})
"""Of these what went well is in the log already: the act itself, the login."""
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_LONGEST, _LONGEST_QUERY = 500, 2_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

Identify = Callable[[Request], Awaitable[Actor]]

log = structlog.get_logger("ews.serving")


@dataclass(slots=True)
class _Told:
    """Whether the log holds the request; `refused` where it could not be written."""

    logged: bool = False
    refused: bool = False


def guard(app: ASGIApp, *, services: Services, identify: Identify) -> ASGIApp:
    """Return `app` behind the guard; `identify` tells who asks or raises UnauthenticatedError or ForbiddenError."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        request, told = Request(scope, receive), _Told()

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start" and not told.logged:
                told.logged = True
                told.refused = not await _written(services, request, message["status"])
                if told.refused:
                    detail = "The log of look-ups cannot be written, so nothing is told. Try again; see /readyz."
                    await problem(request, "log-unavailable", detail)(scope, receive, send)
            if not told.refused:
                await send(message)

        try:
            await (await _refused(request, identify) or app)(scope, receive, tell)
        finally:
            if not told.logged:  # it failed inside the service, which says so further out
                await _written(services, request, 500)

    return guarded


async def _refused(request: Request, identify: Identify) -> ASGIApp | None:
    """Return the problem of a request that may not go further; None where it may, and is known to be of somebody."""
    if is_open(request.url.path):
        return None
    try:
        request.state.actor = actor = await identify(request)
        if actor is not LOCAL:
            request.state.purpose = purpose_of(actor, request.headers.get(HEADER))
    except EwsError as error:
        return problem(request, error.code, message_of(error))
    except DBAPIError:
        if request.url.path == METRICS:
            return PlainTextResponse("ews_store_up 0\n")  # who watches must be told, and can no longer be told apart
        detail = (
            "The store does not answer, so nobody can be told apart. Try again; if it lasts, see what /readyz says."
        )
        return problem(request, "store-unavailable", detail)
    return None


async def _written(services: Services, request: Request, status: int) -> bool:
    """Write what was asked to the log; tell whether the answer may leave."""
    right = right_of(request)
    done = right is not None and right.kind in _DONE and status < 400 and not right.many
    if done or request.url.path in _QUIET or request.url.path.startswith(ASSETS):
        return True
    actor: Actor | None = getattr(request.state, "actor", None)
    entry = Entry(
        at=services.desk.now(),
        user_id=NOBODY if actor is None else actor.user_id,
        action=_action(request, right, status),
        subject=_told(request.scope["path"]),
        request_id=request.state.request_id,
        content=_content(request, right, status),
        borrowers=_borrowers(request),
    )
    try:
        await wrap_future(services.journal.enter(entry))
    except (SQLAlchemyError, EwsError, OSError, RuntimeError) as error:
        log.error("look-up not logged", request_id=request.state.request_id, error=type(error).__name__)
        return False
    return True


def _content(request: Request, right: Right | None, status: int) -> dict[str, Any]:
    is_login = right is not None and right.kind is Kind.OPEN  # its query may hold what logs somebody in
    query = {} if is_login else _asked(request.scope["query_string"])
    found = {
        "method": _told(request.method),
        "status": status,
        "query": query or None,
        "problem": getattr(request.state, "problem", None),
        "purpose": getattr(request.state, "purpose", None),
    }
    return {name: value for name, value in found.items() if value is not None}


def _asked(query: bytes) -> dict[str, Any]:
    """Return the parameters as whoever asks means them; several values of one as a list."""
    found: dict[str, Any] = {}
    text = query.decode(errors="backslashreplace")[:_LONGEST_QUERY]
    for name, value in parse_qsl(text, keep_blank_values=True, errors="backslashreplace"):
        before, told = found.get(_told(name)), _told(value)
        found[_told(name)] = told if before is None else [*([before] if isinstance(before, str) else before), told]
    return found


def _action(request: Request, right: Right | None, status: int) -> str:
    reads = request.method in _READING if right is None else right.kind is Kind.READ
    is_open = right is not None and right.kind is Kind.OPEN
    return LOOK_UP if reads or is_open or status < 400 else REFUSED


def _borrowers(request: Request) -> tuple[str, ...]:
    """Return whom it is about: as the route told, else as the path says."""
    told = getattr(request.state, "borrowers", None)
    if told is not None:
        return tuple(told)
    named = request.scope.get("path_params", {}).get("borrower_id")
    return () if named is None else (_told(named),)


def _told(text: str) -> str:
    """Return a text of the request as the log can hold it: no longer than needed, nothing that cannot be printed."""
    return _CONTROL.sub(lambda one: f"%{ord(one[0]):02X}", text[:_LONGEST])
