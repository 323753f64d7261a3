"""House: the service that the browser tests click through, with people of each role and one night of casework done.

The night is done once per run, by whichever worker comes first; each file of tests has a copy of its own to write to.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from filelock import FileLock

from ews.cli.settings import Settings
from ews.domain.people import Role
from tests.casework.conftest import Clock
from tests.cli.served import PASSWORD, Served, served
from tests.homes import ScoredHome

WEDNESDAY = datetime(2026, 7, 1, 9)
"""The working day after the newest batch."""
OFFICER, MANAGER, RISK, AUDITOR = "zhang", "li", "wang", "qian"
"""Who looks after the borrower of `Red`, heads that branch, decides at head office, reads the log."""
_MOST = 200

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Red:
    """A red warning of the officer, on somebody not in default."""

    case_id: str
    borrower_id: str
    name: str
    branch_id: str
    officer_id: str


@dataclass(frozen=True, slots=True)
class House:
    served: Served
    red: Red
    password: str = PASSWORD

    @property
    def address(self) -> str:
        return self.served.address

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    @property
    def clock(self) -> Clock:
        return self.served.clock

    def night(self) -> None:
        """Do the night of casework, at the time that the clock shows."""
        aside(self.served.night)


def aside(work: Callable[[], T]) -> T:
    """Do work in a thread of its own: where Playwright runs, nothing else may run an event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


@contextmanager
def open_house(scored: ScoredHome, shared: Path, own: Path) -> Iterator[House]:
    """Serve a copy of the prepared home below `own` until the block ends."""
    prepared = _prepared(scored, shared)
    home = shutil.copytree(prepared / "home", own / "home")
    red = Red(**json.loads((prepared / "red.json").read_text(encoding="utf-8")))
    with served(Settings(home=home), Clock(WEDNESDAY)) as service:
        yield House(service, red)


def _prepared(scored: ScoredHome, shared: Path) -> Path:
    root = shared / "browser-home"
    with FileLock(shared / "browser-home.lock"):
        if not (root / "red.json").exists():
            shutil.rmtree(root, ignore_errors=True)
            home = scored.copied_to(root / "home")
            with served(Settings(home=home), Clock(WEDNESDAY)) as service:
                aside(service.night)
                red = _people(service)
            (root / "red.json").write_text(json.dumps(red, ensure_ascii=False), encoding="utf-8")
    return root


def _people(service: Served) -> dict[str, str]:
    """Open an account for each role around a red warning, and return that."""
    service.opened(RISK, Role.RISK_MANAGER)
    cases = service.person(RISK).get("/v1/cases", kind="warning", state="raised", limit=_MOST)["items"]
    reds = [one for one in cases if one["level"]["code"] == "red"]
    red = min(reds, key=lambda one: (one["body"]["in_default"], one["case_id"]))
    branch = red["branch_id"]
    service.opened(OFFICER, Role.OFFICER, branch, red["officer_id"])
    service.opened(MANAGER, Role.BRANCH_MANAGER, branch)
    service.opened(AUDITOR, Role.AUDITOR)
    service.opened("zhao", Role.RISK_MANAGER)
    service.opened("sun", Role.MODEL_OWNER)
    service.opened("zhou", Role.VALIDATOR)
    service.opened("wu", Role.OPERATOR)
    return {name: red[name] for name in Red.__slots__}
