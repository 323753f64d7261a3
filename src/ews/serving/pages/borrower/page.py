"""The page of a borrower, and its sections, which open in the page or stand alone as a page with that section open."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse

from ews.casework.rights import FIELD
from ews.serving.api.parameters import BatchId, BorrowerId, Portfolio
from ews.serving.pages.borrower import sections
from ews.serving.pages.borrower.first_view import first_view
from ews.serving.pages.borrower.seen import Seen, cases_about, decision_of_batch, looker, portfolios_in_sight, seen
from ews.serving.pages.render import View, ViewDep
from ews.serving.portfolios import require_portfolio
from ews.store.standings import AmbiguousBorrowerError

router = APIRouter(include_in_schema=False)


class Part(StrEnum):
    """Sections of the page; the comparison stands in the first view and is read once that is there."""

    LOANS = "loans"
    CIRCLE = "circle"
    PEERS = "peers"
    CASES = "cases"
    HISTORY = "history"
    RAW = "raw"
    COMPARED = "compared"


_CONTENT: Mapping[Part, Callable[[Seen, View], Mapping[str, Any]]] = {
    Part.LOANS: sections.loans,
    Part.CIRCLE: sections.circle_of,
    Part.PEERS: sections.peers,
    Part.CASES: sections.cases,
    Part.HISTORY: sections.history,
    Part.RAW: sections.raw,
    Part.COMPARED: sections.comparison,
}
_TABS = tuple(one for one in Part if one is not Part.COMPARED)
PartName = Annotated[Part, Path(description="A section of the page")]


@router.get("/borrowers/{borrower_id:path}/parts/{part}")
def show_part(borrower_id: BorrowerId, part: PartName, view: ViewDep, portfolio: Portfolio = None) -> HTMLResponse:
    """Show one section: alone where a page asks for it, else in its page."""
    return _show(view, borrower_id, portfolio, part)


@router.get("/borrowers/{borrower_id:path}/decisions/{batch_id}")
def show_decision(
    borrower_id: BorrowerId, batch_id: BatchId, view: ViewDep, portfolio: Portfolio = None
) -> HTMLResponse:
    """Show how the decision of one batch came about."""
    found = _seen(view, borrower_id, portfolio)
    if isinstance(found, HTMLResponse):
        return found
    decision = decision_of_batch(view.services, looker(view), borrower_id, found.decision.portfolio, batch_id)
    template = "borrower/derivation.html" if view.is_part else "borrower/derivation_page.html"
    return view.show(template, **sections.derivation(decision, view))


@router.get("/borrowers/{borrower_id:path}")
def show_borrower(borrower_id: BorrowerId, view: ViewDep, portfolio: Portfolio = None) -> HTMLResponse:
    """Show the borrower: the answer first, then why, what changed, how to lift it, and 24 months on one axis."""
    return _show(view, borrower_id, portfolio, None)


def _show(view: View, borrower_id: str, portfolio: str | None, part: Part | None) -> HTMLResponse:
    found = _seen(view, borrower_id, portfolio)
    if isinstance(found, HTMLResponse):
        return found
    opened = Part.LOANS if part is None or part not in _TABS else part
    frame: dict[str, Any] = {
        "seen": found,
        "decision": found.decision,
        "portfolio": found.decision.portfolio,
        "tab": opened.value,
    }
    if view.is_part and part is not None:
        template = "borrower/section.html" if part in _TABS else "borrower/compared.html"
        return view.show(template, **frame, **_CONTENT[part](found, view))
    content = dict(_CONTENT[opened](found, view))
    if part is Part.COMPARED:
        content |= _CONTENT[part](found, view)
    cases = cases_about(view.services.store, looker(view), found.decision)
    return view.show(
        "borrower/page.html",
        **{**frame, **content, **first_view(found, cases, view)},
        may_act=bool(looker(view).roles & FIELD),
        is_compared=part is Part.COMPARED,
    )


def _seen(view: View, borrower_id: str, portfolio: str | None) -> Seen | HTMLResponse:
    """Return the borrower, or the page on which to choose among portfolios that have one of this id."""
    require_portfolio(view.services.store, portfolio)
    try:
        return seen(view.services, looker(view), borrower_id, portfolio)
    except AmbiguousBorrowerError:
        places = portfolios_in_sight(view.services.store, looker(view), borrower_id)
        return view.show("borrower/choose.html", status=300, borrower_id=borrower_id, portfolios=places)
