from pathlib import Path

import pytest

from tests.homes import ScoredHome, scored_home

LONG = (
    "tests/scoring/test_batch.py",
    "tests/features/test_families.py",
    "tests/scoring/test_on_the_spot.py",
    "tests/patterns/",
    "tests/cli/test_a_day.py",
    "tests/browser/",
    "tests/scoring/",
    "tests/training/",
    "tests/simulation/",
    "tests/casework/",
)
"""What takes long, the longest first; a worker takes a whole file, so that none is left alone with one in the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long."""
    items.sort(key=lambda item: next((place for place, start in enumerate(LONG) if item.nodeid.startswith(start)), 99))


@pytest.fixture(scope="session")
def scored(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> ScoredHome:
    """Return a home that tests read and never write; a test that writes makes a copy."""
    base = tmp_path_factory.getbasetemp()
    shared: Path = base if worker_id == "master" else base.parent
    return scored_home(shared)
