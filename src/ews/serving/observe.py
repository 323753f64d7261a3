"""Observe: the outermost frame around every request.

Gives it an id, refuses foreign names of the host, counts and logs it by the template of its route, and tells an
unforeseen failure as a problem. Neither logs nor figures hold ids, names, bodies, queries or messages of errors.
"""

import re
from dataclasses import dataclass
from time import perf_counter
from uuid import uuid4

import structlog
from fastapi.routing import APIRoute
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ews.domain.text import sentence
from ews.serving.api.problems import most_bytes, problem, too_large
from ews.serving.logs import where
from ews.serving.metrics import Meter

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SOUND_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADERS = {"x-content-type-options": "nosniff"}

log = structlog.get_logger("ews.serving")


@dataclass(slots=True)
class _Seen:
    """What came of one request."""

    status: int = 500
    begun: bool = False


def observe(app: ASGIApp, *, meter: Meter, hosts: frozenset[str], max_body_bytes: int) -> ASGIApp:
    """Return `app` with every request observed; `hosts` are the names under which it may be asked."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        most = most_bytes(scope.get("path", ""), max_body_bytes)
        refused = _refused(scope, hosts, most)
        await (refused or app)(scope, _limited(receive, most), send)

    async def observed(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        started = perf_counter()
        request_id = _request_id(Headers(scope=scope))
        scope["state"] = {**scope.get("state", {}), "request_id": request_id}
        seen = _Seen()

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status, seen.begun = message["status"], True
                headers = MutableHeaders(scope=message)
                headers.setdefault("cache-control", "no-store")
                headers.update({**_HEADERS, "x-request-id": request_id})
            await send(message)

        try:
            with structlog.contextvars.bound_contextvars(request_id=request_id):
                await answer(scope, receive, tell)
        except Exception as error:  # noqa: BLE001 - the outermost frame
            log.error("failed", request_id=request_id, error=type(error).__name__, at=where(error))
            if not seen.begun:
                detail = f"The request failed inside the service. Report it with the request id {request_id}."
                await problem(Request(scope), "internal-error", detail)(scope, receive, tell)
        finally:
            _record(meter, scope, seen.status, perf_counter() - started)

    return observed


def _refused(scope: Scope, hosts: frozenset[str], max_body_bytes: int) -> ASGIApp | None:
    """Return the problem of a request that need not go further, None where it may."""
    headers = Headers(scope=scope)
    host = _host(headers.get("host", ""))
    if host not in hosts:
        detail = sentence(
            "The service does not go by the name '{host}'. Ask it as {names}.",
            host=host[:100],
            names=" or ".join(sorted(hosts)),
        )
        return problem(Request(scope), "unknown-host", detail)
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length) > max_body_bytes:
        return problem(Request(scope), "body-too-large", too_large(max_body_bytes))
    return None


def _limited(receive: Receive, most: int) -> Receive:
    """Return `receive` so that a body of unknown length is cut off once it has grown too large."""
    got = 0

    async def counted() -> Message:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        if got > most:
            raise HTTPException(413)
        return message

    return counted


def _record(meter: Meter, scope: Scope, status: int, seconds: float) -> None:
    route = scope.get("route")
    template = route.path_format if isinstance(route, APIRoute) else "unmatched"
    method = scope["method"] if scope["method"] in _METHODS else "other"
    meter.requests.labels(method, template, str(status)).inc()
    meter.seconds.labels(method, template).observe(seconds)
    state = scope["state"]
    log.info(
        "request",
        request_id=state["request_id"],
        method=method,
        route=template,
        status=status,
        ms=round(1000 * seconds, 1),
        problem=state.get("problem"),
    )


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if _SOUND_ID.fullmatch(given) else uuid4().hex


def _host(header: str) -> str:
    """Return the name without the port."""
    return header.partition("]")[0].removeprefix("[") if header.startswith("[") else header.partition(":")[0].lower()
