"""Batches: which are published, which is the newest, which came before.

Order   newest first: by as_of, then by publication
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select, tuple_
from sqlalchemy.sql.selectable import CTE

from ews.domain.decisions import Decision
from ews.domain.errors import RequestError, UnknownBatchError
from ews.domain.levels import Tier, WarningLevel
from ews.domain.text import sentence
from ews.store.engine import Store, reading
from ews.store.publications import Batch, Publication, Tally
from ews.store.tables import batches

MOVEMENT_DAYS = 28
"""Least distance of the batch that movement is measured against."""


@dataclass(frozen=True, slots=True)
class BatchKey:
    """The place of a batch in the list, from which a next page goes on."""

    as_of: date
    publication: int


def ranked(watermark: int | None = None) -> CTE:
    """Return all batches with `edition` (1 = not superseded) and `age` (1 = newest of its portfolio).

    With `watermark` as they stood when that publication was the last.
    """
    order = (batches.c.as_of.desc(), batches.c.publication.desc())
    query = select(
        batches,
        func.row_number()
        .over(partition_by=[batches.c.portfolio, batches.c.as_of], order_by=batches.c.publication.desc())
        .label("edition"),
        func.row_number().over(partition_by=batches.c.portfolio, order_by=order).label("age"),
    )
    if watermark is not None:
        query = query.where(batches.c.publication <= watermark)
    return query.cte("ranked")


def latest_batch(store: Store, portfolio: str | None = None) -> Publication | None:
    """Return the newest batch, of `portfolio` if that is given."""
    view = ranked()
    return _first(store, _newest_first(view, *_of(view, portfolio)))


def latest_batches(store: Store) -> tuple[Publication, ...]:
    """Return the newest batch of each portfolio, sorted by portfolio."""
    view = ranked()
    with reading(store) as connection:
        rows = connection.execute(select(view).where(view.c.age == 1).order_by(view.c.portfolio)).all()
    return tuple(_publication(row) for row in rows)


def newest_ids(store: Store) -> Mapping[str, str]:
    """Return the id of the newest batch of each portfolio, by portfolio, sorted."""
    with reading(store) as connection:
        return {row.portfolio: row.batch_id for row in connection.execute(_NEWEST_IDS)}


def find_batch(store: Store, batch_id: str) -> Publication:
    """Return the batch of that id; UnknownBatchError where none is published."""
    view = ranked()
    found = _first(store, select(view).where(view.c.batch_id == batch_id))
    if found is None:
        message = sentence(
            "Batch '{batch_id}' is not published. See the list of batches for those that are.", batch_id=batch_id
        )
        raise UnknownBatchError(message)
    return found


def families_seen_once(store: Store, decision: Decision) -> tuple[str, ...]:
    """Return the feature families that only one had data on: the batch of a decision or the one compared with.

    Empty where there is no batch to compare with, or it is no longer known.
    """
    if decision.before is None:
        return ()
    try:
        then = find_batch(store, decision.before.batch_id).batch
    except UnknownBatchError:
        return ()
    return tuple(sorted(set(decision.blind) ^ set(then.blind)))


def batch_page(
    store: Store, *, limit: int, after: BatchKey | None = None, portfolio: str | None = None
) -> tuple[Sequence[Publication], BatchKey | None]:
    """Return up to `limit` batches after `after`, newest first, and where the next page starts.

    RequestError for a portfolio without a batch.
    """
    view = ranked()
    conditions = _of(view, portfolio)
    if after is not None:
        conditions.append(tuple_(view.c.as_of, view.c.publication) < tuple_(after.as_of, after.publication))
    with reading(store) as connection:
        check_portfolio(connection, portfolio)
        rows = connection.execute(_newest_first(view, *conditions).limit(limit + 1)).all()
    found = [_publication(row) for row in rows[:limit]]
    more = len(rows) > limit
    return found, BatchKey(found[-1].batch.as_of, found[-1].number) if more else None


def predecessor(store: Store, portfolio: str, as_of: date, *, known_by: date | None = None) -> Publication | None:
    """Return the newest batch of `portfolio` with an earlier as_of; with `known_by` one that knew no more than that."""
    view = ranked()
    conditions = [view.c.portfolio == portfolio, view.c.as_of < as_of]
    if known_by is not None:
        conditions.append(view.c.known_by <= known_by)
    return _first(store, _newest_first(view, *conditions))


def edition_on(store: Store, portfolio: str, as_of: date) -> Publication | None:
    """Return the batch of `portfolio` of that day that no later one supersedes; None where none is published."""
    view = ranked()
    return _first(store, _newest_first(view, view.c.portfolio == portfolio, view.c.as_of == as_of))


def comparison(store: Store, portfolio: str, as_of: date, *, known_by: date | None = None) -> Publication | None:
    """Return the batch of `portfolio` that movement is measured against: the newest at least 28 days earlier."""
    return predecessor(store, portfolio, as_of - timedelta(days=MOVEMENT_DAYS - 1), known_by=known_by)


def check_portfolio(connection: Connection, portfolio: str | None) -> None:
    """Raise RequestError where nothing is published for `portfolio`; None stands for all."""
    if portfolio is None:
        return
    known = connection.execute(select(batches.c.portfolio).distinct().order_by(batches.c.portfolio)).scalars().all()
    if portfolio not in known:
        listed = tuple(f"'{one}'" for one in known) or sentence("none yet")
        message = sentence(
            "Nothing is published for portfolio '{portfolio}'. Portfolios with batches: {listed}.",
            portfolio=portfolio,
            listed=listed,
        )
        raise RequestError(message)


def to_batch(row: Row[Any]) -> Batch:
    """Return the batch that a row of `batches` holds."""
    content = {name: getattr(row, name) for name in Batch.__dataclass_fields__}
    return Batch(**{**content, "summary": json.loads(row.summary)})


def tallies_to_json(tallies: Sequence[Tally]) -> str:
    return json.dumps([[one.tier, one.level, one.borrowers, one.exposure_fen] for one in tallies])


def _publication(row: Row[Any]) -> Publication:
    tallies = (
        Tally(Tier(tier), WarningLevel(level), borrowers, exposure)
        for tier, level, borrowers, exposure in json.loads(row.tallies)
    )
    return Publication(
        number=row.publication,
        published_at=row.published_at,
        batch=to_batch(row),
        tallies=tuple(tallies),
        superseded=row.edition > 1,
        newest=row.age == 1,
    )


def _first(store: Store, query: Select[Any]) -> Publication | None:
    with reading(store) as connection:
        row = connection.execute(query.limit(1)).first()
    return None if row is None else _publication(row)


def _newest_first(view: CTE, *conditions: ColumnElement[bool]) -> Select[Any]:
    return select(view).where(*conditions).order_by(view.c.as_of.desc(), view.c.publication.desc())


def _of(view: CTE, portfolio: str | None) -> list[ColumnElement[bool]]:
    return [] if portfolio is None else [view.c.portfolio == portfolio]


_VIEW = ranked()
_NEWEST_IDS = select(_VIEW.c.portfolio, _VIEW.c.batch_id).where(_VIEW.c.age == 1).order_by(_VIEW.c.portfolio)
"""Asked with every what-if, and made once."""
