"""What waits, the most pressing first."""

from dataclasses import replace
from datetime import date, datetime
from types import SimpleNamespace

import pytest

from ews.domain.levels import WarningLevel
from ews.serving.pages.borrower import due
from ews.serving.pages.borrower.due import Todo, due_of, left_until, terms_today
from ews.store.cases import Case
from tests.serving.pages.borrower.views import view


def todo(case_id: str, kind: str = "warning", due_on: date | None = None, level: WarningLevel | None = None) -> Todo:
    return Todo(Case(kind, "raised", level=level, due_on=due_on, case_id=case_id), "", None)


def test_a_warning_is_due_before_a_task_that_is_due_earlier():
    task, warning = todo("T1", "task", date(2026, 7, 1)), todo("W1", due_on=date(2026, 7, 9))
    assert due_of([task, warning]) is warning


def test_of_two_warnings_the_earlier_is_due_then_the_graver():
    later = todo("W1", due_on=date(2026, 7, 9), level=WarningLevel.RED)
    yellow = todo("W2", due_on=date(2026, 7, 8), level=WarningLevel.YELLOW)
    orange = todo("W3", due_on=date(2026, 7, 8), level=WarningLevel.ORANGE)
    assert due_of([later, yellow, orange]) is orange


def test_nothing_is_due_where_nothing_has_a_day():
    assert due_of([todo("W1"), todo("T1", "task")]) is None
    assert due_of([]) is None


@pytest.mark.parametrize(
    ("due_on", "left"),
    [
        (date(2026, 7, 31), 0),
        (date(2026, 8, 3), 1),  # a weekend between
        (date(2026, 8, 7), 5),
        (date(2026, 7, 30), -1),
        (date(2026, 7, 24), -5),
        (None, None),
    ],
)
def test_time_left_is_told_in_working_days(casework_policy, due_on, left):
    desk = SimpleNamespace(now=lambda: datetime(2026, 7, 31, 10), policy_on=lambda _day: casework_policy)
    assert left_until(due_on, terms_today(view(desk=desk))) == left


def test_what_is_closed_does_not_wait(casework_policy, store):
    desk = SimpleNamespace(now=lambda: datetime(2026, 7, 31, 10), policy_on=lambda _day: casework_policy)
    looks = view(desk=desk, store=store)
    open_one = Case("measure", "proposed", portfolio="sme", borrower_id="B1", branch_id="branch-1", case_id="M1")
    closed = replace(open_one, case_id="M2", state="done", closed_at=datetime(2026, 7, 1))
    found = due.todos([closed, open_one], looks)
    assert [(one.case.case_id, one.text, one.is_late) for one in found] == [
        ("M1", "Approve or refuse the measure", False)
    ]
