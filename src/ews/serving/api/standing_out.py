"""A standing as the API tells it: one line of a list about one borrower in one batch."""

from datetime import date, datetime
from typing import Any, Self

from pydantic import BaseModel, Field

from ews.domain.text import Language
from ews.serving.api.words import Coded, coded, coded_reason
from ews.store.publications import Standing


class StandingOut(BaseModel):
    """How a borrower stands in one batch."""

    batch_id: str = Field(examples=["5f0c1f6e"])
    portfolio: str = Field(examples=["sme"])
    as_of: date = Field(examples=["2026-06-30"])
    published_at: datetime = Field(description="Local time", examples=["2026-07-01T02:10:00"])
    superseded: bool = Field(description="A later batch is of the same portfolio and day")
    newest: bool = Field(description="The batch is the newest of its portfolio")
    pd: float | None = Field(description="Probability of default, null in default", examples=[0.25])
    grade: str = Field(examples=["G6"])
    tier: Coded
    level: Coded
    exposure_fen: int | None = Field(description="In fen, null where no balance is known", examples=[31200000])
    in_default: bool
    top_reason: Coded | None = Field(description="What raises the risk most, null where nothing does")
    release_on: date | None = Field(
        description="When a new warning is handed out, a plan while it waits; null without a new one",
        examples=["2026-07-06"],
    )
    place: int | None = Field(description="Rank among the officer's new warnings of the batch, from 1", examples=[11])
    is_waiting: bool | None = Field(description="The new warning waits, since the week's cap is reached")
    stage: int | None = Field(description="IFRS 9 stage, the worst of the loans", examples=[2])
    expected_loss_fen: int | None = Field(examples=[2730000])
    provision_fen: int | None = Field(description="Indicative: general and specific", examples=[936000])

    @classmethod
    def of(cls, standing: Standing, languages: tuple[Language, ...]) -> Self:
        return cls(**_content(standing, languages))


class WarningOut(StandingOut):
    """A borrower with a warning."""

    borrower_id: str = Field(examples=["B0000001"])
    name: str | None = Field(examples=["Firm 123"])
    branch_id: str | None = Field(examples=["branch-1"])
    officer_id: str | None = Field(examples=["officer-1"])
    industry: str | None = Field(examples=["retail"])
    region: str | None = Field(examples=["Hangzhou"])

    @classmethod
    def of(cls, standing: Standing, languages: tuple[Language, ...]) -> Self:
        who = ("borrower_id", "name", "branch_id", "officer_id", "industry", "region")
        return cls(**_content(standing, languages), **{name: getattr(standing, name) for name in who})


def _content(standing: Standing, languages: tuple[Language, ...]) -> dict[str, Any]:
    plain = set(StandingOut.model_fields) - {"tier", "level", "top_reason"}
    return {
        **{name: getattr(standing, name) for name in plain},
        "tier": coded(standing.tier, languages),
        "level": coded(standing.level, languages),
        "top_reason": None if standing.top_reason is None else coded_reason(standing.top_reason, languages),
    }
