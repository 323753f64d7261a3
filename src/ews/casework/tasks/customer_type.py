"""Customer type: how a borrower is handled by how the last three months were paid (A as due, B once late, C often).

Grain   one task per borrower, type and next payment; where none is known, and quarter: the type looks back three months
Due     on the last working day before the next payment, else as long as a warning of the borrower's level has
Nulls   nobody knows the type: no task
Best    the first type of the policy asks for nothing: the borrower pays as due
"""

from datetime import date, timedelta

from ews.casework.tasks.task import CUSTOMER_TYPE, Duty, TaskBody, plain, task_name, working_day
from ews.domain.decisions import Decision
from ews.domain.levels import WarningLevel
from ews.domain.people import Role
from ews.domain.text import Text
from ews.policy.calendar import Calendar
from ews.policy.casework import Casework, CustomerType


def handled_as(casework: Casework, code: str | None) -> CustomerType | None:
    """Return the type that asks for handling, None where nobody knows it, or the borrower pays as due."""
    return next((one for one in casework.customer_types[1:] if one.code == code), None)


def type_duty(decision: Decision, casework: Casework, calendar: Calendar, published_on: date) -> Duty | None:
    """Return the task to handle the borrower as its type asks, None where that is nothing."""
    found = handled_as(casework, decision.customer_type)
    if found is None:
        return None
    level = YELLOW if decision.level is WarningLevel.NONE else decision.level
    why = Text(
        f"Customer type {found.code} ({found.text.en}) as of {decision.as_of}",
        f"截至{decision.as_of}为{found.code}类客户（{found.text.zh}）",
    )
    body = TaskBody(
        CUSTOMER_TYPE,
        f"CUSTOMER_TYPE_{found.code}",
        Role.OFFICER.value,
        plain(found.handling),
        plain(why),
        terms={"customer_type": found.code},
    )
    before = _next_payment(decision, published_on)
    quarter = f"{decision.as_of.year}Q{(decision.as_of.month + 2) // 3}"
    topic = quarter if before is None else before.isoformat()
    name = task_name(CUSTOMER_TYPE, decision.portfolio, decision.borrower_id, found.code, topic)
    if before is None:
        return Duty(name, calendar.after(published_on, casework.lifecycle.handle_days[level]), body)
    return Duty(name, working_day(calendar, before - timedelta(days=1), published_on), body)


def _next_payment(decision: Decision, published_on: date) -> date | None:
    days = [loan.next_due_on for loan in decision.loans if loan.next_due_on is not None]
    return min((day for day in days if day > published_on), default=None)


YELLOW = WarningLevel.YELLOW
"""Deadlines of a borrower without a warning are those of the mildest."""
