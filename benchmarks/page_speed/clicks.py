"""Clicks: what somebody in front of the pages asks for one after another, and how long each answer takes.

Each client logs in and goes round and round, with a pause between clicks. A page is timed until its last byte is there,
on this machine: with the server, and with all other clients. Style and scripts, which browsers keep, are not asked.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from random import Random
from time import perf_counter, sleep

import httpx

LOG_IN = "log in, all at once"
"""Is told beside the pages: everybody comes in the same second, and a password costs what it shall cost."""
_OF_OFFICERS = (
    *("my day", "case in the panel", "warnings", "warnings, sorted", "borrower", "borrower: circle"),
    *("borrower: loans", "borrower: history", "checks", "quarterly review"),
)
_OF_HEAD_OFFICE = ("portfolio", "list behind a figure", "search by name", "policy", "model")
PAGES = (*_OF_OFFICERS, *_OF_HEAD_OFFICE)

_CASE = re.compile(r'"(/cases/[A-Z][0-9]+)"')
_BORROWER = re.compile(r'"(/borrowers/[^"/?]+(?:\?portfolio=[^"&]*)?)"')
_LIST = re.compile(r'"(/borrowers\?[^"]+)"')


@dataclass(frozen=True, slots=True)
class Click:
    """One answer: the kind of page, seconds, HTTP status, bytes, and when it was asked for."""

    page: str
    seconds: float
    status: int
    size: int
    at: float = 0.0


@dataclass(slots=True)
class Watch:
    """How long everybody goes on: `seconds` after those to get warm, then until each page was asked `least` times.

    Never for longer than `longest` seconds in all. Used by all clients at once.
    """

    warm_up: float
    seconds: float
    least: int
    longest: float
    started: float = field(default_factory=perf_counter)
    clicks: list[Click] = field(default_factory=list)

    @property
    def counts_from(self) -> float:
        return self.started + self.warm_up

    @property
    def counted(self) -> Sequence[Click]:
        """Return the clicks on pages that count."""
        return [one for one in self.clicks if one.page in PAGES and one.at >= self.counts_from]

    @property
    def is_over(self) -> bool:
        now = perf_counter()
        if now < self.counts_from + self.seconds:
            return False
        asked = Counter(one.page for one in self.counted)
        return now > self.started + self.longest or all(asked[page] >= self.least for page in PAGES)


@dataclass(slots=True)
class _Visitor:
    """Somebody who is logged in."""

    client: httpx.Client
    random: Random
    pause: float
    watch: Watch

    def go(self, page: str, path: str | None, *, part: bool = False) -> str:
        """Ask a page, wait, and return its text; nothing where there is no path, or the time is up."""
        if path is None or self.watch.is_over:
            return ""
        started = perf_counter()
        answer = self.client.get(path, headers={"hx-request": "true"} if part else {})
        seconds = perf_counter() - started
        self.watch.clicks.append(Click(page, seconds, answer.status_code, len(answer.content), started))
        sleep(self.random.uniform(0.5, 1.5) * self.pause)
        return answer.text

    def one_of(self, links: re.Pattern[str], text: str) -> str | None:
        """Return one of the links of a page that look so, None where there is none."""
        found = sorted(set(links.findall(text)))
        return unescape(self.random.choice(found)) if found else None


def visit(base: str, user_id: str, password: str, watch: Watch, *, pause: float, seed: int) -> None:
    """Click as one user as long as the watch says, pausing for `pause` seconds on average."""
    with httpx.Client(base_url=base, timeout=60, headers={"accept-language": "zh"}) as client:
        started = perf_counter()
        answer = client.post("/login", data={"user": user_id, "password": password}, headers={"origin": base})
        if answer.status_code != 303:
            message = f"'{user_id}' cannot log in: {answer.status_code}"
            raise RuntimeError(message)
        watch.clicks.append(Click(LOG_IN, perf_counter() - started, answer.status_code, 0, started))
        visitor = _Visitor(client, Random(seed), pause, watch)  # noqa: S311 - no secret
        sleep(visitor.random.uniform(0, pause))
        while not watch.is_over:
            (_work if user_id.startswith(("officer", "manager")) else _look_after_the_book)(visitor)


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
    visitor.go("my day", "/my-day")
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
