"""Shifts (分布偏移): where each feature and the score of a batch lie, against the frozen statistics of the model.

Grain     one entry per column; borrowers in default have no score and count for neither
Used      a feature that no tree of the model asks for can move no pd: it is told, and raises no alarm
Limits    those of psi_score in validation/limits.toml; and what chance reaches (alarm_rate); and what is usual
Usual     the farthest that one day of the reference lies from all its other days, those of the test among them: months
          of a sound book differ, by season above all. Beyond the limits and within that and chance is USUAL, no alarm.
          A reference without a day in every quarter of the year does not know its seasons and excuses nothing
Shared    what all borrowers of a trade or region have in common is as many observations as it has different values, not
          as many as there are borrowers: a bad month for one region moves all of them at once
Gone      VANISHED: known to the model when it learnt, and of nobody now. CONSTANT: one value now, many then. APPEARED:
          of nobody then, and known now, so that a new model could learn from it
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ews.models.reference import Bands, Sample
from ews.monitoring.health.alarm_rate import AlarmRate
from ews.validation.stability import MOVED, MOVED_FAR, shift

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

_QUARTERS = 4


class Moved(StrEnum):
    STABLE = "stable"
    USUAL = "usual"
    MOVED = "moved"
    MOVED_FAR = "moved_far"
    VANISHED = "vanished"
    CONSTANT = "constant"
    APPEARED = "appeared"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class ColumnShift:
    """`psi` against the reference, null where nobody is there to compare.

    `noise` is what chance alone reaches at the rate that is stated, `usual` the most between days of the reference,
    null where that is not known. `unknown_then` and `unknown_now` are shares of borrowers without a value.
    """

    column: str
    moved: Moved
    psi: float | None
    noise: float | None
    usual: float | None
    unknown_then: float | None
    unknown_now: float | None
    is_used: bool = True


def counts_in(values: Floats, edges: tuple[float, ...]) -> Counts:
    """Return how many values lie in each band of a reference and, last, how many are not known."""
    known = values[~np.isnan(values)]
    held = np.bincount(np.searchsorted(np.asarray(edges, np.float64), known, side="left"), minlength=len(edges) + 1)
    return np.append(held, len(values) - len(known)).astype(np.int64)


def column_shifts(
    reference: Sample,
    values_of: Callable[[str], Floats | None],
    rate: AlarmRate,
    used: Collection[str] | None = None,
    shared: Collection[str] = (),
) -> tuple[ColumnShift, ...]:
    """Return the shift of each column of `reference`; `values_of` gives one column of the batch, None without it.

    A column is asked for once and let go before the next. `used` are those that the model looks at, all for None;
    `shared` those that borrowers have in common.
    """
    found = []
    for name in reference.columns:
        values = values_of(name)
        one = _shift(name, reference, values, rate, _values_of(values) if name in shared else None)
        found.append(replace(one, is_used=used is None or name in used))
    return tuple(found)


def usual_psi(bands: Bands) -> float:
    """Return the farthest that a day lies from all other days, 0 for a single day."""
    days = np.array(bands.counts, np.int64)
    whole = days.sum(axis=0)
    between = [shift(_words(whole - day), _words(day)).psi for day in days] if len(days) > 1 else []
    return max((psi for psi in between if psi is not None), default=0.0)


def _shift(name: str, reference: Sample, values: Floats | None, rate: AlarmRate, groups: int | None) -> ColumnShift:
    """Return the shift of one column; `groups` are the different values of one that borrowers share."""
    bands = reference.columns[name]
    then = np.array(bands.counts, np.int64).sum(axis=0)
    now = np.zeros_like(then) if values is None else counts_in(values, bands.edges)
    lacked, lacks = (_share(int(counts[-1]), int(counts.sum())) for counts in (then, now))
    lost = _lost(then, now, values)
    if lost is not None:
        return ColumnShift(name, lost, None, None, None, lacked, lacks)
    base, people = min(reference.borrowers, int(then.sum())), int(now.sum())
    if groups:
        base, people = min(base, groups * len(reference.days)), min(people, groups)
    found = shift(_words(then), _words(now), (base, people))
    if found.psi is None:
        return ColumnShift(name, Moved.TOO_FEW, None, None, None, lacked, lacks)
    noise = rate.noise(int(((then + now) > 0).sum()), base, people)
    usual = usual_psi(bands) if found.psi >= MOVED and _knows_seasons(reference.days) else None
    return ColumnShift(name, _moved(found.psi, noise, usual), found.psi, noise, usual, lacked, lacks)


def _lost(then: Counts, now: Counts, values: Floats | None) -> Moved | None:
    """Tell whether a column that said something says nothing any more, or the other way round."""
    if values is not None and not len(values):
        return None
    if not then[:-1].any() and now[:-1].any():
        return Moved.APPEARED
    if then[:-1].any() and not now[:-1].any():
        return Moved.VANISHED
    many = (then[:-1] > 0).sum() > 1
    if many and values is not None and np.nanmin(values) == np.nanmax(values):
        return Moved.CONSTANT
    return None


def _moved(psi: float, noise: float, usual: float | None) -> Moved:
    if psi < MOVED:
        return Moved.STABLE if noise < MOVED_FAR else Moved.TOO_FEW
    if psi <= noise:
        return Moved.TOO_FEW if noise >= MOVED_FAR else Moved.STABLE
    if usual is not None and psi <= usual + noise:
        return Moved.USUAL
    return Moved.MOVED_FAR if psi >= MOVED_FAR else Moved.MOVED


def _values_of(values: Floats | None) -> int | None:
    return None if values is None else len(np.unique(values[~np.isnan(values)]))


def _knows_seasons(days: tuple[date, ...]) -> bool:
    return len({(day.month - 1) // 3 for day in days}) == _QUARTERS


def _words(counts: Counts) -> Mapping[str, int]:
    return {f"{place:02d}": int(count) for place, count in enumerate(counts)}


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
