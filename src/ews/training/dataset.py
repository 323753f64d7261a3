"""The data set: features of each snapshot joined to what became of the borrower.

Grain   one row per (as_of, borrower_id), in that order
Reads   the book by what was known on each snapshot's own day; the labels by what was known on `known_by`
Left    borrowers without a live loan, in default already (also if that was learnt later only), with a label not
out     mature, or listed without a date where there are several snapshots (nobody knows which of them it followed)
"""

from collections.abc import Mapping, Sequence
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from ews.domain.errors import TrainingDataError
from ews.domain.progress import Progress, silent
from ews.events.book import Book
from ews.features.build import build_features
from ews.features.catalogue import FEATURES, VERSION
from ews.features.window import KEYS, Spine, spine_on
from ews.outcomes.labels import labels
from ews.training.recipe import Recipe
from ews.training.table import SnapshotCount, TrainingTable

FATES = ("without_loan", "in_default", "in_default_learnt_later", "immature", "undated", "used")


def training_table(
    book: Book,
    recipe: Recipe,
    days: Sequence[date],
    *,
    known_by: date | Mapping[date, date],
    progress: Progress = silent,
) -> TrainingTable:
    """Return features and mature labels of `days`; TrainingDataError where no row is left.

    `known_by` is the day whose knowledge the labels rest on, or one for each of `days`.
    """
    progress("labels", 0, 1)
    spine = spine_on(book, days)
    label = _labels(book, recipe, spine, known_by if isinstance(known_by, Mapping) else dict.fromkeys(days, known_by))
    label = book.kept(_with_fate(label, single=len(days) == 1))
    counts = _counts(label, days)
    progress("labels", 1, 1)
    _require_rows(counts, recipe, known_by if isinstance(known_by, date) else max(known_by.values()))
    used = label.filter(label.fate == "used")
    narrow = book.kept(used.select(*KEYS))
    features = build_features(book, Spine(narrow, spine.days), progress)
    names = [feature.name for feature in FEATURES]
    joined = used.inner_join(features.drop("known_by") if "known_by" in features.columns else features, list(KEYS[:2]))
    wanted = [*KEYS[:2], "ends_on", "label_known_by", "dpd", "defaulted", *names]
    rows = joined.select(*wanted).order_by("as_of", "borrower_id").to_pyarrow()
    book.engine.drop_table(features.op().name, database=("temp", "main"))  # the largest of all; memory is short
    matrix = np.column_stack([rows[name].to_numpy().astype(np.float64) for name in names])
    keys = pd.DataFrame({name: rows[name].to_pylist() for name in wanted[:6]})
    return TrainingTable(FEATURES, VERSION, keys, matrix, counts)


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
