"""The monitoring report of a borrower as a Word file."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from ews.casework.paper.docx import docx_of
from ews.casework.report.paper import TITLE, paper_of
from ews.casework.report.report import Report
from ews.domain.text import Language
from ews.serving.api.dossier import DOCX, attached
from ews.serving.api.parameters import BorrowerId, Lang, Portfolio
from ews.serving.api.problems import problems
from ews.serving.identity import ActorDep
from ews.serving.report_sight import report_in_sight
from ews.serving.services import Services, ServicesDep

router = APIRouter(tags=["monitoring report"])

_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"description": "A Word file", "content": {DOCX: {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get(
    "/v1/borrowers/{borrower_id:path}/report.docx",
    summary="The monitoring report of a borrower as a Word file",
    response_class=Response,
    responses={
        **_ANSWER,
        **problems(
            "unauthenticated",
            "forbidden",
            "log-unavailable",
            "unknown-parameter",
            "unusable-value",
            "unknown-borrower",
            "unknown-batch",
            "ambiguous-borrower",
            "invalid-request",
            "bad-request",
            "store-unavailable",
        ),
    },
)
def read_report(
    borrower_id: BorrowerId, services: ServicesDep, actor: ActorDep, portfolio: Portfolio = None, lang: Lang = None
) -> Response:
    """Return the report on the newest decision, in one language (Chinese where none is asked for), to be signed."""
    return written(report_in_sight(services, actor, borrower_id, portfolio), services, lang or Language.ZH)


def written(report: Report, services: Services, language: Language) -> Response:
    """Return the report as a Word file, named by its title, the borrower and the day."""
    about = f"{report.decision.borrower_id}-{report.decision.as_of:%Y%m%d}.docx"
    content = docx_of(paper_of(report, services.wording, language))
    return attached(content, DOCX, f"report-{about}", title=f"{TITLE.in_(language)}-{about}")
