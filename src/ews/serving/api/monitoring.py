"""Monitoring: what the last look at a portfolio's model found, as `ews monitor` kept it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from ews.domain.errors import EwsError
from ews.domain.text import Language, Text, sentence
from ews.monitoring.health.alarms import LEVEL_TEXTS, Alarm
from ews.monitoring.health.cohorts import Cohort
from ews.monitoring.health.expected import ASSUMPTION, Expected
from ews.monitoring.health.feeds import Feed
from ews.monitoring.health.health import UNKNOWN_TEXTS, ModelHealth, from_json
from ews.monitoring.health.shifts import ColumnShift
from ews.monitoring.health.told import FEED_TEXTS, MOVED_TEXTS, RATE
from ews.serving.api.examples import example
from ews.serving.api.parameters import Lang, languages
from ews.serving.api.problems import problems
from ews.serving.api.words import Coded, Words, words
from ews.serving.portfolios import require_portfolio
from ews.serving.services import ServicesDep
from ews.store.checkups import Checkup, newest_checkup
from ews.store.engine import Store

router = APIRouter(tags=["model and policy"])

PortfolioPath = Annotated[
    str, Path(description="The portfolio", min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$", examples=["sme"])
]
Spoken = tuple[Language, ...]


class NoCheckupError(EwsError):
    code = "no-checkup"


class _Plain(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class AlarmOut(BaseModel):
    """Something that must be acted on, or that somebody should know why."""

    code: str = Field(examples=["feature_moved"])
    level: Coded = Field(description="alarm or watch")
    about: str = Field(description="A feature, a table, or a batch and a grade", examples=["inflow_change_3m"])
    text: Words
    since: date = Field(description="as_of of the first look in a row that had it")

    @classmethod
    def of(cls, one: Alarm, spoken: Spoken) -> Self:
        level = _coded(one.level, LEVEL_TEXTS[one.level], spoken)
        return cls(code=one.code, level=level, about=one.about, text=words(one.text, spoken), since=one.since)


class ShiftOut(BaseModel):
    """How far a column lies from where it lay when the model learnt."""

    column: str = Field(description="A feature; `pd` is the score", examples=["inflow_change_3m"])
    moved: Coded = Field(description="stable, usual, moved, moved_far, vanished, constant, appeared or too_few")
    psi: float | None = Field(description="Population stability index; null where there is nothing to compare")
    noise: float | None = Field(description="What chance alone reaches at the stated rate of false alarms")
    usual: float | None = Field(description="The most between days of the training; null where that was not asked")
    unknown_then: float | None = Field(description="Share of borrowers without a value when the model learnt")
    unknown_now: float | None
    is_used: bool = Field(description="False: no tree of the model asks for it, and it raises no alarm")

    @classmethod
    def of(cls, one: ColumnShift, spoken: Spoken) -> Self:
        plain = {name: getattr(one, name) for name in cls.model_fields if name != "moved"}
        return cls(moved=_coded(one.moved, MOVED_TEXTS[one.moved], spoken), **plain)


class FeedOut(BaseModel):
    """How a table stood on the day of the batch."""

    table: str
    state: Coded = Field(description="on_time, late, thin, missing or absent")
    covered_to: date | None
    last_row: date | None
    behind: int | None = Field(description="Days from the last row to as_of")
    usual: int | None = Field(description="Days that it may be behind, by the year before")
    rows: int | None = Field(description="Of the last 30 days")
    lean: int | None = Field(description="Of the leanest 30 days in the year before")

    @classmethod
    def of(cls, one: Feed, spoken: Spoken) -> Self:
        plain = {name: getattr(one, name) for name in cls.model_fields if name != "state"}
        return cls(state=_coded(one.state, FEED_TEXTS[one.state], spoken), **plain)


class CountedOut(_Plain):
    """What was expected of borrowers, and what came of them."""

    rows: int
    expected: float = Field(description="Defaults by the chances given then")
    defaults: int
    low: float | None = Field(description="The default rate lies between this and `high` with 95 %")
    high: float | None
    p_low: float | None = Field(description="Jeffreys: the chance that the default rate lies below the pd")
    p_high: float | None


class CohortOut(_Plain):
    """What became of the borrowers of a batch."""

    as_of: date
    batch_id: str
    model_id: str
    matures_on: date
    is_mature: bool = Field(description="False: the horizon runs, and the defaults are those so far")
    is_apart: bool = Field(description="One of a choice of batches that share no month of outcomes")
    unseen: int = Field(description="Borrowers with a pd whose outcome is not told")
    whole: CountedOut
    grades: Mapping[str, CountedOut]
    auc: float | None
    expected_auc: float | None


class ExpectedOut(BaseModel):
    """What is to be expected of the batch before its outcomes are known."""

    rows: int
    defaults: float
    low: float
    high: float
    auc: float | None
    brier: float | None
    captured_5pct: float | None
    assumption: Words = Field(description="What must hold for it")

    @classmethod
    def of(cls, one: Expected, spoken: Spoken) -> Self:
        plain = {name: getattr(one, name) for name in cls.model_fields if name != "assumption"}
        return cls(assumption=words(ASSUMPTION, spoken), **plain)


class RateOut(BaseModel):
    """How often chance alone raises an alarm."""

    stated: float = Field(description="Share of years, at most")
    looks: int = Field(description="Batches a year")
    columns: int = Field(description="Features and score looked at in each")
    text: Words


class PromisedOut(_Plain):
    """The AUC of the model's test, null where it is not known."""

    auc: float | None
    low: float | None
    high: float | None


