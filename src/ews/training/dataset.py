"""The data set: features of each snapshot joined to what became of the borrower.

Grain   one row per (as_of, borrower_id), in that order
Reads   the book by what was known on each snapshot's own day; the labels by what was known on `known_by`
Left    borrowers without a live loan, in default already (also if that was learnt later only), with a label not
out     mature, or listed without a date where there are several snapshots (nobody knows which of them it followed)
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from ews.domain.errors import TrainingDataError
from ews.domain.progress import Progress, silent
from ews.events.book import Book
from ews.features.build import build_features
from ews.features.catalogue import FEATURES, VERSION
from ews.features.window import KEYS as SPINE_KEYS
from ews.features.window import Spine, spine_on
from ews.outcomes.labels import labels
from ews.training.memory import largest_held
from ews.training.recipe import Recipe
from ews.training.stored import GROUP, KEYS, stored_in, write_part
from ews.training.table import SnapshotCount, TrainingTable, stored_table
from ews.training.work_folder import WorkFolder

PART_ROWS = 1_000_000
"""Rows of a stored table whose features are made at once, unless one day has more."""
_NAMES = tuple(feature.name for feature in FEATURES)
FATES = ("without_loan", "in_default", "in_default_learnt_later", "immature", "undated", "used")


def training_table(
    book: Book,
    recipe: Recipe,
    days: Sequence[date],
    *,
    known_by: date | Mapping[date, date],
    progress: Progress = silent,
    work: Path | None = None,
    held: int | None = None,
) -> TrainingTable:
    """Return features and mature labels of `days`; TrainingDataError where no row is left.

    `known_by` is the day whose knowledge the labels rest on, or one for each of `days`. Features of more than `held`
    bytes (default: a share of the memory) are made a few days at a time and stored in a folder below `work`, which
    goes with the table.
    """
    progress("labels", 0, 1)
    spine = spine_on(book, days)
    label = _labels(book, recipe, spine, known_by if isinstance(known_by, Mapping) else dict.fromkeys(days, known_by))
    label = book.kept(_with_fate(label, single=len(days) == 1))
    counts = _counts(label, days)
    progress("labels", 1, 1)
    _require_rows(counts, recipe, known_by if isinstance(known_by, date) else max(known_by.values()))
    used = label.filter(label.fate == "used")
    table = partial(_rows_on, book, used, progress=progress)
    rows = sum(count.used for count in counts)
    if 8 * rows * len(FEATURES) <= (largest_held() if held is None else held):
        return TrainingTable(FEATURES, VERSION, *_held(table(spine.days), rows), counts)
    folder = WorkFolder(work or Path(tempfile.gettempdir()))
    for number, part in enumerate(_parts(counts)):
        write_part(folder, number, table(part), _NAMES)
    return stored_table(FEATURES, VERSION, stored_in(folder, _NAMES), counts)


def _rows_on(
    book: Book, used: ir.Table, days: Sequence[date], progress: Progress
) -> Iterator[tuple[pa.Table, NDArray[np.float64]]]:
    """Yield keys and features of `days`, some rows at a time."""
    used = used.filter(used.as_of.isin(list(days)))
    narrow = book.kept(used.select(*SPINE_KEYS))
    features = build_features(book, Spine(narrow, tuple(days)), progress)
    joined = used.inner_join(
        features.drop("known_by") if "known_by" in features.columns else features, list(SPINE_KEYS[:2])
    )
    rows = joined.select(*KEYS, *_NAMES).order_by("as_of", "borrower_id")
    for batch in rows.to_pyarrow_batches(chunk_size=GROUP):
        columns = [batch.column(name).to_numpy(zero_copy_only=False).astype(np.float64) for name in _NAMES]
        yield pa.table(batch.select(list(KEYS))), np.column_stack(columns)
    for table in (features, narrow):  # the largest of all; memory is short
        book.engine.drop_table(table.op().name, database=("temp", "main"))


def _held(
    found: Iterator[tuple[pa.Table, NDArray[np.float64]]], rows: int
) -> tuple[pd.DataFrame, NDArray[np.float64]]:  # fmt: skip
    matrix, keys, end = np.empty((rows, len(_NAMES))), [], 0
    for told, values in found:
        matrix[end : end + len(values)] = values
        keys.append(told)
        end += len(values)
    together = pa.concat_tables(keys)
    return pd.DataFrame({name: together[name].to_pylist() for name in KEYS}), matrix


def _parts(counts: Sequence[SnapshotCount]) -> list[list[date]]:
    """Return the days in order, as many together as make PART_ROWS at most: one at least."""
    parts: list[list[date]] = []
    rows = PART_ROWS
    for count in (each for each in counts if each.used):
        if rows + count.used > PART_ROWS:
            parts.append([])
            rows = 0
        parts[-1].append(count.as_of)
        rows += count.used
    return parts


def _labels(book: Book, recipe: Recipe, spine: Spine, known_by: Mapping[date, date]) -> ir.Table:
    parts = []
    for by in sorted(set(known_by.values())):
        days = [day for day in spine.days if known_by[day] == by]
        rows = spine.table.filter(spine.table.as_of.isin(days))
        parts.append(labels(book, rows, recipe.definition, known_by=by))
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def _with_fate(label: ir.Table, *, single: bool) -> ir.Table:
    """Name the first reason for which a row is left out, or `used`."""
    fate = ibis.cases(
        (~label.live, "without_loan"),
        (label.in_default, "in_default"),
        (label.in_default_learnt_later, "in_default_learnt_later"),
        (~label.mature, "immature"),
        (label.undated & ibis.literal(not single), "undated"),
        else_="used",
    )
    return label.mutate(fate=fate)


def _counts(label: ir.Table, days: Sequence[date]) -> tuple[SnapshotCount, ...]:
    used = label.fate == "used"
    per_day = label.group_by("as_of").aggregate(
        borrowers=label.count(),
        **{fate: (label.fate == fate).sum() for fate in FATES},
        defaulted=(used & (label.defaulted == 1)).sum(),
        closed_early=(used & label.closed_early.fill_null(False)).sum(),
    )
    found = {row["as_of"]: row for row in per_day.to_pyarrow().to_pylist()}
    nobody = dict.fromkeys(SnapshotCount.__slots__, 0)
    return tuple(SnapshotCount(**{**nobody, **found.get(day, {}), "as_of": day}) for day in sorted(days))


def _require_rows(counts: Sequence[SnapshotCount], recipe: Recipe, known_by: date) -> None:
    if any(count.used for count in counts):
        return
    total = {name: sum(getattr(count, name) for count in counts) for name in SnapshotCount.__slots__ if name != "as_of"}
    message = (
        f"There is nothing to learn from: of {total['borrowers']} borrower snapshots on {len(counts)} day(s), "
        f"{total['without_loan']} have no live loan, {total['in_default']} are in default already, "
        f"{total['in_default_learnt_later']} were so already as was learnt later, "
        f"{total['immature']} have a label that is not mature by {known_by} (horizon {recipe.horizon_months} months), "
        f"{total['undated']} a default without a date. Give a longer book, earlier snapshots or a shorter horizon."
    )
    raise TrainingDataError(message)
