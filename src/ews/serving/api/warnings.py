"""Warnings: who has one in the newest batches, gravest first."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from ews.domain.levels import WarningLevel
from ews.serving.api.cursors import read_cursor, write_cursor
from ews.serving.api.examples import example
from ews.serving.api.parameters import Cursor, Filter, Lang, Limit, Portfolio, languages
from ews.serving.api.problems import problems
from ews.serving.api.standing_out import WarningOut
from ews.serving.identity import ActorDep, ToldDep
from ews.serving.services import ServicesDep
from ews.store.warning_list import WarningFilter, WarningKey, warnings

router = APIRouter(tags=["warnings"])


class Level(StrEnum):
    """Levels that are warnings."""

    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"


class State(StrEnum):
    """Where a new warning is on its way to the officer."""

    WAITING = "waiting"
    RELEASED = "released"


class WarningsOut(BaseModel):
    """A page of the warning list."""

    items: list[WarningOut] = Field(description="By level from red to yellow, then exposure from large to small")
    next_cursor: str | None = Field(description="For the next page, null on the last")


@router.get(
    "/v1/warnings",
    summary="The warning list",
    responses={
        **example("warnings"),
        **problems(
            "unauthenticated",
            "forbidden",
            "log-unavailable",
            "bad-cursor",
            "unknown-parameter",
            "unusable-value",
            "invalid-request",
            "bad-request",
            "store-unavailable",
        ),
    },
)
def list_warnings(  # noqa: PLR0913, PLR0917 - each is a parameter of the query
    services: ServicesDep,
    actor: ActorDep,
    told: ToldDep,
    level: Annotated[list[Level], Query(description="Only these levels; may be given several times")] = [],  # noqa: B006 - FastAPI copies it
    branch: Annotated[Filter, Query(description="Only borrowers of this branch")] = None,
    officer: Annotated[Filter, Query(description="Only borrowers of this officer")] = None,
    state: Annotated[
        State | None, Query(description="Only new warnings of the batch: those that wait, or that were handed out")
    ] = None,
    portfolio: Portfolio = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    lang: Lang = None,
) -> WarningsOut:
    """Return the borrowers with a warning in the newest batch of each portfolio, page by page.

    All pages come from the batches that were newest when the first was read. Whoever is tied to a branch gets the
    borrowers of that branch, and none for another one.
    """
    if branch is not None and not actor.sees(branch):
        return WarningsOut(items=[], next_cursor=None)
    branch = branch or actor.branch_id
    levels = frozenset(WarningLevel(one.value) for one in level)
    is_waiting = None if state is None else state is State.WAITING
    wanted = WarningFilter(levels, branch, officer, portfolio, is_waiting)
    filters = {"level": levels, "branch": branch, "officer": officer, "portfolio": portfolio, "state": state}
    page = warnings(services.store, wanted, limit=limit, after=read_cursor(cursor, WarningKey, filters))
    told(row.borrower_id for row in page.rows)
    return WarningsOut(
        items=[WarningOut.of(row, languages(lang)) for row in page.rows],
        next_cursor=None if page.next_key is None else write_cursor(page.next_key, filters),
    )
