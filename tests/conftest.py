from pathlib import Path

import pytest

from tests.homes import ScoredHome, scored_home


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file on one worker, for they share what is dear to make, unless they say otherwise."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(str(item.path)))


@pytest.fixture(scope="session")
def scored(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> ScoredHome:
    """Return a home that tests read and never write; a test that writes makes a copy."""
    base = tmp_path_factory.getbasetemp()
    shared: Path = base if worker_id == "master" else base.parent
    return scored_home(shared)
