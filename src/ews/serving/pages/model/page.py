"""The model page: which model decides, how good it is, whether it still fits, what it reads, and who may change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from ews.casework.approvals import second_person
from ews.casework.approvals.proposal import PROMOTION, PromotionDraft, Proposal, body_of
from ews.casework.approvals.second_person import OWNERS, VALIDATORS
from ews.casework.words import STATE_TEXTS
from ews.domain.errors import ModelError, UnknownBatchError
from ews.domain.people import Actor
from ews.domain.text import Text
from ews.monitoring.drift import GradeDrift, grade_drift
from ews.monitoring.stability import Verdict
from ews.serving.api.approvals import PromotionRequest
from ews.serving.api.cases import CaseId
from ews.serving.identity import ActorDep, RequestIdDep
from ews.serving.pages import deciding
from ews.serving.pages.borrower.values import family_title
from ews.serving.pages.deciding import led_to
from ews.serving.pages.forms import FieldsDep, read
from ews.serving.pages.model import charts
from ews.serving.pages.model.health import HealthShown, health_shown
from ews.serving.pages.model.looks_at import NOT_READ, FamilyShown, families
from ews.serving.pages.model.measures import FIRST, SPLITS, MeasureSet, measure_sets, value_of
from ews.serving.pages.render import View, ViewDep
from ews.serving.services import ModelFacts
from ews.store.cases import Case, CaseFilter, newest_cases
from ews.store.engine import reading

router = APIRouter(include_in_schema=False)

_PAGE = "/model"
MOST = 20
"""Promotions that are listed, the newest of them."""
VERDICTS: Mapping[Verdict, Text] = {
    Verdict.STABLE: Text("Grades lie as they did", "等级分布稳定"),
    Verdict.MOVED: Text("Grades have moved: look why", "等级分布有变化，需查明原因"),
    Verdict.MOVED_FAR: Text("Grades have moved far: validate the model anew", "等级分布显著偏移，应重新验证模型"),
    Verdict.TOO_FEW: Text("Too few borrowers to say", "客户数太少，无法判断"),
}


CHECK_VERDICTS: Mapping[str, Text] = {
    "passed": Text("passed", "通过"),
    "watch": Text("watch", "关注"),
    "failed": Text("failed", "未通过"),
    "too_few": Text("too few to say", "样本不足"),
    "told": Text("told", "列示"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """The champion of a portfolio; `drift` is oldest first, empty where its first batch is the newest.

    `health` is what monitoring found last, null where nobody has looked at this model.
    """

    facts: ModelFacts
    sets: tuple[MeasureSet, ...]
    families: tuple[FamilyShown, ...]
    drift: tuple[GradeDrift, ...]
    charts: Mapping[str, Any]
    run_address: str | None
    health: HealthShown | None


@dataclass(frozen=True, slots=True)
class Promotion:
    """A proposal; `auc` is that of the model that is proposed, null where it is not known."""

    case: Case
    body: Proposal
    state: Text
    may_decide: bool
    is_own: bool
    proposed: ModelFacts | None


@router.get("/model")
def show_model(view: ViewDep, actor: ActorDep) -> HTMLResponse:
    """Show the champion of each portfolio, what is stored beside it, and the promotions."""
    stored = _stored(view)
    champions = [one for one in stored if one.since is not None]
    return view.show(
        "model/page.html",
        champions=[_shown(view, one) for one in champions],
        champion_facts={one.portfolio: one for one in champions},
        others=[one for one in stored if one.since is None] if actor.roles & (OWNERS | VALIDATORS) else [],
        promotions=_promotions(view, actor, stored),
        may_propose=bool(actor.roles & OWNERS) and not actor.is_machine,
        may_open_runs=bool(actor.roles & (OWNERS | VALIDATORS)),
        counts_shown=actor.branch_id is None,
        not_read=NOT_READ,
        splits=SPLITS,
        verdicts=VERDICTS,
        check_verdicts=CHECK_VERDICTS,
        first=FIRST,
        value_of=value_of,
        family_title=lambda name: family_title(name, view.language),
    )


@router.post("/model/promotions")
def propose(fields: FieldsDep, view: ViewDep, actor: ActorDep, request_id: RequestIdDep) -> Response:
    """Propose that a stored model becomes champion."""
    asked = read(PromotionRequest, fields)
    draft = PromotionDraft(asked.portfolio, asked.model_id, asked.note, asked.run_id, is_emergency=asked.is_emergency)
    second_person.propose_promotion(view.services.desk, actor, draft, view.services.hands, request_id=request_id)
    return led_to(view, _PAGE)


@router.post("/model/promotions/{case_id}/approve")
def approve(case_id: CaseId, fields: FieldsDep, view: ViewDep, actor: ActorDep, request_id: RequestIdDep) -> Response:
    """Approve a promotion; the model decides from the next batch on."""
    deciding.approve(view, actor, case_id, PROMOTION, fields, request_id)
    return led_to(view, _PAGE)


@router.post("/model/promotions/{case_id}/refuse")
def refuse(case_id: CaseId, fields: FieldsDep, view: ViewDep, actor: ActorDep, request_id: RequestIdDep) -> Response:
    """Close a promotion with a reason."""
    deciding.refuse(view, actor, case_id, PROMOTION, fields, request_id)
    return led_to(view, _PAGE)


def _stored(view: View) -> Sequence[ModelFacts]:
    """Return all models that are stored; the champions alone where the service knows no more, none without any."""
    try:
        return tuple(view.services.stored_models()) or tuple(view.services.models())
    except ModelError:
        return ()


def _shown(view: View, facts: ModelFacts) -> Shown:
    try:
        moved = grade_drift(view.services.keeper.history(facts.portfolio))
    except UnknownBatchError:
        moved = ()
    examined = facts.examined
    drawn = {
        "power": None if examined is None else charts.power(view, examined),
        "calibration": None if examined is None else charts.calibration(view, examined),
        "drift": charts.drift(view, moved),
    }
    address, run_id = view.services.mlflow_url, facts.run_id
    return Shown(
        facts,
        measure_sets(facts.metrics),
        families(facts.features, None if examined is None else examined.weights),
        moved,
        drawn,
        None if address is None or run_id is None else f"{address}/#/runs/{run_id}",
        health_shown(view.services.store, facts.portfolio, facts.model_id),
    )


def _promotions(view: View, actor: Actor, stored: Sequence[ModelFacts]) -> tuple[Promotion, ...]:
    """Return the newest proposals, those that wait first."""
    by_id = {one.model_id: one for one in stored}
    with reading(view.services.store) as connection:
        found = newest_cases(connection, CaseFilter(kinds=[PROMOTION]), limit=MOST)
    promotions = []
    for case in sorted(found, key=lambda one: not one.is_open):
        body = body_of(case)
        promotions.append(
            Promotion(
                case,
                body,
                STATE_TEXTS[case.state],
                second_person.may_decide(actor, case),
                body.proposed_by == actor.user_id,
                by_id.get(body.model_id or ""),
            )
        )
    return tuple(promotions)
