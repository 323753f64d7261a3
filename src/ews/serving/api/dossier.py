"""The due-diligence file of a borrower, as JSON, as one HTML page or as a Word file."""

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response
from pydantic import TypeAdapter

from ews.casework.dossier.dossier import Dossier
from ews.casework.dossier.make import dossier_of, pictures_of
from ews.casework.dossier.paper import paper_of
from ews.casework.paper.docx import docx_of
from ews.casework.paper.page import CSP, page_of
from ews.casework.paper.paper import CHINESE_FIRST, Say
from ews.domain.people import Actor
from ews.domain.text import Language
from ews.serving.api.parameters import BorrowerId, Lang, Portfolio
from ews.serving.api.problems import problems
from ews.serving.dossier_sight import Records, in_sight
from ews.serving.identity import ActorDep
from ews.serving.portfolios import require_portfolio
from ews.serving.services import Services, ServicesDep
from ews.serving.sight import portfolio_in_sight

router = APIRouter(tags=["due-diligence file"])

MOST_BYTES = 30_000_000
"""Photos that one file shows, all together; the rest is listed with its hash."""
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_JSON: TypeAdapter[Dossier] = TypeAdapter(Dossier)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')


class Format(StrEnum):
    JSON = "json"
    HTML = "html"
    DOCX = "docx"


AsFormat = Annotated[Format, Query(alias="format", description="JSON, one HTML page, or a Word file")]

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file; HTML and Word as an attachment",
        "content": {
            "application/json": {
                "schema": {"type": "object"},
                "example": {"seal": {"entry": 1204, "hash": "9f86d081"}},
            },
            "text/html": {"schema": {"type": "string"}},
            DOCX: _BINARY,
        },
    }
}
_PROBLEMS = (
    "unauthenticated",
    "forbidden",
    "log-unavailable",
    "unknown-parameter",
    "unusable-value",
    "unknown-borrower",
    "ambiguous-borrower",
    "invalid-request",
    "bad-request",
    "tampered",
    "store-unavailable",
)


@router.get(
    "/v1/borrowers/{borrower_id:path}/dossier",
    summary="The due-diligence file of a borrower",
    response_class=Response,
    responses={**_ANSWER, **problems(*_PROBLEMS)},
)
def read_dossier(
    borrower_id: BorrowerId,
    services: ServicesDep,
    actor: ActorDep,
    portfolio: Portfolio = None,
    as_format: AsFormat = Format.JSON,
    lang: Lang = None,
) -> Response:
    """Return what was known about a borrower when, and what was done when, by whom, with evidence.

    It ends with the newest entry of the audit log at that moment, so that it can be held against the log later. Each
    look-up of the borrower is told to auditors; others see how often who looked on which day.
    """
    dossier = dossier_in_sight(services, actor, borrower_id, portfolio)
    if as_format is Format.JSON:
        plain = _JSON.dump_python(dossier, mode="json")
        return JSONResponse(plain if lang is None else _in_language(plain, lang))
    return printed(dossier, as_format, lang, services.evidence)


def dossier_in_sight(services: Services, actor: Actor, borrower_id: str, portfolio: str | None) -> Dossier:
    """Return the file as the actor may read it."""
    require_portfolio(services.store, portfolio)
    seen = portfolio_in_sight(services.store, actor, borrower_id, portfolio)
    records = Records(services)
    made = dossier_of(
        services.desk,
        actor,
        borrower_id,
        printed_at=services.desk.now(),
        portfolio=seen,
        tell=records,
        evidence=services.evidence,
    )
    return in_sight(services, actor, made, records.named)


def printed(dossier: Dossier, as_format: Format, lang: Language | None, evidence: Path | None) -> Response:
    """Return the file on paper, to be saved under the borrower's id and the day."""
    pictures = dict(pictures_of(dossier, evidence, MOST_BYTES))
    paper = paper_of(dossier, say_in(lang), pictures)
    name = f"dossier-{dossier.who.borrower_id}-{dossier.seal.printed_at:%Y%m%d}"
    if as_format is Format.HTML:
        return attached(
            page_of(paper).encode(), "text/html; charset=utf-8", f"{name}.html", {"content-security-policy": CSP}
        )
    return attached(docx_of(paper), DOCX, f"{name}.docx")


def say_in(lang: Language | None) -> Say:
    return Say(CHINESE_FIRST if lang is None else (lang,))


def attached(
    content: bytes, media_type: str, name: str, headers: Mapping[str, str] | None = None, title: str | None = None
) -> Response:
    """Return a file to be saved; of its name only letters, digits, dots, dashes and underscores are left.

    `title` is the name for whoever can read any script (RFC 5987); of it only what no file system takes is replaced.
    """
    safe = _UNSAFE.sub("_", name)[-150:]
    told = "" if title is None else f"; filename*=UTF-8''{quote(_FORBIDDEN.sub('_', title)[-150:], safe='')}"
    usual = {"content-disposition": f'attachment; filename="{safe}"{told}', "x-content-type-options": "nosniff"}
    return Response(content, media_type=media_type, headers={**usual, **(headers or {})})


def _in_language(plain: Any, lang: Language) -> Any:
    """Return the content with each text in one language, as the other routes tell it."""
    if isinstance(plain, dict):
        if set(plain) == {"en", "zh"}:
            return {lang.value: plain[lang.value]}
        return {name: _in_language(one, lang) for name, one in plain.items()}
    return [_in_language(one, lang) for one in plain] if isinstance(plain, list) else plain
