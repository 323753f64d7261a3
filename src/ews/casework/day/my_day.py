"""My day: everything that waits for one person, in the order in which it should be done.

Mine     what is assigned to me; what my role has to do next, for an officer with my own borrowers or nobody's; what
         was mine and has gone up for being late, since I still may do it; a warning handed to somebody that has gone up
         to my role; a quarterly form that waits for my approval among others; to seniors, drafts and warnings of
         closed accounts
Not mine what is assigned to somebody else, and what waits for a second person where I was the first; `waiting` tells
         what waits for others, as `ews.store.work_pages` has it
Order    late, today, within three working days, later, snoozed; in each by money at risk, unknown after known; then by
         day and id, so that the order is total
Late     days of the calendar since the first deadline that was missed
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement

from ews.casework.day.work_list import next_verbs, short_text, todo_text
from ews.casework.desk import Desk
from ews.casework.rights import FIELD, SENIOR, require
from ews.casework.warnings.deadlines import Terms, terms_on
from ews.casework.words import HEAD_OFFICE
from ews.domain.people import Actor, Role
from ews.domain.text import Text, sentence
from ews.policy.calendar import Calendar
from ews.store import work_pages
from ews.store.cases import Case
from ews.store.engine import reading
from ews.store.work_near import Whose
from ews.store.work_pages import NO_DAY, Days, Slice, WorkKey

SOON_DAYS = 3
"""Working days of the third band."""

See = Callable[[Iterable[Case]], tuple[Case, ...]]
"""Gives cases as whoever asks may read them."""


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
    """`late_days` is 0 where nothing was missed; `escalated` if it went up for being late; `next` are verbs.

    `what` says in a few words what has to be done, `why` in a sentence.
    """

    case: Case
    band: Band
    late_days: int
    escalated: bool
    why: Text
    next: tuple[str, ...]
    what: Text = Text("", "")  # noqa: RUF009 - it is frozen

    @property
    def place(self) -> tuple[int, int, int, int, str]:
        """Return what the list is sorted by."""
        risk, due = self.case.at_risk_fen, self.case.due_on
        return (
            self.band.rank,
            int(risk is None),
            -(risk or 0),
            (due or NO_DAY).toordinal(),
            self.case.case_id,
        )


@dataclass(frozen=True, slots=True)
class MyDay:
    """`counts` are of all there is, `items` those asked for."""

    today: date
    items: tuple[Item, ...]
    counts: Mapping[Band, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which items of a list: those of `part` after `after`, up to `limit`; None stands for all."""

    part: Slice = Slice()  # noqa: RUF009 - it is frozen
    after: WorkKey | None = None
    limit: int | None = None


ALL = Asked()


def my_day(desk: Desk, actor: Actor, asked: Asked = ALL, *, see: See = tuple) -> MyDay:
    """Return what waits for the actor, ranked; ForbiddenError for who does not work with borrowers."""
    items = my_items(desk, actor, asked, see=see)
    today = desk.now().date()
    days = days_on(desk.policy_on(today).calendar, today)
    with reading(desk.store) as connection:
        counted = work_pages.band_counts(connection, work_pages.mine(whose(actor)), days)
    return MyDay(today, items, {band: counted.get(band.rank, 0) for band in Band})


def my_items(desk: Desk, actor: Actor, asked: Asked = ALL, *, see: See = tuple) -> tuple[Item, ...]:
    """Return the items of what waits for the actor."""
    return _items(desk, actor, work_pages.mine(whose(actor)), asked, see)


def waiting_items(desk: Desk, actor: Actor, asked: Asked = ALL, *, see: See = tuple) -> tuple[Item, ...]:
    """Return the items of what the actor waits for others to do, ranked the same."""
    return _items(desk, actor, work_pages.others(whose(actor), desk.now().date()), asked, see)


def days_on(calendar: Calendar, today: date) -> Days:
    return Days(today, calendar.after(today, SOON_DAYS))


def whose(actor: Actor) -> Whose:
    """Return the actor as lists of work know people."""
    is_officer, is_senior = Role.OFFICER in actor.roles, bool(actor.roles & SENIOR)
    return Whose(actor.user_id, roles_of(actor), actor.officer_id, actor.branch_id, is_officer, is_senior)


def roles_of(actor: Actor) -> frozenset[str]:
    """Return the roles that cases name which the actor fills; head office is a risk manager of no branch."""
    roles = {role.value for role in actor.roles & FIELD}
    if Role.RISK_MANAGER in actor.roles and actor.branch_id is None:
        roles.add(HEAD_OFFICE)
    return frozenset(roles)


def terms_today(desk: Desk) -> Terms:
    """Return what the policy in force says today."""
    today = desk.now().date()
    return terms_on(desk.policy_on(today), today)


def items_of(actor: Actor, cases: Iterable[Case], terms: Terms) -> tuple[Item, ...]:
    """Return cases as things to do."""
    return tuple(_item(actor, case, terms) for case in cases)


def _items(desk: Desk, actor: Actor, wanted: ColumnElement[bool], asked: Asked, see: See) -> tuple[Item, ...]:
    require(actor, FIELD, sentence("have a list of work"))
    terms = terms_today(desk)
    with reading(desk.store) as connection:
        days = days_on(terms.calendar, terms.today)
        page = work_pages.work_page(connection, wanted, days, part=asked.part, after=asked.after, limit=asked.limit)
    return items_of(actor, see(page), terms)


def _item(actor: Actor, case: Case, terms: Terms) -> Item:
    today = terms.today
    missed = missed_on(case, today)
    band = _band(case, missed, terms.calendar, today)
    late_days = 0 if missed is None else (today - missed).days
    escalated = bool(_escalations(case))
    why = _why(case, todo_text(case, terms), band, missed, late_days, escalated=escalated)
    return Item(case, band, late_days, escalated, why, next_verbs(actor, case, terms), short_text(case, terms))


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


def missed_on(case: Case, today: date) -> date | None:
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
    risk = Text("", "") if case.at_risk_fen is not None else Text("; expected loss not known", "；预期损失未知")
    return Text(f"{todo.en.rstrip('.')}: {when.en}{risk.en}.", f"{todo.zh}：{when.zh}{risk.zh}")
