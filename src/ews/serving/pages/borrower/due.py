"""Due: what waits to be done about a borrower, the most pressing first, with the time that is left in working days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ews.casework.day.work_list import todo_text
from ews.casework.warnings.deadlines import Terms, terms_on
from ews.domain.levels import WarningLevel
from ews.serving.case_sight import cases_in_sight
from ews.serving.pages.borrower.seen import looker
from ews.serving.pages.render import View
from ews.store.cases import Case


@dataclass(frozen=True, slots=True)
class Todo:
    """`left` counts working days up to the deadline, negative where it is missed; null without one."""

    case: Case
    text: str
    left: int | None

    @property
    def is_late(self) -> bool:
        return self.left is not None and self.left < 0


def todos(cases: Iterable[Case], view: View) -> tuple[Todo, ...]:
    """Return what is open, warnings before the rest, by level and deadline; others' names are masked."""
    looks_at = [one for one in cases if one.is_open]
    terms = terms_today(view)
    shown = cases_in_sight(view.services.store, looker(view), looks_at)
    made = (Todo(one, todo_text(one, terms).in_(view.language), left_until(one.due_on, terms)) for one in shown)
    return tuple(sorted(made, key=_place))


def due_of(found: Sequence[Todo]) -> Todo | None:
    """Return what is due first among the warnings, else among the rest."""
    warnings = [one for one in found if one.case.kind == "warning" and one.case.due_on is not None]
    dated = warnings or [one for one in found if one.case.due_on is not None]
    return min(dated, key=lambda one: (one.case.due_on or date.max, *_place(one)), default=None)


def terms_today(view: View) -> Terms:
    today = view.services.desk.now().date()
    return terms_on(view.services.desk.policy_on(today), today)


def left_until(due_on: date | None, terms: Terms) -> int | None:
    return None if due_on is None else terms.calendar.between(terms.today, due_on)


def _place(one: Todo) -> tuple[bool, int, date, str]:
    level = one.case.level or WarningLevel.NONE
    return one.case.kind != "warning", -level.rank, one.case.due_on or date.max, one.case.case_id
