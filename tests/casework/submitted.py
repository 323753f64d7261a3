"""Submitted checks as small as can be, for verdicts that rest on one."""

from datetime import date
from typing import Any

from ews.casework.checks.body import KIND, SUBMITTED, CheckBody, write_body
from ews.casework.desk import Desk, at_work, open_case
from ews.store.cases import Case
from tests.casework.people import OFFICER


def checked(
    desk: Desk,
    form: str = "visit",
    *,
    borrower_id: str = "B1",
    done_on: date | None = None,
    state: str = SUBMITTED,
    **more: Any,
) -> str:
    """Store a check of the borrower, made today where no day is given, and return its id."""
    with at_work(desk, OFFICER, "test", borrower_id) as work:
        body = CheckBody(form, work.today, done_on=done_on or work.today, entered_on=work.today, **more)
        draft = Case(KIND, state, "sme", borrower_id, branch_id="branch-1", body=write_body(body), closed_at=work.at)
        opened = open_case(work, draft, "submit")
    assert opened is not None
    return opened.case_id


def by_check(desk: Desk, told: dict[str, Any], *, borrower_id: str = "B1") -> dict[str, Any]:
    """Return a verdict with a check that shows it."""
    return {**told, "check_id": checked(desk, told["how"], borrower_id=borrower_id)}
