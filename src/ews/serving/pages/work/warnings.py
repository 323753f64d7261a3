"""The list of warnings: all that are open and in sight, filtered, sorted, counted; each row opens in the panel."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import Connection

from ews.casework.day.my_day import whose
from ews.casework.rights import FIELD
from ews.casework.warnings.body import KIND, RAISED
from ews.casework.warnings.in_short import kind_text
from ews.domain.levels import WarningLevel
from ews.domain.people import Actor
from ews.domain.text import Text
from ews.serving.api.cases import CaseId
from ews.serving.case_sight import cases_in_sight
from ews.serving.identity import ActorDep, ToldDep
from ews.serving.pages.render import ViewDep, link
from ews.serving.pages.work.asked import PAGE, Asked, AskedDep, Sort, State, as_query
from ews.serving.pages.work.rows import warning_rows
from ews.store.case_list import Borrowers, Choices, ListFilter, Tally, borrowers, choices, list_page, tallies
from ews.store.cases import Case
from ews.store.engine import reading
from ews.store.views import views_of

router = APIRouter(include_in_schema=False)

VIEWS_PAGE = "warnings"
_LEVELS = (WarningLevel.RED, WarningLevel.ORANGE, WarningLevel.YELLOW)
_NOTHING = Choices((), (), ())
_NOBODY = Borrowers(0, 0)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many warnings there are under the filters, each level counted whatever the levels chosen, and so on.

    `borrowers` are those of all that is listed, each with its money once, however many warnings it has.
    """

    levels: Mapping[WarningLevel, int]
    states: Mapping[State, int]
    late: int
    gone: int
    total: int
    borrowers: Borrowers


@router.get("/warnings")
def show_warnings(view: ViewDep, actor: ActorDep, told: ToldDep, asked: AskedDep) -> HTMLResponse:
    """Show a page of the list, with its filters."""
    wanted, today = asked.wanted(actor), view.services.desk.now().date()
    page: tuple[Case, ...] = ()
    counted: tuple[Tally, ...] = ()
    about = _NOBODY
    chosen = _NOTHING
    if wanted is not None:
        with reading(view.services.store) as connection:
            page = list_page(connection, wanted, today, sort=asked.sort, offset=(asked.page - 1) * PAGE, limit=PAGE)
            counted = tallies(connection, wanted, today)
            about = borrowers(connection, wanted, today)
            chosen = _choices(connection, actor, wanted)
    told(_about(page))
    counts = _counts(counted, about, asked)
    return view.show(
        "work/warnings.html",
        rows=warning_rows(view, cases_in_sight(view.services.store, actor, page)),
        counts=counts,
        pages=max(1, -(-counts.total // PAGE)),
        kinds=sorted(((code, kind_text(code)) for code in chosen.topics), key=lambda one: one[1].in_(view.language)),
        branches=chosen.branches if actor.branch_id is None else (),
        officers=chosen.officers,
        views=views_of(view.services.store, actor.user_id, VIEWS_PAGE),
        **_frame(actor, asked),
    )


@router.get("/warnings/counts")
def show_counts(view: ViewDep, actor: ActorDep, told: ToldDep, asked: AskedDep) -> HTMLResponse:
    """Show how many there are now."""
    told(())
    wanted, today = asked.wanted(actor), view.services.desk.now().date()
    counted: tuple[Tally, ...] = ()
    about = _NOBODY
    if wanted is not None:
        with reading(view.services.store) as connection:
            counted = tallies(connection, wanted, today)
            about = borrowers(connection, wanted, today)
    return view.show("work/chips.html", counts=_counts(counted, about, asked), **_frame(actor, asked))


@router.get("/warnings/rows/{case_id}")
def show_row(case_id: CaseId, view: ViewDep, actor: ActorDep, told: ToldDep, asked: AskedDep) -> HTMLResponse:
    """Show one row as it is now; nothing where it stands in the list no more."""
    wanted, today = asked.wanted(actor), view.services.desk.now().date()
    page: tuple[Case, ...] = ()
    if wanted is not None:
        with reading(view.services.store) as connection:
            page = list_page(connection, replace(wanted, case_id=case_id), today, limit=1)
    told(_about(page))
    rows = warning_rows(view, cases_in_sight(view.services.store, actor, page))
    return view.show("work/warning_rows.html", rows=rows, **_frame(actor, asked))


@router.get("/warnings/next")
def take_next(view: ViewDep, actor: ActorDep, told: ToldDep) -> Response:
    """Lead to the most pressing warning of one's own that nobody works on yet."""
    wanted = ListFilter(KIND, states={RAISED}, branch_id=actor.branch_id, whose=whose(actor), is_free=True)
    with reading(view.services.store) as connection:
        page = list_page(connection, wanted, view.services.desk.now().date(), limit=1)
    told(_about(page))
    if page:
        return RedirectResponse(link(f"/cases/{page[0].case_id}"), status_code=303)
    return view.show("work/none_left.html" if view.is_part else "work/none_left_page.html")


def _frame(actor: Actor, asked: Asked) -> dict[str, Any]:
    """Return what rows, chips and page have in common."""
    return {
        "asked_for": asked,
        "query": as_query(asked.query),
        "level_choices": _LEVELS,
        "states": tuple(State),
        "sorts": _SORTS,
        "sort_of": Sort,
        "may_act": bool(actor.roles & FIELD) and not actor.is_machine,
    }


_SORTS: tuple[tuple[Sort, Text], ...] = (
    (Sort.DUE, Text("Time left", "剩余时间")),
    (Sort.LEVEL, Text("Level", "预警等级")),
    (Sort.MONEY, Text("Expected loss", "预期损失")),
    (Sort.OPENED, Text("Newest first", "最新发出")),
)


def _choices(connection: Connection, actor: Actor, wanted: ListFilter) -> Choices:
    """Return what there is to choose from: branches and kinds of all in sight, officers of the branch chosen."""
    is_of_branch = actor.branch_id is not None
    seen = choices(connection, ListFilter(KIND, branch_id=actor.branch_id), with_officers=is_of_branch)
    if wanted.branch_id == actor.branch_id:
        return seen
    return replace(seen, officers=choices(connection, ListFilter(KIND, branch_id=wanted.branch_id)).officers)


def _counts(counted: Iterable[Tally], about: Borrowers, asked: Asked) -> Counts:
    found = tuple(counted)
    levels = {WarningLevel(one.value) for one in asked.level}

    def is_level(one: Tally) -> bool:
        return not levels or one.level in levels

    def is_state(one: Tally) -> bool:
        return asked.state is None or one.state == asked.state.value

    def is_late(one: Tally) -> bool:
        return one.is_late or not asked.late

    def is_gone(one: Tally) -> bool:
        return one.is_gone or not asked.gone

    chosen = [one for one in found if is_level(one) and is_state(one)]
    by_level: Counter[WarningLevel] = Counter()
    by_state: Counter[str] = Counter()
    for one in (one for one in found if is_late(one) and is_gone(one)):
        by_level[one.level] += one.cases if is_state(one) else 0
        by_state[one.state] += one.cases if is_level(one) else 0
    return Counts(
        {level: by_level[level] for level in _LEVELS},
        {state: by_state[state.value] for state in State},
        sum(one.cases for one in chosen if one.is_late and is_gone(one)),
        sum(one.cases for one in chosen if one.is_gone and is_late(one)),
        sum(one.cases for one in chosen if is_late(one) and is_gone(one)),
        about,
    )


def _about(page: Iterable[Case]) -> list[str]:
    return [case.borrower_id for case in page if case.borrower_id is not None]
