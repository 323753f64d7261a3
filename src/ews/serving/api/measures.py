"""Measures: what is decided on a borrower who still pays; and what was learnt about one, for the next application."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from ews.casework.checks.attachments import MOST_FILES
from ews.casework.measures import measures
from ews.casework.measures.lessons import About, Lesson, Standing, lessons_of
from ews.casework.measures.measures import LARGEST_FEN, MeasureDraft
from ews.domain.text import Language, Text
from ews.policy.casework import Casework
from ews.policy.forms import Forms
from ews.serving.api.act_requests import (
    ACT_PROBLEMS,
    SUBJECT_PROBLEMS,
    ActRequest,
    Day,
    Name,
    NoteRequest,
    ReasonRequest,
    Said,
    SubjectRequest,
    answer,
    case_example,
)
from ews.serving.api.case_out import CaseOut
from ews.serving.api.case_pages import LIST_PROBLEMS, OpenOnly, cases_page
from ews.serving.api.cases import CaseId, CasesOut
from ews.serving.api.parameters import BorrowerId, Cursor, Filter, Lang, Limit, Portfolio, languages, require_json
from ews.serving.api.problems import problems
from ews.serving.api.words import Words, words
from ews.serving.identity import ActorDep, RequestIdDep, ToldDep
from ews.serving.portfolios import require_portfolio
from ews.serving.services import ServicesDep
from ews.store.cases import CaseFilter

router = APIRouter(tags=["measures"])

_EXAMPLE = case_example(
    "M0000001",
    ("measure", "measure", "处置措施"),
    ("approved", "approved", "已批准"),
    {
        "measure": "freeze_drawing",
        "cause": "outside_lenders_cut",
        "reason": "Two other banks have called their loans",
        "amount_fen": 5000000,
        "until": "2026-12-31",
        "approver": "branch_manager",
        "proposed_by": "zhang.wei",
        "decided_by": "li.na",
    },
)
_LESSON = {
    "on": "2026-07-06",
    "about": "finding",
    "code": "stoppage",
    "text": {"en": "Stoppage", "zh": "停产停业"},
    "outcome": "partly",
    "said": "Half the workshop stands still",
    "by": "zhang.wei",
    "case_id": "C0000001",
    "standing": "replaced",
    "until": "2026-08-03",
    "corrected_by": "C0000002",
}

_VERDICTS = {
    (About.VERDICT, "true"): Text("warning found true", "预警属实"),
    (About.VERDICT, "false"): Text("warning found false", "预警为误报"),
}


class ProposeRequest(SubjectRequest):
    """A measure to be approved by a second person."""

    measure: Name = Field(description="Code of a measure of the policy", examples=["freeze_drawing"])
    cause: Name = Field(description="Code of a cause of the policy: what the trouble comes from", examples=["disaster"])
    reason: Said = Field(description="Why this measure", examples=["Two other banks have called their loans"])
    amount_fen: int | None = Field(
        default=None, description="In fen, where the measure has an amount", ge=1, le=LARGEST_FEN, examples=[5000000]
    )
    until: Day | None = Field(default=None, description="Last day of the measure, where it has one")
    warning_id: Name | None = Field(default=None, description="The warning that it answers", examples=["W0000001"])


class DoneRequest(ActRequest):
    """The measure was carried out."""

    evidence: Said = Field(description="What shows it", examples=["Supplement 2 to the contract, signed 2026-07-10"])
    learnt: Said | None = Field(default=None, description="What the next application should know")
    files: list[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]] = Field(
        default=[],
        description="SHA-256 of files that were handed in with checks of the borrower",
        max_length=MOST_FILES,
    )


class LessonOut(BaseModel):
    """One thing that was learnt about a borrower."""

    on: date
    about: About = Field(description="What the line tells")
    code: str | None = Field(description="Cause, measure, verdict, or the field of a finding", examples=["disaster"])
    text: Words = Field(description="What the code means; the code itself where the policy of today knows it no more")
    outcome: str | None = Field(description="What state an act left its case in, or the value found")
    said: str | None = Field(description="What the person wrote")
    by: str = Field(description="Account of the person", examples=["zhang.wei"])
    case_id: str = Field(examples=["M0000001"])
    standing: Standing | None = Field(description="Whether a finding still stands; null for all else")
    until: date | None = Field(description="Since when it no longer stands")
    corrected_by: str | None = Field(description="The check that replaced it or took it back", examples=["C0000002"])

    @classmethod
    def of(cls, line: Lesson, texts: Mapping[tuple[About, str], Text], languages: tuple[Language, ...]) -> Self:
        text = texts.get((line.about, line.code or ""), Text(line.code or "", line.code or ""))
        same = ("on", "about", "code", "outcome", "by", "case_id", "standing", "until", "corrected_by")
        own = {name: getattr(line, name) for name in same}
        return cls(**own, said=line.text, text=words(text, languages))


class LessonsOut(BaseModel):
    """What was learnt about a borrower over time."""

    portfolio: str
    borrower_id: str
    items: list[LessonOut] = Field(description="The oldest first")


@router.get(
    "/v1/borrowers/{borrower_id:path}/lessons",
    summary="What was learnt about a borrower",
    responses={
        **answer({"portfolio": "sme", "borrower_id": "B0000001", "items": [_LESSON]}),
        **problems("unknown-borrower", "ambiguous-borrower", *LIST_PROBLEMS),
    },
)
def read_lessons(
    borrower_id: BorrowerId, services: ServicesDep, actor: ActorDep, portfolio: Portfolio = None, lang: Lang = None
) -> LessonsOut:
    """Return causes, measures, verdicts on warnings, lessons drawn and findings: what the next application rests on."""
    require_portfolio(services.store, portfolio)
    found = lessons_of(services.store, actor, borrower_id, portfolio)
    today = services.desk.now().date()
    policy = services.desk.policy_on(today)
    texts = _texts(policy.casework_on(today), policy.forms_on(today))
    return LessonsOut(
        portfolio=found.portfolio,
        borrower_id=found.borrower_id,
        items=[LessonOut.of(line, texts, languages(lang)) for line in found.lines],
    )


@router.get(
    "/v1/measures",
    summary="Measures",
    responses={
        **answer({"items": [_EXAMPLE], "next_cursor": "eyJsaXN0Ijoi…"}),
        **problems(*LIST_PROBLEMS),
    },
)
def list_measures(  # noqa: PLR0913, PLR0917 - each is a parameter of the query
    services: ServicesDep,
    actor: ActorDep,
    told: ToldDep,
    borrower_id: Annotated[Filter, Query(description="Only about this borrower")] = None,
    portfolio: Portfolio = None,
    is_open: OpenOnly = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    lang: Lang = None,
) -> CasesOut:
    """Return the measures of the reader's branches, page by page."""
    require_portfolio(services.store, portfolio)
    wanted = CaseFilter([measures.KIND], portfolio=portfolio, borrower_id=borrower_id, is_open=is_open)
    return cases_page(services, actor, told, wanted, limit=limit, cursor=cursor, lang=lang)


