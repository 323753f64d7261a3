"""Watch: what must never happen in a browser, whatever is clicked: seen in every test, told at its end.

Faults  a request to another host, a breach of the content security policy, an error in a script or in the console,
        an answer of 500 or more
"""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, WebError, WebSocket

_ASKING = frozenset({"http", "https", "ws", "wss"})
_NOT_FOUND = "Failed to load resource"
"""Also said of answers such as 404 or 409, which tests look at themselves; those of 500 and more are watched."""
_TELL_BREACHES = """document.addEventListener("securitypolicyviolation", (event) => console.error(
  `breach of ${event.effectiveDirective} by ${event.blockedURI} ${event.sample}`))"""


@dataclass  # without slots: Playwright hangs what it needs on whoever listens
class Watch:
    """Over the browser windows of one test; `host` with its port is the only one that may be asked."""

    host: str
    _faults: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Look at all that happens in the pages of `context` from now on."""
        context.add_init_script(_TELL_BREACHES)
        context.on("request", self._asked)
        context.on("response", self._answered)
        context.on("console", self._said)
        context.on("weberror", self._failed)
        context.on("page", self._opened)

    def take(self) -> list[str]:
        """Return the faults so far and forget them, for tests that bring some about."""
        found, self._faults = self._faults, []
        return found

    def _opened(self, page: Page) -> None:
        page.on("websocket", self._connected)

    def _connected(self, socket: WebSocket) -> None:
        self._see(socket.url)

    def _asked(self, request: Request) -> None:
        self._see(request.url)

    def _see(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in _ASKING and parts.netloc != self.host:
            self._faults.append(f"another host was asked: {url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self._faults.append(f"{response.request.method} {response.url} was answered with {response.status}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_NOT_FOUND):
            self._faults.append(f"the console says: {message.text}")

    def _failed(self, error: WebError) -> None:
        self._faults.append(f"a script failed: {error.error.message}")
