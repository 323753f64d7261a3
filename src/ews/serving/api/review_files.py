"""Word files of the quarterly session: one form, or all forms of a branch behind their list."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from ews.casework.dossier.words import policy_words
from ews.casework.paper.docx import docx_of
from ews.casework.paper.docx_apart import docx_apart
from ews.casework.paper.review import review_paper
from ews.casework.paper.session import session_paper
from ews.casework.reviews.form import quarter_of, review_of, reviews_of
from ews.domain.errors import UnknownCaseError
from ews.serving.api.case_pages import LIST_PROBLEMS
from ews.serving.api.cases import CaseId
from ews.serving.api.dossier import DOCX, attached, say_in
from ews.serving.api.parameters import Lang
from ews.serving.api.problems import problems
from ews.serving.identity import ActorDep, ToldDep
from ews.serving.portfolios import require_portfolio
from ews.serving.services import ServicesDep
from ews.store.cases import unknown_case
from ews.store.engine import reading

router = APIRouter(tags=["quarterly session"])

_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"description": "A Word file", "content": {DOCX: {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get(
    "/v1/reviews/sessions/form.docx",
    summary="All quarterly forms of a branch as a Word file",
    response_class=Response,
    responses={**_ANSWER, **problems("unknown-case", *LIST_PROBLEMS)},
)
def read_session(
    services: ServicesDep,
    actor: ActorDep,
    told: ToldDep,
    portfolio: Annotated[str, Query(description="The portfolio", min_length=1, max_length=200)],
    branch_id: Annotated[str, Query(description="The branch", min_length=1, max_length=200)],
    quarter: Annotated[str, Query(description="Year and number, like 2026Q2", max_length=10)],
    lang: Lang = None,
) -> Response:
    """Return the list of a branch's forms and each form on a page of its own; a foreign branch has none."""
    require_portfolio(services.store, portfolio)
    name, now = quarter_of(quarter).name, services.desk.now()
    with reading(services.store) as connection:
        forms = reviews_of(connection, portfolio, branch_id, name) if actor.sees(branch_id) else ()
    if not forms:
        message = f"Branch '{branch_id}' has no forms of {name} in portfolio '{portfolio}'. Open the session first."
        raise UnknownCaseError(message)
    told(form.case.borrower_id for form in forms if form.case.borrower_id is not None)
    words = policy_words(services.desk.policy_on(now.date()), now.date())
    paper = session_paper(forms, say_in(lang), words, now, branch_id=branch_id, quarter=name)
    return attached(docx_apart(paper), DOCX, f"session-{name}-{branch_id}.docx")


@router.get(
    "/v1/reviews/{case_id}/form.docx",
    summary="A quarterly form as a Word file",
    response_class=Response,
    responses={**_ANSWER, **problems("unknown-case", *LIST_PROBLEMS)},
)
def read_form(case_id: CaseId, services: ServicesDep, actor: ActorDep, told: ToldDep, lang: Lang = None) -> Response:
    """Return the form of a borrower, with what was seen, determined and approved so far, to be signed."""
    now = services.desk.now()
    with reading(services.store) as connection:
        form = review_of(connection, case_id)
    if not actor.sees(form.case.branch_id):
        raise unknown_case(case_id)
    told([] if form.case.borrower_id is None else [form.case.borrower_id])
    words = policy_words(services.desk.policy_on(now.date()), now.date())
    paper = review_paper(form, say_in(lang), words, now)
    return attached(docx_of(paper), DOCX, f"review-{form.body.quarter}-{form.case.borrower_id}.docx")
