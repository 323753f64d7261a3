"""Watch list: borrowers whom somebody keeps an eye on, with how they stand now."""

from datetime import timedelta
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from ews.casework import watch_list
from ews.casework.watch_list import KIND, WatchDraft, Watched, watched_page
from ews.domain.text import Language
from ews.serving.api.act_requests import (
    ACT_PROBLEMS,
    SUBJECT_PROBLEMS,
    ActRequest,
    Day,
    Name,
    ReasonRequest,
    Said,
    SubjectRequest,
    answer,
    case_example,
)
from ews.serving.api.case_out import CaseOut
from ews.serving.api.case_pages import LIST_PROBLEMS, OpenOnly, as_filters
from ews.serving.api.cases import CaseId
from ews.serving.api.cursors import read_cursor, write_cursor
from ews.serving.api.parameters import Cursor, Filter, Lang, Limit, Portfolio, languages, require_json
from ews.serving.api.problems import problems
from ews.serving.api.words import Coded, coded
from ews.serving.identity import ActorDep, RequestIdDep, ToldDep
from ews.serving.portfolios import require_portfolio
from ews.serving.services import ServicesDep
from ews.store.cases import CaseFilter, CaseKey

router = APIRouter(tags=["watch list"])

_EXAMPLE = case_example(
    "L0000001",
    ("watch", "watch list", "监察名单"),
    ("on", "on the watch list", "在名单"),
    {
        "reason": "Its largest buyer is in trouble",
        "owner": "zhang.wei",
        "review_on": "2026-08-01",
        "listed_by": "zhang.wei",
    },
)
_WATCHED = {
    "case": _EXAMPLE,
    "name": "Firm 123",
    "tier": {"code": "special_mention", "text": {"en": "special mention", "zh": "关注"}},
    "level": {"code": "orange", "text": {"en": "orange", "zh": "橙色预警"}},
    "as_of": "2026-06-30",
    "is_overdue": True,
}


class PutOnRequest(SubjectRequest):
    """A borrower to keep an eye on."""

    reason: Said = Field(description="Why", examples=["Its largest buyer is in trouble"])
    owner: Name | None = Field(default=None, description="Account that looks after it; yours where it is not given")
    review_on: Day | None = Field(
        default=None, description="Day of the next review; the farthest that the policy allows where it is not given"
    )


class ReviewRequest(ActRequest):
    """What a review found."""

    note: Said = Field(description="What was found", examples=["The buyer pays again; keep watching"])
    review_on: Day | None = Field(
        default=None, description="Day of the next review; the farthest that the policy allows where it is not given"
    )
    owner: Name | None = Field(default=None, description="New owner; the same where it is not given")


class WatchedOut(BaseModel):
    """A name on the list and how the borrower stands in the newest batch; null where it is not in it."""

    case: CaseOut
    name: str | None
    tier: Coded | None
    level: Coded | None
    as_of: str | None = Field(description="Day of the newest batch", examples=["2026-06-30"])
    is_overdue: bool = Field(description="The day of the review is over")

    @classmethod
    def of(cls, one: Watched, languages: tuple[Language, ...]) -> Self:
        now = one.standing
        return cls(
            case=CaseOut.of(one.case, languages),
            name=None if now is None else now.name,
            tier=None if now is None else coded(now.tier, languages),
            level=None if now is None else coded(now.level, languages),
            as_of=None if now is None else now.as_of.isoformat(),
            is_overdue=one.is_overdue,
        )


class WatchListOut(BaseModel):
    """A page of the watch list."""

    items: list[WatchedOut] = Field(description="In the order in which they were put on it")
    next_cursor: str | None = Field(description="For the next page, null on the last")


@router.get(
    "/v1/watch-list",
    summary="The watch list",
    responses={**answer({"items": [_WATCHED], "next_cursor": "eyJsaXN0Ijoi…"}), **problems(*LIST_PROBLEMS)},
)
def list_watched(  # noqa: PLR0913, PLR0917 - each is a parameter of the query
    services: ServicesDep,
    actor: ActorDep,
    told: ToldDep,
    borrower_id: Annotated[Filter, Query(description="Only this borrower")] = None,
    owner: Annotated[Filter, Query(description="Only those of this account")] = None,
    overdue: Annotated[bool | None, Query(description="Only those whose review is overdue")] = None,
    is_open: OpenOnly = None,
    portfolio: Portfolio = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    lang: Lang = None,
) -> WatchListOut:
    """Return who is on the watch list of the reader's branches, with tier and level of the newest batch.

    With `open=false` those who were taken off it.
    """
    require_portfolio(services.store, portfolio)
    today = services.desk.now().date()
    wanted = CaseFilter(
        [KIND],
        portfolio=portfolio,
        borrower_id=borrower_id,
        branch_id=actor.branch_id,
        assignee=owner,
        is_open=True if is_open is None else is_open,
        due_by=today - timedelta(days=1) if overdue else None,
    )
    filters = as_filters(wanted)
    after = read_cursor(cursor, CaseKey, filters)
    page, key = watched_page(services.store, wanted, today, limit=limit, after=after)
    told(one.case.borrower_id for one in page if one.case.borrower_id is not None)
    return WatchListOut(
        items=[WatchedOut.of(one, languages(lang)) for one in page],
        next_cursor=None if key is None else write_cursor(key, filters),
    )


@router.post(
    "/v1/watch-list",
    summary="Put a borrower on the watch list",
    dependencies=[Depends(require_json)],
    responses={**answer(_EXAMPLE), **problems("bad-account", *SUBJECT_PROBLEMS)},
)
def put_on(
    request: PutOnRequest, services: ServicesDep, actor: ActorDep, request_id: RequestIdDep, lang: Lang = None
) -> CaseOut:
    """Put a borrower on the watch list, with an owner, a reason and a day of review."""
    require_portfolio(services.store, request.portfolio)
    draft = WatchDraft(request.reason, request.owner, request.review_on)
    case = watch_list.put_on(
        services.desk, actor, request.borrower_id, draft, portfolio=request.portfolio, request_id=request_id
    )
    return CaseOut.of(case, languages(lang))


@router.post(
    "/v1/watch-list/{case_id}/review",
    summary="Record a review of a name",
    dependencies=[Depends(require_json)],
    responses={**answer(_EXAMPLE), **problems("bad-account", *ACT_PROBLEMS)},
)
def review(
    case_id: CaseId,
    request: ReviewRequest,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CaseOut:
    """Record what a review found; the day of the next one moves."""
    case = watch_list.review(services.desk, actor, case_id, request_id=request_id, **request.model_dump())
    return CaseOut.of(case, languages(lang))


@router.post(
    "/v1/watch-list/{case_id}/off",
    summary="Take a name off the watch list",
    dependencies=[Depends(require_json)],
    responses={**answer(_EXAMPLE), **problems(*ACT_PROBLEMS)},
)
def take_off(
    case_id: CaseId,
    request: ReasonRequest,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CaseOut:
    """Take a name off the list, as a second, senior person: neither who put it on nor its owner."""
    case = watch_list.take_off(
        services.desk, actor, case_id, version=request.version, reason=request.reason, request_id=request_id
    )
    return CaseOut.of(case, languages(lang))
