"""What if: pd, grade, reasons, tier and level, if features were such; nothing is stored but the look-up in the log."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from ews.domain.decisions import Decision, Held
from ews.domain.errors import RequestError, UnknownBatchError
from ews.domain.people import Actor
from ews.domain.text import Language, Text, sentence
from ews.scoring.what_if import Peer, WhatIf
from ews.serving.api.answers import answer
from ews.serving.api.decision_out import ReasonOut
from ews.serving.api.parameters import Lang, languages, require_json
from ews.serving.api.problems import problems
from ews.serving.api.what_if_example import ANSWER, REQUEST
from ews.serving.api.words import Coded, Words, coded, coded_gives, feature_words, words
from ews.serving.identity import ActorDep, ToldDep
from ews.serving.portfolios import require_portfolio
from ews.serving.services import Services, ServicesDep
from ews.serving.sight import decision_in_sight, portfolio_in_sight
from ews.store.batches import newest_ids

router = APIRouter(tags=["decisions"])

Languages = tuple[Language, ...]
_Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
_PLAIN_TEXT = r"^[^\x00-\x1f]+$"
_OF_BORROWER: Mapping[str, Text] = {
    "loans": Text(
        "Loans, days past due among them, findings and overrides stand as in the batch: they are no features",
        "贷款事实（含逾期天数）、检查认定与人工调整不属于特征，沿用该批次",
    ),
    "network": Text("What others did stands as in the batch", "关联方与担保圈状况沿用该批次"),
    "memory": Text(
        "What lingers from earlier days stands as in the batch, and no warning is raised",
        "此前信号的延续沿用该批次，且不产生预警",
    ),
}
_OF_VALUES: Mapping[str, Text] = {
    "loans": Text(
        "Nothing is known of loans, findings and overrides, so that there is no tier, and default is ruled out",
        "贷款、检查认定与人工调整均未知：不给出五级分类，并假定未违约",
    ),
    "network": Text("Nothing is known of what others did", "关联方与担保圈状况未知"),
    "memory": Text("Nothing is known of earlier days, and no warning is raised", "此前情况未知，且不产生预警"),
}


class WhatIfRequest(BaseModel):
    """Feature values: of a borrower, in place of those of its newest decision, or all that the model asks."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [REQUEST]})

    borrower_id: str | None = Field(
        default=None,
        description="Whose values stand where none is given; without, all that the model asks have to be given",
        min_length=1,
        max_length=200,
        pattern=_PLAIN_TEXT,
    )
    portfolio: str | None = Field(
        default=None, description="Whose model is asked; needed where there are several", max_length=200
    )
    features: dict[str, _Number | None] = Field(
        description="Value by name, as in the feature catalogue: money in fen, shares from 0 to 1; null for unknown"
    )
    kind: Literal["firm", "individual"] | None = Field(
        default=None, description="Without a borrower: among whom the values are compared; the whole book if null"
    )
    industry: str | None = Field(default=None, description="Likewise", max_length=200)


class ReplacedOut(BaseModel):
    """A feature whose value was replaced by another."""

    model_config = ConfigDict(serialize_by_alias=True)

    feature: str = Field(examples=["inflow_change_3m"])
    name: Words
    before: float | None = Field(alias="from")
    after: float | None = Field(alias="to")


class RuleOut(BaseModel):
    """A rule of the policy that would hold."""

    kind: str = Field(description="tier_rule, signal, standing, movement or combination", examples=["signal"])
    code: str = Field(description="Code in the policy", examples=["INFLOW_HALVED"])
    gives: Coded
    inputs: Mapping[str, float | int | str | bool | None] = Field(description="The values that the condition read")
    sentence: Words

    @classmethod
    def of(cls, held: Held, found: WhatIf, services: Services, languages: Languages) -> Self:
        return cls(
            kind=held.kind,
            code=held.code,
            gives=coded_gives(held.gives, languages),
            inputs=held.inputs,
            sentence={one: services.wording.held_sentence(found, held, one) for one in languages},
        )


class PublishedOut(BaseModel):
    """What is published of the borrower."""

    pd: float | None
    grade: str
    tier: Coded
    level: Coded
    level_now: Coded | None

    @classmethod
    def of(cls, decision: Decision, languages: Languages) -> Self:
        now = decision.level_now
        return cls(
            pd=decision.pd,
            grade=decision.grade,
            tier=coded(decision.tier, languages),
            level=coded(decision.level, languages),
            level_now=None if now is None else coded(now, languages),
        )


