"""Work lines: what waits for somebody, one line per borrower, so that seven things about one of them are read as one.

Grain    one line per borrower; one per quarterly session of a branch, however many forms of it wait; what is about
         no borrower has a line of its own
Columns  a line stands where its most pressing case does: `PRESSING`, `WEEK`, `AFTER`, `ALL_REST`
Order    as `ews.store.work_pages` has it, by the most pressing band, money and day among the cases of a line
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    Row,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from ews.store.tables import worklist
from ews.store.work_pages import LATE, NO_DAY, RESTING, TODAY, Days, WorkKey, band_of, place_of, places

PRESSING, WEEK, AFTER, ALL_REST = range(4)
_REVIEW, _DETERMINED = "review", "determined"
_KEY = ("about", "portfolio", "named", "quarter")
_PLACE = ("band", "is_unknown", "minus_risk", "due", "first_id")


class About(StrEnum):
    """What a line sums."""

    BORROWER = "borrower"
    SESSION = "session"
    CASE = "case"


@dataclass(frozen=True, slots=True)
class LineKey:
    """`named` is the borrower, the branch of a session, or the case; `quarter` is empty but for sessions."""

    about: About
    portfolio: str
    named: str
    quarter: str = ""


@dataclass(frozen=True, slots=True)
class LineFound:
    """`items` cases, of which `to_approve` are determined forms; `place` names one of them. Money is null if unknown.

    The money of a borrower is counted once, that of a session is the sum of what is known.
    """

    key: LineKey
    column: int
    place: WorkKey
    items: int
    to_approve: int
    level_rank: int | None
    branch_id: str | None
    at_risk_fen: int | None

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        key = LineKey(About(row.about), row.portfolio, row.named, row.quarter)
        risk = row.risk_sum if key.about is About.SESSION else row.risk
        return cls(
            key,
            row.column,
            WorkKey(row.band, row.is_unknown, row.minus_risk, row.due, row.first_id),
            row.items,
            int(row.to_approve),
            row.level_rank,
            row.branch_id,
            None if risk is None else int(risk),
        )


@dataclass(frozen=True, slots=True)
class ByColumn:
    """How columns are told apart; where `week_end` is null there is but one, the first."""

    days: Days
    week_end: date | None = None


def lines_page(
    connection: Connection,
    wanted: ColumnElement[bool],
    by: ByColumn,
    column: int,
    *,
    limit: int,
    after: WorkKey | None = None,
) -> tuple[LineFound, ...]:
    """Return up to `limit` lines of a column after `after`, in its order."""
    found = _grouped(wanted, by).subquery()
    place = [found.c[name] for name in _PLACE]
    query = select(found).where(found.c.column == column).order_by(*place).limit(limit)
    if after is not None:
        query = query.where(tuple_(*place) > place_of(after))
    return tuple(LineFound.of(row) for row in connection.execute(query))


def first_lines(
    connection: Connection, wanted: ColumnElement[bool], by: ByColumn, *, limit: int
) -> tuple[tuple[LineFound, ...], Mapping[int, int]]:
    """Return up to `limit` lines of each column, and how many lines each has, both out of one reading of the list."""
    found = _grouped(wanted, by).subquery()
    place = [found.c[name] for name in _PLACE]
    ranked = _ranked(found, place).subquery()
    query = select(ranked).where(ranked.c.number <= limit).order_by(ranked.c.column, ranked.c.number)
    rows = connection.execute(query).all()
    return tuple(LineFound.of(row) for row in rows), {row.column: row.lines for row in rows}


def line_counts(connection: Connection, wanted: ColumnElement[bool], by: ByColumn) -> Mapping[int, int]:
    """Count the lines of each column that has any."""
    found = _grouped(wanted, by).subquery()
    rows = connection.execute(select(found.c.column, func.count()).group_by(found.c.column))
    return {row[0]: row[1] for row in rows}


def line_found(connection: Connection, wanted: ColumnElement[bool], by: ByColumn, key: LineKey) -> LineFound | None:
    """Return one line as it is now, None where there is nothing of it any more."""
    row = connection.execute(_grouped(and_(wanted, _is_of([key])), by)).first()
    return None if row is None else LineFound.of(row)


def cases_of_lines(
    connection: Connection, wanted: ColumnElement[bool], days: Days, keys: Collection[LineKey]
) -> Mapping[LineKey, Sequence[str]]:
    """Return the cases of the lines of borrowers, and of those of single cases, each line's most pressing first."""
    asked = [key for key in keys if key.about is not About.SESSION]
    if not asked:
        return {}
    about, named = worklist.c.borrower_id, worklist.c.case_id
    due = func.coalesce(worklist.c.due_on, literal(NO_DAY, Date))
    query = select(named, about, worklist.c.portfolio).where(wanted, _is_of(asked)).order_by(band_of(days), due, named)
    found: dict[LineKey, list[str]] = {key: [] for key in asked}
    for case_id, borrower_id, portfolio in connection.execute(query):
        kind = About.CASE if borrower_id is None else About.BORROWER
        found[LineKey(kind, portfolio or "", case_id if borrower_id is None else borrower_id)].append(case_id)
    return found


