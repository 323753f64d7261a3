"""Safe headers: what every answer tells browsers, pages and files of other systems alike, whatever made it.

Policy    an answer that brings none of its own may load nothing and be framed by nobody
Isolated  no other site gets at a window or an answer of the service
HTTPS     browsers that came over it come back over it for two years; over plain HTTP to this machine nothing is said
"""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ews.serving.credentials import is_secure

ALWAYS: Mapping[str, str] = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
HTTPS_ONLY = "max-age=63072000; includeSubDomains"


def safe_headers(app: ASGIApp) -> ASGIApp:
    """Return `app` with these headers where an answer does not say better."""

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in ALWAYS.items():
                    headers.setdefault(name, value)
                if is_secure(Request(scope)):
                    headers.setdefault("strict-transport-security", HTTPS_ONLY)
            await send(message)

        await app(scope, receive, tell if scope["type"] == "http" else send)

    return answered