class VolumeOut(_Plain):
    """Borrowers who are warned and were not in the month before."""

    new_warnings: int | None
    low: int | None = Field(description="Fewest and most in the months before")
    high: int | None
    months: int


class HitRateOut(_Plain):
    """How many who were warned came to default."""

    at_least: str = Field(examples=["orange"])
    within_months: int
    borrowers: int
    defaulted: int
    share: float | None = Field(description="Null for too few borrowers")


class MonitoringOut(BaseModel):
    """What the last look at the model found; what could not be looked at is null and told in `unknown`."""

    portfolio: str
    batch_id: str
    as_of: date
    model_id: str
    made_at: datetime = Field(description="Local time of the look")
    alarms: list[AlarmOut] = Field(description="Alarms before what is only watched")
    unknown: list[Coded] = Field(description="What could not be looked at, and what to do")
    false_alarms: RateOut
    score: ShiftOut | None
    features: list[ShiftOut] = Field(description="In the model's order")
    feeds: list[FeedOut] | None
    cohorts: list[CohortOut] = Field(description="Oldest first")
    expected: ExpectedOut | None
    promised: PromisedOut
    volume: VolumeOut
    hit_rates: list[HitRateOut]

    @classmethod
    def of(cls, found: ModelHealth, made_at: datetime, spoken: Spoken) -> Self:
        return cls(
            portfolio=found.portfolio,
            batch_id=found.batch_id,
            as_of=found.as_of,
            model_id=found.model_id,
            made_at=made_at,
            alarms=[AlarmOut.of(one, spoken) for one in found.alarms],
            unknown=[_coded(one, UNKNOWN_TEXTS[one], spoken) for one in found.unknown],
            false_alarms=_rate(found, spoken),
            score=None if found.score is None else ShiftOut.of(found.score, spoken),
            features=[ShiftOut.of(one, spoken) for one in found.shifts],
            feeds=None if found.feeds is None else [FeedOut.of(one, spoken) for one in found.feeds],
            cohorts=_cohorts(found.cohorts),
            expected=None if found.expected is None else ExpectedOut.of(found.expected, spoken),
            promised=PromisedOut.model_validate(found.promised),
            volume=VolumeOut.model_validate(found.volume),
            hit_rates=[HitRateOut.model_validate(one) for one in found.hit_rates],
        )


@router.get(
    "/v1/models/{portfolio}/monitoring",
    summary="Whether the model still fits",
    responses={
        **example("monitoring"),
        **problems(
            "unauthenticated",
            "forbidden",
            "log-unavailable",
            "unknown-parameter",
            "unusable-value",
            "invalid-request",
            "bad-request",
            "no-checkup",
            "store-unavailable",
        ),
    },
)
def read_monitoring(portfolio: PortfolioPath, services: ServicesDep, lang: Lang = None) -> MonitoringOut:
    """Return the last look at the model: alarms, drift, feeds, outcomes by batch, and what to expect."""
    require_portfolio(services.store, portfolio)
    kept, found = last_look(services.store, portfolio)
    return MonitoringOut.of(found, kept.made_at, languages(lang))


def last_look(store: Store, portfolio: str) -> tuple[Checkup, ModelHealth]:
    """Return the newest look that was kept; NoCheckupError where there is none that this version can read."""
    kept = newest_checkup(store, portfolio)
    found = None if kept is None else from_json(kept.body)
    if kept is None or found is None:
        message = sentence(
            "Nobody has looked at the model of portfolio '{portfolio}' yet. Run 'ews monitor' after its next batch.",
            portfolio=portfolio,
        )
        raise NoCheckupError(message)
    return kept, found


def _rate(found: ModelHealth, spoken: Spoken) -> RateOut:
    own = found.rate
    values = {"share": f"{own.stated:.0%}", "looks": own.looks, "columns": own.columns}
    text = Text(RATE.en.format(**values), RATE.zh.format(**values))
    return RateOut(stated=own.stated, looks=own.looks, columns=own.columns, text=words(text, spoken))


def _cohorts(cohorts: Sequence[Cohort]) -> list[CohortOut]:
    return [CohortOut.model_validate(one) for one in cohorts]


def _coded(code: str, text: Text, spoken: Spoken) -> Coded:
    return Coded(code=str(code), text=words(text, spoken))
