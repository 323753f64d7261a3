"""Checks: post-loan checks begun with what the book knows, filled in, submitted once, corrected by new ones."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from ews.casework.checks import checks
from ews.casework.checks.body import KIND, SUBMITTED
from ews.casework.checks.checks import Begin
from ews.casework.checks.draft import cancel_check as cancel_draft
from ews.casework.subject import subject_of
from ews.domain.errors import RequestError
from ews.domain.people import Role
from ews.serving.api.act_requests import ACT_PROBLEMS, SUBJECT_PROBLEMS, ActRequest, Day, Name, ReasonRequest, answer
from ews.serving.api.case_pages import LIST_PROBLEMS, OpenOnly, as_filters
from ews.serving.api.cases import CaseId
from ews.serving.api.check_out import EXAMPLE, CheckOut
from ews.serving.api.cursors import read_cursor, write_cursor
from ews.serving.api.parameters import BorrowerId, Cursor, Filter, Lang, Limit, Portfolio, languages, require_json
from ews.serving.api.problems import problems
from ews.serving.identity import ActorDep, RequestIdDep, ToldDep
from ews.serving.portfolios import require_portfolio
from ews.serving.services import ServicesDep
from ews.store.cases import CaseFilter, CaseKey, case_page, find_case, unknown_case
from ews.store.engine import reading

router = APIRouter(tags=["checks"])


class BeginRequest(BaseModel):
    """A check to begin."""

    model_config = ConfigDict(extra="forbid")

    form: Name = Field(description="Code of a form of the policy", examples=["visit"])
    loan_id: Name | None = Field(default=None, description="The loan, where the form is about one", examples=["L1"])
    task_id: Name | None = Field(default=None, description="The task that asks for the check", examples=["T0000001"])
    corrects: Name | None = Field(
        default=None, description="A submitted check that this one takes the place of", examples=["C0000001"]
    )


class SaveRequest(ActRequest):
    """A draft as filled in so far; what is left out here is no longer in it."""

    answers: dict[str, str | bool | int | float | None] = Field(
        description="By field: text, true or false, whole number, share, ISO date, code, SHA-256; null for no answer",
        examples=[{"stoppage": "partly", "wages_unpaid": 1, "summary": "35 of 60 people at work"}],
    )
    why_empty: dict[str, str] = Field(
        default={}, description="By field: why a required one has no answer", examples=[{"new_orders": "not told"}]
    )
    done_on: Day | None = Field(default=None, description="The day of the check itself", examples=["2026-07-06"])


class ChecksOut(BaseModel):
    """A page of checks."""

    items: list[CheckOut] = Field(description="In the order in which they were begun")
    next_cursor: str | None = Field(description="For the next page, null on the last")


_LIST = {**answer({"items": [EXAMPLE], "next_cursor": "eyJsaXN0Ijoi…"})}


@router.post(
    "/v1/borrowers/{borrower_id:path}/checks",
    summary="Begin a check",
    dependencies=[Depends(require_json)],
    responses={**answer(EXAMPLE), **problems("bad-form", *SUBJECT_PROBLEMS)},
)
def begin_check(
    borrower_id: BorrowerId,
    request: BeginRequest,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    portfolio: Portfolio = None,
    lang: Lang = None,
) -> CheckOut:
    """Open a draft that is prefilled from the book and the newest decision, each value with its day."""
    require_portfolio(services.store, portfolio)
    case = checks.begin_check(
        services.desk,
        actor,
        borrower_id,
        Begin(request.form, request.loan_id, request.task_id, request.corrects),
        facts_of=services.facts_of,
        portfolio=portfolio,
        request_id=request_id,
    )
    return CheckOut.of(case, services.desk, languages(lang))


@router.get(
    "/v1/borrowers/{borrower_id:path}/checks",
    summary="The checks of a borrower",
    responses={**_LIST, **problems("unknown-borrower", "ambiguous-borrower", *LIST_PROBLEMS)},
)
def list_borrower_checks(
    borrower_id: BorrowerId,
    services: ServicesDep,
    actor: ActorDep,
    portfolio: Portfolio = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    lang: Lang = None,
) -> ChecksOut:
    """Return all checks of a borrower: drafts, submitted, corrected and cancelled ones."""
    require_portfolio(services.store, portfolio)
    own = subject_of(services.store, actor, borrower_id, portfolio).standing
    wanted = CaseFilter(kinds=(KIND,), portfolio=own.portfolio, borrower_id=own.borrower_id)
    return _page(services, actor, wanted, limit=limit, cursor=cursor, lang=lang)


@router.get("/v1/checks", summary="Checks", responses={**_LIST, **problems(*LIST_PROBLEMS)})
def list_checks(  # noqa: PLR0913, PLR0917 - parameters of the request
    services: ServicesDep,
    actor: ActorDep,
    told: ToldDep,
    flagged: Annotated[
        bool | None, Query(description="true: only submitted ones about which something is doubted; false is not known")
    ] = None,
    is_open: OpenOnly = None,
    officer: Annotated[Filter, Query(description="Only of this officer's borrowers")] = None,
    assignee: Annotated[Filter, Query(description="Only by this account")] = None,
    branch: Annotated[Filter, Query(description="Only of this branch; others than one's own hold nothing")] = None,
    portfolio: Portfolio = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    lang: Lang = None,
) -> ChecksOut:
    """Return the checks of one's own branch, page by page; head office has those of all branches."""
    require_portfolio(services.store, portfolio)
    if flagged is False:
        message = "'flagged' is false. Give true for the doubted ones, or leave it out for all."
        raise RequestError(message)
    wanted = CaseFilter(
        kinds=(KIND,),
        states=(SUBMITTED,) if flagged else (),
        role=Role.BRANCH_MANAGER.value if flagged else None,
        is_open=is_open,
        officer_id=officer,
        assignee=assignee,
        branch_id=branch,
        portfolio=portfolio,
    )
    page = _page(services, actor, wanted, limit=limit, cursor=cursor, lang=lang)
    told(one.case.borrower_id for one in page.items if one.case.borrower_id is not None)
    return page


