"""Login through the bank's own provider (OpenID Connect): away to it, and back.

What the way back is told by lies in a cookie of a few minutes. It is sent along when the provider leads the browser
back (`Lax`); the cookie of the session is not (`Strict`), so that the way on leads over a page of our own.
"""

import html
import json
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from ews.domain.errors import RequestError, UnauthenticatedError
from ews.serving.api.login import begin
from ews.serving.api.problems import problems
from ews.serving.credentials import cookie_name, is_secure
from ews.serving.oidc import CALLBACK, Attempt, Oidc, login_address, new_attempt, subject_of
from ews.serving.services import Services, ServicesDep
from ews.store.entrance import actor_by_oidc

router = APIRouter(tags=["login"])

HOME = "/v1/me"
ATTEMPT_SECONDS = 600
_SECURE, _PLAIN = "__Host-ews-login", "ews-login"
_PROBLEMS = ("unknown-parameter", "invalid-request", "provider-unavailable", "no-provider", "store-unavailable")
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0;url={to}">\
<title>ews</title><p>Logged in. 已登录。<a href="{to}">Go on 继续</a></html>"""


class NoProviderError(RequestError):
    code = "no-provider"


class NextError(RequestError):
    code = "invalid-request"


@router.get(
    "/v1/login/oidc",
    summary="Log in through the bank's provider",
    response_class=RedirectResponse,
    status_code=303,
    responses={303: {"description": "On to the provider"}, **problems(*_PROBLEMS)},
)
def go_to_provider(
    request: Request,
    services: ServicesDep,
    next_path: Annotated[
        str, Query(alias="next", description="Path of this service to go to afterwards", max_length=500)
    ] = HOME,
) -> Response:
    """Lead the browser to the bank's provider."""
    oidc = _oidc(services)
    attempt = new_attempt(_own_path(next_path))
    response = RedirectResponse(login_address(oidc, attempt), status_code=303)
    response.set_cookie(
        cookie_name(request, _SECURE, _PLAIN),
        _packed(attempt),
        max_age=ATTEMPT_SECONDS,
        path="/",
        secure=is_secure(request),
        httponly=True,
        samesite="lax",
    )
    return response


@router.get(
    CALLBACK,
    summary="Come back from the bank's provider",
    response_class=HTMLResponse,
    responses={
        200: {"description": "Logged in", "content": {"text/html": {"example": "<!doctype html>…"}}},
        **problems("unauthenticated", "log-unavailable", *_PROBLEMS),
    },
)
def come_back(  # noqa: PLR0913, PLR0917 - each is a parameter that a provider may send
    request: Request,
    services: ServicesDep,
    code: Annotated[str, Query(description="Of the provider", max_length=4_000)] = "",
    state: Annotated[str, Query(description="As it was sent to the provider", max_length=500)] = "",
    error: Annotated[str | None, Query(description="Why the provider refused", max_length=500)] = None,
    error_description: Annotated[str | None, Query(description="The same in words", max_length=4_000)] = None,  # noqa: ARG001 - taken, not used
    iss: Annotated[str | None, Query(description="Who answers", max_length=500)] = None,
    session_state: Annotated[str | None, Query(description="Of the provider's session", max_length=500)] = None,  # noqa: ARG001 - taken, not used
    scope: Annotated[str | None, Query(description="What was granted", max_length=500)] = None,  # noqa: ARG001 - taken, not used
) -> Response:
    """Set the cookie of a new session for the account that the provider's subject belongs to; none is made."""
    oidc = _oidc(services)
    attempt = _unpacked(request.cookies.get(cookie_name(request, _SECURE, _PLAIN)))
    if error is not None or attempt is None or iss not in {None, oidc.issuer}:
        message = "The provider did not confirm the login, or it took too long. Begin again at /v1/login/oidc."
        raise UnauthenticatedError(message)
    actor = actor_by_oidc(services.store, subject_of(oidc, attempt, code=code, state=state))
    response = HTMLResponse(_PAGE.format(to=html.escape(_own_path(attempt.next_path))))
    begin(actor, request, response, services)
    response.delete_cookie(
        cookie_name(request, _SECURE, _PLAIN), path="/", secure=is_secure(request), httponly=True, samesite="lax"
    )
    return response


def _oidc(services: Services) -> Oidc:
    if services.oidc is None:
        message = "No provider is set for logging in. Log in with a password at /v1/login, or set one (EWS_OIDC_…)."
        raise NoProviderError(message)
    return services.oidc


def _own_path(path: str) -> str:
    """Return a path of this service; NextError for what a browser would take for another host."""
    if not path.startswith("/") or path.startswith("//") or "\\" in path or not path.isprintable():
        message = f"'next' is '{path[:100]}'. Give a path of this service, such as {HOME}."
        raise NextError(message)
    return path


def _packed(attempt: Attempt) -> str:
    return json.dumps(asdict(attempt)).encode().hex()


def _unpacked(cookie: str | None) -> Attempt | None:
    """Return the attempt in a cookie, None where there is none that can be read."""
    try:
        content = json.loads(bytes.fromhex(cookie or ""))
        return Attempt(**{name: str(content[name]) for name in Attempt.__dataclass_fields__})
    except (ValueError, KeyError, TypeError):
        return None