def _is_of(keys: Collection[LineKey]) -> ColumnElement[bool]:
    """Return whether a row belongs to one of the lines; borrowers are looked for by an index."""
    rows = worklist.c
    is_form = rows.kind == _REVIEW
    told: list[ColumnElement[bool]] = []
    of_borrowers = sorted({(key.portfolio, key.named) for key in keys if key.about is About.BORROWER})
    single = sorted(key.named for key in keys if key.about is About.CASE)
    if of_borrowers:
        known = rows.borrower_id.in_(sorted({name for _, name in of_borrowers}))
        told.append(and_(~is_form, known, tuple_(_text(rows.portfolio), rows.borrower_id).in_(of_borrowers)))
    if single:
        told.append(and_(rows.borrower_id.is_(None), rows.case_id.in_(single)))
    for key in keys:
        if key.about is About.SESSION:
            same = (rows.portfolio == key.portfolio, rows.branch_id == key.named, _text(rows.topic) == key.quarter)
            told.append(and_(is_form, *same))
    return or_(*told)


def _grouped(wanted: ColumnElement[bool], by: ByColumn) -> Select[Any]:
    """Return the lines of a list, each with its place and sums."""
    rows = worklist.c
    is_form, is_named = rows.kind == _REVIEW, rows.borrower_id.is_not(None)
    band, is_unknown, minus_risk, due, case_id = places(by.days)
    key = (
        case((is_form, About.SESSION), (is_named, About.BORROWER), else_=About.CASE).label("about"),
        _text(rows.portfolio).label("portfolio"),
        case((is_form, _text(rows.branch_id)), (is_named, rows.borrower_id), else_=rows.case_id).label("named"),
        case((is_form, _text(rows.topic)), else_="").label("quarter"),
    )
    listed = select(
        *key,
        _column(band, due, by).label("column"),
        *(one.label(name) for name, one in zip(_PLACE, (band, is_unknown, minus_risk, due, case_id), strict=True)),
        *(rows[name] for name in ("level_rank", "branch_id", "at_risk_fen")),
        case((and_(is_form, rows.state == _DETERMINED), 1), else_=0).label("determined"),
    ).where(wanted)
    one = listed.subquery()
    groups = [one.c[name] for name in _KEY]
    return select(
        *groups,
        func.min(one.c.column).label("column"),
        *(func.min(one.c[name], type_=one.c[name].type).label(name) for name in _PLACE),
        func.count().label("items"),
        func.sum(one.c.determined).label("to_approve"),
        func.max(one.c.level_rank).label("level_rank"),
        func.max(one.c.branch_id).label("branch_id"),
        func.max(one.c.at_risk_fen, type_=BigInteger).label("risk"),
        func.sum(one.c.at_risk_fen, type_=BigInteger).label("risk_sum"),
    ).group_by(*groups)


def _ranked(found: Subquery, place: Sequence[ColumnElement[Any]]) -> Select[Any]:
    same = found.c.column
    number = func.row_number().over(partition_by=same, order_by=place).label("number")
    return select(found, number, func.count().over(partition_by=same).label("lines"))


def _column(band: ColumnElement[int], due: ColumnElement[Any], by: ByColumn) -> ColumnElement[int]:
    if by.week_end is None:
        return literal(PRESSING)
    return case(
        (band.in_((LATE, TODAY)), PRESSING), (band == RESTING, ALL_REST), (due <= by.week_end, WEEK), else_=AFTER
    )


def _text(column: ColumnElement[Any]) -> ColumnElement[str]:
    return func.coalesce(column, "")
