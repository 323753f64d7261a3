"""Model: which champion decides in each portfolio."""

from collections.abc import Mapping
from datetime import datetime
from typing import Self

from fastapi import APIRouter
from pydantic import BaseModel, Field

from ews.domain.features import Feature
from ews.domain.text import Language
from ews.serving.api.examples import example
from ews.serving.api.parameters import Lang, languages
from ews.serving.api.problems import problems
from ews.serving.api.words import Coded, Words, coded, words
from ews.serving.services import ModelFacts, ServicesDep

router = APIRouter(tags=["model and policy"])


class FeatureOut(BaseModel):
    """A feature that the model reads."""

    name: str = Field(examples=["inflow_change_3m"])
    text: Words
    unit: str = Field(description="fen, count, days, months, share, ratio, change or flag")
    worse: str = Field(description="Direction in which the risk rises: higher, lower or none")
    reason: Coded

    @classmethod
    def of(cls, feature: Feature, languages: tuple[Language, ...]) -> Self:
        return cls(
            name=feature.name,
            text=words(feature.text, languages),
            unit=feature.unit,
            worse=feature.worse,
            reason=coded(feature.reason, languages),
        )


class ModelOut(BaseModel):
    """The champion of one portfolio."""

    portfolio: str
    model_id: str = Field(description="Hash of the model's content")
    run_id: str | None = Field(description="The MLflow run that made it")
    since: datetime | None = Field(description="Champion since, local time")
    horizon_months: int
    catalogue_version: str = Field(description="Version of the feature catalogue that it was made with")
    features: list[FeatureOut] = Field(description="In the model's order")
    metrics: Mapping[str, float] | None = Field(description="Of its validation, null where they are not at hand")

    @classmethod
    def of(cls, facts: ModelFacts, catalogue: tuple[Feature, ...], languages: tuple[Language, ...]) -> Self:
        by_name = {feature.name: feature for feature in catalogue}
        plain = set(cls.model_fields) - {"features"}
        return cls(
            **{name: getattr(facts, name) for name in plain},
            features=[FeatureOut.of(by_name[name], languages) for name in facts.features if name in by_name],
        )


class ModelsOut(BaseModel):
    """The champions."""

    items: list[ModelOut] = Field(description="One per portfolio")


@router.get(
    "/v1/model",
    summary="The models that decide",
    responses={
        **example("model"),
        **problems(
            "unauthenticated", "forbidden", "log-unavailable", "unknown-parameter", "invalid-request", "bad-model"
        ),
    },
)
def read_models(services: ServicesDep, lang: Lang = None) -> ModelsOut:
    """Return the champion of each portfolio: where it comes from, what it reads, how well it does."""
    found = services.models()
    return ModelsOut(items=[ModelOut.of(one, services.features, languages(lang)) for one in found])
