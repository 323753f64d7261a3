"""A service over a small store, with a model, a policy and wording that are as simple as can be."""

import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import APIRouter, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from ews.casework.desk import Desk
from ews.domain.decisions import Decision
from ews.domain.errors import UnknownBatchError
from ews.domain.features import Feature
from ews.domain.people import Actor, Role
from ews.domain.reasons import ReasonCode
from ews.domain.text import Text
from ews.features.catalogue import FEATURES
from ews.policy.policy import load_policy
from ews.policy.vocabulary import vocabulary_of
from ews.serving.app import create_app
from ews.serving.guard import Identify
from ews.serving.rights import Kind, Right
from ews.serving.services import ModelFacts, Origin, PolicyFacts, Route, Services, Wording
from ews.store.audit import Entry
from ews.store.engine import Store, open_store
from ews.store.publications import Batch
from ews.store.standings import borrower_decision
from tests.store.samples import JULY, JUNE, decision, published, row

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="Using `httpx` with `starlette.testclient` is deprecated")
    from starlette.testclient import TestClient

FEATURE = Feature("inflow_change_3m", "ratio", "lower", ReasonCode.INFLOW_FELL, "Change of money received", "入账变动")
MODEL = ModelFacts("sme", "m1", "run-1", datetime(2026, 6, 1, 9), 12, "1", ("inflow_change_3m",), {"auc": 0.8})
POLICY = PolicyFacts(
    "p1",
    {
        "parameters": [1],
        "grades": [2],
        "tier_rules": {"rules": []},
        "signals": [3],
        "playbook": [4],
        "calendar": {"country": "CN"},
        "casework": [5],
        "forms": [6],
    },
)
NOW = datetime(2026, 8, 1, 13)
KEY = b"a key of the tests"


@dataclass(frozen=True, slots=True)
class Spot:
    decision: Decision
    base_batch_id: str


@dataclass
class SpotDesk:
    """Decides by answering with a red warning, and keeps what it was asked."""

    asked: list[dict[str, Any]] = field(default_factory=list)
    fails: Exception | None = None

    def __call__(
        self,
        base: Batch,
        *,
        borrower_id: str,
        rows: Mapping[str, Sequence[Mapping[str, Any]]],
        as_of: date | None = None,
    ) -> Spot:
        self.asked.append({"base": base.batch_id, "borrower_id": borrower_id, "rows": rows, "as_of": as_of})
        if self.fails is not None:
            raise self.fails
        return Spot(decision(borrower_id, as_of=as_of or base.as_of), base.batch_id)


WORDING = Wording(
    headline=lambda one, language: f"{language.value}:{one.level.value}",
    reason_sentence=lambda one, language: f"{language.value}:{one.code}",
    held_sentence=lambda _, one, language: f"{language.value}:{one.code}",
    lift_sentence=lambda _, one, language: f"{language.value}:{one.name}{one.op}{one.value}",
    path_sentence=lambda one, path, language: f"{language.value}:{one.borrower_id}>{path.hops[-1].party_id}",
    signal_text=lambda _, code: Text(f"en:{code}", f"zh:{code}"),
    raised_sentence=lambda one, language: f"{language.value}:{one.place}",
    origin=lambda _, one: Origin("Order", "10 (1)", "H", "officer" if one.kind == "signal" else None),
    action_text=lambda one, language: f"{language.value}:act" if one.reasons else "",
    route=lambda one: Route(("officer",), 3, 5, None) if one.reasons else None,
)


def finder(store: Store) -> Callable[..., Decision]:
    """Return a look-up that knows no record but those of the store."""

    def find(borrower_id: str, *, batch_id: str | None = None, portfolio: str | None = None) -> Decision:
        found = borrower_decision(store, borrower_id, batch_id=batch_id, portfolio=portfolio)
        if found.record is None:
            message = f"The record of batch '{found.standing.batch_id}' is gone. Restore it."
            raise UnknownBatchError(message)
        return found.record

    return find


