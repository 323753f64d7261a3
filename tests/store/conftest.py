"""One set of tests on both databases: SQLite in a file, and a real PostgreSQL that is started once per worker."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from ews.store.audit_log import Log, open_log
from ews.store.engine import Store, open_store
from tests.servers import do
from tests.store.busy import MORNING

_NUMBERS = itertools.count()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of an empty database, or schema, of its own."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ews.db'}"
    server_url = request.getfixturevalue("postgresql_url")
    name = f"ews_{next(_NUMBERS)}"
    do(server_url, f"CREATE SCHEMA {name}")
    address = make_url(server_url).update_query_dict({"options": f"-csearch_path={name}"})
    return address.render_as_string(hide_password=False)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url)
    yield opened
    opened.close()


@pytest.fixture
def log(store: Store, tmp_path: Path) -> Log:
    """Give the audit log of an empty store."""
    return open_log(store, tmp_path / "audit", at=MORNING)
