"""Case list: open cases of one kind, found by what the worklist knows of them, sorted and counted.

Orders  due: the first day that was missed or will be; level: gravest first; money: most at risk first; opened: newest
        first. Ties go by day, level, money and id, so that the order is total; what is not known comes last
Pages   by number, since people go back and forth in them; a page beyond the last is empty
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, Date, Select, and_, func, literal, or_, select

from ews.domain.levels import WarningLevel
from ews.store.cases import Case
from ews.store.tables import worklist
from ews.store.work_pages import NO_DAY, Whose, in_order, is_late, mine, rests

DUE, LEVEL, MONEY, OPENED = "due", "level", "money", "opened"
SORTS = (DUE, LEVEL, MONEY, OPENED)


@dataclass(frozen=True, slots=True)
class ListFilter:
    """None stands for all, and so do empty `levels` and `states`. `branch_id` is what the reader may see, or chose.

    `topic` is the kind of a warning. `text` is a part of id or name of the borrower, or the id of the case. `whose`:
    only what waits for that person. `is_free`: nobody works on it, and it does not rest.
    """

    kind: str
    levels: Collection[WarningLevel] = ()
    states: Collection[str] = ()
    branch_id: str | None = None
    officer_id: str | None = None
    topic: str | None = None
    is_late: bool | None = None
    text: str | None = None
    whose: Whose | None = None
    is_free: bool = False
    case_id: str | None = None


class Tally(NamedTuple):
    """How many cases are of a level and a state, and late or not."""

    level: WarningLevel
    state: str
    is_late: bool
    cases: int
    at_risk_fen: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from among the open cases that somebody sees."""

    branches: tuple[str, ...]
    officers: tuple[str, ...]
    topics: tuple[str, ...]


def list_page(
    connection: Connection, wanted: ListFilter, today: date, *, sort: str = DUE, offset: int = 0, limit: int = 50
) -> tuple[Case, ...]:
    """Return `limit` cases from `offset` on."""
    query = _chosen(select(worklist.c.case_id), wanted, today).order_by(*_order(sort)).offset(offset).limit(limit)
    return in_order(connection, connection.execute(query).scalars().all())


def tallies(connection: Connection, wanted: ListFilter, today: date) -> tuple[Tally, ...]:
    """Count what is wanted by level, state and lateness, whatever the filter says of these three."""
    late = is_late(today).label("late")
    columns = (worklist.c.level_rank, worklist.c.state, late)
    query = select(*columns, func.count(), func.coalesce(func.sum(worklist.c.at_risk_fen), 0)).group_by(*columns)
    every = replace(wanted, levels=(), states=(), is_late=None)
    return tuple(
        Tally(list(WarningLevel)[row[0] or 0], row[1], bool(row[2]), row[3], int(row[4]))
        for row in connection.execute(_chosen(query, every, today).order_by(*columns))
    )


def choices(connection: Connection, wanted: ListFilter) -> Choices:
    """Return the branches, officers and topics of all open cases of the kind in the branch of the filter."""
    columns = (worklist.c.branch_id, worklist.c.officer_id, worklist.c.topic)
    query = select(*columns).where(*_of_kind(wanted)).distinct()
    rows = connection.execute(query).all()
    return Choices(*(_known(row[place] for row in rows) for place in range(len(columns))))


def _known(values: Any) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value is not None}))


def _chosen(query: Select[Any], wanted: ListFilter, today: date) -> Select[Any]:
    return query.where(*_of_kind(wanted), *_narrowed(wanted, today))


def _of_kind(wanted: ListFilter) -> list[ColumnElement[bool]]:
    of_kind = worklist.c.kind == wanted.kind
    return [of_kind] if wanted.branch_id is None else [of_kind, worklist.c.branch_id == wanted.branch_id]


def _narrowed(wanted: ListFilter, today: date) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.levels:
        conditions.append(worklist.c.level_rank.in_(sorted(level.rank for level in wanted.levels)))
    if wanted.states:
        conditions.append(worklist.c.state.in_(sorted(wanted.states)))
    named = {name: getattr(wanted, name) for name in ("officer_id", "topic", "case_id")}
    conditions += [worklist.c[name] == value for name, value in named.items() if value is not None]
    if wanted.is_late is not None:
        conditions.append(is_late(today) if wanted.is_late else ~is_late(today))
    return [*conditions, *_personal(wanted, today)]


def _personal(wanted: ListFilter, today: date) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.text:
        conditions.append(_has(wanted.text))
    if wanted.whose is not None:
        conditions.append(mine(wanted.whose))
    if wanted.is_free:
        conditions.append(and_(worklist.c.assignee.is_(None), ~rests(today)))
    return conditions


def _has(text: str) -> ColumnElement[bool]:
    """Return whether an id or the name has the text in it, in capitals or not."""
    columns = (worklist.c.name, worklist.c.borrower_id, worklist.c.case_id)
    return or_(*(func.lower(column).contains(text.lower(), autoescape=True) for column in columns))


def _order(sort: str) -> Sequence[ColumnElement[Any]]:
    day = func.coalesce(worklist.c.late_on, worklist.c.due_on, literal(NO_DAY, Date))
    level = -func.coalesce(worklist.c.level_rank, 0)
    money = -func.coalesce(worklist.c.at_risk_fen, literal(-1, BigInteger))
    first: Mapping[str, ColumnElement[Any]] = {LEVEL: level, MONEY: money, OPENED: worklist.c.opened_at.desc()}
    rest = (day, level, money, worklist.c.case_id)
    return rest if sort == DUE else (first[sort], *rest)
