"""Engine: Schemathesis over the OpenAPI of the service, as one role, with all its checks and phases.

Phases   examples, boundaries of each parameter (coverage), random values (fuzzing), and chains of requests along the
         links that it infers from the OpenAPI (stateful); values of answers are used in later requests
Slow     an answer that took over LONGEST_SECONDS is asked for again; it counts where no repetition is quicker. What
         changed something cannot be repeated: it counts where the service itself worked for that long
Refused  a request in the form of the OpenAPI may be refused by a rule of the bank (a day that is over, a reason that is
         too short, a state that does not allow it); it may not be refused for its form
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Any

import httpx
from hypothesis import strategies
from schemathesis import Case, HookContext, Response, openapi
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure
from schemathesis.engine import Status, events, from_schema
from schemathesis.hooks import GLOBAL_HOOK_DISPATCHER
from schemathesis.schemas import BaseSchema

from benchmarks.fuzz.home import NOBODY, ROLES
from benchmarks.fuzz.service import NAME, Service
from benchmarks.fuzz.tally import Fault, Tally

LONGEST_SECONDS = 2.0
LOG_OUT = "/v1/logout"
_FORM = frozenset({"invalid-request", "malformed-body", "unknown-parameter", "unsupported-media-type"})
"""Codes of problems that tell that the form of a request is wrong."""
_REPEATED = 3


openapi.format(
    "date-time-local",
    strategies.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.isoformat(timespec="seconds")),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """`requests` over all `roles`; `operations` is a part of the paths to ask, empty for all."""

    requests: int
    examples: int
    roles: tuple[str, ...] = ROLES
    operations: str = ""


def ask(service: Service, credentials: Mapping[str, Any], role: str, seed: int, wanted: Wanted) -> Tally:
    """Ask all operations as one role, some random requests each and as many chains; return what came of it."""
    os.environ["NO_PROXY"] = "127.0.0.1"
    tally, worked = Tally(), _Worked(service)
    schema: BaseSchema = openapi.from_url(
        f"{service.address}/openapi.json",
        headers={"Host": NAME},
        config=_config(service, credentials, seed, wanted.examples),
    )
    if role != NOBODY:
        schema = schema.exclude(path=LOG_OUT)  # all after it would be asked by nobody
    if wanted.operations:
        schema = schema.include(path_regex=wanted.operations)
    with _hooked(schema, tally, worked):
        for event in from_schema(schema).execute():
            if isinstance(event, events.ScenarioFinished):
                _count(event, tally, worked)
            elif isinstance(event, events.NonFatalError | events.FatalError):
                tally.errors.append(_told(event))
    return tally


def _config(service: Service, credentials: Mapping[str, Any], seed: int, examples: int) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "base-url": service.address,
            "headers": {"Host": NAME, "Origin": f"https://{NAME}"},
            "continue-on-failure": True,
            "request-timeout": 300,
            "generation": {"max-examples": examples, "no-shrink": True, "database": "none"},
            "suppress-health-check": ["all"],
            **({"auth": {"openapi": credentials}} if credentials else {}),
        }
    )


class _Worked:
    """Seconds that the service worked for each request, by id of the case."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.seconds: dict[str, float] = {}

    def begin(self, case: Case[Any]) -> None:
        self.seconds[case.id] = -self.service.cpu_seconds()

    def end(self, case: Case[Any]) -> None:
        self.seconds[case.id] = self.seconds.get(case.id, 0.0) + self.service.cpu_seconds()


@contextmanager
def _hooked(schema: BaseSchema, tally: Tally, worked: _Worked) -> Iterator[None]:
    def before_call(_context: HookContext, case: Case[Any], _kwargs: dict[str, Any]) -> None:
        worked.begin(case)

    def after_call(_context: HookContext, case: Case[Any], _response: Response) -> None:
        worked.end(case)

    def filter_failure(_context: HookContext, failure: Failure, _case: Case[Any], response: Response) -> bool:
        by_rule = type(failure).__name__ == "RejectedPositiveData" and _code(response) not in _FORM
        tally.by_rule += by_rule
        return not by_rule

    schema.hook(filter_failure)
    GLOBAL_HOOK_DISPATCHER.hook(before_call)
    GLOBAL_HOOK_DISPATCHER.hook(after_call)
    try:
        yield
    finally:
        GLOBAL_HOOK_DISPATCHER.unregister(before_call)
        GLOBAL_HOOK_DISPATCHER.unregister(after_call)


def _code(response: Response) -> str | None:
    """Return the code of a problem."""
    try:
        told = json.loads(response.content)
    except ValueError:
        return None
    return told.get("code") if isinstance(told, dict) else None


def _count(event: events.ScenarioFinished, tally: Tally, worked: _Worked) -> None:
    recorder = event.recorder
    for case_id, interaction in recorder.interactions.items():
        response = interaction.response
        if response is None:
            tally.errors.append(f"no answer to {interaction.request.method} {interaction.request.uri}"[:500])
            continue
        tally.answered(response.status_code)
        seconds = response.elapsed
        if seconds > LONGEST_SECONDS:
            seconds = _once_more(response, seconds, worked.seconds.get(case_id))
            if seconds > LONGEST_SECONDS:
                tally.slow.append(f"{response.request.method} {response.request.url}: {seconds:.1f} s"[:500])
        tally.slowest = max(tally.slowest, seconds)
    for found in _checks(event, tally):
        tally.fault(found)
    worked.seconds.clear()


def _checks(event: events.ScenarioFinished, tally: Tally) -> Iterator[Fault]:
    for case_id, checks in event.recorder.checks.items():
        operation = event.recorder.cases[case_id].value.operation.label
        for check in checks:
            if check.status is Status.SUCCESS or check.failure_info is None:
                tally.held[check.name] += check.status is Status.SUCCESS
                continue
            failure = check.failure_info.failure
            answered = event.recorder.interactions[failure.case_id or case_id].response
            message = failure.message if answered is None else f"{failure.message}\nAnswered: {_start(answered)}"
            yield Fault(check.name, operation, failure.title, message, check.failure_info.code_sample)


def _start(response: Response) -> str:
    return f"{response.status_code} {response.content[:300].decode('utf-8', 'replace')}"


def _once_more(response: Response, seconds: float, worked: float | None) -> float:
    """Return the seconds that count for an answer that took long."""
    asked = response.request
    if asked.method not in {"GET", "HEAD", "OPTIONS"}:
        return seconds if worked is None else min(seconds, worked)
    with httpx.Client(trust_env=False, timeout=60) as client:
        for _ in range(_REPEATED):
            began = perf_counter()
            client.request(str(asked.method), str(asked.url), headers=_texts(asked.headers))
            seconds = min(seconds, perf_counter() - began)
    return seconds


def _texts(headers: Mapping[str, str | bytes]) -> dict[str, str]:
    return {name: one if isinstance(one, str) else one.decode("latin-1") for name, one in headers.items()}


def _told(event: events.NonFatalError | events.FatalError) -> str:
    if isinstance(event, events.NonFatalError):
        return f"{event.label}: {event.info.title}: {event.info.message}"[:500]
    return str(event.exception)[:500]
