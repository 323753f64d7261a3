"""My day as a page: three columns, each read as far as somebody looks; a row brings itself up to date after an act."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import HTMLResponse

from ews.casework.day.columns import Column, DayCounts, column_items, day_counts, whole_day
from ews.casework.day.my_day import Item, See
from ews.casework.warnings.deadlines import Terms
from ews.domain.people import Actor
from ews.serving.api.cases import CaseId
from ews.serving.api.cursors import read_cursor, write_cursor
from ews.serving.api.my_day import DayKey, work_key
from ews.serving.api.parameters import Cursor
from ews.serving.case_sight import cases_in_sight
from ews.serving.identity import ActorDep, ToldDep
from ews.serving.pages.render import View, ViewDep
from ews.serving.pages.work.rows import DayRow, day_rows, terms_today

router = APIRouter(include_in_schema=False)

LIMIT = 30
"""Items that a column shows at once."""
_OPEN = (Column.PRESSING, Column.WEEK, Column.OTHERS)
ColumnName = Annotated[Column, Path(description="A column of the day")]


@dataclass(frozen=True, slots=True)
class Shown:
    """A column as far as it is shown; `next_cursor` is where it goes on."""

    column: Column
    rows: tuple[DayRow, ...]
    next_cursor: str | None


@router.get("/my-day")
def show_day(view: ViewDep, actor: ActorDep, told: ToldDep) -> HTMLResponse:
    """Show what is late or due today, what falls due this week, and what waits for others."""
    day = whole_day(view.services.desk, actor, _OPEN, limit=LIMIT + 1, see=_see(view, actor))
    terms = terms_today(view)
    columns = {one.value: _page(view, one, items, terms) for one, items in day.columns.items()}
    _tell(told, (row.item for one in columns.values() for row in one.rows))
    return view.show("work/day.html", columns=columns, counts=day.counts, opened=None)


@router.get("/my-day/counts")
def show_counts(view: ViewDep, actor: ActorDep, told: ToldDep) -> HTMLResponse:
    """Show how much there is now."""
    told(())
    return view.show("work/day_counts.html", counts=_counts(view, actor))


@router.get("/my-day/columns/{column}")
def show_column(
    column: ColumnName, view: ViewDep, actor: ActorDep, told: ToldDep, after: Cursor = None
) -> HTMLResponse:
    """Show a column from where the page before left off: alone where a page asks for it, else as a page of its own."""
    shown = _shown(view, actor, column, after)
    _tell(told, (row.item for row in shown.rows))
    if view.is_part:
        return view.show("work/day_rows.html", shown=shown)
    return view.show("work/day_column.html", shown=shown, counts=_counts(view, actor))


@router.get("/my-day/rows/{case_id}")
def show_row(
    case_id: CaseId, view: ViewDep, actor: ActorDep, told: ToldDep, column: Annotated[Column, Query()] = Column.PRESSING
) -> HTMLResponse:
    """Show one row as it is now; nothing where it stands in the column no more."""
    items = column_items(view.services.desk, actor, column, limit=1, case_id=case_id, see=_see(view, actor))
    _tell(told, items)
    return view.show("work/day_rows.html", shown=Shown(column, day_rows(view, items, terms_today(view)), None))


def _shown(view: View, actor: Actor, column: Column, cursor: str | None = None) -> Shown:
    key = read_cursor(cursor, DayKey, _asked_with(view, column))
    after = None if key is None else work_key(key)
    items = column_items(view.services.desk, actor, column, limit=LIMIT + 1, after=after, see=_see(view, actor))
    return _page(view, column, items, terms_today(view))


def _page(view: View, column: Column, items: Sequence[Item], terms: Terms) -> Shown:
    """Return the first items as a column shows them, with where it goes on if there are more."""
    page = items[:LIMIT]
    more = write_cursor(DayKey(*page[-1].place), _asked_with(view, column)) if len(items) > LIMIT else None
    return Shown(column, day_rows(view, page, terms), more)


def _asked_with(view: View, column: Column) -> Mapping[str, object]:
    return {"column": column, "user": None if view.actor is None else view.actor.user_id}


def _counts(view: View, actor: Actor) -> DayCounts:
    return day_counts(view.services.desk, actor)


def _see(view: View, actor: Actor) -> See:
    return partial(cases_in_sight, view.services.store, actor)


def _tell(told: Callable[[Iterable[str]], None], items: Iterable[Item]) -> None:
    told([item.case.borrower_id for item in items if item.case.borrower_id is not None])