@pytest.fixture(scope="session")
def two_batches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the folder of a store with June and July, for tests to copy."""
    folder = tmp_path_factory.mktemp("two-batches")
    opened = open_store(f"sqlite:///{folder / 'ews.db'}")
    june = [row(name, as_of=JUNE, pd=0.1) for name in ("B1", "B2", "B3", "B4", "B5")]
    july = [row(name, as_of=JULY, pd=0.25) for name in ("A/1", "B1", "B2", "B3", "B4")]
    published(opened, "june", june)
    published(opened, "july", july, as_of=JULY)
    opened.close()
    return folder


@pytest.fixture
def store(two_batches: Path, tmp_path: Path) -> Iterator[Store]:
    """Give a store with June and July: B1 to B4 in both, B5 in June only, an id with a slash."""
    shutil.copytree(two_batches, tmp_path, dirs_exist_ok=True)
    opened = open_store(f"sqlite:///{tmp_path / 'ews.db'}")
    yield opened
    opened.close()


@pytest.fixture
def spot() -> SpotDesk:
    return SpotDesk()


@dataclass
class Clock:
    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def forward(self, days: int) -> None:
        self.at += timedelta(days=days)


@pytest.fixture
def clock() -> Clock:
    """Give the clock of the desk, for tests to set."""
    return Clock()


@pytest.fixture(scope="session")
def casework_policy():
    return load_policy(vocabulary=vocabulary_of(FEATURES))


@pytest.fixture
def desk(store: Store, clock: Clock, casework_policy) -> Desk:
    """Give the desk that the service works at, over the same store as the batches."""
    return Desk(store, lambda _day: casework_policy, clock, KEY)


@dataclass
class Looked:
    """A log of look-ups that keeps the entries in memory."""

    entries: list[Entry] = field(default_factory=list)

    def enter(self, entry: Entry) -> "Future[None]":
        self.entries.append(entry)
        stored: Future[None] = Future()
        stored.set_result(None)
        return stored


@pytest.fixture
def looked() -> Looked:
    """Give the log of look-ups."""
    return Looked()


@pytest.fixture
def services(store: Store, spot: SpotDesk, desk: Desk, looked: Looked) -> Services:
    return Services(
        store=store,
        desk=desk,
        journal=looked,
        decide=spot,
        find_decision=finder(store),
        models=lambda: (MODEL,),
        policy=POLICY,
        wording=WORDING,
        features=(FEATURE,),
        version="0.1.0",
    )


@pytest.fixture(scope="session")
def event_loop_aside() -> Iterator[BlockingPortal]:
    """Keep one event loop for all clients, which would begin one for each request."""
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture
def app_client(event_loop_aside: BlockingPortal) -> Iterator[Callable[[FastAPI], TestClient]]:
    """Give a function that opens a client on an app."""
    opened: list[TestClient] = []

    def open_client(app: FastAPI) -> TestClient:
        take_over_routes(app)
        opened.append(TestClient(app, base_url="http://127.0.0.1:8000"))
        opened[-1].portal = event_loop_aside
        return opened[-1]

    yield open_client
    for client in opened:
        client.close()


_MADE: dict[tuple[int, ...], BaseRoute] = {}


def take_over_routes(app: FastAPI) -> None:
    """Put in what another app included of the same routers: FastAPI works it out with the first request, in 0.15 s."""
    for place, route in enumerate(app.router.routes):
        router = getattr(route, "original_router", None)
        if router is not None:
            depends = route.include_context.dependencies  # type: ignore[attr-defined]
            key = id(router), *(id(one.dependency) for one in depends)
            app.router.routes[place] = _MADE.setdefault(key, route)


@pytest.fixture
def client_of(app_client: Callable[[FastAPI], TestClient]) -> Callable[..., TestClient]:
    """Give a function that opens a client on an app with the services changed as said."""
    return lambda services, **changed: app_client(create_app(replace(services, **changed), now=lambda: NOW))


@pytest.fixture
def client(client_of: Callable[..., TestClient], services: Services) -> TestClient:
    return client_of(services)


@pytest.fixture
def client_as(app_client: Callable[[FastAPI], TestClient], services: Services) -> Callable[..., TestClient]:
    """Give a function that opens a client acting as a given Actor, without any login.

    `client_as(actor)` asks the whole app; `client_as(actor, router, ...)` adds routers that are not in it yet, whose
    routes everybody may ask as far as the table of rights does not know them: tests/casework/people.py has actors of
    each role. `client_as(actor, services=changed)` uses other services.
    """

    def open_as(actor: Actor, *routers: APIRouter, services: Services = services) -> TestClient:
        app = create_app(services, now=lambda: NOW, identify=always(actor))
        app.state.rights = {**_open_to_all(routers), **app.state.rights}
        own = len(app.router.routes)
        for router in routers:
            app.include_router(router)
        # Paths such as /v1/borrowers/{id}/… before /v1/borrowers/{id}, which would take them for an id with a slash.
        app.router.routes[:] = app.router.routes[own:] + app.router.routes[:own]
        return app_client(app)

    return open_as


def always(actor: Actor) -> Identify:
    """Return what takes whoever asks for `actor`."""

    async def identify(_request: Request) -> Actor:
        return actor

    return identify


def _open_to_all(routers: Sequence[APIRouter]) -> dict[tuple[str, str], Right]:
    return {
        (method, route.path_format): Right(Kind.READ if method == "GET" else Kind.ACT, frozenset(Role))
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }


@pytest.fixture
def problem_of() -> Callable[[Any], tuple[int, str, str]]:
    """Give a function that returns status, code and detail of a problem, having checked its form."""

    def read(response: Any) -> tuple[int, str, str]:
        assert response.headers["content-type"] == "application/problem+json"
        body = response.json()
        assert set(body) == {"type", "title", "status", "detail", "instance", "code", "request_id", "errors"}
        assert body["type"] == f"urn:ews:problem:{body['code']}"
        assert body["request_id"] == response.headers["x-request-id"]
        assert body["status"] == response.status_code
        return response.status_code, body["code"], body["detail"]

    return read
