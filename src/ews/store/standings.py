"""Standings: how a borrower stands in the batches that are published.

Order   newest first: by as_of, then by publication
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, select, tuple_
from sqlalchemy.sql.selectable import CTE

from ews.domain.decisions import Decision
from ews.domain.errors import RequestError, UnknownBorrowerError
from ews.domain.levels import Tier, WarningLevel
from ews.domain.text import sentence
from ews.store.batches import BatchKey, find_batch, ranked
from ews.store.engine import Store, reading
from ews.store.kept_records import kept_record
from ews.store.publications import Standing
from ews.store.tables import batches, decisions

_BATCH = ("publication", "batch_id", "portfolio", "as_of", "published_at")
_OWN = (
    "borrower_id",
    "name",
    "branch_id",
    "officer_id",
    "industry",
    "region",
    "pd",
    "grade",
    "tier",
    "level",
    "exposure_fen",
    "in_default",
    "top_reason",
    "release_on",
    "place",
    "is_waiting",
    "stage",
    "expected_loss_fen",
    "provision_fen",
)
_AT_ONCE = 1_000
"""Ids in one statement: databases take so many parameters and no more."""
_PREVIOUS = pa.schema(
    {"borrower_id": pa.string(), "pd": pa.float64(), "grade": pa.string(), "tier": pa.string(), "level": pa.string()}
)


class AmbiguousBorrowerError(RequestError):
    """The id stands for borrowers of several portfolios."""

    code = "ambiguous-borrower"


@dataclass(frozen=True, slots=True)
class Found:
    """`record` is null where the batch is no longer kept in full; it is then in the batch's Parquet."""

    standing: Standing
    record: Decision | None


def borrower_decision(
    store: Store, borrower_id: str, *, batch_id: str | None = None, portfolio: str | None = None
) -> Found:
    """Return the newest decision on a borrower, or that of batch `batch_id`.

    UnknownBorrowerError where there is none, UnknownBatchError for an unknown batch, AmbiguousBorrowerError where
    several portfolios have a borrower of that id and neither batch nor portfolio is named.
    """
    if batch_id is not None:
        find_batch(store, batch_id)
    with reading(store) as connection:
        among = None if batch_id is not None else _portfolio_of(connection, borrower_id, portfolio)
        asked = {"borrower_id": borrower_id, "batch_id": batch_id, "portfolio": among}
        row = connection.execute(_IN_PORTFOLIO if batch_id is None else _IN_BATCH, asked).first()
        if row is None:
            where = sentence("batch '{batch_id}'", batch_id=batch_id) if batch_id is not None else sentence("any batch")
            message = sentence(
                "Borrower '{borrower_id}' is not in {where}. Check the id, or name another batch.",
                borrower_id=borrower_id,
                where=where,
            )
            raise UnknownBorrowerError(message)
        record = kept_record(connection, row.publication, borrower_id)
    return Found(to_standing(row), None if record is None else Decision.from_json(record))


def borrower_history(
    store: Store, borrower_id: str, *, limit: int = 1_000, after: BatchKey | None = None, portfolio: str | None = None
) -> tuple[Sequence[Standing], BatchKey | None]:
    """Return up to `limit` decisions on a borrower after `after`, and where the next page starts.

    Errors as in `borrower_decision`.
    """
    view = ranked()
    query = _standings(view).where(decisions.c.borrower_id == borrower_id)
    if after is not None:
        query = query.where(tuple_(view.c.as_of, view.c.publication) < tuple_(after.as_of, after.publication))
    with reading(store) as connection:
        query = query.where(view.c.portfolio == _portfolio_of(connection, borrower_id, portfolio))
        rows = connection.execute(_newest_first(query, view).limit(limit + 1)).all()
    found = [to_standing(row) for row in rows[:limit]]
    return found, BatchKey(found[-1].as_of, found[-1].publication) if len(rows) > limit else None


def previous_rows(store: Store, batch_id: str, of: Sequence[str] | None = None) -> pa.Table:
    """Return borrower_id, pd, grade, tier, level of a batch, sorted by borrower_id, to measure movement against.

    `of` are the borrowers asked about, by default all; who was not decided has no row.
    """
    number = find_batch(store, batch_id).number
    query = select(*(decisions.c[name] for name in _PREVIOUS.names)).where(decisions.c.publication == number)
    query = query.order_by(decisions.c.borrower_id)
    with reading(store) as connection:
        if of is None:
            rows = list(connection.execute(query).all())
        else:
            ids = sorted(of)
            parts = (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
            rows = [row for part in parts for row in connection.execute(query.where(decisions.c.borrower_id.in_(part)))]
    columns = zip(*rows, strict=True) if rows else [()] * len(_PREVIOUS)
    return pa.table(
        [pa.array(list(column), field.type) for column, field in zip(columns, _PREVIOUS, strict=True)], _PREVIOUS
    )


def standing_columns(view: CTE) -> list[ColumnElement[Any]]:
    """Return what `to_standing` reads, from `decisions` joined to `view`."""
    return [
        *(view.c[name] for name in _BATCH),
        view.c.edition,
        view.c.age,
        *(decisions.c[name] for name in _OWN),
    ]


def to_standing(row: Row[Any]) -> Standing:
    own = {name: getattr(row, name) for name in (*_BATCH, *_OWN)}
    return Standing(
        **{
            **own,
            "tier": Tier(row.tier),
            "level": WarningLevel(row.level),
            "superseded": row.edition > 1,
            "newest": row.age == 1,
        }
    )


def _portfolio_of(connection: Connection, borrower_id: str, asked: str | None) -> str:
    """Return the portfolio that a borrower's decisions are looked up in."""
    portfolios = connection.execute(_PORTFOLIOS, {"borrower_id": borrower_id}).scalars().all()
    if not portfolios or (asked is not None and asked not in portfolios):
        where = "" if asked is None else sentence(" in portfolio '{portfolio}'", portfolio=asked)
        message = sentence(
            "Borrower '{borrower_id}' has no published decision{where}. Check the id, or score a book with it.",
            borrower_id=borrower_id,
            where=where,
        )
        raise UnknownBorrowerError(message)
    if asked is None and len(portfolios) > 1:
        listed = tuple(f"'{one}'" for one in portfolios)
        message = sentence(
            "Borrower '{borrower_id}' is in {count} portfolios: {listed}. Name the portfolio.",
            borrower_id=borrower_id,
            count=len(portfolios),
            listed=listed,
        )
        raise AmbiguousBorrowerError(message)
    return asked or portfolios[0]


def _standings(view: CTE) -> Select[Any]:
    return select(*standing_columns(view)).join_from(decisions, view, decisions.c.publication == view.c.publication)


def _newest_first(query: Select[Any], view: CTE) -> Select[Any]:
    return query.order_by(view.c.as_of.desc(), view.c.publication.desc())


_VIEW = ranked()
_OF_BORROWER = _standings(_VIEW).where(decisions.c.borrower_id == bindparam("borrower_id"))
_IN_BATCH = _newest_first(_OF_BORROWER.where(_VIEW.c.batch_id == bindparam("batch_id")), _VIEW).limit(1)
_IN_PORTFOLIO = _newest_first(_OF_BORROWER.where(_VIEW.c.portfolio == bindparam("portfolio")), _VIEW).limit(1)
_PORTFOLIOS = (
    select(batches.c.portfolio)
    .join_from(decisions, batches, decisions.c.publication == batches.c.publication)
    .where(decisions.c.borrower_id == bindparam("borrower_id"))
    .distinct()
    .order_by(batches.c.portfolio)
)
"""Of each look-up; made once, since making one takes longer than asking it."""
