"""Work pages: what waits for somebody, and with whom else things wait, page by page out of the worklist.

Mine     what is assigned to me; what my role has to do next, for an officer with my own borrowers or nobody's; what was
         mine and has gone up for being late; a warning that somebody else has and that has gone up to my role; a form
         that waits for my approval among others; to seniors, drafts and warnings of closed accounts. Never what waits
         for a second person where I was the first
Others   what I asked for, found, determined or proposed; what has to be done about my borrowers by somebody else; to
         seniors, warnings of theirs that are late
Bands    numbered from the most pressing: late, today, soon, later, resting; in each by money at risk, unknown after
         known; then by day and id, so that the order is total
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    Integer,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    tuple_,
)

from ews.store.cases import Case, to_case
from ews.store.tables import acts, cases, users, worklist
from ews.store.work_near import LEFT_BEHIND, OWN_SECOND, PROPOSED, Whose, near_mine, near_others

LATE, TODAY, SOON, LATER, RESTING = range(5)
NO_DAY = date.max
"""Where a case without a deadline sorts."""


@dataclass(frozen=True, slots=True)
class Days:
    """`soon` is the last day of the third band."""

    today: date
    soon: date


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a list: some bands; None stands for all."""

    bands: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class WorkKey:
    """The place of a case in a list; `due_on` is NO_DAY where there is no deadline, `minus_risk` 0 where unknown."""

    band: int
    is_unknown: int
    minus_risk: int
    due_on: date
    case_id: str


def mine(whose: Whose) -> ColumnElement[bool]:
    """Return the condition of what waits for somebody."""
    return and_(near_mine(whose), _is_mine(whose))


def others(whose: Whose, today: date) -> ColumnElement[bool]:
    """Return the condition of what somebody waits for others to do."""
    return and_(near_others(whose, today), _concerns(whose, today), not_(_sure(_is_mine(whose))))


def is_late(today: date) -> ColumnElement[bool]:
    """Return the condition of what has missed a deadline, also where it has gone up since."""
    return or_(worklist.c.late_on.is_not(None), _sure(worklist.c.due_on < today))


def rests(today: date) -> ColumnElement[bool]:
    return _sure(worklist.c.rests_until >= today)


def band_counts(connection: Connection, wanted: ColumnElement[bool], days: Days) -> Mapping[int, int]:
    """Return how much there is in each band that has any."""
    band = band_of(days).label("band")
    found = connection.execute(select(band, func.count()).where(wanted).group_by(band))
    return {row[0]: row[1] for row in found}


def work_page(
    connection: Connection,
    wanted: ColumnElement[bool],
    days: Days,
    *,
    part: Slice = Slice(),
    after: WorkKey | None = None,
    limit: int | None = None,
) -> tuple[Case, ...]:
    """Return up to `limit` cases of the list after `after`, in its order; all of them where no limit is given."""
    place = places(days)
    query = select(worklist.c.case_id).where(wanted, *_of(part, days)).order_by(*place).limit(limit)
    if after is not None:
        query = query.where(tuple_(*place) > place_of(after))
    return in_order(connection, connection.execute(query).scalars().all())


def in_order(connection: Connection, case_ids: Collection[str]) -> tuple[Case, ...]:
    """Return the cases of these ids, in the order of the ids."""
    wanted = list(case_ids)
    found: dict[str, Case] = {}
    for start in range(0, len(wanted), _CHUNK):
        query = select(cases).where(cases.c.case_id.in_(wanted[start : start + _CHUNK]))
        found |= {row.case_id: to_case(row) for row in connection.execute(query)}
    return tuple(found[one] for one in wanted)


_CHUNK = 500


def _is_mine(whose: Whose) -> ColumnElement[bool]:
    return and_(_in_sight(whose), _on_list(whose), not_(_took_part(whose)))


