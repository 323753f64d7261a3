"""The app: routes, rights, problems, guard and observation put together.

Swagger UI and Redoc load their assets from another host, so they are off; `/openapi.json` stays.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from pydantic.json_schema import models_json_schema

from ews.serving.api import problems
from ews.serving.api.examples import OF_MODELS
from ews.serving.api.hidden import refuse_hidden
from ews.serving.api.local_times import tell_local_times
from ews.serving.api.parameters import refuse_unknown
from ews.serving.api.shown_texts import tell_shown_texts
from ews.serving.credentials import LOOPBACK_NAMES, PLAIN_COOKIE, SECURE_COOKIE, identify_by
from ews.serving.guard import Identify, guard
from ews.serving.metrics import new_meter
from ews.serving.observe import observe
from ews.serving.pages.problem_page import is_page, place_of, problem_page
from ews.serving.rights import OPEN_PATHS, RIGHTS, allow
from ews.serving.routers import PAGES, ROUTERS
from ews.serving.safe_headers import safe_headers
from ews.serving.services import Services

MAX_BODY_BYTES = 5_000_000

_DESCRIPTION = """\
Early warning for a bank's loan book: how risky a borrower is, why, what changed, and what to do by when.

* Money is in integer fen (1/100 of the currency unit), in fields that end in `_fen`.
* Dates and times are naive local time. `pd` is a probability from 0 to 1. null means unknown, never zero.
* Codes are stable; texts and sentences come in Chinese and English, `lang` picks one.
* Failures are `application/problem+json` (RFC 9457).
* Query parameters that a path does not know are refused.
* Who asks is told by `Authorization: Bearer ews_…` (machines) or by the cookie that `/v1/login` sets (people). With the
  cookie, what changes something has to come from a page of the service itself (`Origin` or `Sec-Fetch-Site`).
  Until the first account exists, this machine may read without.
* Officers, branch managers and risk managers of a branch see the borrowers of their branch; others are unknown to them
  (404), and where one stands behind a borrower of theirs, its id and name are replaced by `party-1`, `party-2` ….
* Every look-up is written to a log before it is answered.
"""

_SCHEMES: Mapping[str, Any] = {
    "token": {"type": "http", "scheme": "bearer", "bearerFormat": "ews_…", "description": "Token of a machine"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": SECURE_COOKIE,
        "description": f"Set by `/v1/login`; over plain HTTP on this machine it is called `{PLAIN_COOKIE}`",
    },
}


def create_app(
    services: Services,
    *,
    hosts: frozenset[str] = LOOPBACK_NAMES,
    max_body_bytes: int = MAX_BODY_BYTES,
    now: Callable[[], datetime] = lambda: datetime.now(UTC).astimezone().replace(tzinfo=None),
    only_this_machine: bool = True,
    identify: Identify | None = None,
) -> FastAPI:
    """Return the app; `hosts` are the names under which it may be asked, `now` tells the local time.

    `only_this_machine`: the service listens on loopback, and may be read without an account until there is one.
    `identify` stands in for cookies and tokens.
    """
    app = FastAPI(
        title="ews",
        summary="Early warning for a bank's loan book",
        description=_DESCRIPTION,
        version=services.version,
        docs_url=None,
        redoc_url=None,
        telemetry={"auto_configure": False},  # nothing is sent anywhere, whatever the environment says
        dependencies=[Depends(allow), Depends(refuse_unknown), Depends(refuse_hidden)],
    )
    meter = new_meter(services, now)
    app.state.services = services
    app.state.registry = meter.registry
    app.state.max_body_bytes = max_body_bytes
    app.state.rights = RIGHTS
    app.state.is_page, app.state.problem_page = is_page, problem_page
    app.state.page_places = frozenset(
        place_of(route.path) for one in PAGES for route in one.routes if isinstance(route, APIRoute)
    )
    for router in (*ROUTERS, *PAGES):
        app.include_router(router)
    problems.install(app)
    whose = identify or identify_by(services, only_this_machine=only_this_machine)
    app.add_middleware(guard, services=services, identify=whose)
    app.add_middleware(observe, meter=meter, hosts=hosts, max_body_bytes=max_body_bytes)
    app.add_middleware(safe_headers)
    app.openapi = partial(describe, app)  # type: ignore[method-assign]  # FastAPI's own way of extending it
    return app


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI with the schema of problems and how one logs in; made when it is first asked for."""
    if app.openapi_schema is not None:
        return app.openapi_schema
    _, definitions = models_json_schema(
        [(problems.Problem, "serialization")], ref_template="#/components/schemas/{model}"
    )
    openapi = FastAPI.openapi(app)
    _show_examples(openapi)
    openapi["components"]["schemas"].update(definitions["$defs"])
    tell_local_times(openapi["components"]["schemas"])
    tell_shown_texts(openapi)
    openapi["components"]["securitySchemes"] = dict(_SCHEMES)
    openapi["security"] = [{name: []} for name in _SCHEMES]
    for path in OPEN_PATHS & set(openapi["paths"]):
        for operation in openapi["paths"][path].values():
            operation["security"] = []
    return openapi


def _show_examples(openapi: Mapping[str, Any]) -> None:
    """Give each answer that shows none the example of its model."""
    for operation in (one for by in openapi["paths"].values() for one in by.values()):
        for status, response in operation["responses"].items():
            content = response.get("content", {}).get("application/json", {})
            model = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
            if int(status) < 400 and "example" not in content and model in OF_MODELS:
                content["example"] = OF_MODELS[model]
