"""Task ends: when a task needs nobody any more, because it was done by a check or its ground is gone.

Never   a task ends on what nobody knows: days past due, due days and types that are null leave it standing
"""

from collections.abc import Iterable
from datetime import date

from ews.casework.tasks.customer_type import handled_as
from ews.casework.tasks.dpd_steps import late_since
from ews.casework.tasks.duties import CheckMade, View
from ews.casework.tasks.task import ASSESSMENT, CHECK, CUSTOMER_TYPE, DPD_STEP, REMINDER, TaskBody
from ews.domain.decisions import LoanDecision
from ews.domain.text import Text


def check_for(body: TaskBody, opened_on: date, checks: Iterable[CheckMade]) -> CheckMade | None:
    """Return the first submitted check that does what the task asks, None where there is none.

    It is by the task's form, on the task's loan if it is on one, and not older than the task allows: for a regular
    check younger than the one that it is counted from, for a check after an event as young as the task.
    """
    if CHECK not in body.asks:
        return None
    since = body.terms.get("since")
    if body.from_on is not None:
        first = date.fromisoformat(body.from_on)
    else:
        first = date.min if since is None else date.fromisoformat(since)
        first = opened_on if "event" in body.terms else first
    fitting = [
        one
        for one in checks
        if one.form == body.form
        and (body.loan_id is None or one.loan_id in {None, body.loan_id})
        and (one.done_on > first if since is not None else one.done_on >= first)
    ]
    return min(fitting, key=lambda one: (one.done_on, one.case_id), default=None)


def why_moot(body: TaskBody, view: View) -> Text | None:
    """Return why the newest decision leaves a task without ground, None where its ground stands."""
    loan = view.loan(body.loan_id)
    as_of = view.decision.as_of
    if body.loan_id is not None and loan is None:
        return Text(
            f"Loan {body.loan_id} is no longer in the book as of {as_of}", f"截至{as_of}借据{body.loan_id}已不在册"
        )
    if body.type == REMINDER and loan is not None:
        return _reminded(body, loan, view.today)
    if body.type == DPD_STEP and loan is not None:
        return _paid(body, loan, view)
    if body.type == CUSTOMER_TYPE:
        return _other_type(body, view)
    if body.type == ASSESSMENT and body.terms["member_id"] not in view.decision.assess:
        return Text(f"As of {as_of} no assessment is asked for any more", f"截至{as_of}已无须评估")
    return None


def left_the_book(as_of: date) -> Text:
    """Return why tasks of a borrower end who is in the newest batch no more, of which nobody was rejected."""
    return Text(f"The borrower has no loan in the book as of {as_of}", f"截至{as_of}该户已无在册贷款")


def _reminded(body: TaskBody, loan: LoanDecision, today: date) -> Text | None:
    due = date.fromisoformat(body.terms["next_due_on"])
    if loan.next_due_on is not None and loan.next_due_on != due:
        return Text(
            f"The payment of {due} is no longer the next: that is due on {loan.next_due_on}",
            f"{due}的还款已非下一期，下一期为{loan.next_due_on}",
        )
    if today > due:
        return Text(f"The day of the payment, {due}, has passed without the reminder", f"还款日{due}已过，未及提醒")
    return None


def _paid(body: TaskBody, loan: LoanDecision, view: View) -> Text | None:
    if loan.dpd is None:
        return None
    since, now = date.fromisoformat(body.terms["late_since"]), late_since(view.decision, loan)
    if now is None:
        return Text(
            f"Paid: nothing is past due as of {view.decision.as_of}", f"已还清欠款：截至{view.decision.as_of}无逾期"
        )
    if now > since:
        return Text(f"What was due on {since} is paid; unpaid since {now}", f"{since}到期款项已还，现自{now}起欠款")
    return None


def _other_type(body: TaskBody, view: View) -> Text | None:
    now = view.decision.customer_type
    if now is None or now == body.terms["customer_type"]:
        return None
    found = handled_as(view.casework, now)
    name = now if found is None else f"{now} ({found.text.en})"
    return Text(f"The customer type is {name} as of {view.decision.as_of}", f"截至{view.decision.as_of}客户类型为{now}")
