"""Look (体检): everything that can be told today of the model that made the newest batch.

Reads   the batch's decisions.parquet one column at a time, its model and what was kept beside it, the book at hand, and
        what earlier looks found
Judged  a mature cohort is judged once: later looks keep what was found, and judge those that are still running anew
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ews.domain.errors import ModelError
from ews.domain.progress import Progress, silent
from ews.domain.reasons import ReasonCode
from ews.events.book import Book
from ews.features.catalogue import FEATURES
from ews.models.champion import stored_model
from ews.models.examined import find_examined
from ews.models.frozen import FrozenModel
from ews.models.reference import Reference, find_reference
from ews.models.used import used_features
from ews.monitoring.health.alarm_rate import STATED, AlarmRate, alarm_rate
from ews.monitoring.health.alarms import alarms, standing_since
from ews.monitoring.health.cohorts import NEEDED, Cohort, cohorts
from ews.monitoring.health.expected import Expected, expected_performance
from ews.monitoring.health.feeds import feeds
from ews.monitoring.health.health import (
    HitRate,
    ModelHealth,
    Promised,
    Rate,
    ReferenceFacts,
    Unknown,
    Volume,
    from_json,
)
from ews.monitoring.health.shifts import ColumnShift, column_shifts
from ews.monitoring.history import History, laid_out, monthly
from ews.monitoring.hits import hits
from ews.monitoring.traces import read_trace
from ews.monitoring.trend import trend
from ews.store.batches import batch_page
from ews.store.checkups import checkup_history
from ews.store.engine import Store, reading
from ews.store.publications import Publication

DECISIONS = "decisions.parquet"
MOST_DECISIONS = 6_000_000
"""Decisions of earlier months that volume and hit rates are told from."""
_ALL, _YEAR = 100_000, timedelta(days=365)
_MONTHS = 12
SHARED = frozenset(one.name for one in FEATURES if one.reason is ReasonCode.SECTOR_DECLINE)
"""Features that all borrowers of a trade or region have in common."""

_UNREADABLE = (pa.ArrowException, OSError, KeyError)
"""What a file raises that is damaged, or lacks a column."""

Floats = NDArray[np.float64]


def look(
    home: Path, store: Store, portfolio: str, book: Book | None, *, progress: Progress = silent
) -> tuple[Publication, ModelHealth]:
    """Return the newest batch of a portfolio and what can be told of its model; nothing is written.

    `book` is null where it is not at hand. RequestError where nothing is published, ModelError where the model or what
    was kept beside it is damaged.
    """
    progress("history", 0, 1)
    published = batch_page(store, limit=_ALL, portfolio=portfolio)[0]
    months = monthly(published)
    history = _history(store, portfolio, months)
    newest = history.newest
    batch = newest.batch
    reference = find_reference(home, portfolio, batch.model_id)
    model = stored_model(home, portfolio, batch.model_id)
    used = used_features(model)
    rate = alarm_rate(_batches_of_a_year(published, newest), 1 + len(used))
    file = home / batch.directory / DECISIONS
    score, shifts, expected, missed = _of_batch(file, reference, rate, used, progress)
    progress("feeds", 0, 1)
    told = None if book is None else feeds(book, batch.as_of, batch.known_by, used)
    progress("cohorts", 0, 1)
    known = _looked(store, portfolio, None)
    past = () if known is None else known.cohorts
    judged, unread = ((), False) if book is None else _cohorts(home, portfolio, months, book, past)
    progress("cohorts", 1, 1)
    earlier = _looked(store, portfolio, newest.number)
    found = alarms(batch.as_of, [*((score,) if score else ()), *shifts], told or (), _own(judged, newest), rate)
    return newest, ModelHealth(
        portfolio=portfolio,
        batch_id=batch.batch_id,
        as_of=batch.as_of,
        known_by=batch.known_by,
        model_id=batch.model_id,
        book_id=None if book is None else book.manifest.book_id,
        known_to=None if book is None else book.manifest.known_to,
        alarms=standing_since(found, earlier.alarms if earlier else ()),
        unknown=_unknown(reference, book, _own(judged, newest), missed, unread=unread),
        rate=Rate(STATED, rate.looks, rate.columns),
        reference=None if reference is None else _facts(reference),
        score=score,
        shifts=tuple(sorted(shifts, key=lambda one: model.features.index(one.column))),
        feeds=told,
        cohorts=judged,
        expected=expected,
        promised=_promised(home, newest),
        volume=_volume(history),
        hit_rates=_hit_rates(history),
    )


def _history(store: Store, portfolio: str, months: Sequence[Publication]) -> History:
    """Return as many months as there is room for, two at least: a large book over three years takes too long."""
    rows = np.cumsum([one.batch.scored for one in reversed(months)])
    taken = months[-max(int((rows <= MOST_DECISIONS).sum()), 2) :]
    before = (None, *(one.number for one in taken[:-1]))
    with reading(store) as connection:
        traces = tuple(read_trace(connection, one, last) for one, last in zip(taken, before, strict=True))
    return laid_out(portfolio, traces)


def _of_batch(
    path: Path, reference: Reference | None, rate: AlarmRate, used: Collection[str], progress: Progress
) -> tuple[ColumnShift | None, tuple[ColumnShift, ...], Expected | None, Unknown | None]:
    """Return how the score and the features lie, what is to be expected, and why neither is known where it is not."""
    if not path.is_file():
        return None, (), None, Unknown.NO_FOLDER
    try:
        return (*_lying(path, reference, rate, used, progress), None)
    except _UNREADABLE:
        return None, (), None, Unknown.DAMAGED_BATCH


def _lying(
    path: Path, reference: Reference | None, rate: AlarmRate, used: Collection[str], progress: Progress
) -> tuple[ColumnShift | None, tuple[ColumnShift, ...], Expected | None]:
    with pq.ParquetFile(path) as file:
        scored = ~file.read(["in_default"])["in_default"].to_numpy()
        given = _column(file, "pd", scored)
        expected = expected_performance(given[~np.isnan(given)])
        if reference is None:
            return None, (), expected
        names = set(file.schema_arrow.names)
        total, done = len(reference.features.columns), 0

        def values_of(name: str) -> Floats | None:
            nonlocal done
            progress("features", done, total)
            done += 1
            return _column(file, name, scored) if name in names else None

        shifts = column_shifts(reference.features, values_of, rate, used, SHARED)
        progress("features", total, total)
    (score,) = column_shifts(reference.score, lambda _: given, rate)
    return score, shifts, expected


def _column(file: pq.ParquetFile, name: str, scored: NDArray[np.bool_]) -> Floats:
    values: Floats = file.read([name])[name].cast(pa.float64()).to_numpy()
    return values[scored]


def _cohorts(
    home: Path, portfolio: str, months: Sequence[Publication], book: Book, judged: Sequence[Cohort]
) -> tuple[tuple[Cohort, ...], bool]:
    """Return what became of the batches whose folder is here, and whether a file of theirs could not be read.

    What was judged when mature is not judged again.
    """
    unread: list[str] = []
    batches = [one for one in months if (home / one.batch.directory / DECISIONS).is_file()]
    known = {one.batch_id: one for one in judged if one.is_mature}

    @cache
    def model_of(model_id: str) -> FrozenModel | None:
        try:
            return stored_model(home, portfolio, model_id)
        except ModelError:
            return None

    def read(one: Publication) -> pa.Table | None:
        try:
            return pq.read_table(home / one.batch.directory / DECISIONS, columns=list(NEEDED)).select(list(NEEDED))
        except _UNREADABLE:
            unread.append(one.batch.batch_id)
            return None

    found = cohorts(book, batches, model_of, read, known=known)
    return found, bool(unread)


def _own(judged: Sequence[Cohort], newest: Publication) -> tuple[Cohort, ...]:
    """Return the cohorts of the model that is looked at."""
    return tuple(one for one in judged if one.model_id == newest.batch.model_id)


def _looked(store: Store, portfolio: str, before: int | None) -> ModelHealth | None:
    """Return the last look that was kept, with `before` at an older batch; None where this version cannot read it."""
    found = checkup_history(store, portfolio, before=before, limit=1)
    return from_json(found[0].body) if found else None


def _batches_of_a_year(published: Sequence[Publication], newest: Publication) -> int:
    since = newest.batch.as_of - _YEAR
    return sum(since < one.batch.as_of <= newest.batch.as_of and not one.superseded for one in published)


def _unknown(
    reference: Reference | None, book: Book | None, own: Sequence[Cohort], missed: Unknown | None, *, unread: bool
) -> tuple[Unknown, ...]:
    missing = {
        Unknown.NO_REFERENCE: reference is None,
        Unknown.NO_FOLDER: missed is Unknown.NO_FOLDER,
        Unknown.DAMAGED_BATCH: missed is Unknown.DAMAGED_BATCH,
        Unknown.NO_BOOK: book is None,
        Unknown.DAMAGED_EARLIER: unread,
        Unknown.NO_MATURE: book is not None and not any(one.is_mature for one in own),
    }
    return tuple(one for one, holds in missing.items() if holds)


def _facts(reference: Reference) -> ReferenceFacts:
    own = reference.features
    return ReferenceFacts(own.rows, own.borrowers, own.days[0], own.days[-1], len(own.days))


def _promised(home: Path, newest: Publication) -> Promised:
    examined = find_examined(home, newest.batch.portfolio, newest.batch.model_id)
    metrics = {} if examined is None else examined.metrics
    return Promised(*(metrics.get(f"test_auc{end}") for end in ("", "_low", "_high")))


def _volume(history: History) -> Volume:
    *before, now = (one.new_warnings for one in trend(history, batches=_MONTHS + 1))
    known = [one for one in before if one is not None]
    return Volume(now, min(known, default=None), max(known, default=None), len(known))


def _hit_rates(history: History) -> tuple[HitRate, ...]:
    return tuple(
        HitRate(one.at_least.value, one.within_months, one.borrowers, one.defaulted, one.share)
        for one in hits(history).pools
    )
