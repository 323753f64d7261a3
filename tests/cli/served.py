"""A service as `ews serve` puts it together: on a free port, over a copy of the scored home; only the clock is set."""

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx

from ews.casework.approvals.proposal import Hands
from ews.casework.desk import Desk
from ews.cli.desks import desk_of, hands_of, log_of
from ews.cli.nightly import Night, night, notices
from ews.cli.service import services_of
from ews.cli.settings import Settings
from ews.cli.told import policy_by_hash
from ews.domain.people import Role
from ews.serving.app import create_app
from ews.serving.server import names_of, open_socket, server_of
from ews.store.accounts import Profile, add_user
from ews.store.engine import open_store
from ews.store.journal import Journal
from tests.casework.conftest import Clock
from tests.homes import ScoredHome

PASSWORD = "a sound pass phrase"  # noqa: S105 - of a test


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is logged in; each request says which status it expects."""

    address: str
    session: httpx.Cookies

    def get(self, path: str, status: int = 200, **params: Any) -> Any:
        return self.ask("GET", path, status, params=params).json()

    def post(self, path: str, status: int = 200, **body: Any) -> Any:
        return self.ask("POST", path, status, json=body).json()

    def ask(self, method: str, path: str, status: int = 200, **more: Any) -> httpx.Response:
        with httpx.Client(
            base_url=self.address, cookies=self.session, headers={"origin": self.address}, trust_env=False, timeout=60
        ) as client:
            response = client.request(method, path, **more)
        assert response.status_code == status, response.text
        return response


@dataclass(frozen=True, slots=True)
class Served:
    settings: Settings
    desk: Desk
    hands: Hands
    clock: Clock
    address: str
    sessions: dict[tuple[str, datetime], Person] = field(default_factory=dict)

    def opened(self, user_id: str, role: Role, branch_id: str | None = None, officer_id: str | None = None) -> None:
        profile = Profile(user_id.title(), frozenset({role}), branch_id, officer_id)
        add_user(self.desk.log, user_id, profile, by="os:ops", at=self.desk.now(), password=PASSWORD)

    def person(self, user_id: str) -> Person:
        """Log somebody in over HTTP, once at each time that the clock is set to."""
        key = user_id, self.desk.now()
        if key not in self.sessions:
            given = {"user": user_id, "password": PASSWORD}
            response = httpx.post(f"{self.address}/v1/login", json=given, trust_env=False, timeout=60)
            assert response.status_code == 200, response.text
            self.sessions[key] = Person(self.address, response.cookies)
        return self.sessions[key]

    def night(self) -> Night:
        return night(self.desk, self.hands, policy_by_hash(self.settings), notices(self.settings))


@contextmanager
def served(settings: Settings, clock: Clock, port: int = 0) -> Iterator[Served]:
    """Serve until the block ends, on a port that is free where none is given."""
    store = open_store(settings.database)
    log = log_of(settings, store)
    real = desk_of(settings, store, log)
    desk = Desk(store, real.policy_on, clock, real.audit_key, real.witness)
    hands = hands_of(settings, store, log)
    try:
        with Journal(store, log.key, log.witness) as journal, open_socket("127.0.0.1", port) as listener:
            app = create_app(services_of(settings, desk, journal, hands), hosts=names_of("127.0.0.1"), now=clock)
            server = server_of(app)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            try:
                while not server.started:
                    time.sleep(0.01)
                yield Served(settings, desk, hands, clock, f"http://127.0.0.1:{listener.getsockname()[1]}")
            finally:
                server.should_exit = True
                thread.join()
    finally:
        store.close()


def copied(scored: ScoredHome, home: Path, day: date) -> Path:
    """Copy what a home keeps in files, with the batch of one day; its store begins empty."""
    for name in ("models", "policies"):
        shutil.copytree(scored.home / name, home / name)
    for folder in scored.home.glob(f"decisions/*/{day}-*"):
        shutil.copytree(folder, home / folder.relative_to(scored.home))
    return home
