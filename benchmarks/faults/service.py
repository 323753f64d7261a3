"""The service, killed while people work: what it had answered is there, and what it had not is done or not at all."""

import random
import socket
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from benchmarks.faults.homes import MANAGER, PASSWORD, Made
from benchmarks.faults.kills import KILLED, Kill, Span, Tally, Trial, differing, told
from benchmarks.faults.operations import half, left_over, newest, whole_print
from benchmarks.faults.states import State
from benchmarks.faults.victims import Ended, Nursery, Order, Victim, succeeded
from ews.store.cases import CaseFilter, find_cases
from ews.store.engine import open_store, reading

_ACTS = 12
_READY = 300.0
_STALE = 409


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning to be acknowledged, at the version that it has."""

    case_id: str
    version: int


@dataclass(slots=True)
class Service:
    """A service at work; `address` answers once it is ready, and somebody is logged in then."""

    victim: Victim
    address: str
    session: httpx.Cookies | None = None

    def is_ready(self) -> bool:
        """Wait until it answers, and log in; False where it ended before."""
        until = time.monotonic() + _READY
        while time.monotonic() < until:
            if self.victim.ends_within(0):
                return False
            try:
                asked = {"user": MANAGER, "password": PASSWORD}
                answer = httpx.post(f"{self.address}/v1/login", json=asked, trust_env=False, timeout=60)
            except httpx.HTTPError:
                time.sleep(0.05)
            else:
                self.session = answer.raise_for_status().cookies
                return True
        message = "The service did not come up."
        raise TimeoutError(message)

    def acknowledges(self, warned: Warned) -> bool | None:
        """Say whether it answered that the warning is acknowledged; None where it did not answer."""
        try:
            with httpx.Client(
                base_url=self.address,
                cookies=self.session,
                headers={"origin": self.address},
                trust_env=False,
                timeout=60,
            ) as client:
                answer = client.post(f"/v1/warnings/{warned.case_id}/acknowledge", json={"version": warned.version})
        except httpx.HTTPError:
            return None
        if answer.status_code not in (httpx.codes.OK, _STALE):
            message = f"The service answered {answer.status_code}: {answer.text[:500]}"
            raise RuntimeError(message)
        return answer.status_code == httpx.codes.OK


def killed(nursery: Nursery, made: Made, count: int, chance: random.Random) -> Tally:
    """Learn how long the work takes, then kill the service `count` times in the middle of it."""
    start = made.states["peopled"]
    warned = _warned(start)
    span = _learnt(nursery, start, warned)
    tally = Tally("service", start.databases.name, span)
    for part in range(count):
        at = span.seconds * (part + chance.random()) / count
        trial = _tried(nursery, start, warned, span, at)
        tally.trials.append(trial)
        tally.escaped += not trial.kills
        if not trial.is_sound:
            sys.stderr.write(f"service {start.databases.name} {told(trial)}\n")
    return tally


def started(nursery: Nursery, state: State) -> Service:
    """Start the service of a home on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    order = Order(("serve", "--port", str(port)), state.folder, state.environment)
    return Service(nursery.start(order), f"http://127.0.0.1:{port}")


def stopped(service: Service) -> Ended:
    """Tell it to stop, as a system would, and wait until it has."""
    service.victim.terminate()
    return service.victim.ended()


def _all_told(nursery: Nursery, state: State) -> None:
    """Have neighbours told what they have not been told yet: a service does so at its next round, whenever that is."""
    words = ("casework", "night")
    succeeded(nursery.start(Order(words, state.folder, state.environment)).ended(), words)


def _warned(state: State) -> Sequence[Warned]:
    store = open_store(state.url, create=False)
    try:
        with reading(store) as connection:
            found = find_cases(connection, CaseFilter(kinds=["warning"], states=["raised"], is_open=True))
    finally:
        store.close()
    return [Warned(case.case_id, case.version) for case in sorted(found, key=lambda one: one.case_id)[:_ACTS]]


def _learnt(nursery: Nursery, start: State, warned: Sequence[Warned]) -> Span:
    state = start.copied("service-learnt")
    began = time.perf_counter()
    service = started(nursery, state)
    if not service.is_ready():
        message = f"The service ended: {service.victim.ended().told[-2000:]}"
        raise RuntimeError(message)
    for one in warned:
        if not service.acknowledges(one):
            message = f"'{one.case_id}' was not acknowledged."
            raise RuntimeError(message)
    seconds = time.perf_counter() - began
    ended = stopped(service)
    _all_told(nursery, state)
    span = Span(seconds, ended.events, {newest(state)}, whole_print(state))
    state.drop()
    return span


def _tried(
    nursery: Nursery, start: State, warned: Sequence[Warned], span: Span, at: float
) -> Trial:  # fmt: skip
    state = start.copied("service")
    service = started(nursery, state)
    answered = _worked(service, warned, time.monotonic() + at)
    service.victim.kill()
    ended = service.victim.ended()
    kills = [Kill(f"{at:.2f} s", f"{len(answered)} answered", at / span.seconds)] if ended.status == KILLED else []
    seen, lost = half(state, span.batches), _not_there(state, answered)
    again = started(nursery, state)
    if again.is_ready():
        for one in warned:
            if again.acknowledges(one) is None:
                lost.append(f"'{one.case_id}' was not answered after the restart")
    else:
        lost.append("the service did not start again")
    ended = stopped(again)
    lost += [f"status {ended.status}: {ended.last_line}"] if ended.status or ended.has_traceback else []
    lost += half(state, span.batches)
    _all_told(nursery, state)
    trial = Trial(kills, seen, lost, differing(whole_print(state), span.after), left_over(state))
    state.drop()
    return trial


def _worked(service: Service, warned: Sequence[Warned], until: float) -> list[Warned]:
    """Acknowledge until the time is over; the rest of it is waited for. Return what was answered."""
    timer = threading.Timer(max(until - time.monotonic(), 0), service.victim.kill)
    timer.start()
    try:
        answered = [one for one in warned if service.acknowledges(one)] if service.is_ready() else []
        service.victim.ends_within(until - time.monotonic())
        return answered
    finally:
        timer.cancel()


def _not_there(state: State, answered: Sequence[Warned]) -> list[str]:
    """Return what was answered and is not in the store."""
    store = open_store(state.url, create=False)
    try:
        with reading(store) as connection:
            found = {case.case_id: case for case in find_cases(connection, CaseFilter(kinds=["warning"]))}
    finally:
        store.close()
    return [
        f"'{one.case_id}' was answered and is lost" for one in answered if found[one.case_id].version <= one.version
    ]
