"""Rows: the borrowers behind a figure, page by page, or the whole list as columns.

Order   any column; ties by borrower_id, and what is not known last, whichever way the column goes
Left    who is no longer here has the columns of then, and null in those of now
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ews.domain.errors import RequestError
from ews.domain.text import sentence
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
    if offset < 0 or (limit is not None and limit < 0):
        message = sentence(
            "The list has no page from {offset} with {limit} rows. Give numbers from 0 up.", offset=offset, limit=limit
        )
        raise RequestError(message)
    found, keys = _sorted_by(frame, wanted, sort, among, descending=descending)
    end = len(found) if limit is None else min(offset + limit, len(found))
    return Page(rows_at(frame, found[first(keys, end)[offset:]]), len(found))


def table(
    frame: BookFrame, wanted: Filter, sort: str = "exposure_fen", *, among: Flags | None = None, descending: bool = True
) -> pa.Table:
    """Return the whole list as columns, those of SORTS; words are dictionaries of what the list has. Null is unknown.

    RequestError for a column that is none of SORTS.
    """
    found, keys = _sorted_by(frame, wanted, sort, among, descending=descending)
    places = found[first(keys, len(found))]
    return pa.table({name: _column(frame, name, places) for name in SORTS})


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
    columns = [_listed(_column(frame, name, places)) for name in Row.__dataclass_fields__]
    return tuple(Row(*one) for one in zip(*columns, strict=True))


def _listed(column: pa.Array) -> list[Any]:
    if not pa.types.is_dictionary(column.type):
        return list(column.to_pylist())
    words = (*column.dictionary.to_pylist(), None)
    return [words[code] for code in pc.fill_null(column.indices, -1).to_numpy().tolist()]


def _sorted_by(
    frame: BookFrame, wanted: Filter, sort: str, among: Flags | None, *, descending: bool
) -> tuple[Places, NDArray[np.float64]]:
    """Return the list by id, and the keys of which the smallest comes first."""
    if sort not in SORTS:
        message = sentence(
            "The list cannot be sorted by '{sort}'. Give one of: {sorts}.", sort=sort, sorts=tuple(SORTS)
        )
        raise RequestError(message)
    found = listed(frame, wanted)
    if among is not None:
        found = found[among[found]]
    keys = _keys(frame, sort, found)
    return found, -keys if descending else keys


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


def _column(frame: BookFrame, name: str, places: Places) -> pa.Array:
    """Return a column of the rows at these places; words as a dictionary."""
    if name in {"borrower_id", "name"}:
        column: pa.Array = getattr(frame, name)
        return column.take(pa.array(places))
    if name == "is_here":
        return pa.array(frame.now.is_in[places])
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


def _worded(codes: NDArray[Any], words: tuple[str, ...]) -> pa.Array:
    places = pa.array(codes.astype(np.int32), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(places, pa.array(words, pa.string()))


def _where(known: NDArray[np.bool_], values: NDArray[Any]) -> pa.Array:
    return pa.array(values, mask=~known)
