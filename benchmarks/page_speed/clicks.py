"""Clicks: what somebody in front of the pages asks for one after another, and how long each answer takes.

Each client logs in and goes round and round, with a pause between clicks. A page is timed until its last byte is there,
on this machine: with the server, and with all other clients. Style and scripts, which browsers keep, are not asked.
"""

import re
from dataclasses import dataclass, field
from html import unescape
from random import Random
from time import perf_counter, sleep

import httpx

_CASE = re.compile(r'"(/cases/[A-Z][0-9]+)"')
_BORROWER = re.compile(r'"(/borrowers/[^"/?]+(?:\?portfolio=[^"&]*)?)"')
_LIST = re.compile(r'"(/borrowers\?[^"]+)"')


@dataclass(frozen=True, slots=True)
class Click:
    """One answer: the kind of page, seconds, HTTP status, bytes."""

    page: str
    seconds: float
    status: int
    size: int


@dataclass(slots=True)
class _Visitor:
    """Somebody who is logged in; `links` are those of the last list."""

    client: httpx.Client
    random: Random
    pause: float
    ends: float
    found: list[Click] = field(default_factory=list)

    def go(self, page: str, path: str | None, *, part: bool = False) -> str:
        """Ask a page, wait, and return its text; nothing where there is no path, or the time is up."""
        if path is None or perf_counter() > self.ends:
            return ""
        started = perf_counter()
        answer = self.client.get(path, headers={"hx-request": "true"} if part else {})
        self.found.append(Click(page, perf_counter() - started, answer.status_code, len(answer.content)))
        sleep(self.random.uniform(0.5, 1.5) * self.pause)
        return answer.text

    def one_of(self, links: re.Pattern[str], text: str) -> str | None:
        """Return one of the links of a page that look so, None where there is none."""
        found = sorted(set(links.findall(text)))
        return unescape(self.random.choice(found)) if found else None


def visit(base: str, user_id: str, password: str, *, seconds: float, pause: float, seed: int) -> list[Click]:
    """Click for `seconds` as one user, pausing for `pause` seconds on average, and return what was seen."""
    with httpx.Client(base_url=base, timeout=60, headers={"accept-language": "zh"}) as client:
        answer = client.post("/login", data={"user": user_id, "password": password}, headers={"origin": base})
        if answer.status_code != 303:
            message = f"'{user_id}' cannot log in: {answer.status_code}"
            raise RuntimeError(message)
        visitor = _Visitor(client, Random(seed), pause, perf_counter() + seconds)  # noqa: S311 - no secret
        sleep(visitor.random.uniform(0, pause))
        while perf_counter() < visitor.ends:
            (_work if user_id.startswith(("officer", "manager")) else _look_after_the_book)(visitor)
    return visitor.found


def _work(visitor: _Visitor) -> None:
    day = visitor.go("my day", "/my-day")
    visitor.go("case in the panel", visitor.one_of(_CASE, day), part=True)
    warnings = visitor.go("warnings", "/warnings")
    visitor.go("warnings, sorted", "/warnings?level=red&sort=money")
    visitor.go("case in the panel", visitor.one_of(_CASE, warnings), part=True)
    borrower = visitor.one_of(_BORROWER, warnings)
    _borrower(visitor, borrower)
    visitor.go("checks", "/checks")
    visitor.go("quarterly review", "/reviews")


def _look_after_the_book(visitor: _Visitor) -> None:
    book = visitor.go("portfolio", "/portfolio")
    listed = visitor.go("list behind a figure", visitor.one_of(_LIST, book))
    _borrower(visitor, visitor.one_of(_BORROWER, listed))
    visitor.go("search by name", "/borrowers?text=1234")
    visitor.go("warnings", "/warnings")
    visitor.go("policy", "/policy")
    visitor.go("model", "/model")


def _borrower(visitor: _Visitor, path: str | None) -> None:
    visitor.go("borrower", path)
    if path is not None:
        place, _, query = path.partition("?")
        for part in ("circle", "loans", "history"):
            visitor.go(f"borrower: {part}", f"{place}/parts/{part}?{query}".rstrip("?"), part=True)
