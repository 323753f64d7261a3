"""Somebody at a desk, in front of pages over the small store."""

from datetime import datetime

import pytest
from sqlalchemy import insert

from ews.serving.app import create_app
from ews.store.engine import writing
from ews.store.tables import users
from tests.serving.conftest import NOW
from tests.serving.pages.cases.desk_of_pages import Sitting

_PEOPLE = (
    ("officer", "officer", "branch-1"),
    ("officer2", "officer", "branch-1"),
    ("manager", "branch_manager", "branch-1"),
    ("other", "officer", "branch-2"),
)


@pytest.fixture
def colleagues(store):
    """Open accounts for the people of the branch."""
    made = {"is_active": True, "created_at": datetime(2026, 1, 1)}
    rows = [
        {"user_id": name, "name": name.title(), "roles": role, "branch_id": branch, **made}
        for name, role, branch in _PEOPLE
    ]
    with writing(store) as connection:
        connection.execute(insert(users), rows)


@pytest.fixture
def sit(app_client, services):
    """Give a function that seats an actor in front of the pages: one app for all, since each takes a while to make."""
    seat = {}

    async def whoever(_request):
        return seat["actor"]

    client = app_client(create_app(services, now=lambda: NOW, identify=whoever))

    def seated(actor, language="en"):
        return Sitting(client, lambda: seat.update(actor=actor), language)

    return seated
