"""The app: routes, problems and observation put together.

Swagger UI and Redoc load their assets from another host, so they are off; `/openapi.json` stays.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from fastapi import Depends, FastAPI
from pydantic.json_schema import models_json_schema

from ews.serving.api import batches, borrowers, decisions, health, model, policy, problems, warnings
from ews.serving.api.parameters import refuse_unknown
from ews.serving.metrics import new_meter
from ews.serving.observe import observe
from ews.serving.services import Services

MAX_BODY_BYTES = 5_000_000
LOOPBACK_NAMES = frozenset({"127.0.0.1", "::1", "localhost"})

ROUTERS = (
    borrowers.router,
    decisions.router,
    warnings.router,
    batches.router,
    model.router,
    policy.router,
    health.router,
)

_DESCRIPTION = """\
Early warning for a bank's loan book: how risky a borrower is, why, what changed, and what to do by when.

* Money is in integer fen (1/100 of the currency unit), in fields that end in `_fen`.
* Dates and times are naive local time. `pd` is a probability from 0 to 1. null means unknown, never zero.
* Codes are stable; texts and sentences come in Chinese and English, `lang` picks one.
* Failures are `application/problem+json` (RFC 9457).
* Query parameters that a path does not know are refused.
"""


def create_app(
    services: Services,
    *,
    hosts: frozenset[str] = LOOPBACK_NAMES,
    max_body_bytes: int = MAX_BODY_BYTES,
    now: Callable[[], datetime] = lambda: datetime.now(UTC).astimezone().replace(tzinfo=None),
) -> FastAPI:
    """Return the app; `hosts` are the names under which it may be asked, `now` tells the local time."""
    app = FastAPI(
        title="ews",
        summary="Early warning for a bank's loan book",
        description=_DESCRIPTION,
        version=services.version,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(refuse_unknown)],
    )
    meter = new_meter(services.store, now)
    app.state.services = services
    app.state.registry = meter.registry
    app.state.max_body_bytes = max_body_bytes
    for router in ROUTERS:
        app.include_router(router)
    problems.install(app)
    app.add_middleware(observe, meter=meter, hosts=hosts, max_body_bytes=max_body_bytes)
    _describe_problems(app)
    return app


def _describe_problems(app: FastAPI) -> None:
    """Add the schema that the problem responses refer to; the OpenAPI is made once and kept by the app."""
    _, definitions = models_json_schema(
        [(problems.Problem, "serialization")], ref_template="#/components/schemas/{model}"
    )
    app.openapi()["components"]["schemas"].update(definitions["$defs"])
