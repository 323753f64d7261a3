"""Cohorts (队列): what became of the borrowers of earlier batches, against the chances that they were given then.

Grain     one entry per batch, oldest first: the last of each month (monitoring/history.py). What is judged anew are
          MOST_ROWS borrowers at most: first cohorts that do not overlap, then those that run, the oldest first, since
          they have most to tell, then the others
Label     the definition and the horizon of the model that gave the chances, by what the book knows now; borrowers who
          left keep the label that they have
Mature    the horizon has ended within what the book speaks of. A cohort that is still running counts the defaults so
          far: it can only show that there are too many already
Overlap   two cohorts whose horizons share a month share defaults; `is_apart` marks a choice of mature ones that do not
Test      Jeffreys (ECB 2019): p_low is the chance that the default rate lies below the pd, small where the chances were
          too low; p_high the other way round. It takes borrowers to default independently: in a year that is bad for
          all it rejects too easily, so that a rejection says "look", never "the model alone is to blame"
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ews.events.book import Book
from ews.models.frozen import FrozenModel
from ews.monitoring.health.expected import expected_auc
from ews.outcomes.definition import Definition
from ews.outcomes.horizon import months_later
from ews.outcomes.labels import at_risk, label_reach, labels
from ews.store.publications import Publication
from ews.validation.cohorts import cohorts as apart
from ews.validation.jeffreys import jeffreys_interval, jeffreys_p
from ews.validation.limits import LEAST_DEFAULTS
from ews.validation.power import auc

Floats = NDArray[np.float64]

MOST_ROWS = 1_200_000
NEEDED = ("borrower_id", "pd", "grade")
ReadColumns = Callable[[Publication], pa.Table | None]
"""Gives NEEDED of a batch, one row per borrower; None where its file cannot be read, and it is not judged."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Borrowers of a cohort, all or of one grade, null p without any.

    `low` and `high` bound the 95 % interval of the default rate.
    """

    rows: int
    expected: float
    defaults: int
    low: float | None
    high: float | None
    p_low: float | None
    p_high: float | None


@dataclass(frozen=True, slots=True)
class Cohort:
    """`auc` is what was seen, `expected_auc` what the chances had promised.

    Both are null while the cohort runs, and where too few defaulted to say.

    `unseen` counts borrowers with a chance who were not at risk by what is known now, or whose label is not told.
    """

    as_of: date
    batch_id: str
    model_id: str
    matures_on: date
    is_mature: bool
    is_apart: bool
    unseen: int
    whole: Counted
    grades: Mapping[str, Counted]
    auc: float | None
    expected_auc: float | None


def cohorts(
    book: Book,
    batches: Sequence[Publication],
    model_of: Callable[[str], FrozenModel | None],
    read: ReadColumns,
    *,
    known: Mapping[str, Cohort] | None = None,
) -> tuple[Cohort, ...]:
    """Return what became of the batches whose model is still there; `model_of` gives a model by its id.

    `known` are mature cohorts by their batch, which are taken as they were judged.
    """
    models = {one.batch.model_id: model_of(one.batch.model_id) for one in batches}
    found: list[Cohort] = []
    for model_id, model in models.items():
        if model is not None:
            own = [one for one in batches if one.batch.model_id == model_id]
            found += _of_model(book, own, model, read, known or {})
    return tuple(sorted(found, key=lambda one: one.as_of))


def _of_model(
    book: Book, batches: Sequence[Publication], model: FrozenModel, read: ReadColumns, known: Mapping[str, Cohort]
) -> list[Cohort]:
    definition, known_by = Definition.from_dict(model.definition), book.manifest.known_to
    reach = label_reach(book, definition, known_by)
    ends = {one.batch.as_of: months_later(one.batch.as_of, definition.horizon_months) for one in batches}
    alone = set(apart((day for day, end in ends.items() if end <= reach), definition.horizon_months))
    old = [
        replace(known[one.batch.batch_id], is_apart=one.batch.as_of in alone)
        for one in batches
        if one.batch.batch_id in known
    ]
    fresh = [one for one in batches if one.batch.as_of < reach and one.batch.batch_id not in known]
    chosen = _within_reach(fresh, alone, ends, reach)
    tables = {one.batch.as_of: read(one) for one in chosen}
    columns = {day: table for day, table in tables.items() if table is not None}
    seen = _labels(book, columns, definition, known_by)
    found = old
    for one in (one for one in chosen if one.batch.as_of in columns):
        day = one.batch.as_of
        given, hit, grades = _joined(columns[day], seen.filter(pc.equal(seen["as_of"], day)))
        enough = ends[day] <= reach and LEAST_DEFAULTS <= int(hit.sum()) <= len(hit) - LEAST_DEFAULTS
        found.append(
            Cohort(
                as_of=day,
                batch_id=one.batch.batch_id,
                model_id=one.batch.model_id,
                matures_on=ends[day],
                is_mature=ends[day] <= reach,
                is_apart=day in alone,
                unseen=int(columns[day].num_rows - columns[day]["pd"].null_count - len(given)),
                whole=counted(given, hit),
                grades={name: counted(given[grades == name], hit[grades == name]) for name in sorted(set(grades))},
                auc=auc(given, hit) if enough else None,
                expected_auc=expected_auc(given) if enough else None,
            )
        )
    return found


def counted(pd: Floats, hit: NDArray[np.int8]) -> Counted:
    """Return what was expected of these borrowers, and what came of them."""
    rows, defaults = len(pd), int(hit.sum())
    interval, mean = jeffreys_interval(defaults, rows), float(pd.mean()) if rows else 0.0
    p = jeffreys_p(mean, defaults, rows) if rows else None
    return Counted(
        rows, float(pd.sum()), defaults, interval.low, interval.high, p, None if p is None else 1.0 - p
    )  # fmt: skip


def _within_reach(
    batches: Sequence[Publication], first: set[date], ends: Mapping[date, date], reach: date
) -> list[Publication]:
    """Return as many batches as there is room for, oldest first; `first` before all others."""
    room = MOST_ROWS
    taken: list[Publication] = []

    def turn(one: Publication) -> tuple[int, int]:
        day = one.batch.as_of
        is_running = ends[day] > reach
        return (0 if day in first else 1 if is_running else 2, day.toordinal() if is_running else -day.toordinal())

    for one in sorted(batches, key=turn):
        room -= one.batch.scored
        if room >= 0 or not taken:
            taken.append(one)
    return sorted(taken, key=lambda one: one.batch.as_of)


def _labels(book: Book, columns: Mapping[date, pa.Table], definition: Definition, known_by: date) -> pa.Table:
    """Return borrower_id, as_of and defaulted of whoever of the batches was at risk by what is known now."""
    if not columns:
        return pa.table({"borrower_id": [], "as_of": [], "defaulted": []})
    schema = pa.schema([("borrower_id", pa.string()), ("as_of", pa.date32()), ("known_by", pa.date32())])
    parts = [_spine_of(table, day, schema) for day, table in columns.items()]
    spine: ir.Table = book.kept(pa.concat_tables(parts))
    told = at_risk(labels(book, spine, definition, known_by=known_by))
    return told.select("borrower_id", "as_of", "defaulted").order_by("as_of", "borrower_id").to_pyarrow()


def _spine_of(table: pa.Table, day: date, schema: pa.Schema) -> pa.Table:
    ids = table.filter(table["pd"].is_valid())["borrower_id"].cast(pa.string())
    days = pa.array([day], pa.date32()).take(pa.array(np.zeros(len(ids), np.int64)))
    return pa.table([ids, days, days], schema=schema)


def _joined(given: pa.Table, seen: pa.Table) -> tuple[Floats, NDArray[np.int8], NDArray[np.object_]]:
    """Return pd, label and grade of the borrowers that both have."""
    place = pc.index_in(seen["borrower_id"].combine_chunks(), value_set=given["borrower_id"].combine_chunks())
    both = given.select(["pd", "grade"]).take(place.drop_null())
    hit = seen["defaulted"].combine_chunks().filter(place.is_valid())
    return (
        both["pd"].to_numpy().astype(np.float64),
        hit.to_numpy(zero_copy_only=False).astype(np.int8),
        np.asarray(both["grade"].to_pylist(), dtype=object),
    )
