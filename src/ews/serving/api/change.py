"""Change: why a borrower stands otherwise in one batch than in another, in parts that add up exactly."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from ews.domain.errors import UnknownBorrowerError
from ews.domain.levels import Tier, WarningLevel
from ews.domain.text import Language, sentence
from ews.scoring.change.change import Change, FeatureMove, PdChange, Stood
from ews.scoring.change.parts import BILLION
from ews.scoring.change.pd_move import DATA, DEFINITION, PARTS
from ews.scoring.change.rank_move import CAUSES
from ews.scoring.change.told import CAUSE_TEXTS, METHOD, PART_TEXTS
from ews.serving.api.examples import example
from ews.serving.api.parameters import BorrowerId, Lang, Portfolio, languages
from ews.serving.api.problems import problems
from ews.serving.api.words import Coded, Words, coded, coded_reason, feature_words, words
from ews.serving.identity import ActorDep
from ews.serving.portfolios import require_portfolio
from ews.serving.services import Services, ServicesDep
from ews.serving.sight import portfolio_in_sight

router = APIRouter(tags=["borrowers"])

Languages = tuple[Language, ...]
_PROBLEMS = (
    "unauthenticated",
    "forbidden",
    "log-unavailable",
    "unknown-parameter",
    "unusable-value",
    "unknown-batch",
    "unknown-borrower",
    "ambiguous-borrower",
    "invalid-request",
    "bad-request",
    "tampered",
    "bad-model",
    "bad-policy",
    "store-unavailable",
)


class StoodOut(BaseModel):
    """How the borrower stood in a batch."""

    batch_id: str
    as_of: date
    pd: float | None = Field(description="null in default")
    grade: str
    tier: Coded
    level: Coded
    exposure_fen: int | None
    in_default: bool
    model_id: str
    policy_hash: str

    @classmethod
    def of(cls, stood: Stood, languages: Languages) -> "StoodOut":
        told = {name: getattr(stood, name) for name in cls.model_fields}
        ranks = {"tier": coded(Tier(stood.tier), languages), "level": coded(WarningLevel(stood.level), languages)}
        return cls(**{**told, **ranks, "as_of": date.fromisoformat(stood.as_of)})


class PdPartOut(BaseModel):
    """A part of the move of the pd; both null where the definition could not be parted from the data."""

    part: Coded
    log_odds: float | None
    points: float | None = Field(description="In probability: 0.01 is one percentage point")


class ReasonMoveOut(BaseModel):
    """What the data of a reason's features add."""

    reason: Coded
    log_odds: float
    points: float


class FeatureMoveOut(BaseModel):
    """What a feature adds, by its data and its definition together."""

    model_config = ConfigDict(serialize_by_alias=True)

    feature: str
    name: Words
    reason: Coded
    before: float | None = Field(alias="from")
    after: float | None = Field(alias="to")
    log_odds: float
    points: float


class PdMoveOut(BaseModel):
    """The move of the pd; the parts, and within the data the reasons, add up to the digit."""

    log_odds: float
    points: float
    parts: list[PdPartOut]
    reasons: list[ReasonMoveOut] = Field(description="Of the data, the most first")
    features: list[FeatureMoveOut] = Field(description="Those that add anything, the most first")


class RankPartOut(BaseModel):
    """A part of the move of level or tier, in ranks; above 0 is for the worse."""

    cause: Coded
    ranks: float


class RankMoveOut(BaseModel):
    """The move of level or tier in ranks, and its parts, which add up to the digit."""

    ranks: float
    parts: list[RankPartOut]


