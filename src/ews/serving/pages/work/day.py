"""My day as a page: three columns of borrowers, each read as far as somebody looks.

Lines    one per borrower; it unfolds in its place to what waits about that borrower, and brings itself up to date after
         an act on any of it. A quarterly session is one line, which leads to the session
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import HTMLResponse

from ews.casework.day.columns import Column, Line, column_lines, day_counts, open_line, whole_day
from ews.casework.day.my_day import See
from ews.casework.warnings.deadlines import Terms
from ews.domain.people import Actor
from ews.serving.api.cursors import read_cursor, write_cursor
from ews.serving.api.my_day import DayKey, work_key
from ews.serving.api.parameters import Cursor
from ews.serving.case_sight import cases_in_sight
from ews.serving.identity import ActorDep, ToldDep
from ews.serving.pages.render import View, ViewDep
from ews.serving.pages.work.rows import LineRow, line_rows, open_row, terms_today
from ews.store.work_lines import About, LineKey

router = APIRouter(include_in_schema=False)

LIMIT = 30
"""Lines that a column shows at once."""
_OPEN = (Column.PRESSING, Column.WEEK, Column.OTHERS)
ColumnName = Annotated[Column, Path(description="A column of the day")]
_Name = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True, slots=True)
class Shown:
    """A column as far as it is shown; `next_cursor` is where it goes on."""

    column: Column
    rows: tuple[LineRow, ...]
    next_cursor: str | None


@router.get("/my-day")
def show_day(view: ViewDep, actor: ActorDep, told: ToldDep) -> HTMLResponse:
    """Show what is late or due today, what falls due this week, and what waits for others."""
    day = whole_day(view.services.desk, actor, _OPEN, limit=LIMIT + 1, see=_see(view, actor))
    terms = terms_today(view)
    columns = {one.value: _page(view, one, lines, terms) for one, lines in day.columns.items()}
    _tell(told, (row for one in columns.values() for row in one.rows))
    return view.show("work/day.html", columns=columns, counts=day.counts, opened=None)


@router.get("/my-day/counts")
def show_counts(view: ViewDep, actor: ActorDep, told: ToldDep) -> HTMLResponse:
    """Show how much there is now."""
    told(())
    return view.show("work/day_counts.html", counts=day_counts(view.services.desk, actor))


@router.get("/my-day/columns/{column}")
def show_column(
    column: ColumnName, view: ViewDep, actor: ActorDep, told: ToldDep, after: Cursor = None
) -> HTMLResponse:
    """Show a column from where the page before left off: alone where a page asks for it, else as a page of its own."""
    key = read_cursor(after, DayKey, _asked_with(view, column))
    place = None if key is None else work_key(key)
    desk = view.services.desk
    lines = column_lines(desk, actor, column, limit=LIMIT + 1, after=place, see=_see(view, actor))
    shown = _page(view, column, lines, terms_today(view))
    _tell(told, shown.rows)
    if view.is_part:
        return view.show("work/day_lines.html", shown=shown)
    return view.show("work/day_column.html", shown=shown, counts=day_counts(desk, actor))


@router.get("/my-day/line")
def show_line(
    view: ViewDep,
    actor: ActorDep,
    told: ToldDep,
    named: _Name,
    portfolio: _Name = "",
    about: About = About.BORROWER,
    column: Column = Column.PRESSING,
    unfolded: Annotated[Literal["true"] | None, Query(alias="open")] = None,
) -> HTMLResponse:
    """Show one line as it is now, unfolded where that is asked for; nothing where nothing of it waits any more."""
    key = LineKey(about, portfolio, named)
    found = open_line(view.services.desk, actor, column, key, see=_see(view, actor))
    row = None if found is None else open_row(view, found, terms_today(view))
    _tell(told, [] if row is None else [row])
    page = "work/day_line.html" if view.is_part else "work/day_line_page.html"
    return view.show(page, row=row, column=column, is_open=unfolded is not None or not view.is_part)


def _page(view: View, column: Column, lines: Sequence[Line], terms: Terms) -> Shown:
    """Return the first lines as a column shows them, with where it goes on if there are more."""
    page = lines[:LIMIT]
    more = write_cursor(_day_key(page[-1]), _asked_with(view, column)) if len(lines) > LIMIT else None
    return Shown(column, line_rows(view, page, terms), more)


def _day_key(line: Line) -> DayKey:
    place = line.found.place
    return DayKey(place.band, place.is_unknown, place.minus_risk, place.due_on.toordinal(), place.case_id)


def _asked_with(view: View, column: Column) -> Mapping[str, object]:
    return {"column": column, "user": None if view.actor is None else view.actor.user_id}


def _see(view: View, actor: Actor) -> See:
    return partial(cases_in_sight, view.services.store, actor)


def _tell(told: Callable[[Iterable[str]], None], rows: Iterable[LineRow]) -> None:
    """Note whom the page is about; a session is told by its number only."""
    cases = (row.first.case for row in rows if not row.line.is_session)
    told([case.borrower_id for case in cases if case.borrower_id is not None])
