"""Begin a check: the forms of the policy, the one that fits first, and drafts that wait to be gone on with.

Fits   the form that a task asks for; for a red warning one that its verification takes, for another the policy's first
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from ews.casework.checks import checks
from ews.casework.checks.body import DRAFT, KIND, body_of
from ews.casework.checks.checks import Begin
from ews.casework.subject import subject_of
from ews.domain.levels import WarningLevel
from ews.domain.people import Actor
from ews.policy.forms import Form
from ews.policy.verification import Verification
from ews.serving.api.act_requests import Name
from ews.serving.api.checks import BeginRequest
from ews.serving.api.parameters import BorrowerId, Portfolio
from ews.serving.identity import ActorDep, RequestIdDep
from ews.serving.pages.checks.check_page import For
from ews.serving.pages.checks.facts import facts_about
from ews.serving.pages.forms import FieldsDep, read
from ews.serving.pages.render import View, ViewDep, link
from ews.serving.portfolios import require_portfolio
from ews.store.cases import Case, CaseFilter, find_case, find_cases
from ews.store.engine import reading
from ews.store.publications import Standing

router = APIRouter(include_in_schema=False)

Corrects = Annotated[str | None, Query(max_length=20, pattern=r"^C\d*$")]


class BeginForm(BeginRequest):
    """A check to begin, as the page sends it; `asked_for` is the case that it goes back to."""

    portfolio: Name | None = None
    asked_for: Name | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A form that may be begun; `draft` is the reader's open one."""

    form: Form
    fits: bool
    draft: Case | None


@router.get("/borrowers/{borrower_id:path}/checks/new")
def choose_form(
    borrower_id: BorrowerId, view: ViewDep, actor: ActorDep, portfolio: Portfolio = None, asked_for: For = None
) -> Response:
    """Offer the forms in force today."""
    require_portfolio(view.services.store, portfolio)
    own = subject_of(view.services.store, actor, borrower_id, portfolio).standing
    asking = None if asked_for is None else _asking(view, actor, asked_for, own)
    return view.show(
        "checks/new.html",
        standing=own,
        facts=facts_about(view, actor, borrower_id, own.portfolio),
        offers=_offers(view, actor, own, asking),
        asking=asking,
        loan_id=None if asking is None else asking.body.get("loan_id"),
    )


@router.post("/borrowers/{borrower_id:path}/checks/new")
def begin(
    borrower_id: BorrowerId, fields: FieldsDep, view: ViewDep, actor: ActorDep, request_id: RequestIdDep
) -> Response:
    """Open a draft, or go on with the one that is open."""
    asked = read(BeginForm, fields)
    require_portfolio(view.services.store, asked.portfolio)
    case = checks.begin_check(
        view.services.desk,
        actor,
        borrower_id,
        Begin(asked.form, asked.loan_id, asked.task_id, asked.corrects),
        facts_of=view.services.facts_of,
        portfolio=asked.portfolio,
        request_id=request_id,
    )
    return RedirectResponse(link(f"/checks/{case.case_id}", **{"for": asked.asked_for}), status_code=303)


def _asking(view: View, actor: Actor, case_id: str, own: Standing) -> Case | None:
    """Return the case that asks for the check; None where it is about somebody else, or not to be seen."""
    with reading(view.services.store) as connection:
        case = find_case(connection, case_id)
    about = (case.portfolio, case.borrower_id) == (own.portfolio, own.borrower_id)
    return case if about and actor.sees(case.branch_id) else None


def _offers(view: View, actor: Actor, own: Standing, asking: Case | None) -> tuple[Offer, ...]:
    desk = view.services.desk
    today = desk.now().date()
    policy = desk.policy_on(today)
    forms = policy.forms_on(today).forms
    wanted = CaseFilter((KIND,), (DRAFT,), own.portfolio, own.borrower_id, assignee=actor.user_id, is_open=True)
    with reading(view.services.store) as connection:
        drafts = {body_of(one).form: one for one in find_cases(connection, wanted)}
    best = _best(asking, policy.casework_on(today).verification)
    offers = [Offer(one, one.code == best, drafts.get(one.code)) for one in forms]
    return tuple(sorted(offers, key=lambda one: (not one.fits, one.draft is None)))


def _best(asking: Case | None, terms: Verification) -> str | None:
    if asking is None:
        return None
    form = asking.body.get("form")
    if isinstance(form, str):
        return form
    ways = terms.red_ways if asking.level is WarningLevel.RED else tuple(terms.forms)
    return next((code for way in ways for code in terms.forms.get(way, ())), None)
