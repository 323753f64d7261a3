"""A service that takes checks and evidence, asked by people of each role."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from fastapi.routing import APIRoute

from ews.casework.checks.prefill import BookFacts
from ews.serving import app as app_module
from ews.serving import routers
from ews.serving.api import checks, evidence, forms
from ews.serving.rights import LOOK, Kind, Right
from tests.serving.conftest import NOW, always

ROUTERS = (forms.router, checks.router, evidence.router)


@pytest.fixture
def ask(app_client, services, tmp_path, monkeypatch) -> Callable[..., Any]:
    """Give a function that opens a client for an actor; the routes come before those that take a slash in an id."""
    others = tuple(router for router in routers.ROUTERS if router not in ROUTERS)
    monkeypatch.setattr(app_module, "ROUTERS", (*ROUTERS, *others))
    own = replace(
        services,
        evidence=tmp_path / "evidence",
        facts_of=lambda *_: BookFacts(date(2026, 7, 31), {"inflow_3m": 1_500_000, "inflow_change_3m": -0.6}),
    )
    found = [route for one in ROUTERS for route in one.routes if isinstance(route, APIRoute)]
    routes = {(method, route.path_format) for route in found for method in route.methods or ()}
    mine = {one: Right(Kind.READ if one[0] == "GET" else Kind.ACT, LOOK) for one in routes}

    def open_as(actor, *, describing=False, **changed):
        with monkeypatch.context() as patch:
            if not describing:
                patch.setattr(app_module, "describe", lambda _app: None)  # takes longer than all the rest
            app = app_module.create_app(replace(own, **changed), now=lambda: NOW, identify=always(actor))
        app.state.rights = {**mine, **app.state.rights}
        return app_client(app)

    return open_as


def begun(client, borrower_id="B1", **asked):
    response = client.post(f"/v1/borrowers/{borrower_id}/checks", json={"form": "phone", **asked})
    assert response.status_code == 200, response.text
    return response.json()