class ChangeOut(BaseModel):
    """Why a borrower stands otherwise in one batch than in another."""

    model_config = ConfigDict(serialize_by_alias=True)

    borrower_id: str
    portfolio: str
    before: StoodOut = Field(alias="from")
    after: StoodOut = Field(alias="to")
    pd: PdMoveOut | None = Field(description="null where the borrower is in default in either batch")
    level: RankMoveOut
    tier: RankMoveOut
    came: list[Coded] = Field(description="Signals that hold in the later batch only")
    went: list[Coded] = Field(description="Signals that held in the earlier batch only")
    definition_parted: bool = Field(
        description="false: the features were made by two versions of the code, and their definition counts as data"
    )
    method: Words

    @classmethod
    def of(cls, change: Change, services: Services, languages: Languages) -> "ChangeOut":
        """Return the change in the languages asked for."""
        parted = change.definition_parted
        return cls.model_validate(
            {
                "borrower_id": change.borrower_id,
                "portfolio": change.portfolio,
                "from": StoodOut.of(change.before, languages),
                "to": StoodOut.of(change.after, languages),
                "pd": None if change.pd is None else _pd(change.pd, services, languages, parted=parted),
                "level": _ranks(change.ranks.level, languages),
                "tier": _ranks(change.ranks.tier, languages),
                "came": [_signal(code, change.after, services, languages) for code in change.ranks.came],
                "went": [_signal(code, change.before, services, languages) for code in change.ranks.went],
                "definition_parted": parted,
                "method": words(METHOD, languages),
            }
        )


@router.get(
    "/v1/borrowers/{borrower_id:path}/change",
    summary="Why a borrower moved between two batches",
    responses={**example("change"), **problems(*_PROBLEMS)},
)
def read_change(
    borrower_id: BorrowerId,
    services: ServicesDep,
    actor: ActorDep,
    before: Annotated[str, Query(alias="from", description="Id of the earlier batch", min_length=1, max_length=200)],
    after: Annotated[str, Query(alias="to", description="Id of the later batch", min_length=1, max_length=200)],
    portfolio: Portfolio = None,
    lang: Lang = None,
) -> ChangeOut:
    """Return the split of the moves of pd, level and tier between two batches."""
    require_portfolio(services.store, portfolio)
    seen = portfolio_in_sight(services.store, actor, borrower_id, portfolio)
    change = services.find_change(borrower_id, (before, after))
    if seen is not None and change.portfolio != seen:
        message = sentence(
            "Borrower '{borrower_id}' of portfolio '{portfolio}' is not in batch '{batch_id}'. Name another batch.",
            borrower_id=borrower_id,
            portfolio=seen,
            batch_id=before,
        )
        raise UnknownBorrowerError(message)
    return ChangeOut.of(change, services, languages(lang))


def _pd(moved: PdChange, services: Services, languages: Languages, *, parted: bool) -> PdMoveOut:
    known = [name for name in PARTS if name != DEFINITION or parted]
    return PdMoveOut(
        log_odds=moved.log_odds_total / BILLION,
        points=moved.pd_total / BILLION,
        parts=[
            PdPartOut(
                part=Coded(code=name, text=words(PART_TEXTS[name], languages)),
                log_odds=moved.log_odds[name] / BILLION if name in known else None,
                points=moved.pd[name] / BILLION if name in known else None,
            )
            for name in PARTS
        ],
        reasons=[
            ReasonMoveOut(reason=coded_reason(code, languages), log_odds=log_odds / BILLION, points=points / BILLION)
            for code, (log_odds, points) in moved.reasons.items()
        ],
        features=[_feature(one, services, languages) for one in moved.features],
    )


def _feature(one: FeatureMove, services: Services, languages: Languages) -> FeatureMoveOut:
    return FeatureMoveOut.model_validate(
        {
            "feature": one.feature,
            "name": feature_words(services.named, one.feature, languages),
            "reason": coded_reason(one.reason, languages),
            "from": one.before,
            "to": one.after,
            "log_odds": (one.log_odds[DATA] + one.log_odds[DEFINITION]) / BILLION,
            "points": (one.pd[DATA] + one.pd[DEFINITION]) / BILLION,
        }
    )


def _ranks(parts: Mapping[str, int], languages: Languages) -> RankMoveOut:
    return RankMoveOut(
        ranks=sum(parts.values()) / BILLION,
        parts=[
            RankPartOut(cause=Coded(code=name, text=words(CAUSE_TEXTS[name], languages)), ranks=parts[name] / BILLION)
            for name in CAUSES
        ],
    )


def _signal(code: str, stood: Stood, services: Services, languages: Languages) -> Coded:
    text = services.wording.signal_text(stood.policy_hash, code)
    return Coded(code=code, text={} if text is None else words(text, languages))
