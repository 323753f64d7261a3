"""Papers of a borrower on the screen, to be printed or saved: the monitoring report and the due-diligence file."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from ews.casework.dossier.dossier import Dossier
from ews.casework.dossier.make import pictures_of
from ews.casework.dossier.paper import TITLE as DOSSIER
from ews.casework.dossier.paper import paper_of as dossier_paper
from ews.casework.paper.docx import docx_of
from ews.casework.paper.page import sheet_of
from ews.casework.paper.paper import Paper, Say
from ews.casework.report.paper import paper_of as report_paper
from ews.domain.people import Actor
from ews.domain.text import Language
from ews.serving.api.dossier import DOCX, MOST_BYTES, attached, dossier_in_sight
from ews.serving.api.parameters import BorrowerId, Lang, Portfolio
from ews.serving.api.report import written
from ews.serving.identity import ActorDep
from ews.serving.pages import paper_style
from ews.serving.pages.render import View, ViewDep, link
from ews.serving.report_sight import report_in_sight
from ews.serving.services import Services

router = APIRouter(include_in_schema=False)


@router.get("/borrowers/{borrower_id:path}/report")
def show_report(
    borrower_id: BorrowerId, view: ViewDep, actor: ActorDep, portfolio: Portfolio = None, lang: Lang = None
) -> HTMLResponse:
    """Show the monitoring report on the newest decision."""
    report, language = report_in_sight(view.services, actor, borrower_id, portfolio), lang or view.language
    paper = report_paper(report, view.services.wording, language)
    return _shown(view, paper, borrower_id, report.decision.portfolio, "report")


@router.get("/borrowers/{borrower_id:path}/report.docx")
def save_report(
    borrower_id: BorrowerId, view: ViewDep, actor: ActorDep, portfolio: Portfolio = None, lang: Lang = None
) -> Response:
    """Return the monitoring report as a Word file."""
    report = report_in_sight(view.services, actor, borrower_id, portfolio)
    return written(report, view.services, lang or view.language)


@router.get("/borrowers/{borrower_id:path}/dossier")
def show_dossier(
    borrower_id: BorrowerId, view: ViewDep, actor: ActorDep, portfolio: Portfolio = None, lang: Lang = None
) -> HTMLResponse:
    """Show the due-diligence file."""
    dossier, paper = _dossier(view.services, actor, borrower_id, portfolio, lang or view.language)
    return _shown(view, paper, borrower_id, dossier.who.portfolio, "dossier")


@router.get("/borrowers/{borrower_id:path}/dossier.docx")
def save_dossier(
    borrower_id: BorrowerId, view: ViewDep, actor: ActorDep, portfolio: Portfolio = None, lang: Lang = None
) -> Response:
    """Return the due-diligence file as a Word file."""
    language = lang or view.language
    dossier, paper = _dossier(view.services, actor, borrower_id, portfolio, language)
    about = f"{borrower_id}-{dossier.seal.printed_at:%Y%m%d}.docx"
    return attached(docx_of(paper), DOCX, f"dossier-{about}", title=f"{DOSSIER.in_(language)}-{about}")


def _dossier(
    services: Services, actor: Actor, borrower_id: str, portfolio: str | None, language: Language
) -> tuple[Dossier, Paper]:
    dossier = dossier_in_sight(services, actor, borrower_id, portfolio)
    pictures = dict(pictures_of(dossier, services.evidence, MOST_BYTES))
    return dossier, dossier_paper(dossier, Say((language,)), pictures)


def _shown(view: View, paper: Paper, borrower_id: str, portfolio: str, kind: str) -> HTMLResponse:
    """Show a paper with what can be done with it; the other paper and the other language are one click away."""
    path = f"/borrowers/{quote(borrower_id, safe='')}"
    other = Language.EN if paper.language is Language.ZH else Language.ZH
    links: Mapping[str, Any] = {
        "back": link(path, portfolio=portfolio),
        "docx": link(f"{path}/{kind}.docx", portfolio=portfolio, lang=paper.language.value),
        "in_other": link(f"{path}/{kind}", portfolio=portfolio, lang=other.value),
        "other_paper": link(f"{path}/{'dossier' if kind == 'report' else 'report'}", portfolio=portfolio),
    }
    return view.show(
        "papers/paper.html",
        sheet=sheet_of(paper),
        paper=paper,
        kind=kind,
        links=links,
        style=paper_style.ADDRESS,
        in_other_word="English" if other is Language.EN else "中文",
        in_other=other,
    )
