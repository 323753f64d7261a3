"""Patience: how long the service waits for a request, and how many connections it holds.

Who opens many connections and sends next to nothing on them would else shut all others out, without an account.

Slow    a request that has not come whole within START seconds, and one more for each RATE bytes of it, is cut off, as
        Apache's mod_reqtimeout does; so is a new connection on which nothing comes
Many    beyond half of the files that the system lets the service open, a request is answered 503 at once
"""

import asyncio
import sys

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

START = 20.0
"""Seconds."""
RATE = 500
"""Bytes a second."""
LOOK = 5.0
"""Seconds between two looks at a connection."""
_FILES, _MOST_FILES = 1_024, 65_536

log = structlog.get_logger("ews.serving")


class PatientProtocol(HttpToolsProtocol):
    """HTTP on a connection, which is cut off where the other side takes too long to say what it wants."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Begin to wait."""
        super().connection_made(transport)
        self._begin()
        self._next_look = self.loop.call_later(LOOK, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._next_look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what comes."""
        self._received += len(data)
        super().data_received(data)

    def _begin(self) -> None:
        self._request, self._began, self._received = self.cycle, self.loop.time(), 0

    def _look(self) -> None:
        if self.cycle is not self._request or not self._is_waiting():
            self._begin()
        waited = self.loop.time() - self._began
        if waited > START + self._received / RATE:
            log.warning("request too slow", seconds=round(waited, 1), bytes=self._received)
            self.transport.abort()
        else:
            self._next_look = self.loop.call_later(LOOK, self._look)

    def _is_waiting(self) -> bool:
        """Tell whether it is the other side's turn; of connections that rest between requests uvicorn takes care."""
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None:
            return True
        if cycle.response_complete:
            return self.timeout_keep_alive_task is None
        return cycle.more_body and not self.flow.read_paused


def most_connections() -> int:
    """Return how many connections the service may hold, after it was let open as many files as the system permits."""
    if sys.platform == "win32":
        return _FILES // 2
    import resource  # noqa: PLC0415 - Windows has none

    _, permitted = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = _MOST_FILES if permitted == resource.RLIM_INFINITY else min(permitted, _MOST_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, permitted))
    return files // 2
