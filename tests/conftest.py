from pathlib import Path

import pytest

from tests.homes import ScoredHome, scored_home


@pytest.fixture(scope="session")
def scored(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> ScoredHome:
    """Return a home that tests read and never write; a test that writes makes a copy."""
    base = tmp_path_factory.getbasetemp()
    shared: Path = base if worker_id == "master" else base.parent
    return scored_home(shared)