class WhatIfOut(BaseModel):
    """What model and policy of a batch would say."""

    batch_id: str = Field(description="Published batch whose model, policy, day and peers were asked")
    portfolio: str
    as_of: date
    borrower_id: str | None
    replaced: list[ReplacedOut] = Field(description="Values of the borrower that are others than published")
    in_default: bool = Field(description="As published; false without a borrower")
    horizon_months: int
    pd: float | None = Field(description="Probability of default within the horizon, null in default")
    log_odds: float | None
    base_log_odds: float | None = Field(description="Log-odds of the usual borrower of its kind")
    grade: str
    reasons: list[ReasonOut] = Field(description="From what raises the risk most to what lowers it most")
    tier: Coded | None = Field(description="Null without a borrower: nothing is known of loans")
    level: Coded = Field(description="At least this: signals in `undecided` might give more")
    level_now: Coded = Field(description="What the signals alone give")
    held: list[RuleOut] = Field(description="Signals, and rules of the model, that would hold")
    undecided: list[str] = Field(description="Signals that ask what is unknown")
    not_judged: list[Coded] = Field(description="What the answer does not take into account")
    published: PublishedOut | None = Field(description="To compare with; null without a borrower")
    model_id: str
    policy_hash: str

    @classmethod
    def of(cls, found: WhatIf, published: Decision | None, services: Services, languages: Languages) -> Self:
        """Return what was found in the languages asked for."""
        left_out = _OF_VALUES if published is None else _OF_BORROWER
        return cls(
            **{name: getattr(found, name) for name in _PLAIN},
            borrower_id=None if published is None else published.borrower_id,
            replaced=[_replaced(name, both, services, languages) for name, both in found.replaced.items()],
            reasons=[ReasonOut.of(one, services, languages) for one in found.reasons],
            tier=None if found.tier is None else coded(found.tier, languages),
            level=coded(found.level, languages),
            level_now=coded(found.level_now, languages),
            held=[RuleOut.of(one, found, services, languages) for one in found.held],
            undecided=list(found.undecided),
            not_judged=[Coded(code=code, text=words(text, languages)) for code, text in left_out.items()],
            published=None if published is None else PublishedOut.of(published, languages),
        )


def _replaced(
    name: str, both: tuple[float | None, float | None], services: Services, languages: Languages
) -> ReplacedOut:
    told = {"name": feature_words(services.named, name, languages), "from": both[0], "to": both[1]}
    return ReplacedOut.model_validate({"feature": name, **told})


_MADE = {"borrower_id", "replaced", "reasons", "tier", "level", "level_now", "held", "undecided", "not_judged"}
_PLAIN = sorted(set(WhatIfOut.model_fields) - _MADE - {"published"})


@router.post(
    "/v1/what-if",
    summary="What if features were such",
    response_model=WhatIfOut,
    dependencies=[Depends(require_json)],
    responses={
        200: {"description": "As asked", "content": {"application/json": {"example": ANSWER}}},
        **problems(
            "unauthenticated",
            "forbidden",
            "foreign-origin",
            "log-unavailable",
            "unknown-parameter",
            "malformed-body",
            "unknown-borrower",
            "unknown-batch",
            "ambiguous-borrower",
            "body-too-large",
            "unsupported-media-type",
            "invalid-request",
            "bad-request",
            "bad-model",
            "bad-policy",
            "tampered",
            "store-unavailable",
        ),
    },
)
def ask_what_if(
    request: WhatIfRequest, services: ServicesDep, actor: ActorDep, told: ToldDep, lang: Lang = None
) -> Response:
    """Return what the model and the policy of the newest batch would say if features were such; nothing is stored.

    With a borrower, the values stand in place of those that it was published with, all else stays as it was: without
    any value the answer is what was published. Without a borrower all features of the model are given, and only what
    can be told from them is told. `not_judged` says what is left out.
    """
    require_portfolio(services.store, request.portfolio)
    if request.borrower_id is None:
        batch_id = _batch_of(services, request.portfolio)
        found = services.what_ifs.of_values(batch_id, request.features, Peer(request.kind, request.industry))
        return answer(WhatIfOut.of(found, None, services, languages(lang)))
    told([request.borrower_id])
    _check_no_peer(request)
    published, found = _of_borrower(request, request.borrower_id, services, actor)
    return answer(WhatIfOut.of(found, published, services, languages(lang)))


def _of_borrower(request: WhatIfRequest, borrower_id: str, services: Services, actor: Actor) -> tuple[Decision, WhatIf]:
    """Return what is published and what would be said, with whoever the actor may not know masked."""
    seen = portfolio_in_sight(services.store, actor, borrower_id, request.portfolio)
    published = services.find_decision(borrower_id, portfolio=seen)
    found = services.what_ifs.of_borrower(published, request.features)
    supposed = replace(published, reasons=found.reasons, held=found.held)
    shown = decision_in_sight(services, actor, supposed)
    return published, replace(found, reasons=shown.reasons, held=shown.held)


def _batch_of(services: Services, portfolio: str | None) -> str:
    newest = newest_ids(services.store)
    if not newest:
        message = sentence("No batch is published yet, so that there is no model to ask. Score a book first.")
        raise UnknownBatchError(message)
    if portfolio is None and len(newest) > 1:
        message = sentence(
            "There are several portfolios: {listed}. Name the one whose model is asked.",
            listed=tuple(f"'{one}'" for one in newest),
        )
        raise RequestError(message)
    return newest[portfolio or next(iter(newest))]


def _check_no_peer(request: WhatIfRequest) -> None:
    if request.kind is not None or request.industry is not None:
        message = sentence(
            "'kind' and 'industry' are those of borrower '{borrower_id}'. Leave them out, or name no borrower.",
            borrower_id=request.borrower_id,
        )
        raise RequestError(message)
