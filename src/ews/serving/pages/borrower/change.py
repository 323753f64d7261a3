"""The page that splits a move between two batches: pd by data, definition, model and calibration; ranks by cause.

Shows    what the API tells of the same two batches (`ews.serving.api.change`), parts with bars
Default  the newest decision against the one that its movement is measured against, else the one before
Bars     in probability from the middle, the longest half the drawing; up is for the worse
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from ews.domain.text import Language
from ews.serving.api.change import ChangeOut, FeatureMoveOut
from ews.serving.api.parameters import BorrowerId, Portfolio
from ews.serving.pages.borrower.seen import Seen, looker, portfolios_in_sight, seen
from ews.serving.pages.borrower.values import valued
from ews.serving.pages.borrower.why import Bar
from ews.serving.pages.render import View, ViewDep
from ews.serving.portfolios import require_portfolio
from ews.store.publications import Standing
from ews.store.standings import AmbiguousBorrowerError

router = APIRouter(include_in_schema=False)

MOST = 12
"""Reasons and measures that are shown at once; the rest of them is told together."""
_HALF = 50.0

BatchName = Annotated[str | None, Query(description="Id of a batch", min_length=1, max_length=200)]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a move; `amount` in percentage points or ranks, null where it could not be told apart."""

    text: str
    amount: float | None
    bar: Bar | None


@router.get("/borrowers/{borrower_id:path}/change")
def show_change(
    borrower_id: BorrowerId,
    view: ViewDep,
    portfolio: Portfolio = None,
    before: Annotated[BatchName, Query(alias="from")] = None,
    after: Annotated[BatchName, Query(alias="to")] = None,
) -> HTMLResponse:
    """Show why the borrower stands otherwise in one batch than in another."""
    require_portfolio(view.services.store, portfolio)
    try:
        found = seen(view.services, looker(view), borrower_id, portfolio)
    except AmbiguousBorrowerError:
        places = portfolios_in_sight(view.services.store, looker(view), borrower_id)
        return view.show("borrower/choose.html", status=300, borrower_id=borrower_id, portfolios=places)
    pair = _pair(found, before, after)
    frame: dict[str, Any] = {
        "seen": found,
        "decision": found.decision,
        "portfolio": found.decision.portfolio,
        "pair": pair,
    }
    if pair is None:
        return view.show("borrower/change.html", **frame, change=None)
    change = ChangeOut.of(view.services.find_change(borrower_id, pair), view.services, (view.language,))
    return view.show("borrower/change.html", **frame, change=change, **_parts(change, view))


def _pair(found: Seen, before: str | None, after: str | None) -> tuple[str, str] | None:
    """Return the two batches asked for, or those that movement is measured by; None where there is only one."""
    to = after or found.newest.batch_id
    measured = found.decision.before.batch_id if found.decision.before and to == found.newest.batch_id else None
    since = before or measured or _earlier(found.history, to)
    return None if since is None else (since, to)


def _earlier(history: Sequence[Standing], batch_id: str) -> str | None:
    """Return the batch of the newest decision of an earlier day that nothing replaced."""
    until = next((one.as_of for one in history if one.batch_id == batch_id), None)
    if until is None:
        return None
    return next((one.batch_id for one in history if one.as_of < until and not one.superseded), None)


def _parts(change: ChangeOut, view: View) -> Mapping[str, Any]:
    language = view.language
    shown: dict[str, Any] = {
        name: with_bars([(one.cause.text[language], one.ranks) for one in move.parts if one.ranks])
        for name, move in (("level", change.level), ("tier", change.tier))
    }
    if change.pd is None:
        return shown
    units = {one.name: one.unit for one in view.services.features}
    reasons = [(one.reason.text.get(language, one.reason.code), one.points) for one in change.pd.reasons]
    return {
        **shown,
        "pd_parts": in_points([(one.part.text[language], one.points) for one in change.pd.parts]),
        "reasons": in_points(reasons[:MOST]),
        "reasons_rest": 100 * sum(amount for _, amount in reasons[MOST:]),
        "reasons_more": max(len(reasons) - MOST, 0),
        "measures": [_measure(one, units, language) for one in change.pd.features],
    }


def _measure(one: FeatureMoveOut, units: Mapping[str, str], language: Language) -> Mapping[str, Any]:
    unit = units.get(one.feature, "count")
    return {
        "text": one.name.get(language, one.feature),
        "then": valued(one.before, unit, language),
        "now": valued(one.after, unit, language),
        "log_odds": one.log_odds,
        "points": 100 * one.points,
    }


def in_points(parts: Sequence[tuple[str, float | None]]) -> tuple[Part, ...]:
    """Return parts of a move of the pd, told in ones, in percentage points with their bars."""
    return with_bars([(text, None if amount is None else 100 * amount) for text, amount in parts])


def with_bars(parts: Sequence[tuple[str, float | None]]) -> tuple[Part, ...]:
    """Return parts with bars on one scale."""
    longest = max((abs(amount) for _, amount in parts if amount is not None), default=0.0) or 1.0
    return tuple(
        Part(text, amount, None if amount is None else _bar(_HALF * amount / longest)) for text, amount in parts
    )


def _bar(length: float) -> Bar:
    start = _HALF if length >= 0 else _HALF + length
    return Bar("up" if length >= 0 else "down", round(start, 2), round(abs(length), 2))
