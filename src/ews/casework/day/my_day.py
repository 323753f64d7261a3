"""My day: everything that waits for one person, in the order in which it should be done.

Mine     what is assigned to me; what my role has to do next, for an officer with my own borrowers or nobody's; what
         was mine and has gone up for being late, since I still may do it; a quarterly form that waits for my approval
         among others; to seniors, a draft whose author's account is closed
Not mine what is assigned to somebody else, and what waits for a second person where I was the first
Order    late, today, within three working days, later, snoozed; in each by money at risk, unknown after known; then by
         day and id, so that the order is total
Late     days of the calendar since the first deadline that was missed
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from ews.casework.checks.body import DRAFT
from ews.casework.checks.body import KIND as CHECK
from ews.casework.day.work_list import next_verbs, todo_text
from ews.casework.desk import Desk
from ews.casework.reviews.form import KIND as REVIEW
from ews.casework.reviews.session import DETERMINED
from ews.casework.rights import FIELD, SENIOR, require
from ews.casework.tasks.task import APPROVAL
from ews.casework.warnings.deadlines import Terms, terms_on
from ews.casework.words import HEAD_OFFICE
from ews.domain.people import Actor, Role
from ews.domain.text import Text
from ews.policy.calendar import Calendar
from ews.store.cases import Case, acts_of, to_case
from ews.store.engine import reading
from ews.store.tables import cases, users

SOON_DAYS = 3
"""Working days of the third band."""


class Band(StrEnum):
    """How pressing something is, the most pressing first."""

    LATE = "late"
    TODAY = "today"
    SOON = "soon"
    LATER = "later"
    SNOOZED = "snoozed"

    @property
    def rank(self) -> int:
        return list(Band).index(self)

    @property
    def text(self) -> Text:
        return _BANDS[self]


_BANDS: Mapping[Band, Text] = {
    Band.LATE: Text("late", "已逾期"),
    Band.TODAY: Text("today", "今日到期"),
    Band.SOON: Text("within three working days", "三个工作日内"),
    Band.LATER: Text("later", "其后"),
    Band.SNOOZED: Text("snoozed", "已暂缓"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """`late_days` is 0 where nothing was missed; `escalated` if it went up for being late; `next` are verbs."""

    case: Case
    band: Band
    late_days: int
    escalated: bool
    why: Text
    next: tuple[str, ...]

    @property
    def place(self) -> tuple[int, int, int, int, str]:
        """Return what the list is sorted by."""
        risk, due = self.case.at_risk_fen, self.case.due_on
        return (
            self.band.rank,
            int(risk is None),
            -(risk or 0),
            (due or date.max).toordinal(),
            self.case.case_id,
        )


@dataclass(frozen=True, slots=True)
class MyDay:
    today: date
    items: tuple[Item, ...]
    counts: Mapping[Band, int]


def my_day(desk: Desk, actor: Actor) -> MyDay:
    """Return what waits for the actor, ranked; ForbiddenError for who does not work with borrowers."""
    require(actor, FIELD, "have a list of work")
    today = desk.now().date()
    terms = terms_on(desk.policy_on(today), today)
    with reading(desk.store) as connection:
        mine = _mine(connection, actor)
    items = sorted((_item(actor, case, terms) for case in mine), key=lambda item: item.place)
    counted = Counter(item.band for item in items)
    return MyDay(today, tuple(items), {band: counted[band] for band in Band})


def roles_of(actor: Actor) -> frozenset[str]:
    """Return the roles that cases name which the actor fills; head office is a risk manager of no branch."""
    roles = {role.value for role in actor.roles & FIELD}
    if Role.RISK_MANAGER in actor.roles and actor.branch_id is None:
        roles.add(HEAD_OFFICE)
    return frozenset(roles)


def _mine(connection: Connection, actor: Actor) -> list[Case]:
    wanted = [cases.c.assignee == actor.user_id, cases.c.role.in_(sorted(roles_of(actor)))]
    if actor.officer_id is not None:
        wanted.append(cases.c.officer_id == actor.officer_id)
    left: frozenset[str] = frozenset()
    if actor.roles & SENIOR:
        left = frozenset(connection.execute(select(users.c.user_id).where(~users.c.is_active)).scalars())
        wanted += [and_(cases.c.kind == REVIEW, cases.c.state == DETERMINED), _drafts_of(left)]
    query = select(cases).where(cases.c.closed_at.is_(None), or_(*wanted))
    if actor.branch_id is not None:
        query = query.where(cases.c.branch_id == actor.branch_id)
    found = [to_case(row) for row in connection.execute(query)]
    first = _taken_part(connection, actor, [case for case in found if _takes_a_second(case)])
    return [case for case in found if _is_mine(actor, case, left) and case.case_id not in first]


def _drafts_of(user_ids: frozenset[str]) -> ColumnElement[bool]:
    return and_(cases.c.kind == CHECK, cases.c.state == DRAFT, cases.c.assignee.in_(sorted(user_ids)))


def _is_mine(actor: Actor, case: Case, left: frozenset[str]) -> bool:
    """Tell whether a case is on the actor's list; `left` are users whose drafts a senior sees to."""
    if case.assignee is not None:
        return case.assignee == actor.user_id or (case.kind == CHECK and case.assignee in left)
    if roles_of(actor) & set(case.body.get("waits_for") or ()):
        return True
    own = case.officer_id is None or case.officer_id == actor.officer_id
    if case.role == Role.OFFICER.value:
        return Role.OFFICER in actor.roles and own
    is_gone_up = bool(_escalations(case)) and case.officer_id is not None and own and Role.OFFICER in actor.roles
    is_gone_up = is_gone_up and case.body.get("type") != APPROVAL
    return case.role in roles_of(actor) or is_gone_up


