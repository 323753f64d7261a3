"""Work near: the few rows of the worklist among which somebody's are, each kind of them found by an index.

Why      a condition of many alternatives makes a database read the whole list; near is never too little, and what is
         too much is left out by the exact conditions of `ews.store.work_pages`
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select, union_all

from ews.store.cases import PREFIXES
from ews.store.tables import users, worklist

PROPOSED = ("proposed", "determined")
OWN_SECOND = ("warning", "task", "review")
"""Kinds that say themselves who took part; of others the acts tell."""
LEFT_BEHIND = ("check", "warning")
"""Kinds that seniors see to where the account that they are assigned to is closed."""
_OFFICER = "officer"

_Conditions = list[ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Whose:
    """Somebody as lists of work know people. `roles` are those that cases name, head office among them.

    `is_senior` sees to what others left behind; `branch_id` None: all branches.
    """

    user_id: str
    roles: frozenset[str]
    officer_id: str | None
    branch_id: str | None
    is_officer: bool
    is_senior: bool


def near_mine(whose: Whose) -> ColumnElement[bool]:
    """Return the condition that holds of whatever may wait for somebody."""
    rows = worklist.c
    roles = sorted(whose.roles - {_OFFICER})
    found: list[_Conditions] = [
        [rows.assignee == whose.user_id],
        [rows.waits_for.is_not(None)],
    ]
    if roles:
        found.append([rows.role.in_(roles), *_of_branch(whose)])
    if whose.is_officer:
        found.append([rows.officer_id.is_(None), *_of_branch(whose)])
    if whose.officer_id is not None:
        found.append([rows.officer_id == whose.officer_id])
    if whose.is_senior:
        found.append([rows.assignee.in_(select(users.c.user_id).where(~users.c.is_active))])
    return _among(found)


def near_others(whose: Whose, today: date) -> ColumnElement[bool]:
    """Return the condition that holds of whatever somebody may wait for others to do."""
    rows = worklist.c
    told_by_acts = sorted(set(PREFIXES) - set(OWN_SECOND))
    found: list[_Conditions] = [[rows.taken_by.is_not(None)], [rows.kind.in_(told_by_acts), rows.state.in_(PROPOSED)]]
    if whose.is_senior:
        late = (rows.late_on.is_not(None), rows.due_on < today)
        found.extend([rows.kind == "warning", one, *_of_branch(whose)] for one in late)
    if whose.officer_id is not None:
        found.append([rows.officer_id == whose.officer_id])
    return _among(found)


def _of_branch(whose: Whose) -> _Conditions:
    return [] if whose.branch_id is None else [worklist.c.branch_id == whose.branch_id]


def _among(found: Collection[_Conditions]) -> ColumnElement[bool]:
    return worklist.c.case_id.in_(union_all(*(select(worklist.c.case_id).where(*one) for one in found)))