def _in_sight(whose: Whose) -> ColumnElement[bool]:
    """Return whether somebody sees it; told so that no index of branches is tried: `near` has found the rows."""
    return (
        worklist.c.case_id.is_not(None) if whose.branch_id is None else _sure(worklist.c.branch_id == whose.branch_id)
    )


def _concerns(whose: Whose, today: date) -> ColumnElement[bool]:
    """Return what somebody has to do with, whoever has to act; the quickest to tell first."""
    reasons: list[ColumnElement[bool]] = []
    if whose.is_senior:
        reasons.append(and_(worklist.c.kind == "warning", is_late(today)))
    if whose.is_officer and whose.officer_id is not None:
        reasons.append(_sure(worklist.c.officer_id == whose.officer_id))
    return and_(_in_sight(whose), or_(*reasons, _took_part(whose)))


def _on_list(whose: Whose) -> ColumnElement[bool]:
    own = or_(worklist.c.officer_id.is_(None), worklist.c.officer_id == whose.officer_id)
    of_role = and_(worklist.c.role != "officer", worklist.c.role.in_(sorted(whose.roles)))
    roles = [of_role, *(_has_line(worklist.c.waits_for, role) for role in sorted(whose.roles))]
    if whose.is_officer:
        gone_up = and_(worklist.c.is_escalated, worklist.c.officer_id == whose.officer_id)
        is_approval = _sure(and_(worklist.c.kind == "task", worklist.c.topic == "approval"))
        roles += [and_(worklist.c.role == "officer", own), and_(gone_up, not_(is_approval))]
    assigned = [worklist.c.assignee == whose.user_id]
    assigned.append(and_(worklist.c.kind == "warning", worklist.c.late_on.is_not(None), of_role))
    if whose.is_senior:
        left = select(users.c.user_id).where(~users.c.is_active)
        assigned.append(and_(worklist.c.kind.in_(LEFT_BEHIND), worklist.c.assignee.in_(left)))
    return or_(*assigned, and_(worklist.c.assignee.is_(None), or_(*roles)))


def _took_part(whose: Whose) -> ColumnElement[bool]:
    acted = exists().where(acts.c.case_id == worklist.c.case_id, acts.c.user_id == whose.user_id)
    waiting = and_(worklist.c.kind.not_in(OWN_SECOND), worklist.c.state.in_(PROPOSED))
    return or_(_sure(_has_line(worklist.c.taken_by, whose.user_id)), and_(waiting, acted))


def _has_line(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Return whether a column of lines has a name; by what replacing it changes, since LIKE is blind to case."""
    return and_(column.is_not(None), func.replace(column, f"\n{name}\n", "") != column)


def _sure(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition, false where it is unknown."""
    return func.coalesce(condition, false())


def band_of(days: Days) -> ColumnElement[int]:
    return case(
        (rests(days.today), RESTING),
        (is_late(days.today), LATE),
        (worklist.c.due_on.is_(None), LATER),
        (worklist.c.due_on == days.today, TODAY),
        (worklist.c.due_on <= days.soon, SOON),
        else_=LATER,
    )


def _of(part: Slice, days: Days) -> list[ColumnElement[bool]]:
    return [] if part.bands is None else [band_of(days).in_(sorted(part.bands))]


def places(days: Days) -> tuple[ColumnElement[Any], ...]:
    """Return what a list is sorted by, all ascending, so that one comparison of rows finds the next page."""
    risk = worklist.c.at_risk_fen
    return (
        band_of(days),
        case((risk.is_(None), 1), else_=0),
        -func.coalesce(risk, literal(0, BigInteger)),
        func.coalesce(worklist.c.due_on, literal(NO_DAY, Date)),
        worklist.c.case_id,
    )


def place_of(key: WorkKey) -> Any:
    """Return a place as it is compared with those of a list."""
    return tuple_(
        literal(key.band, Integer),
        literal(key.is_unknown, Integer),
        literal(key.minus_risk, BigInteger),
        literal(key.due_on, Date),
        literal(key.case_id),
    )