def _takes_a_second(case: Case) -> bool:
    asked = case.kind == "warning" and case.body.get("lift_asked_by") is not None
    return asked or _found_by(case) is not None or case.state in {"proposed", "determined"}


def _decided_by(case: Case) -> frozenset[str]:
    """Return who determined a quarterly form or approved it; whoever opened the session may approve all the same."""
    determination, approvals = case.body.get("determination"), case.body.get("approvals") or ()
    return frozenset(one["by"] for one in (determination, *approvals) if one is not None)


def _found_by(case: Case) -> str | None:
    """Return who found what a task has approved, None for any other case."""
    terms = case.body.get("terms") if case.body.get("type") == APPROVAL else None
    return None if terms is None else str(terms["found_by"])


def _taken_part(connection: Connection, actor: Actor, waiting: list[Case]) -> frozenset[str]:
    """Return those of the cases that the actor has asked for, determined or approved already."""
    mine = {case.case_id for case in waiting if case.body.get("lift_asked_by") == actor.user_id}
    mine |= {case.case_id for case in waiting if _found_by(case) == actor.user_id}
    mine |= {case.case_id for case in waiting if case.kind == REVIEW and actor.user_id in _decided_by(case)}
    others = [case.case_id for case in waiting if case.kind not in {"warning", "task", REVIEW}]
    return frozenset(mine | {act.case_id for act in acts_of(connection, others) if act.user_id == actor.user_id})


def _item(actor: Actor, case: Case, terms: Terms) -> Item:
    today = terms.today
    missed = _missed(case, today)
    band = _band(case, missed, terms.calendar, today)
    late_days = 0 if missed is None else (today - missed).days
    escalated = bool(_escalations(case))
    why = _why(case, todo_text(case, terms), band, missed, late_days, escalated=escalated)
    return Item(case, band, late_days, escalated, why, next_verbs(actor, case, terms))


def _band(case: Case, missed: date | None, calendar: Calendar, today: date) -> Band:
    snoozed = case.body.get("snoozed_until")
    if snoozed is not None and date.fromisoformat(snoozed) >= today:
        return Band.SNOOZED
    if missed is not None:
        return Band.LATE
    if case.due_on is None:
        return Band.LATER
    if case.due_on == today:
        return Band.TODAY
    return Band.SOON if case.due_on <= calendar.after(today, SOON_DAYS) else Band.LATER


def _missed(case: Case, today: date) -> date | None:
    """Return the first day that was missed, of a task or warning that has gone up since too."""
    days = [case.due_on] if case.due_on is not None and case.due_on < today else []
    late_for = case.body.get("late_for")
    told = case.body.get("late_since") if late_for is None else case.body.get(f"{late_for}_by")
    if isinstance(told, str):
        days.append(date.fromisoformat(told))
    return min(days, default=None)


def _escalations(case: Case) -> tuple[str, ...]:
    return tuple(case.body.get("escalations") or ())


def _why(case: Case, todo: Text, band: Band, missed: date | None, late_days: int, *, escalated: bool) -> Text:
    if missed is not None:
        up = Text(", gone up for it", "，已上报上级") if escalated else Text("", "")
        days = "day" if late_days == 1 else "days"
        when = Text(
            f"late by {late_days} {days}, since {missed}{up.en}", f"已逾期{late_days}天（应于{missed}完成）{up.zh}"
        )
    elif band is Band.SNOOZED:
        until = case.body.get("snoozed_until")
        when = Text(f"snoozed until {until}", f"暂缓至{until}")
    elif case.due_on is None:
        when = Text("no day is set", "未设期限")
    else:
        when = Text(f"by {case.due_on}", f"{case.due_on}前")
    risk = Text("", "") if case.at_risk_fen is not None else Text("; money at risk not known", "；风险金额未知")
    return Text(f"{todo.en.rstrip('.')}: {when.en}{risk.en}.", f"{todo.zh}：{when.zh}{risk.zh}")
