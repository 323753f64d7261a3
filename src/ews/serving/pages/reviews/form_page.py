"""One quarterly form, prefilled: monitoring, classification and provisions, determined, approved or returned here.

Part   in the side panel of the session, whose row and progress change with each act; else a page of its own
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from ews.casework.dossier.words import VERB_TEXTS, code_text, policy_words
from ews.casework.reviews import reviews
from ews.casework.reviews.form import LoanLine, ReviewForm, review_of
from ews.casework.reviews.reviews import ToApprove, ToDetermine
from ews.casework.words import ROLE_TEXTS
from ews.domain.levels import Tier
from ews.domain.people import Actor
from ews.domain.text import Text
from ews.serving.api.act_requests import ActRequest, ReasonRequest
from ews.serving.api.cases import CaseId
from ews.serving.api.reviews import DetermineRequest
from ews.serving.identity import ActorDep, RequestIdDep, ToldDep
from ews.serving.pages.forms import FieldsDep, read
from ews.serving.pages.render import View, ViewDep
from ews.serving.pages.reviews.session_page import row_parts
from ews.serving.pages.reviews.sitting import Asked, ReviewRow, rows_by_id, rows_of, session_of
from ews.store.cases import unknown_case
from ews.store.engine import reading
from ews.store.review_list import Listed

router = APIRouter(include_in_schema=False)

_TIER = "tier:"
"""Before the id of a loan: the tier that it is to have."""


@dataclass(frozen=True, slots=True)
class Group:
    """Cases of one kind that the form lists."""

    text: Text
    lines: Sequence[Any]


@router.get("/reviews/{case_id}")
def show_form(case_id: CaseId, view: ViewDep, actor: ActorDep, told: ToldDep) -> Response:
    """Show a form; one of another branch is told like one that does not exist."""
    form = _form(view, actor, case_id)
    told([] if form.case.borrower_id is None else [form.case.borrower_id])
    return view.show("reviews/panel.html" if view.is_part else "reviews/form.html", **_content(view, actor, form))


@router.post("/reviews/{case_id}/determine")
def determine(case_id: CaseId, fields: FieldsDep, view: ViewDep, actor: ActorDep, request_id: RequestIdDep) -> Response:
    """Determine the tiers of a borrower's loans."""
    tiers = {name.removeprefix(_TIER): values[0] for name, values in fields.items() if name.startswith(_TIER)}
    rest = {name: values for name, values in fields.items() if not name.startswith(_TIER)}
    asked = read(DetermineRequest, rest, tiers=tiers)
    wanted = ToDetermine(case_id, asked.version, asked.tiers, asked.reason)
    reviews.determine(view.services.desk, actor, wanted, request_id=request_id)
    return _after(view, actor, case_id)


@router.post("/reviews/{case_id}/approve")
def approve(case_id: CaseId, fields: FieldsDep, view: ViewDep, actor: ActorDep, request_id: RequestIdDep) -> Response:
    """Give one of the approvals."""
    asked = read(ActRequest, fields)
    reviews.approve(view.services.desk, actor, ToApprove(case_id, asked.version), request_id=request_id)
    return _after(view, actor, case_id)


@router.post("/reviews/{case_id}/return")
def send_back(case_id: CaseId, fields: FieldsDep, view: ViewDep, actor: ActorDep, request_id: RequestIdDep) -> Response:
    """Return a form with a reason."""
    asked = read(ReasonRequest, fields)
    reviews.send_back(
        view.services.desk, actor, case_id, version=asked.version, reason=asked.reason, request_id=request_id
    )
    return _after(view, actor, case_id)


@router.post("/reviews/{case_id}/withdraw")
def withdraw(case_id: CaseId, fields: FieldsDep, view: ViewDep, actor: ActorDep, request_id: RequestIdDep) -> Response:
    """Take back what the reader determined."""
    asked = read(ActRequest, fields)
    reviews.withdraw(view.services.desk, actor, case_id, version=asked.version, request_id=request_id)
    return _after(view, actor, case_id)


def _form(view: View, actor: Actor, case_id: str) -> ReviewForm:
    with reading(view.services.store) as connection:
        form = review_of(connection, case_id)
    if not actor.sees(form.case.branch_id):
        raise unknown_case(case_id)
    return form


def _after(view: View, actor: Actor, case_id: str) -> Response:
    if not view.is_part:
        return RedirectResponse(f"/reviews/{case_id}", status_code=303)
    form = _form(view, actor, case_id)
    content = _content(view, actor, form)
    answer = view.show("reviews/panel_acted.html", **content)
    answer.headers["hx-trigger"] = f'{{"case-changed": {{"case_id": "{case_id}"}}}}'
    return answer


def _content(view: View, actor: Actor, form: ReviewForm) -> dict[str, Any]:
    case, body = form.case, form.body
    asked = Asked(portfolio=case.portfolio, quarter=body.quarter, branch=case.branch_id)
    session = session_of(view, actor, asked)
    rows: tuple[ReviewRow, ...] = () if session is None else rows_by_id(view, actor, session, [case.case_id])
    row = rows[0] if rows else rows_of(view, actor, [Listed(case, None, None)])[0]
    today = view.services.desk.now().date()
    policy = view.services.desk.policy_on(today)
    rules = {one.code: one.meaning for one in (*policy.tier_rules.loan, *policy.tier_rules.model)}
    words = {**policy_words(policy, today), **rules}
    seen = body.monitoring
    parts = {} if session is None else row_parts(view, actor, session, rows)
    return {
        **parts,
        "row": row,
        "case": case,
        "body": body,
        "acts": form.acts,
        "signals": [code_text(code, words) for code in seen.signals],
        "groups": (
            Group(Text("warnings", "预警"), seen.warnings),
            Group(Text("measures", "处置措施"), seen.measures),
            Group(Text("checks", "贷后检查"), seen.checks),
            Group(Text("contacts", "联系"), seen.contacts),
        ),
        "loans": [
            (loan, _offered(loan), [code_text(code, words) for code, _ in loan.original.grounds]) for loan in body.loans
        ],
        "word_of": lambda code: code_text(code, words),
        "role_of": lambda role: ROLE_TEXTS.get(role, Text(role, role)),
        "verbs": VERB_TEXTS,
        "made": {} if body.determination is None else body.determination.tiers,
    }


def _offered(loan: LoanLine) -> Mapping[Tier, Text]:
    """Return the tiers that the floor of a loan allows."""
    return {tier: tier.text for tier in Tier if tier.rank >= loan.original.floor.rank}
