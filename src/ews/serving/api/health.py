"""Health: is the service alive, can it do its work, and what does it count."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError

from ews.domain.errors import EwsError
from ews.serving.api.examples import METRICS, example
from ews.serving.api.problems import Fault, problem, problems
from ews.serving.footing import NotReadyError, check_audit, check_disk
from ews.serving.services import Services, ServicesDep
from ews.store.batches import latest_batches
from ews.store.engine import schema_of
from ews.store.migrate import HEAD

router = APIRouter(tags=["health"])


class AliveOut(BaseModel):
    """The service answers."""

    status: str = Field(examples=["alive"])
    version: str = Field(examples=["0.1.0"])


class CheckOut(BaseModel):
    """One check that passed."""

    name: str = Field(description="store, schema, batch, model, audit or disk", examples=["store"])
    detail: str = Field(examples=["answers"])


class ReadyOut(BaseModel):
    """The service can do its work."""

    status: str = Field(examples=["ready"])
    checks: list[CheckOut]


@router.get("/healthz", summary="Is it alive?", responses={**example("alive"), **problems("unknown-parameter")})
def read_health(services: ServicesDep) -> AliveOut:
    """Say that the service answers, whatever the state of what it depends on."""
    return AliveOut(status="alive", version=services.version)


@router.get(
    "/readyz",
    summary="Can it do its work?",
    response_model=ReadyOut,
    responses={**example("ready"), **problems("unknown-parameter", "not-ready")},
)
def read_readiness(request: Request, services: ServicesDep) -> ReadyOut | Response:
    """Check store, schema, a batch, the champions, key and witness of the log, and the disk; 503 names what fails."""
    passed, failed = [], []
    for name, check in _CHECKS if services.footing is None else (*_CHECKS, *_UNDERFOOT):
        try:
            passed.append(CheckOut(name=name, detail=check(services)))
        except SQLAlchemyError:
            failed.append(Fault(field=name, value=None, message="The store does not answer. Check that it runs."))
        except EwsError as error:
            failed.append(Fault(field=name, value=None, message=str(error)))
    if failed:
        told = " ".join(f"{fault.field}: {fault.message}" for fault in failed)
        return problem(request, "not-ready", told, failed)
    return ReadyOut(status="ready", checks=passed)


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses={
        200: {"description": "Prometheus text format", "content": {"text/plain": {"example": METRICS}}},
        **problems("unauthenticated", "forbidden", "unknown-parameter"),
    },
)
def read_metrics(request: Request) -> Response:
    """Return requests and their seconds by route, batches and decisions, nights, late work, models, disk, audit log.

    Totals of the whole book: once there are accounts it takes one of head office, best a token of an operator.
    """
    return Response(generate_latest(request.app.state.registry), media_type=CONTENT_TYPE_LATEST)


def _store(services: Services) -> str:
    schema_of(services.store)
    return "answers"


def _schema(services: Services) -> str:
    found = schema_of(services.store)
    if found != HEAD:
        message = (
            f"The store has schema '{found}', the code works with '{HEAD}'. Run 'ews score' once with this version."
        )
        raise NotReadyError(message)
    return f"at {HEAD}"


def _batch(services: Services) -> str:
    found = latest_batches(services.store)
    if not found:
        message = "No batch is published. Score a book with 'ews score'."
        raise NotReadyError(message)
    return ", ".join(f"{one.batch.portfolio} as of {one.batch.as_of}" for one in found)


def _model(services: Services) -> str:
    found = services.models()
    if not found:
        message = "No portfolio has a champion. Train one with 'ews train'."
        raise NotReadyError(message)
    return ", ".join(f"{one.portfolio}: {one.model_id[:12]}" for one in found)


def _audit(services: Services) -> str:
    return "" if services.footing is None else check_audit(services.footing, services.store, services.desk.audit_key)


def _disk(services: Services) -> str:
    return "" if services.footing is None else check_disk(services.footing)


_CHECKS: tuple[tuple[str, Callable[[Services], str]], ...] = (
    ("store", _store),
    ("schema", _schema),
    ("batch", _batch),
    ("model", _model),
)
_UNDERFOOT: tuple[tuple[str, Callable[[Services], str]], ...] = (
    ("audit", _audit),
    ("disk", _disk),
)
"""What is checked where the service knows what it stands on."""
