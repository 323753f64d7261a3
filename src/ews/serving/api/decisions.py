"""Decisions on the spot: a borrower's event rows in the body, decided by the code that decides the whole book."""

import re
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat, field_validator

from ews.events.schemas import TABLES
from ews.serving.api.decision_out import DecisionOut
from ews.serving.api.examples import SPOT_REQUEST, example
from ews.serving.api.parameters import Lang, languages, require_json
from ews.serving.api.problems import problems
from ews.serving.base_batch import base_batch
from ews.serving.identity import ActorDep, ToldDep
from ews.serving.services import ServicesDep
from ews.serving.sight import check_tables, decision_in_sight, portfolio_in_sight, tables_in_sight

router = APIRouter(tags=["decisions"])

_NAMES = tuple(table.name for table in TABLES)


def _iso_day(value: object) -> object:
    """Refuse numbers, which would be read as seconds since 1970."""
    if value is not None and not (isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)):
        message = "give a day like 2026-06-30"
        raise ValueError(message)
    return value


Row = dict[str, str | int | FiniteFloat | bool | None]


class SpotRequest(BaseModel):
    """A borrower and event rows that stand in for those of the book."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [SPOT_REQUEST]})

    borrower_id: str = Field(
        description="The borrower, known to the book or described in `tables`",
        min_length=1,
        max_length=200,
        pattern=r"^[^\x00-\x1f]+$",
    )
    as_of: Annotated[date | None, BeforeValidator(_iso_day)] = Field(
        default=None,
        description="The day to decide on; the day of the batch that the decision rests on where not given",
    )
    portfolio: str | None = Field(
        default=None,
        description="Whose champion decides; needed where there are several and the borrower is new",
        max_length=200,
    )
    tables: dict[str, list[Row]] = Field(
        default={},
        description="Per event table all rows of this borrower; tables that are not named stay as the book has them. "
        f"Columns as in the event tables, money in integer fen. Tables: {', '.join(_NAMES)}.",
        json_schema_extra={"propertyNames": {"enum": list(_NAMES)}},
    )

    @field_validator("tables")
    @classmethod
    def _known(cls, tables: dict[str, list[Row]]) -> dict[str, list[Row]]:
        for name in tables:
            if name not in _NAMES:
                message = f"'{name[:100]}' is no event table; the tables are {', '.join(_NAMES)}"
                raise ValueError(message)
        return tables


class SpotOut(BaseModel):
    """A decision on the spot."""

    base_batch_id: str = Field(description="Published batch that peers, network and earlier tiers came from")
    decision: DecisionOut


@router.post(
    "/v1/decisions",
    summary="Decide on a borrower on the spot",
    dependencies=[Depends(require_json)],
    responses={
        **example("spot"),
        **problems(
            "unauthenticated",
            "forbidden",
            "foreign-origin",
            "log-unavailable",
            "unknown-parameter",
            "malformed-body",
            "unknown-borrower",
            "unknown-batch",
            "ambiguous-borrower",
            "body-too-large",
            "unsupported-media-type",
            "invalid-request",
            "bad-request",
            "bad-as-of",
            "bad-book",
            "bad-model",
            "immature-model",
            "too-busy",
            "store-unavailable",
        ),
    },
)
def decide(request: SpotRequest, services: ServicesDep, actor: ActorDep, told: ToldDep, lang: Lang = None) -> SpotOut:
    """Decide on one borrower with the event rows of the body; the result is returned and not stored.

    The rows replace the borrower's own in the named tables. Peers, network and earlier tiers come from the newest
    published batch up to `as_of`, whose id is returned. Whoever is tied to a branch asks about its borrowers only, and
    gives no rows of tables that bind them to others; a counterparty of postings whom the branch does not know counts as
    a stranger to the bank. It takes seconds of computing: few are worked on at a time, two at most of an account.
    """
    told([request.borrower_id])
    check_tables(actor, request.tables)
    portfolio = portfolio_in_sight(services.store, actor, request.borrower_id, request.portfolio)
    base = base_batch(services.store, request.borrower_id, portfolio, request.as_of)
    tables = tables_in_sight(services, actor, request.borrower_id, portfolio, request.tables)
    with services.turns.turn(actor.user_id):
        found = services.decide(base, borrower_id=request.borrower_id, rows=tables, as_of=request.as_of)
    decision = decision_in_sight(services, actor, found.decision)
    return SpotOut(base_batch_id=found.base_batch_id, decision=DecisionOut.of(decision, services, languages(lang)))
