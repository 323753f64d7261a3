"""Load: a frame from the store, once per publication.

Reads   decisions of the publication and of the batch that it was compared with
Grades  in the order given, which is the policy's; those it lacks follow by their lowest pd, and last what has no pd
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ews.monitoring.columns import Columns, read_columns
from ews.monitoring.frame import ATTRIBUTES, LEVELS, STAGES, TIERS, BookFrame, Money, Places, Side, Words, words_of
from ews.store.batches import find_batch
from ews.store.engine import Store, reading
from ews.store.publications import Publication


def load(store: Store, publication: Publication, grades: Sequence[str] = ()) -> BookFrame:
    """Return the frame of a publication; `grades` are the codes of the policy's scale from best to worst."""
    compared_id = publication.batch.compared_id
    compared = None if compared_id is None else find_batch(store, compared_id)
    with reading(store) as connection:
        now = read_columns(connection, publication.number)
        then = read_columns(connection, None if compared is None else compared.number)
    return framed(publication, compared, now, then, grades)


def framed(
    publication: Publication, compared: Publication | None, now: Columns, then: Columns, grades: Sequence[str] = ()
) -> BookFrame:
    """Lay the columns of the two batches next to each other."""
    left = pc.is_null(pc.index_in(then["borrower_id"], value_set=now["borrower_id"]))
    who = {name: _both(now[name], then[name].filter(left)) for name in ("borrower_id", "name", *ATTRIBUTES)}
    order = pc.sort_indices(who["borrower_id"])
    ids = who["borrower_id"].take(order)
    attributes = {name: words_of(who[name].take(order)) for name in ATTRIBUTES}
    here = _places(ids, now["borrower_id"])
    attributes["top_reason"] = Words(
        np.where(here < 0, -1, attributes["top_reason"].codes).astype(np.int32), attributes["top_reason"].words
    )
    names = who["name"].take(order)
    scale = _scale(grades, now, then)
    return BookFrame(
        publication=publication,
        compared=compared,
        scales={"tier": _plain(TIERS), "grade": scale, "level": _plain(LEVELS), "stage": STAGES},
        borrower_id=ids,
        name=names,
        name_places=_ranked(names),
        attributes=attributes,
        now=_side(now, here, scale),
        then=_side(then, _places(ids, then["borrower_id"]), scale),
    )


def _both(first: pa.Array, second: pa.Array) -> pa.Array:
    return pa.concat_arrays([first, second])


def _places(ids: pa.Array, among: pa.Array) -> Places:
    """Return where each id is among the others, -1 where it is not."""
    return np.asarray(pc.fill_null(pc.index_in(ids, value_set=among), -1)).astype(np.intp)


def _ranked(values: pa.Array) -> NDArray[np.int32]:
    """Return the place of each text in the order of all, equal ones alike, -1 for none."""
    places = np.asarray(pc.rank(values, sort_keys="ascending", tiebreaker="dense"))
    return np.where(np.asarray(pc.is_null(values)), -1, places.astype(np.int64)).astype(np.int32)


def _scale(given: Sequence[str], *sides: Columns) -> tuple[str, ...]:
    lowest: dict[str, float] = {}
    for side in sides:
        found = pa.table({"grade": side["grade"], "pd": side["pd"]}).group_by("grade").aggregate([("pd", "min")])
        for grade, pd in zip(found["grade"].to_pylist(), found["pd_min"].to_pylist(), strict=True):
            lowest[grade] = min(lowest.get(grade, np.inf), np.inf if pd is None else pd)
    others = sorted(set(lowest) - set(given), key=lambda grade: (lowest[grade], grade))
    return (*given, *others)


def _plain(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(str(word) for word in words)


def _side(columns: Columns, places: Places, scale: tuple[str, ...]) -> Side:
    is_in = places >= 0
    grade = pc.index_in(columns["grade"], value_set=pa.array(scale, pa.string()))
    stage = pc.subtract(columns["stage"], pa.scalar(1, pa.int8()))
    ranks = {"tier": columns["tier_rank"], "grade": grade, "level": columns["level_rank"], "stage": stage}
    return Side(
        is_in=is_in,
        pd=_placed(columns["pd"], places, np.nan).astype(np.float64),
        ranks={name: _placed(rank, places, -1).astype(np.int8) for name, rank in ranks.items()},
        in_default=_placed(columns["in_default"], places, False),
        **_amounts(columns, places),
    )


def _amounts(columns: Columns, places: Places) -> Mapping[str, Money]:
    named = {"exposure": "exposure_fen", "expected_loss": "expected_loss_fen", "provision": "provision_fen"}
    return {
        name: Money(_placed(columns[column], places, 0), _placed(pc.is_valid(columns[column]), places, False))
        for name, column in named.items()
    }


def _placed(values: pa.Array, places: Places, absent: float | bool) -> NDArray[Any]:  # noqa: FBT001
    """Return the values at `places`, `absent` for a null and where there is no place."""
    filled = np.asarray(pc.fill_null(values, pa.scalar(absent, values.type)))
    if not len(filled):
        return np.full(len(places), absent, filled.dtype)
    return np.where(places < 0, filled.dtype.type(absent), filled[places])
