"""Batches: what was published, when, from what, and that its totals tie."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Self

from fastapi import APIRouter
from pydantic import BaseModel, Field

from ews.domain.text import Language
from ews.serving.api.cursors import read_cursor, write_cursor
from ews.serving.api.examples import example
from ews.serving.api.parameters import BatchId, Cursor, Lang, Limit, Portfolio, languages
from ews.serving.api.problems import problems
from ews.serving.api.words import Coded, coded
from ews.serving.services import ServicesDep
from ews.store.batches import BatchKey, batch_page, find_batch
from ews.store.publications import Publication, Tally

router = APIRouter(tags=["batches"])


class TallyOut(BaseModel):
    """How many borrowers a batch puts under one tier and level."""

    tier: Coded
    level: Coded
    borrowers: int
    exposure_fen: int = Field(description="As far as balances are known, in fen")

    @classmethod
    def of(cls, tally: Tally, languages: tuple[Language, ...]) -> Self:
        return cls(
            tier=coded(tally.tier, languages),
            level=coded(tally.level, languages),
            borrowers=tally.borrowers,
            exposure_fen=tally.exposure_fen,
        )


class BatchOut(BaseModel):
    """A published batch. borrowers_in = scored + rejected + out_of_scope."""

    batch_id: str
    portfolio: str
    as_of: date = Field(description="The day its decisions are about")
    known_by: date = Field(description="The day until which the bank's knowledge counts")
    published_at: datetime = Field(description="Local time")
    superseded: bool = Field(description="A later batch is of the same portfolio and day")
    newest: bool = Field(description="The newest of its portfolio")
    book_id: str = Field(description="Hash of the book it was made from")
    model_id: str
    policy_hash: str
    code_version: str
    predecessor_id: str | None = Field(description="The batch before, null for the first")
    compared_id: str | None = Field(description="The batch that movement is measured against")
    borrowers_in: int
    scored: int = Field(description="Borrowers decided on, those in default included")
    in_default: int
    rejected: int
    out_of_scope: int
    exposure_fen: int | None = Field(description="In fen, null where no balance is known")
    exposure_unknown: int = Field(description="Loans that `exposure_fen` leaves out, for want of a balance")
    tallies: list[TallyOut]
    provisions: Mapping[str, int | None] = Field(
        description="Expected loss and indicative provisions in fen over all loans; empty in earlier batches",
        examples=[{"expected_loss_fen": 91000000}],
    )
    caseload: Mapping[str, int] = Field(
        description="Borrowers with a grade that warns (by_model), with any other signal (by_rules); with new "
        "warnings: released (overdue among them), waiting, gone before anybody got them",
        examples=[{"by_model": 300, "by_rules": 250, "released": 40, "overdue": 0, "waiting": 12, "gone": 1}],
    )

    casework: Mapping[str, int] = Field(
        description="Overrides and findings of casework that counted, and those of either whose borrower or loan the "
        "book does not know; empty in earlier batches",
        examples=[{"overrides": 3, "findings": 41, "overrides_unplaced": 0, "findings_unplaced": 1}],
    )

    @classmethod
    def of(cls, publication: Publication, languages: tuple[Language, ...]) -> Self:
        own = {name: getattr(publication, name) for name in ("published_at", "superseded", "newest")}
        told = {name: publication.batch.summary.get(name, {}) for name in ("provisions", "caseload", "casework")}
        taken = set(cls.model_fields) - {*own, *told, "tallies"}
        tallies = [TallyOut.of(one, languages) for one in publication.tallies]
        return cls(**own, **told, **{name: getattr(publication.batch, name) for name in taken}, tallies=tallies)


class BatchesOut(BaseModel):
    """A page of batches."""

    items: list[BatchOut] = Field(description="Newest as_of first")
    next_cursor: str | None = Field(description="For the next page, null on the last")


@router.get(
    "/v1/batches",
    summary="The published batches",
    responses={
        **example("batches"),
        **problems(
            "unauthenticated",
            "forbidden",
            "log-unavailable",
            "bad-cursor",
            "unknown-parameter",
            "unusable-value",
            "invalid-request",
            "bad-request",
            "store-unavailable",
        ),
    },
)
def list_batches(
    services: ServicesDep, portfolio: Portfolio = None, limit: Limit = 50, cursor: Cursor = None, lang: Lang = None
) -> BatchesOut:
    """Return the published batches, newest first, page by page."""
    filters = {"portfolio": portfolio}
    after = read_cursor(cursor, BatchKey, filters)
    found, key = batch_page(services.store, limit=limit, after=after, portfolio=portfolio)
    return BatchesOut(
        items=[BatchOut.of(one, languages(lang)) for one in found],
        next_cursor=None if key is None else write_cursor(key, filters),
    )


@router.get(
    "/v1/batches/{batch_id}",
    summary="One batch",
    responses={
        **example("batch"),
        **problems(
            "unauthenticated",
            "forbidden",
            "log-unavailable",
            "unknown-parameter",
            "unusable-value",
            "unknown-batch",
            "invalid-request",
            "store-unavailable",
        ),
    },
)
def read_batch(batch_id: BatchId, services: ServicesDep, lang: Lang = None) -> BatchOut:
    """Return one published batch."""
    return BatchOut.of(find_batch(services.store, batch_id), languages(lang))
