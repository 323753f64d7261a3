"""Officers at work: each looks somebody up, reads a list or acts, waits, and does the next thing, until all is over.

Acts    on warnings of the branch, which others of the branch act on too: what was read is acted on one pause later, so
        that a version may have become old; then the act has to be refused and nothing of the other's be lost
Kept    every answer, with the version that an act was told to have made
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from threading import Event
from time import perf_counter, sleep

import httpx

from benchmarks.load.bank import PASSWORD, Officer

LOOK_UP, LIST, PAGE, ACT = "look-up", "list", "page", "act"
CONFLICT = 409
_LISTED = 20
"""Warnings of a branch that its officers act on."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was asked for; `version` is what an act made of the case, None where it was refused.

    `status` 0: no answer. `began` is on the clock of `perf_counter`.
    """

    what: str
    began: float
    seconds: float
    status: int
    user_id: str
    case_id: str | None = None
    version: int | None = None


@dataclass(slots=True)
class Shift:
    """How everybody works: `pause` seconds on average between deeds, until `over` is set."""

    pause: float
    over: Event = field(default_factory=Event)
    deeds: list[Deed] = field(default_factory=list)


@dataclass(slots=True)
class _Worker:
    """An officer who is logged in."""

    officer: Officer
    colleagues: Sequence[str]
    client: httpx.Client
    random: Random
    shift: Shift

    def goes_on(self) -> bool:
        """Wait as a person would, and tell whether the shift goes on."""
        return not self.shift.over.wait(self.random.uniform(0.5, 1.5) * self.shift.pause)

    def asks(self, what: str, path: str) -> httpx.Response | None:
        return self._told(what, lambda: self.client.get(path))

    def acts(self, case: dict[str, object], verb: str, body: dict[str, object]) -> None:
        path = f"/v1/warnings/{case['case_id']}/{verb}"
        self._told(ACT, lambda: self.client.post(path, json=body), str(case["case_id"]))

    def _told(self, what: str, ask: Callable[[], httpx.Response], case_id: str | None = None) -> httpx.Response | None:
        began = perf_counter()
        try:
            answer = ask()
        except httpx.HTTPError:
            answer = None
        status = 0 if answer is None else answer.status_code
        done = case_id is not None and answer is not None and status == httpx.codes.OK
        version = answer.json()["version"] if done and answer is not None else None
        self.shift.deeds.append(
            Deed(what, began, perf_counter() - began, status, self.officer.user_id, case_id, version)
        )
        return answer


def all_work(
    pool: ThreadPoolExecutor, officers: Sequence[Officer], addresses: Sequence[str], shift: Shift, seed: int
) -> list["Future[None]"]:
    """Let everybody log in and work, in turn at each address; each ends when the shift is over."""
    begun = []
    for number, officer in enumerate(officers):
        colleagues = [one.user_id for one in officers if one.branch_id == officer.branch_id]
        random, address = Random(seed + number), addresses[number % len(addresses)]  # noqa: S311 - no secret
        begun.append(pool.submit(_works, officer, colleagues, address, shift, random))
    return begun


@contextmanager
def logged_in(address: str, officer: Officer) -> Iterator[httpx.Client]:
    """Give a client whose session is that of the officer."""
    with httpx.Client(base_url=address, headers={"origin": address}, trust_env=False, timeout=60) as client:
        client.post("/v1/login", json={"user": officer.user_id, "password": PASSWORD}).raise_for_status()
        yield client


def _works(officer: Officer, colleagues: Sequence[str], address: str, shift: Shift, random: Random) -> None:
    sleep(random.uniform(0, shift.pause))
    try:
        with logged_in(address, officer) as client:
            worker = _Worker(officer, colleagues, client, random, shift)
            while worker.goes_on():
                random.choices((_looks_up, _reads, _handles), (6, 2, 2))[0](worker)
    except httpx.HTTPError:
        shift.deeds.append(Deed("log in", perf_counter(), 0, 0, officer.user_id))


def _looks_up(worker: _Worker) -> None:
    borrower = worker.random.choice(worker.officer.borrowers)
    worker.asks(LOOK_UP, f"/v1/borrowers/{borrower}/decision")


def _reads(worker: _Worker) -> None:
    worker.asks(PAGE, worker.random.choice(("/my-day", "/warnings")))


def _handles(worker: _Worker) -> None:
    """Read the warnings of the branch, choose one, and act on it as it was read."""
    answer = worker.asks(LIST, f"/v1/cases?kind=warning&open=true&limit={_LISTED}")
    if answer is None or answer.status_code != httpx.codes.OK or not worker.goes_on():
        return
    cases = answer.json()["items"]
    if not cases:
        return
    case = worker.random.choice(cases)
    if case["state"]["code"] == "raised":
        worker.acts(case, "acknowledge", {"version": case["version"]})
        return
    others = [one for one in worker.colleagues if one != case["body"].get("handed_to")]
    if others:
        to = worker.random.choice(others)
        worker.acts(case, "hand-over", {"version": case["version"], "to": to, "reason": "Knows the trade"})