@router.get(
    "/v1/checks/{case_id}",
    summary="One check",
    responses={
        **answer(EXAMPLE),
        **problems(
            "unauthenticated",
            "forbidden",
            "unknown-parameter",
            "unknown-case",
            "invalid-request",
            "log-unavailable",
            "store-unavailable",
        ),
    },
)
def read_check(case_id: CaseId, services: ServicesDep, actor: ActorDep, told: ToldDep, lang: Lang = None) -> CheckOut:
    """Return a check with its form; one of another branch is told like one that does not exist."""
    with reading(services.store) as connection:
        case = find_case(connection, case_id)
    if case.kind != KIND or not actor.sees(case.branch_id):
        raise unknown_case(case_id)
    told([] if case.borrower_id is None else [case.borrower_id])
    return CheckOut.of(case, services.desk, languages(lang))


@router.put(
    "/v1/checks/{case_id}",
    summary="Save a draft",
    dependencies=[Depends(require_json)],
    responses={**answer(EXAMPLE), **problems("bad-form", *ACT_PROBLEMS)},
)
def save_check(
    case_id: CaseId,
    request: SaveRequest,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CheckOut:
    """Keep what is filled in so far; what can never be right is told at once, field by field, in `errors`."""
    case = checks.save_check(
        services.desk,
        actor,
        case_id,
        version=request.version,
        answers=request.answers,
        why_empty=request.why_empty,
        done_on=request.done_on,
        request_id=request_id,
    )
    return CheckOut.of(case, services.desk, languages(lang))


@router.post(
    "/v1/checks/{case_id}/submit",
    summary="Submit a check",
    dependencies=[Depends(require_json)],
    responses={**answer(EXAMPLE), **problems("bad-form", *ACT_PROBLEMS)},
)
def submit_check(
    case_id: CaseId,
    request: ActRequest,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CheckOut:
    """Submit a draft for good: its answers become findings, and what is doubted about it is told in `flags`.

    Those listed in `proposed` count once somebody more senior has approved them.
    """
    case = checks.submit_check(services.desk, actor, case_id, version=request.version, request_id=request_id)
    return CheckOut.of(case, services.desk, languages(lang))


@router.post(
    "/v1/checks/{case_id}/cancel",
    summary="Give up a draft",
    dependencies=[Depends(require_json)],
    responses={**answer(EXAMPLE), **problems(*ACT_PROBLEMS)},
)
def cancel_check(
    case_id: CaseId,
    request: ReasonRequest,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CheckOut:
    """Give up a draft with a reason, one's own or of somebody less senior; it stays in the list."""
    case = cancel_draft(
        services.desk, actor, case_id, version=request.version, reason=request.reason, request_id=request_id
    )
    return CheckOut.of(case, services.desk, languages(lang))


def _page(
    services: ServicesDep, actor: ActorDep, wanted: CaseFilter, *, limit: int, cursor: str | None, lang: Lang
) -> ChecksOut:
    if not (wanted.branch_id is None or actor.sees(wanted.branch_id)):
        return ChecksOut(items=[], next_cursor=None)
    seen = wanted if actor.branch_id is None else replace(wanted, branch_id=actor.branch_id)
    filters = as_filters(seen)
    after = read_cursor(cursor, CaseKey, filters)
    with reading(services.store) as connection:
        page, key = case_page(connection, seen, limit=limit, after=after)
    return ChecksOut(
        items=[CheckOut.of(case, services.desk, languages(lang)) for case in page],
        next_cursor=None if key is None else write_cursor(key, filters),
    )
