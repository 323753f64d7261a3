"""Quarterly session: choose quarter and branch, see how far it is, determine and approve its forms in one sitting.

Many   each form is done wholly or not at all; what was not is told in its row, and stays ticked
Part   an open page takes the rows that were acted on, and the progress
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from ews.casework.reviews import reviews
from ews.casework.reviews.form import review_name
from ews.casework.reviews.reviews import Outcome, ToApprove, ToDetermine
from ews.casework.reviews.session import one_by_one, open_session
from ews.casework.rights import SENIOR
from ews.domain.errors import RequestError
from ews.domain.levels import Tier
from ews.domain.people import Actor
from ews.domain.text import sentence
from ews.serving.api.parameters import Filter, Portfolio
from ews.serving.api.review_sessions import SessionRequest
from ews.serving.api.reviews import MOST
from ews.serving.identity import ActorDep, RequestIdDep, ToldDep
from ews.serving.pages.forms import FieldsDep, read
from ews.serving.pages.problem_page import ADVICE
from ews.serving.pages.render import View, ViewDep, link
from ews.serving.pages.reviews.overview import BranchRow, branch_rows, whole_of
from ews.serving.pages.reviews.sitting import (
    PAGE,
    STATES,
    Asked,
    ReviewRow,
    Session,
    progress_of,
    rows_by_id,
    session_of,
    sitting_of,
)
from ews.serving.portfolios import require_portfolio
from ews.store.engine import reading
from ews.store.review_list import branch_totals, forms_by_branch

router = APIRouter(include_in_schema=False)

Fields = Mapping[str, tuple[str, ...]]


@router.get("/reviews")
def show_session(  # noqa: PLR0913, PLR0917 - parameters of the query
    view: ViewDep,
    actor: ActorDep,
    told: ToldDep,
    portfolio: Portfolio = None,
    quarter: Annotated[str | None, Query(max_length=10)] = None,
    branch: Filter = None,
    state: Filter = None,
    tier: Filter = None,
    moved: Filter = None,
    officer: Filter = None,
    text: Filter = None,
    many: Filter = None,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Show the session of a branch; at head office the branches, until one is chosen."""
    require_portfolio(view.services.store, portfolio)
    given = {"state": state, "tier": tier, "moved": moved, "officer": officer, "text": text, "many": many}
    session = {"portfolio": portfolio, "quarter": quarter, "branch": branch or None, "page": page}
    return _shown(view, actor, told, _asked({**session, **{name: one or "" for name, one in given.items()}}))


@router.post("/reviews/open")
def open_forms(fields: FieldsDep, view: ViewDep, actor: ActorDep, request_id: RequestIdDep) -> Response:
    """Prepare the forms that a session lacks."""
    asked, services = read(SessionRequest, fields), view.services
    require_portfolio(services.store, asked.portfolio)
    find = services.find_records or one_by_one(services.find_decision)
    made = open_session(
        services.desk, actor, asked.portfolio, asked.branch_id, asked.quarter, find, request_id=request_id
    )
    address = link("/reviews", portfolio=made.portfolio, quarter=made.quarter, branch=made.branch_id)
    return Response(headers={"hx-redirect": address}) if view.is_part else RedirectResponse(address, status_code=303)


@router.post("/reviews/determine")
def determine_many(
    fields: FieldsDep, view: ViewDep, actor: ActorDep, told: ToldDep, request_id: RequestIdDep
) -> Response:
    """Determine the ticked forms as they were proposed."""
    asked = [ToDetermine(case_id, version) for case_id, version in _ticked(fields)]
    outcomes = reviews.determine_all(view.services.desk, actor, asked, request_id=request_id)
    return _after(view, actor, told, fields, outcomes)


@router.post("/reviews/approve")
def approve_many(
    fields: FieldsDep, view: ViewDep, actor: ActorDep, told: ToldDep, request_id: RequestIdDep
) -> Response:
    """Approve the ticked forms."""
    asked = [ToApprove(case_id, version) for case_id, version in _ticked(fields)]
    outcomes = reviews.approve_all(view.services.desk, actor, asked, request_id=request_id)
    return _after(view, actor, told, fields, outcomes)


def row_parts(view: View, actor: Actor, session: Session, rows: tuple[ReviewRow, ...], **more: Any) -> dict[str, Any]:
    """Return what an open page of the session takes after acts on some of its forms."""
    return {"session": session, "progress": progress_of(view, session), "rows": rows, "may_open": _opens(actor), **more}