@router.post(
    "/v1/measures",
    summary="Propose a measure",
    dependencies=[Depends(require_json)],
    responses={**answer(_EXAMPLE), **problems(*SUBJECT_PROBLEMS)},
)
def propose(
    request: ProposeRequest, services: ServicesDep, actor: ActorDep, request_id: RequestIdDep, lang: Lang = None
) -> CaseOut:
    """Propose what to do about a borrower; a second, more senior person approves it.

    What cuts credit is refused while a red warning of the borrower is not verified.
    """
    require_portfolio(services.store, request.portfolio)
    draft = MeasureDraft(**request.model_dump(exclude={"borrower_id", "portfolio"}))
    case = measures.propose(
        services.desk, actor, request.borrower_id, draft, portfolio=request.portfolio, request_id=request_id
    )
    return CaseOut.of(case, languages(lang))


@router.post(
    "/v1/measures/{case_id}/approve",
    summary="Approve a measure",
    dependencies=[Depends(require_json)],
    responses={**answer(_EXAMPLE), **problems(*SUBJECT_PROBLEMS)},
)
def approve(
    case_id: CaseId,
    request: NoteRequest,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CaseOut:
    """Let a proposed measure be carried out, as another person of the role that the policy names, or above."""
    case = measures.approve(
        services.desk, actor, case_id, version=request.version, reason=request.reason, request_id=request_id
    )
    return CaseOut.of(case, languages(lang))


@router.post(
    "/v1/measures/{case_id}/refuse",
    summary="Refuse a measure",
    dependencies=[Depends(require_json)],
    responses={**answer(_EXAMPLE), **problems(*ACT_PROBLEMS)},
)
def refuse(
    case_id: CaseId,
    request: ReasonRequest,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CaseOut:
    """Close a proposed measure that shall not be carried out; by the same people who may approve it."""
    case = measures.refuse(
        services.desk, actor, case_id, version=request.version, reason=request.reason, request_id=request_id
    )
    return CaseOut.of(case, languages(lang))


@router.post(
    "/v1/measures/{case_id}/done",
    summary="Record that a measure was carried out",
    dependencies=[Depends(require_json)],
    responses={**answer(_EXAMPLE), **problems(*ACT_PROBLEMS)},
)
def done(
    case_id: CaseId,
    request: DoneRequest,
    services: ServicesDep,
    actor: ActorDep,
    request_id: RequestIdDep,
    lang: Lang = None,
) -> CaseOut:
    """Record that an approved measure was carried out, by what evidence, and what was learnt."""
    case = measures.finish(
        services.desk,
        actor,
        case_id,
        version=request.version,
        evidence=request.evidence,
        learnt=request.learnt,
        files=request.files,
        request_id=request_id,
    )
    return CaseOut.of(case, languages(lang))


def _texts(casework: Casework, forms: Forms) -> dict[tuple[About, str], Text]:
    """Return what the codes of causes, measures, verdicts, lessons and findings mean."""
    causes = {(About.CAUSE, cause.code): cause.text for cause in casework.causes}
    measures_of = {(About.MEASURE, one.code): one.text for one in casework.measures}
    fields = [field for form in forms.forms for field in form.fields if field.finding is not None]
    findings = {(About.FINDING, field.finding or ""): field.text for field in reversed(fields)}
    return {**causes, **measures_of, **findings, **_VERDICTS, (About.LEARNT, ""): Text("lesson drawn", "经验教训")}
