"""Duties: which tasks a borrower asks for, from the newest decision, the checks that were made, and the day.

Pure    the same decision, checks and day give the same duties; what is done or open already is the agenda's to know
Window  a reminder is there as long before its day as its day is before the payment; a step, while its days past due
        were reached since the batch that the decision is compared with, and the newest step always
Check   the next one counts from the newest of its form, else from the payout; where that lies so far back that the
        check would be overdue before anybody was asked, from the publication of the batch
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from ews.casework.tasks.customer_type import type_duty
from ews.casework.tasks.dpd_steps import step_duties
from ews.casework.tasks.task import (
    ASSESSMENT,
    CHECK,
    FIRST_CHECK,
    PAID_FROM,
    REGULAR_CHECK,
    REMINDER,
    Duty,
    TaskBody,
    form_text,
    on_or_before,
    plain,
    task_name,
    working_day,
)
from ews.domain.decisions import Decision, LoanDecision
from ews.domain.levels import WarningLevel
from ews.domain.people import Role
from ews.domain.text import Text
from ews.policy.casework import Casework, CheckEvery, Reminder, casework_on, checks_for
from ews.policy.playbook import playbook_on
from ews.policy.policy import LARGE_EXPOSURE, Policy

OFFICER = Role.OFFICER.value
INSTALMENT = "instalment"


@dataclass(frozen=True, slots=True)
class CheckMade:
    """A submitted check; `loan_id` null where it is about the borrower."""

    case_id: str
    form: str
    done_on: date
    loan_id: str | None


@dataclass(frozen=True, slots=True)
class View:
    """One borrower as the agenda sees it; `published_on` is the day of the batch, on which it could first be read."""

    decision: Decision
    published_on: date
    today: date
    policy: Policy
    checks: tuple[CheckMade, ...] = ()
    watched: bool = False

    @property
    def casework(self) -> Casework:
        return casework_on(self.policy.casework, self.today)

    def newest_check(self, form: str) -> date | None:
        return max((one.done_on for one in self.checks if one.form == form), default=None)

    def loan(self, loan_id: str | None) -> LoanDecision | None:
        return next((one for one in self.decision.loans if one.loan_id == loan_id), None)


def duties_of(view: View) -> tuple[Duty, ...]:
    """Return what is asked for today, in the order of loans."""
    decision, calendar = view.decision, view.policy.calendar
    found: list[Duty] = []
    steps = playbook_on(view.policy.playbook, view.today).steps
    for loan in decision.loans:
        found.extend(_reminders(view, loan))
        found.extend(_first_check(view, loan))
        found.extend(step_duties(decision, loan, steps, calendar, view.published_on))
    found.extend(regular_checks(view))
    found.extend(_assessments(view))
    handled = type_duty(decision, view.casework, calendar, view.published_on)
    return (*found, handled) if handled is not None else tuple(found)


def reminder_on(loan: LoanDecision, reminder: Reminder) -> date | None:
    """Return the day of the calendar on which to remind of the next payment, None where none is known to come."""
    return None if loan.next_due_on is None else loan.next_due_on - timedelta(days=reminder.days_before)


def regular_checks(view: View) -> tuple[Duty, ...]:
    """Return the next regular check by each form."""
    decision = view.decision
    exposure = decision.exposure_fen
    if not decision.loans:
        return ()
    rows = checks_for(
        view.casework.checks,
        decision.level,
        large=exposure is not None and exposure > view.policy.value_on(LARGE_EXPOSURE, view.today),
        several=len(decision.loans) > 1,
        watched=view.watched,
        customer_type=decision.customer_type,
    )
    return tuple(_regular_check(view, row) for row in rows)


def _reminders(view: View, loan: LoanDecision) -> Iterator[Duty]:
    for reminder in view.casework.reminders:
        day = reminder_on(loan, reminder)
        if reminder.repayment != loan.repayment or day is None or loan.next_due_on is None:
            continue
        window = day - timedelta(days=reminder.days_before)
        if not window <= view.today <= loan.next_due_on or loan.next_due_on < view.decision.as_of:
            continue
        due = loan.next_due_on.isoformat()
        asks = () if loan.repayment == INSTALMENT else (PAID_FROM,)
        why = Text(f"Loan {loan.loan_id}: a payment is due on {due}", f"借据{loan.loan_id}将于{due}到期还款")
        terms = {"next_due_on": due, "next_due_fen": loan.next_due_fen}
        yield Duty(
            _name(view.decision, REMINDER, loan.loan_id, due),
            on_or_before(view.policy.calendar, day),
            TaskBody(
                REMINDER,
                reminder.code,
                OFFICER,
                plain(reminder.text),
                plain(why),
                loan.loan_id,
                None,
                None,
                asks,
                terms,
            ),
        )


def _first_check(view: View, loan: LoanDecision) -> Iterator[Duty]:
    plan, decision = view.casework.checks, view.decision
    if loan.opened_on is None or loan.product not in plan.first_products:
        return
    first, last = (loan.opened_on + timedelta(days=days) for days in (plan.first_from_days, plan.first_to_days))
    known_since = decision.as_of if decision.before is None else decision.before.as_of
    if last < known_since:
        return  # paid out before the book was watched: it is nobody's first check any more
    text = _first_text(first, last, is_past=last < view.today)
    why = Text(f"Loan {loan.loan_id} was paid out on {loan.opened_on}", f"借据{loan.loan_id}于{loan.opened_on}发放")
    body = TaskBody(
        FIRST_CHECK, "FIRST_CHECK", OFFICER, plain(text), plain(why), loan.loan_id, plan.first_form,
        first.isoformat(), (CHECK,), {"opened_on": loan.opened_on.isoformat()},
    )  # fmt: skip
    due = working_day(view.policy.calendar, last, view.published_on)
    yield Duty(_name(decision, FIRST_CHECK, loan.loan_id), due, body)


def _first_text(first: date, last: date, *, is_past: bool) -> Text:
    if is_past:
        return Text(
            f"First check after payout, use of funds included: it was to be made between {first} and {last}, which has "
            "passed; make it now",
            f"放款后首次检查（含资金用途）：应在{first}至{last}之间完成，期限已过，请立即补查",
        )
    return Text(
        f"First check after payout, use of funds included, between {first} and {last}",
        f"放款后首次检查（含资金用途），须在{first}至{last}之间完成",
    )


def _regular_check(view: View, row: CheckEvery) -> Duty:
    calendar, every = view.policy.calendar, timedelta(days=row.every_days)
    made = view.newest_check(row.form)
    if made is not None:
        basis, earliest = made, calendar.after(view.published_on, view.casework.checks.entry_days)
        why = Text(f"The last one was on {made}", f"上次检查日为{made}")
    else:
        opened = [loan.opened_on for loan in view.decision.loans if loan.opened_on is not None]
        basis = max(opened, default=view.published_on)
        earliest = basis if basis + every >= view.published_on else view.published_on + every
        why = Text("None is on record", "尚无此类检查记录")
    due = max(working_day(calendar, basis + every, view.published_on), on_or_before(calendar, earliest))
    form = form_text(view.policy, row.form, view.today)
    text = Text(
        f"Regular check: {form.en}, every {row.every_days} days", f"常规检查：{form.zh}，每{row.every_days}天一次"
    )
    terms = {"since": None if made is None else made.isoformat(), "every_days": row.every_days}
    body = TaskBody(REGULAR_CHECK, row.code, OFFICER, plain(text), plain(why), None, row.form, None, (CHECK,), terms)
    since = "never" if made is None else made.isoformat()
    return Duty(_name(view.decision, REGULAR_CHECK, row.form, since), due, body)


def _assessments(view: View) -> Iterator[Duty]:
    decision = view.decision
    due = view.policy.calendar.after(view.published_on, view.casework.lifecycle.handle_days[WarningLevel.RED])
    for member in decision.assess:
        text = Text(
            f"Assess the borrower: group member {member} has gone into default",
            f"关联方{member}已违约，须对本户开展评估",
        )
        why = Text(f"Group member {member} is in default", f"关联方{member}违约")
        body = TaskBody(ASSESSMENT, "GROUP_ASSESSMENT", OFFICER, plain(text), plain(why), terms={"member_id": member})
        yield Duty(_name(decision, ASSESSMENT, member, str(decision.as_of.year)), due, body)


def _name(decision: Decision, kind: str, *parts: str) -> str:
    return task_name(kind, decision.portfolio, decision.borrower_id, *parts)