def _shown(view: View, actor: Actor, told: ToldDep, asked: Asked, outcomes: tuple[Outcome, ...] = ()) -> Response:
    session = session_of(view, actor, asked)
    if session is None or not session.branch_id:
        return _branches(view, session)
    sitting = sitting_of(view, actor, session, asked)
    rows = _with_outcomes(view, sitting.rows, outcomes)
    told(one.case.borrower_id for one in rows if one.case.borrower_id is not None)
    query = {name: value or None for name, value in asked.model_dump(exclude={"page"}).items()} | dict(session.query)
    return view.show(
        "reviews/session.html",
        session=session,
        progress=sitting.progress,
        rows=rows,
        count=sitting.count,
        page=asked.page,
        pages=max(1, -(-sitting.count // asked.size)),
        first=asked.size * (asked.page - 1),
        most=MOST if sitting.count > PAGE and not asked.many else None,
        officers=sitting.officers,
        wanted=asked,
        query=query,
        states=STATES,
        tiers=tuple(Tier),
        may_open=_opens(actor),
        is_free=actor.branch_id is None,
        outcomes=_summary(outcomes),
    )


def _branches(view: View, session: Session | None) -> Response:
    """Show what head office begins with: the branches of the quarter's batch, and how far each has got."""
    branches: list[BranchRow] = []
    if session is not None and session.batch is not None:
        with reading(view.services.store) as connection:
            forms = forms_by_branch(connection, review_name(session.portfolio, session.quarter.name))
        branches = branch_rows(branch_totals(view.services.store, session.batch.publication), forms, view.called)
    return view.show("reviews/branches.html", session=session, branches=branches, whole=whole_of(branches))


def _after(view: View, actor: Actor, told: ToldDep, fields: Fields, outcomes: tuple[Outcome, ...]) -> Response:
    asked = _asked({name: values[0] for name, values in fields.items() if name in Asked.model_fields})
    if not view.is_part:
        return _shown(view, actor, told, asked, outcomes)
    session = session_of(view, actor, asked)
    rows: tuple[ReviewRow, ...] = ()
    if session is not None:
        rows = _with_outcomes(view, rows_by_id(view, actor, session, [one.case_id for one in outcomes]), outcomes)
    told(one.case.borrower_id for one in rows if one.case.borrower_id is not None)
    if session is None:
        return view.show("reviews/branches.html", session=None, branches=[], whole=whole_of(()))
    return view.show("reviews/acted.html", **row_parts(view, actor, session, rows, outcomes=_summary(outcomes)))


def _with_outcomes(view: View, rows: tuple[ReviewRow, ...], outcomes: tuple[Outcome, ...]) -> tuple[ReviewRow, ...]:
    found = {one.case_id: one for one in outcomes}
    return tuple(_told(view, row, found.get(row.case.case_id)) for row in rows)


def _told(view: View, row: ReviewRow, outcome: Outcome | None) -> ReviewRow:
    if outcome is None:
        return row
    if outcome.error is None:
        return replace(row, is_done=True)
    known = ADVICE.get(outcome.error.code)
    said = view._("It was not done.") if known is None else known[0].in_(view.language)
    return replace(row, is_done=False, told=said)


def _summary(outcomes: tuple[Outcome, ...]) -> tuple[int, int] | None:
    """Return how many were done and how many not, None where nothing was asked for."""
    if not outcomes:
        return None
    failed = sum(one.error is not None for one in outcomes)
    return len(outcomes) - failed, failed


def _ticked(fields: Fields) -> list[tuple[str, int]]:
    """Return the forms to act on, each with the version that the page showed; `only` is a row's own button."""
    ticks = fields.get("only") or fields.get("tick", ())
    if not 1 <= len(ticks) <= MOST:
        message = sentence(
            "{count} forms are ticked. Tick at least one and at most {most}.", count=len(ticks), most=MOST
        )
        raise RequestError(message)
    return [_tick(one) for one in dict.fromkeys(ticks)]


def _tick(text: str) -> tuple[str, int]:
    case_id, _, version = text.partition(":")
    if not (version.isascii() and version.isdigit() and len(version) < 10 and len(case_id) <= 20):
        message = sentence(
            "'{text}' names no form and version. Open the session again and tick there.", text=text[:100]
        )
        raise RequestError(message)
    return case_id, int(version)


def _asked(content: Mapping[str, Any]) -> Asked:
    try:
        return Asked.model_validate({name: value for name, value in content.items() if value is not None})
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None


def _opens(actor: Actor) -> bool:
    return bool(actor.roles & SENIOR) and not actor.is_machine
