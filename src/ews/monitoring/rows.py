"""Rows: the borrowers behind a figure, page by page.

Order   any column; ties by borrower_id, and what is not known last, whichever way the column goes
Left    who is no longer here has the columns of then, and null in those of now
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ews.domain.errors import RequestError
from ews.monitoring.filters import FORMER, Filter, listed
from ews.monitoring.frame import BookFrame, Flags, Money, Places, Side


@dataclass(frozen=True, slots=True)
class Row:
    """A borrower. `is_here`: in the newest batch; `stage` is of IFRS 9, from 1 to 3."""

    borrower_id: str
    name: str | None
    branch_id: str | None
    officer_id: str | None
    industry: str | None
    region: str | None
    exposure_fen: int | None
    former_exposure_fen: int | None
    pd: float | None
    former_pd: float | None
    grade: str | None
    former_grade: str | None
    tier: str | None
    former_tier: str | None
    level: str | None
    former_level: str | None
    top_reason: str | None
    expected_loss_fen: int | None
    former_expected_loss_fen: int | None
    provision_fen: int | None
    in_default: bool | None
    former_in_default: bool | None
    stage: int | None
    is_here: bool


SORTS = tuple(name for name in Row.__dataclass_fields__ if name != "is_here")
"""Columns that a list can be sorted by."""


@dataclass(frozen=True, slots=True)
class Page:
    """`count` is of the whole list."""

    rows: tuple[Row, ...]
    count: int


_MONEY = {"exposure_fen": "exposure", "expected_loss_fen": "expected_loss", "provision_fen": "provision"}


def rows(
    frame: BookFrame,
    wanted: Filter,
    sort: str = "exposure_fen",
    *,
    among: Flags | None = None,
    descending: bool = True,
    offset: int = 0,
    limit: int | None = 50,
) -> Page:
    """Return `limit` rows from place `offset` (from 0), all where `limit` is None; only those `among` these if given.

    RequestError for a column that is none of SORTS, and for an offset or limit below 0.
    """
    if sort not in SORTS:
        message = f"The list cannot be sorted by '{sort}'. Give one of: {', '.join(SORTS)}."
        raise RequestError(message)
    if offset < 0 or (limit is not None and limit < 0):
        message = f"The list has no page from {offset} with {limit} rows. Give numbers from 0 up."
        raise RequestError(message)
    found = listed(frame, wanted)
    if among is not None:
        found = found[among[found]]
    end = len(found) if limit is None else min(offset + limit, len(found))
    keys = _keys(frame, sort, found)
    order = first(-keys if descending else keys, end)[offset:]
    return Page(rows_at(frame, found[order]), len(found))


def first(keys: NDArray[np.float64], count: int) -> Places:
    """Return the places of the `count` smallest keys in order, equal ones by place, NaN last."""
    keys = np.where(np.isnan(keys), np.inf, keys)
    if count <= 0:
        return np.zeros(0, np.intp)
    if count >= len(keys):
        return np.argsort(keys, kind="stable")
    near = np.flatnonzero(keys <= np.partition(keys, count - 1)[count - 1])
    return near[np.argsort(keys[near], kind="stable")[:count]]


def rows_at(frame: BookFrame, places: Places) -> tuple[Row, ...]:
    """Return the rows at these places, in their order."""
    columns = [_values(frame, name, places) for name in Row.__dataclass_fields__]
    return tuple(Row(*one) for one in zip(*columns, strict=True))


def _keys(frame: BookFrame, name: str, found: Places) -> NDArray[np.float64]:
    """Return a number per row by which it is sorted, NaN where the column is not known."""
    if name == "borrower_id":
        return found.astype(np.float64)
    if name == "name":
        return _ranked(frame.name_places[found])
    if name in frame.attributes:
        return _ranked(frame.attributes[name].codes[found])
    side, own = _side(frame, name)
    if own == "pd":
        return side.pd[found]
    if own in _MONEY:
        money: Money = getattr(side, _MONEY[own])
        return np.where(money.known[found], money.fen[found].astype(np.float64), np.nan)
    if own == "in_default":
        return np.where(side.is_in[found], side.in_default[found].astype(np.float64), np.nan)
    return _ranked(side.ranks[own][found])


def _values(frame: BookFrame, name: str, places: Places) -> list[Any]:
    if name in {"borrower_id", "name"}:
        column: pa.Array = getattr(frame, name)
        return list(column.take(pa.array(places)).to_pylist())
    if name == "is_here":
        return list(frame.now.is_in[places].tolist())
    if name in frame.attributes:
        own_words = frame.attributes[name]
        return _worded(own_words.codes[places], own_words.words)
    side, own = _side(frame, name)
    if own in _MONEY:
        money: Money = getattr(side, _MONEY[own])
        return _where(money.known[places], money.fen[places])
    if own == "pd":
        return _where(~np.isnan(side.pd[places]), side.pd[places])
    if own == "in_default":
        return _where(side.is_in[places], side.in_default[places])
    if own == "stage":
        return _where(side.ranks[own][places] >= 0, side.ranks[own][places] + 1)
    return _worded(side.ranks[own][places], frame.scales[own])


def _side(frame: BookFrame, name: str) -> tuple[Side, str]:
    return (frame.then, name.removeprefix(FORMER)) if name.startswith(FORMER) else (frame.now, name)


def _ranked(codes: NDArray[Any]) -> NDArray[np.float64]:
    return np.where(codes < 0, np.nan, codes.astype(np.float64))


def _worded(codes: NDArray[Any], words: tuple[str, ...]) -> list[str | None]:
    return [words[code] if code >= 0 else None for code in codes.tolist()]


def _where(known: NDArray[np.bool_], values: NDArray[Any]) -> list[Any]:
    return [value if is_known else None for value, is_known in zip(values.tolist(), known.tolist(), strict=True)]
