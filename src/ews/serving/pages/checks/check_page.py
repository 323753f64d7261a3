"""A check on a page: a form to fill in for whoever's draft it is, for everybody else what it says.

Part     after an act the open page takes parts: what was saved, what is missing, what is wrong at which field
Nothing is decided here: `may` is what casework would not refuse.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from ews.casework.checks.body import DRAFT, KIND, CheckBody, body_of
from ews.casework.checks.evidence import MOST_BYTES
from ews.casework.checks.may import SAVE, may_now
from ews.casework.checks.outcome import CheckOutcome
from ews.casework.dossier.words import VERB_TEXTS
from ews.domain.people import Actor
from ews.domain.text import Language, Text
from ews.policy.forms import Form
from ews.serving.api.case_out import CaseOut
from ews.serving.api.cases import CaseId
from ews.serving.api.check_out import CheckOut
from ews.serving.identity import ActorDep, ToldDep
from ews.serving.pages.checks.facts import facts_about, form_or_none
from ews.serving.pages.checks.shown import Noted, missing_in, sections_of
from ews.serving.pages.render import View, ViewDep
from ews.store.cases import Act, Case, acts_of, find_case, unknown_case
from ews.store.engine import reading

router = APIRouter(include_in_schema=False)

For = Annotated[
    str | None, Query(alias="for", description="The case that asks for the check", max_length=20, pattern=r"^[A-Z]\d*$")
]


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of which another answer is kept than the one written here; null where there is none."""

    text: Text
    kept: str | None
    written: str | None


@dataclass(frozen=True, slots=True)
class Stale:
    """What was done since the page was opened."""

    act: Act
    changed: tuple[Difference, ...]
    may_save: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What an act adds. `outcome` is asked about before a draft counts; `is_short`: something is missing."""

    noted: Noted = field(default_factory=Noted)
    done_on: str | None = None
    saved_at: datetime | None = None
    outcome: CheckOutcome | None = None
    is_short: bool = False
    stale: Stale | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A check that the reader may see; `form` is null where the policy of its day can no longer be read."""

    case: Case
    body: CheckBody
    form: Form | None
    acts: Sequence[Act]
    may: frozenset[str]


@router.get("/checks/{case_id}")
def show_check(case_id: CaseId, view: ViewDep, actor: ActorDep, told: ToldDep, asked_for: For = None) -> Response:
    """Show a check: to be filled in, or as it was submitted."""
    opened = open_check(view, actor, case_id)
    told([] if opened.case.borrower_id is None else [opened.case.borrower_id])
    return page(view, actor, opened, asked_for=asked_for)


def open_check(view: View, actor: Actor, case_id: str) -> Opened:
    """Return a check; one of another branch is told like one that does not exist."""
    desk = view.services.desk
    today = desk.now().date()
    with reading(view.services.store) as connection:
        case = find_case(connection, case_id)
        if case.kind != KIND or not actor.sees(case.branch_id):
            raise unknown_case(case_id)
        body = body_of(case)
        terms = desk.policy_on(today).casework_on(today).findings
        may = may_now(connection, actor, case, body, terms)
        acts = acts_of(connection, [case_id])
    return Opened(case, body, form_or_none(desk, body), acts, may)


def page(
    view: View,
    actor: Actor,
    opened: Opened,
    *,
    told: Told | None = None,
    asked_for: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    """Return the whole page."""
    shown = told or Told()
    is_filled_in = SAVE in opened.may and opened.form is not None
    case = opened.case
    return view.show(
        "checks/form.html" if is_filled_in else "checks/check.html",
        status=status,
        **_content(view, opened, shown),
        facts=facts_about(view, actor, str(case.borrower_id), case.portfolio, but=case.case_id),
        out=None if is_filled_in else CheckOut.of(case, view.services.desk, tuple(Language)),
        acts=opened.acts,
        verbs=VERB_TEXTS,
        asked_for=asked_for or opened.body.task_id,
        is_draft=case.state == DRAFT,
        most_bytes=MOST_BYTES,
    )


def parts(view: View, opened: Opened, told: Told) -> HTMLResponse:
    """Return what changes on an open page after it was saved."""
    return view.show("checks/saved.html", **_content(view, opened, told))


def _content(view: View, opened: Opened, told: Told) -> dict[str, Any]:
    desk = view.services.desk
    now = desk.now()
    form, body = opened.form, opened.body
    tolerance = desk.policy_on(now.date()).casework_on(now.date()).quality.tolerance
    done_on = told.done_on or (None if body.done_on is None else body.done_on.isoformat()) or now.date().isoformat()
    return {
        "case": opened.case,
        "case_out": CaseOut.of(opened.case, tuple(Language)),
        "body": body,
        "form_text": Text(body.form, body.form) if form is None else form.text,
        "sections": () if form is None else sections_of(view, form, body, told.noted, tolerance),
        "missing": () if form is None else missing_in(form, body, now.date()),
        "done_on": done_on,
        "told": told,
        "may": opened.may,
        "saved_at": told.saved_at or _last_saved(opened),
        "own_files": body.files,
    }


def _last_saved(opened: Opened) -> datetime | None:
    return next((act.at for act in reversed(opened.acts) if act.verb == "save"), None)
