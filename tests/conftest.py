import gc
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from ews.store import engine, migrate
from tests.homes import ScoredHome, scored_home
from tests.servers import server
from tests.shortcuts import take_shortcuts

gc.set_threshold(50_000, 20, 50)  # describing features makes millions of objects that all stay: look seldom
hypothesis.settings.register_profile("whatever the machine is doing", deadline=None)
hypothesis.settings.load_profile("whatever the machine is doing")

LONG = (
    "tests/spark/test_parity.py",
    "tests/patterns/test_pd.py",
    "tests/benchmarks/test_faults.py",
    "tests/features/test_families.py",
    "tests/scoring/test_batch.py",
    "tests/patterns/",
    "tests/scoring/test_on_the_spot.py",
    "tests/benchmarks/",
    "tests/cli/test_a_day.py",
    "tests/cli/test_app.py",
    "tests/features/test_build.py",
    "tests/browser/",
    "tests/scoring/",
    "tests/training/",
    "tests/simulation/",
    "tests/casework/",
)
"""What takes long, the longest first; a worker takes a whole file, so that none is left alone with one in the end.

The first file makes the scored home, which those of the other workers do without meanwhile.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long."""
    items.sort(key=lambda item: next((place for place, start in enumerate(LONG) if item.nodeid.startswith(start)), 99))


def pytest_collection_finish() -> None:
    """Leave the modules and thousands of tests alone when looking for what can go."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return a folder that all workers of a run see, for what is made once by whichever comes first."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session", autouse=True)
def _shortcuts(shared: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        take_shortcuts(patched, shared)
        yield


@pytest.fixture
def migrations_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Migrate each empty store of a test from the first schema on."""
    monkeypatch.setattr(engine, "upgrade", migrate.upgrade)


@pytest.fixture(scope="session")
def scored(shared: Path) -> ScoredHome:
    """Return a home that tests read and never write; a test that writes makes a copy."""
    return scored_home(shared)


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    with server() as address:
        yield address
