"""The service that is asked: `ews serve` in a process of its own, under the name that a bank would give it.

Under a name other than that of this machine cookies are those of HTTPS, as the OpenAPI tells.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

import httpx

from benchmarks.fuzz.home import MACHINE, NOBODY, PASSWORD, Home
from benchmarks.services import Server, own_server
from ews.serving.credentials import SECURE_COOKIE

NAME = "ews.bank.example"
_LONGEST = 600.0
"""Seconds to wait for an answer."""


@dataclass(frozen=True, slots=True)
class Service:
    """A server whose name is NAME to whoever asks."""

    server: Server

    @property
    def address(self) -> str:
        return self.server.address

    def cpu_seconds(self) -> float:
        return self.server.cpu_seconds()

    def warm(self, home: Home) -> float:
        """Have a borrower decided on, which the first time reads the book, and return the seconds it took."""
        began, headers = monotonic(), {"host": NAME, "authorization": f"Bearer {home.token}"}
        asked = {"borrower_id": home.borrower_id}
        with httpx.Client(trust_env=False, timeout=_LONGEST) as client:
            client.post(f"{self.address}/v1/decisions", json=asked, headers=headers)
            client.get(f"{self.address}/v1/borrowers/{home.borrower_id}/report.docx", headers=headers)
        return monotonic() - began

    def credentials(self, home: Home, role: str) -> Mapping[str, Mapping[str, str]]:
        """Return what somebody of a role shows, by the name of the scheme in the OpenAPI."""
        if role == NOBODY:
            return {}
        if role == MACHINE:
            return {"token": {"bearer": home.token}}
        asked = {"user": home.users[role], "password": PASSWORD}
        with httpx.Client(trust_env=False, timeout=60) as client:
            answer = client.post(f"{self.address}/v1/login", json=asked, headers={"host": NAME})
        answer.raise_for_status()
        cookie = answer.headers["set-cookie"].partition(";")[0]
        return {"session": {"api_key": cookie.removeprefix(f"{SECURE_COOKIE}=")}}


@contextmanager
def serving(home: Home) -> Iterator[Service]:
    """Serve a home until the block ends."""
    with own_server(home.folder, words=("--name", NAME)) as server:
        yield Service(server)
