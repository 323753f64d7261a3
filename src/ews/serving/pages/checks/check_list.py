"""Checks in sight: drafts and submitted ones, the newest first, fifty on a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response

from ews.casework.checks.body import DRAFT, KIND, SUBMITTED, CheckBody, body_of
from ews.casework.words import STATE_TEXTS
from ews.domain.people import Actor, Role
from ews.domain.text import Text
from ews.policy.forms import Form
from ews.serving.api.parameters import Filter
from ews.serving.identity import ActorDep, ToldDep
from ews.serving.pages.checks.facts import form_or_none
from ews.serving.pages.checks.shown import missing_in
from ews.serving.pages.render import View, ViewDep
from ews.store.cases import Case, CaseFilter, newest_cases
from ews.store.engine import reading

router = APIRouter(include_in_schema=False)

PAGE = 50
State = Literal["", "draft", "submitted", "corrected", "cancelled"]
"""Empty: all of them, as a form sends it."""
STATES = ("draft", "submitted", "corrected", "cancelled")


@dataclass(frozen=True, slots=True)
class CheckRow:
    """`missing` required fields of a draft; `waiting` findings that a second person has to approve."""

    case: Case
    body: CheckBody
    form: Text
    state: Text
    missing: int
    waiting: int


@router.get("/checks")
def list_checks(
    view: ViewDep,
    actor: ActorDep,
    told: ToldDep,
    state: State = "",
    flagged: Annotated[Literal["true"] | None, Query()] = None,
    mine: Annotated[Literal["true"] | None, Query()] = None,
    officer: Filter = None,
    below: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Response:
    """Show the checks of one's branch; of all branches at head office."""
    wanted = CaseFilter(
        kinds=(KIND,),
        states=(SUBMITTED,) if flagged else (state,) if state else (),
        role=Role.BRANCH_MANAGER.value if flagged else None,
        assignee=actor.user_id if mine else None,
        officer_id=officer,
        branch_id=actor.branch_id,
    )
    with reading(view.services.store) as connection:
        found = newest_cases(connection, wanted, limit=PAGE + 1, below=below)
    told(one.borrower_id for one in found[:PAGE] if one.borrower_id is not None)
    return view.show(
        "checks/list.html",
        rows=_rows(view, found[:PAGE]),
        below=_number(found[PAGE - 1]) if len(found) > PAGE else None,
        first=below is None,
        query={"state": state or None, "flagged": flagged, "mine": mine, "officer": officer},
        states=[(code, STATE_TEXTS[code]) for code in STATES],
        may_begin=_begins(actor),
    )


def _rows(view: View, found: Sequence[Case]) -> list[CheckRow]:
    """Return the rows; each form is asked of the policy once."""
    desk, known = view.services.desk, dict[tuple[str, date], Form | None]()
    pairs = [(case, body_of(case)) for case in found]
    for _, body in pairs:
        if (body.form, body.began_on) not in known:
            known[body.form, body.began_on] = form_or_none(desk, body)
    today = desk.now().date()
    return [_row(case, body, known[body.form, body.began_on], today) for case, body in pairs]


def _row(case: Case, body: CheckBody, form: Form | None, today: date) -> CheckRow:
    return CheckRow(
        case,
        body,
        Text(body.form, body.form) if form is None else form.text,
        STATE_TEXTS[case.state],
        len(missing_in(form, body, today)) if form is not None and case.state == DRAFT else 0,
        sum(one.waits for one in body.proposed),
    )


def _number(case: Case) -> int:
    return int(case.case_id[1:])


def _begins(actor: Actor) -> bool:
    return bool(actor.roles & {Role.OFFICER, Role.BRANCH_MANAGER, Role.RISK_MANAGER})
