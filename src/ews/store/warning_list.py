"""Warning list: who has a warning in the newest batch of each portfolio.

Order   level from red to yellow, exposure from large to small, unknown exposure last, then borrower_id
Pages   a page names the publication up to which the list was read; the next pages stay with it, whatever is
        published meanwhile
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, SmallInteger, func, literal, select, tuple_
from sqlalchemy.sql.selectable import CTE

from ews.domain.levels import WarningLevel
from ews.store.batches import check_portfolio, ranked
from ews.store.engine import Store, reading
from ews.store.publications import Standing
from ews.store.standings import standing_columns, to_standing
from ews.store.tables import batches, decisions

_UNKNOWN = -(2**62)
"""Where an unknown exposure sorts: below all amounts."""


@dataclass(frozen=True, slots=True)
class WarningFilter:
    """None stands for all; `levels` empty for every level but none.

    `is_waiting` asks for new warnings of the batch that wait, or that were handed out on its day.
    """

    levels: frozenset[WarningLevel] = frozenset()
    branch_id: str | None = None
    officer_id: str | None = None
    portfolio: str | None = None
    is_waiting: bool | None = None


@dataclass(frozen=True, slots=True)
class WarningKey:
    """The place of a row in the list as of publication `watermark`."""

    watermark: int
    level_rank: int
    exposure_fen: int | None
    borrower_id: str
    publication: int


@dataclass(frozen=True, slots=True)
class WarningPage:
    rows: Sequence[Standing]
    next_key: WarningKey | None


def warnings(store: Store, wanted: WarningFilter, *, limit: int, after: WarningKey | None = None) -> WarningPage:
    """Return up to `limit` warnings after `after`; RequestError for a portfolio without a batch."""
    with reading(store) as connection:
        check_portfolio(connection, wanted.portfolio)
        watermark = after.watermark if after else connection.execute(select(func.max(batches.c.publication))).scalar()
        view = ranked(watermark)
        place = _place()
        query = (
            select(*standing_columns(view))
            .join_from(decisions, view, decisions.c.publication == view.c.publication)
            .where(view.c.age == 1, *_conditions(wanted, view))
            .order_by(*place)
            .limit(limit + 1)
        )
        if after is not None:
            query = query.where(tuple_(*place) > _place_of(after))
        rows = [to_standing(row) for row in connection.execute(query)]
    page = rows[:limit]
    if len(rows) <= limit or watermark is None:
        return WarningPage(page, None)
    last = page[-1]
    key = WarningKey(watermark, last.level.rank, last.exposure_fen, last.borrower_id, last.publication)
    return WarningPage(page, key)


def _conditions(wanted: WarningFilter, view: CTE) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [decisions.c.level_rank > 0]
    if wanted.levels:
        conditions.append(decisions.c.level_rank.in_(sorted(level.rank for level in wanted.levels)))
    if wanted.is_waiting is not None:
        conditions.append(decisions.c.is_waiting.is_(wanted.is_waiting))
    if wanted.portfolio is not None:
        conditions.append(view.c.portfolio == wanted.portfolio)
    if wanted.branch_id is not None:
        conditions.append(decisions.c.branch_id == wanted.branch_id)
    if wanted.officer_id is not None:
        conditions.append(decisions.c.officer_id == wanted.officer_id)
    return conditions


def _place() -> tuple[ColumnElement[Any], ...]:
    """Return what the list is sorted by, all ascending, so that one comparison of rows finds the next page."""
    exposure = func.coalesce(decisions.c.exposure_fen, literal(_UNKNOWN, BigInteger))
    return -decisions.c.level_rank, -exposure, decisions.c.borrower_id, decisions.c.publication


def _place_of(key: WarningKey) -> Any:
    exposure = _UNKNOWN if key.exposure_fen is None else key.exposure_fen
    return tuple_(
        literal(-key.level_rank, SmallInteger),
        literal(-exposure, BigInteger),
        literal(key.borrower_id),
        literal(key.publication),
    )
