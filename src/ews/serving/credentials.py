"""Credentials: what a request shows for itself, a token of a machine or the cookie of a session, and who that is.

The cookie is sent along by browsers whatever page asks, so that with it anything that may change something has to come
from a page of the service itself. A token is never sent by itself and needs no such check.
"""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response

from ews.domain.errors import ForbiddenError, UnauthenticatedError
from ews.domain.people import Actor
from ews.domain.text import sentence
from ews.serving.guard import Identify
from ews.serving.identity import LOCAL
from ews.serving.services import Services
from ews.store.accounts import has_accounts
from ews.store.entrance import actor_by_token
from ews.store.sessions import STEP, NewSession, actor_by_session, note_use

LOOPBACK_NAMES = frozenset({"127.0.0.1", "::1", "localhost"})
SECURE_COOKIE = "__Host-ews-session"
"""Browsers take a cookie of this prefix from the host itself only, over HTTPS only."""
PLAIN_COOKIE = "ews-session"

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES = frozenset({"same-origin", "none"})
UNATTENDED = "ews-unattended"
"""Header of what a page asks again by itself: nobody did anything, so that no session lives longer by it."""


class ForeignOriginError(ForbiddenError):
    code = "foreign-origin"


def identify_by(services: Services, *, only_this_machine: bool) -> Identify:
    """Return what tells who asks: by token, by session, or as LOCAL where there is no account yet."""
    needs_accounts = _once_true(lambda: has_accounts(services.store))

    def find(request: Request) -> tuple[Actor, str | None]:
        """Return who asks, and the session of which the store is to hear that it is in use."""
        token, session, at = _token(request.headers), session_of(request), services.desk.now()
        if token is not None:
            return actor_by_token(services.store, token, at=at), None
        if only_this_machine and not needs_accounts():
            return LOCAL, None
        if session is None:
            message = "Nobody is logged in. Log in with POST /v1/login, or send 'Authorization: Bearer' with a token."
            raise UnauthenticatedError(message)
        if request.method not in _SAFE:
            require_own_page(request)
        found = actor_by_session(services.desk.log, session, at=at, idle=services.idle)
        is_news = at - found.last_used_at >= STEP and UNATTENDED not in request.headers
        return found.actor, session if is_news else None

    async def identify(request: Request) -> Actor:
        # From a file a row is read sooner than a thread takes over, and who reads it waits for no writer.
        actor, used = await run_in_threadpool(find, request) if services.store.on_postgresql else find(request)
        if used is not None:
            await run_in_threadpool(note_use, services.desk.log, used, at=services.desk.now())
        return actor

    return identify


def session_of(request: Request) -> str | None:
    """Return the session that the cookie names."""
    return request.cookies.get(cookie_name(request, SECURE_COOKIE, PLAIN_COOKIE)) or None


def keep_session(request: Request, response: Response, session: NewSession, lasts: timedelta) -> None:
    """Hand the session out as a cookie that no script reads and no other site sends."""
    response.set_cookie(
        cookie_name(request, SECURE_COOKIE, PLAIN_COOKIE),
        session.secret,
        max_age=int(lasts.total_seconds()),
        path="/",
        secure=is_secure(request),
        httponly=True,
        samesite="strict",
    )


def drop_session(request: Request, response: Response) -> None:
    """Take the cookie back, and have the browser forget what it keeps of the pages."""
    response.delete_cookie(
        cookie_name(request, SECURE_COOKIE, PLAIN_COOKIE),
        path="/",
        secure=is_secure(request),
        httponly=True,
        samesite="strict",
    )
    response.headers["clear-site-data"] = '"cache", "storage"'


def cookie_name(request: Request, secure: str, plain: str) -> str:
    return secure if is_secure(request) else plain


def is_secure(request: Request) -> bool:
    """Tell whether cookies are for HTTPS only: everywhere but on plain HTTP to this machine.

    Behind a proxy that ends TLS the scheme is plain, but the name is not that of this machine.
    """
    return request.url.scheme == "https" or request.url.hostname not in LOOPBACK_NAMES


def require_own_page(request: Request) -> None:
    """Raise ForeignOriginError unless the browser says that the request comes from a page of the service itself."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    host = request.headers.get("host", "").lower()
    is_own = site in _OWN_SITES if site is not None else origin is not None and urlsplit(origin).netloc.lower() == host
    if not is_own:
        found = f"sec-fetch-site '{site}'" if site is not None else f"origin '{origin or 'missing'}'"
        message = sentence(
            "The request changes something and comes with {found}. Send it from a page under '{host}', or use a token "
            "instead of the cookie.",
            found=found[:120],
            host=host[:100],
        )
        raise ForeignOriginError(message)


def _token(headers: Headers) -> str | None:
    """Return the token that the request shows; UnauthenticatedError for another way to log in."""
    given = headers.get("authorization")
    if given is None:
        return None
    scheme, _, token = given.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        message = "The header 'Authorization' holds no token. Send 'Authorization: Bearer ews_…', or log in."
        raise UnauthenticatedError(message)
    return token.strip()


def _once_true(ask: Callable[[], bool]) -> Callable[[], bool]:
    """Return `ask`, asked no more once it was true: accounts are closed, never taken away."""
    found = False

    def asked() -> bool:
        nonlocal found
        found = found or ask()
        return found

    return asked
