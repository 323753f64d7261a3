"""Cases: everything that people work on, of every kind, with what was done to it."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from ews.casework.words import KIND_TEXTS, ROLE_TEXTS, STATE_TEXTS
from ews.domain.errors import RequestError
from ews.serving.api.act_requests import Day
from ews.serving.api.case_out import ActOut, CaseOut
from ews.serving.api.cursors import read_cursor, write_cursor
from ews.serving.api.faults import CASE_ID
from ews.serving.api.parameters import Cursor, Filter, Lang, Limit, Portfolio, languages
from ews.serving.api.problems import problems
from ews.serving.api.told_cases import told_cases
from ews.serving.case_sight import acts_in_sight
from ews.serving.identity import ActorDep, ToldDep
from ews.serving.services import ServicesDep
from ews.store.cases import CaseFilter, CaseKey, acts_of, case_page, find_case, unknown_case
from ews.store.engine import reading

router = APIRouter(tags=["cases"])

CaseId = Annotated[str, Path(description="The id of the case", max_length=20, pattern=CASE_ID, examples=["W0000001"])]


class CasesOut(BaseModel):
    """A page of cases."""

    items: list[CaseOut] = Field(description="By kind, then in the order in which they were opened")
    next_cursor: str | None = Field(description="For the next page, null on the last")


class ActsOut(BaseModel):
    """What was done to a case."""

    items: list[ActOut] = Field(description="From the first act to the newest")


@router.get(
    "/v1/cases",
    summary="What there is to work on",
    responses=problems(
        "bad-cursor",
        "unknown-parameter",
        "unusable-value",
        "unauthenticated",
        "forbidden",
        "invalid-request",
        "bad-request",
        "log-unavailable",
        "store-unavailable",
    ),
)
def list_cases(  # noqa: PLR0913, PLR0917 - each is a parameter of the query
    services: ServicesDep,
    actor: ActorDep,
    told: ToldDep,
    kind: Annotated[Filter, Query(description="Only this kind: " + ", ".join(KIND_TEXTS))] = None,
    state: Annotated[Filter, Query(description="Only in this state")] = None,
    is_open: Annotated[bool | None, Query(alias="open", description="Only open ones, or only closed ones")] = None,
    portfolio: Portfolio = None,
    borrower_id: Annotated[Filter, Query(description="Only about this borrower")] = None,
    branch: Annotated[Filter, Query(description="Only of this branch; others than one's own hold nothing")] = None,
    officer: Annotated[Filter, Query(description="Only of this officer's borrowers")] = None,
    role: Annotated[Filter, Query(description="Only those that this role must act on next")] = None,
    assignee: Annotated[Filter, Query(description="Only those of this account")] = None,
    due_by: Annotated[Day | None, Query(description="Only those due on this day or before")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    lang: Lang = None,
) -> CasesOut:
    """Return the cases of one's own branch, page by page; head office has those of all branches."""
    for name, value, known in (("kind", kind, KIND_TEXTS), ("state", state, STATE_TEXTS), ("role", role, ROLE_TEXTS)):
        if value is not None and value not in known:
            message = f"'{name}' is '{value}', which is none. Give one of {', '.join(known)}."
            raise RequestError(message)
    filters = {
        "kind": kind,
        "state": state,
        "open": is_open,
        "portfolio": portfolio,
        "borrower_id": borrower_id,
        "branch": branch,
        "officer": officer,
        "role": role,
        "assignee": assignee,
        "due_by": None if due_by is None else due_by.isoformat(),
        "seen_by": actor.branch_id,
    }
    after = read_cursor(cursor, CaseKey, filters)
    if not (branch is None or actor.sees(branch)):
        return CasesOut(items=[], next_cursor=None)
    wanted = CaseFilter(
        kinds=() if kind is None else {kind},
        states=() if state is None else {state},
        portfolio=portfolio,
        borrower_id=borrower_id,
        branch_id=actor.branch_id if branch is None else branch,
        officer_id=officer,
        role=role,
        assignee=assignee,
        is_open=is_open,
        due_by=due_by,
    )
    with reading(services.store) as connection:
        found, key = case_page(connection, wanted, limit=limit, after=after)
    told(case.borrower_id for case in found if case.borrower_id is not None)
    return CasesOut(
        items=told_cases(services, actor, found, languages(lang)),
        next_cursor=None if key is None else write_cursor(key, filters),
    )


_OF_ONE = problems(
    "unknown-parameter",
    "unauthenticated",
    "forbidden",
    "unknown-case",
    "invalid-request",
    "log-unavailable",
    "store-unavailable",
)


@router.get("/v1/cases/{case_id}", summary="One case", responses=_OF_ONE)
def read_case(case_id: CaseId, services: ServicesDep, actor: ActorDep, told: ToldDep, lang: Lang = None) -> CaseOut:
    """Return a case as it is now; one of another branch is told like one that does not exist."""
    with reading(services.store) as connection:
        case = find_case(connection, case_id)
    if not actor.sees(case.branch_id):
        raise unknown_case(case_id)
    told([] if case.borrower_id is None else [case.borrower_id])
    return told_cases(services, actor, [case], languages(lang))[0]


@router.get("/v1/cases/{case_id}/acts", summary="What was done to a case", responses=_OF_ONE)
def list_acts(case_id: CaseId, services: ServicesDep, actor: ActorDep, told: ToldDep, lang: Lang = None) -> ActsOut:
    """Return every act on a case with what was written, the first one first; acts are never changed or removed."""
    with reading(services.store) as connection:
        case = find_case(connection, case_id)
        if not actor.sees(case.branch_id):
            raise unknown_case(case_id)
        acts = acts_of(connection, [case_id])
    told([] if case.borrower_id is None else [case.borrower_id])
    told_acts = acts_in_sight(services.store, actor, case, acts)
    return ActsOut(items=[ActOut.of(act, languages(lang)) for act in told_acts])
