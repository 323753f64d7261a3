"""Traces: what is kept in memory of each batch, so that a look over years reads none of them anew.

Tallies   numbers and sums by branch, tier, level, grade and whether in default; of the whole batch
Watched   the borrowers who are warned or in default, with whether they were in the batch before
Left      who was in the batch before and is not in this one
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Select, and_, false, func, or_, select

from ews.monitoring.frame import Amounts, Flags, Ranks, Words, words_of
from ews.store.publications import Publication
from ews.store.tables import decisions

_MONEY = ("exposure_fen", "expected_loss_fen", "provision_fen")

WATCHED = pa.schema(
    {
        "borrower_id": pa.string(),
        "branch_id": pa.string(),
        "level": pa.int8(),
        "in_default": pa.bool_(),
        "was_here": pa.bool_(),
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Tallies:
    """One row per combination that occurs; sums are of what is known, `known` counts the borrowers with it.

    `pd_sum` is over `pd_known` borrowers, `pd_by_exposure` the sum of pd x exposure over `pd_exposure_fen`.
    """

    branch: Words
    grade: Words
    tier: Ranks
    level: Ranks
    in_default: Flags
    borrowers: Amounts
    sums: dict[str, Amounts]
    known: dict[str, Amounts]
    pd_sum: NDArray[np.float64]
    pd_known: Amounts
    pd_by_exposure: NDArray[np.float64]
    pd_exposure_fen: Amounts


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """`previous` is the number of the batch before in the history, null for the first."""

    publication: Publication
    previous: int | None
    tallies: Tallies
    watched: pa.Table
    left: pa.Array


def read_trace(connection: Connection, publication: Publication, previous: int | None) -> Trace:
    """Return the trace of a publication, read once: a publication never changes."""
    number = publication.number
    tallies, watched = _tallies(connection, number), _watched(connection, number, previous)
    return Trace(publication, previous, tallies, watched, _left(connection, number, previous))


def _tallies(connection: Connection, number: int) -> Tallies:
    own = decisions.c
    groups = (own.branch_id, own.grade, own.tier_rank, own.level_rank, own.in_default)
    weighed = and_(own.pd.is_not(None), own.exposure_fen.is_not(None))
    query = select(
        *groups,
        func.count(),
        *(func.coalesce(func.sum(own[name]), 0) for name in _MONEY),
        *(func.count(own[name]) for name in _MONEY),
        func.coalesce(func.sum(own.pd), 0.0),
        func.count(own.pd),
        func.coalesce(func.sum(own.pd * own.exposure_fen), 0.0),
        func.coalesce(func.sum(own.exposure_fen).filter(weighed), 0),
    ).where(own.publication == number)
    rows = connection.execute(query.group_by(*groups)).all()
    columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(16)]
    branch, grade, tier, level, in_default, borrowers = columns[:6]
    pd_sum, pd_known, pd_by_exposure, pd_exposure = columns[12:]
    return Tallies(
        branch=words_of(pa.array(branch, pa.string())),
        grade=words_of(pa.array(grade, pa.string())),
        tier=np.array(tier, np.int8),
        level=np.array(level, np.int8),
        in_default=np.array(in_default, np.bool_),
        borrowers=_whole(borrowers),
        sums=dict(zip(_MONEY, map(_whole, columns[6:9]), strict=True)),
        known=dict(zip(_MONEY, map(_whole, columns[9:12]), strict=True)),
        pd_sum=np.array(pd_sum, np.float64),
        pd_known=_whole(pd_known),
        pd_by_exposure=np.array(pd_by_exposure, np.float64),
        pd_exposure_fen=_whole(pd_exposure),
    )


def _watched(connection: Connection, number: int, previous: int | None) -> pa.Table:
    own = decisions.c
    was_here = false() if previous is None else _is_in(previous)
    query = (
        select(own.borrower_id, own.branch_id, own.level_rank, own.in_default, was_here.label("was_here"))
        .where(own.publication == number, or_(own.level_rank > 0, own.in_default))
        .order_by(own.borrower_id)
    )
    rows = connection.execute(query).all()
    columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in WATCHED]
    flags = [list(map(bool, column)) for column in columns[3:]]  # SQLite has none where SQL makes them
    return pa.table([*columns[:3], *flags], schema=WATCHED)


def _left(connection: Connection, number: int, previous: int | None) -> pa.Array:
    if previous is None:
        return pa.array([], pa.string())
    query: Select[Any] = select(decisions.c.borrower_id).where(decisions.c.publication == previous, ~_is_in(number))
    return pa.array(connection.execute(query.order_by(decisions.c.borrower_id)).scalars().all(), pa.string())


def _is_in(number: int) -> ColumnElement[bool]:
    """Tell whether the borrower of a row is in the publication of that number too."""
    other = decisions.alias()
    return (
        select(other.c.borrower_id)
        .where(other.c.publication == number, other.c.borrower_id == decisions.c.borrower_id)
        .exists()
    )


def _whole(values: Sequence[Any]) -> Amounts:
    return np.array([int(value) for value in values], np.int64)
