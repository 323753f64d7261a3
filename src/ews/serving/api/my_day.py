"""My day: what waits for whoever asks, in the order in which it should be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from ews.casework.day.my_day import Asked, Band, Item, my_day
from ews.domain.text import Language, sentence
from ews.serving.api.case_out import CaseOut
from ews.serving.api.cursors import CursorError, read_cursor, write_cursor
from ews.serving.api.parameters import Cursor, Lang, Limit, languages
from ews.serving.api.problems import problems
from ews.serving.api.told_cases import told_cases
from ews.serving.api.words import Coded, Words, words
from ews.serving.case_sight import cases_in_sight
from ews.serving.identity import ActorDep, ToldDep
from ews.serving.services import ServicesDep
from ews.store.work_pages import Slice, WorkKey

router = APIRouter(tags=["tasks"])


@dataclass(frozen=True, slots=True)
class DayKey:
    """The place of an item in the list."""

    band: int
    is_unknown: int
    risk: int
    due: int
    case_id: str


class ItemOut(BaseModel):
    """One thing to do."""

    band: Coded
    late_days: int = Field(description="Days since the first deadline that was missed, 0 if none was", examples=[2])
    escalated: bool = Field(description="Whether it has gone up for being late")
    why: Words
    next: list[str] = Field(description="What may be done next, in the words of the paths", examples=[["done"]])
    case: CaseOut

    @classmethod
    def of(cls, item: Item, case: CaseOut, told: tuple[Language, ...]) -> Self:
        return cls(
            band=Coded(code=item.band.value, text=words(item.band.text, told)),
            late_days=item.late_days,
            escalated=item.escalated,
            why=words(item.why, told),
            next=list(item.next),
            case=case,
        )


class MyDayOut(BaseModel):
    """A page of the list, and how much there is in all."""

    today: date
    counts: Mapping[str, int] = Field(
        description="How much there is in each band, on all pages",
        examples=[{"late": 1, "today": 2, "soon": 3, "later": 40, "snoozed": 1}],
    )
    items: list[ItemOut] = Field(description="Most pressing first; in a band by money at risk, unknown money last")
    next_cursor: str | None = Field(description="For the next page, null on the last")


@router.get(
    "/v1/my-day",
    summary="What waits for me",
    responses=problems(
        "bad-cursor",
        "unknown-parameter",
        "unauthenticated",
        "forbidden",
        "invalid-request",
        "log-unavailable",
        "store-unavailable",
    ),
)
def read_my_day(
    services: ServicesDep,
    actor: ActorDep,
    told: ToldDep,
    band: Annotated[Band | None, Query(description="Only this band")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    lang: Lang = None,
) -> MyDayOut:
    """Return what waits for whoever asks: warnings, tasks, drafts, and what awaits approval, page by page."""
    filters = {"band": band, "user": actor.user_id}
    after = read_cursor(cursor, DayKey, filters)
    part = Slice() if band is None else Slice(bands=frozenset({band.rank}))
    asked = Asked(part, None if after is None else work_key(after), limit + 1)
    day = my_day(services.desk, actor, asked, see=partial(cases_in_sight, services.store, actor))
    page = day.items[:limit]
    told(item.case.borrower_id for item in page if item.case.borrower_id is not None)
    cases = told_cases(services, actor, [item.case for item in page], languages(lang))
    return MyDayOut(
        today=day.today,
        counts={one.value: number for one, number in day.counts.items()},
        items=[ItemOut.of(item, case, languages(lang)) for item, case in zip(page, cases, strict=True)],
        next_cursor=write_cursor(DayKey(*page[-1].place), filters) if len(day.items) > limit else None,
    )


def work_key(key: DayKey) -> WorkKey:
    """Return the place as the store knows it; CursorError for a day that there is not."""
    try:
        return WorkKey(key.band, key.is_unknown, key.risk, date.fromordinal(key.due), key.case_id)
    except (ValueError, OverflowError):
        message = sentence("The cursor names a day that there is not. Leave the cursor out to start again.")
        raise CursorError(message) from None
