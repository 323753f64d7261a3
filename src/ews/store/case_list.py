"""Case list: open cases of one kind, found by what the worklist knows of them, sorted and counted.

Orders  due: the first day that was missed or will be, after all others what has no signal left; level: gravest first;
        money: most at risk first; opened: newest first. Ties go by day, level, money and id, so that the order is
        total; what is not known comes last
Pages   by number, since people go back and forth in them; a page beyond the last is empty
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, Date, Select, and_, func, literal, or_, select

from ews.domain.levels import WarningLevel
from ews.store.cases import Case
from ews.store.tables import worklist
from ews.store.work_near import Whose
from ews.store.work_pages import NO_DAY, in_order, is_late, mine, rests

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
    is_gone: bool | None = None
    text: str | None = None
    whose: Whose | None = None
    is_free: bool = False
    case_id: str | None = None


class Tally(NamedTuple):
    """How many cases are of a level and a state, late or not, and with no signal left or with some."""

    level: WarningLevel
    state: str
    is_late: bool
    is_gone: bool
    cases: int


@dataclass(frozen=True, slots=True)
class Borrowers:
    """How many borrowers cases are about, and the money at risk with them, each counted once; 0 where none is known."""

    count: int
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
    """Count what is wanted by level, state, lateness and whether signals are left, whatever the filter says of these.

    The store counts in the order of its index, by branch and day too, which is several times as fast as what is asked.
    """
    columns = [worklist.c[name] for name in ("branch_id", "level_rank", "state", "late_on", "due_on", "is_gone")]
    query = select(*columns, func.count()).group_by(*columns)
    every = replace(wanted, levels=(), states=(), is_late=None, is_gone=None)
    found: Counter[tuple[int, str, bool, bool]] = Counter()
    for _, rank, state, late_on, due_on, is_gone, count in connection.execute(_chosen(query, every, today)):
        found[rank or 0, state, late_on is not None or (due_on is not None and due_on < today), is_gone] += count
    levels = list(WarningLevel)
    return tuple(Tally(levels[key[0]], *key[1:], found[key]) for key in sorted(found))


def borrowers(connection: Connection, wanted: ListFilter, today: date) -> Borrowers:
    """Return how many borrowers the wanted cases are about, and their money at risk; of several amounts the highest.

    The amounts of one borrower differ only where a case was not touched by the newest batch.
    """
    money = select(func.max(worklist.c.at_risk_fen).label("fen"))
    each = _chosen(money, wanted, today).where(worklist.c.borrower_id.is_not(None))
    found = each.group_by(worklist.c.borrower_id, worklist.c.portfolio).subquery()
    count, fen = connection.execute(select(func.count(), func.coalesce(func.sum(found.c.fen), 0))).one()
    return Borrowers(count, int(fen))


def choices(connection: Connection, wanted: ListFilter, *, with_officers: bool = True) -> Choices:
    """Return the branches, officers and topics of all open cases of the kind in the branch of the filter."""

    def known(column: ColumnElement[Any]) -> tuple[str, ...]:
        query = select(column).where(*_of_kind(wanted), column.is_not(None)).distinct()
        return tuple(sorted(connection.execute(query).scalars()))

    officers = known(worklist.c.officer_id) if with_officers else ()
    return Choices(known(worklist.c.branch_id), officers, known(worklist.c.topic))


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
    if wanted.is_gone is not None:
        conditions.append(worklist.c.is_gone.is_(wanted.is_gone))
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
    return (worklist.c.is_gone, *rest) if sort == DUE else (first[sort], *rest)
