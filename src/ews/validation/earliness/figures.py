"""Figures: how early, how precise and how restless the warnings of a system are, at a capacity.

Shapes    a statistic takes one weight per borrower of the history, so that all systems see the same draws. The lists
          stay as they were: an interval says what other borrowers would have changed, not what other lists would have
Exposure  defaults whose exposure at the origin is unknown count in figures by number only
Precision of a place: one borrower on the list in one batch whose whole horizon is known; a hit is a default within it.
          The late are hits easily come by: *_0dpd leaves them out, *_new also who was on the list before
Flaps     on the list, off, and on again within FLAP_WITHIN batches; per borrower-year watched
Quantiles of the lead, among the defaults that were flagged at all
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from ews.validation.earliness.capacity import Capacity, Ranks
from ews.validation.earliness.defaulters import Fate, defaulters, is_open
from ews.validation.earliness.history import Flags, History, Numbers
from ews.validation.estimates import Floats, Statistic

FLAP_WITHIN = 6
DAYS_PER_YEAR = 365.25
LEVELS: Mapping[str, int] = MappingProxyType({"red": 3, "orange": 2, "yellow": 1})
HEADLINE = "exposure_flagged_early"
QUANTILES: Mapping[str, float] = MappingProxyType(
    {"lead_days_p10": 0.1, "lead_days_p25": 0.25, "median_lead_days": 0.5, "lead_days_p75": 0.75, "lead_days_p90": 0.9}
)
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as a function of one weight per borrower; `n` rows speak of it, `defaults` of them default."""

    statistic: Statistic
    n: int
    defaults: int | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What one system said: places by row, the defaults counted, those with open warnings too, and its figures."""

    places: Ranks
    defaults: pd.DataFrame
    with_open: pd.DataFrame
    figures: Mapping[str, Figure]


def hear(history: History, capacity: Capacity, early_days: int) -> Heard:
    """Return what the system of `history` said at `capacity`."""
    places = history.places(capacity)
    clean = defaulters(history, places, early_days=early_days)
    with_open = defaulters(history, places, early_days=early_days, also_open=True)
    size = len(history.circles)
    figures = {
        **_of_defaults(clean, size),
        "exposure_flagged_early_or_open": _share(with_open, with_open["early"], _exposure(with_open), size),
        **_of_places(history, places, size),
        **{name: _quantile(clean, share) for name, share in QUANTILES.items()},
        "flaps_per_year": _flaps(history, places, size),
    }
    return Heard(places, clean, with_open, figures)


def by_chance(history: History, seed: int = 0) -> History:
    """Return a system that fills all places with borrowers drawn anew in each batch."""
    drawn = np.random.default_rng(seed).random(len(history))
    return history.said_by(np.full(len(history), 3, dtype=np.int8), drawn)


def _of_defaults(rows: pd.DataFrame, size: int) -> dict[str, Figure]:
    exposure = _exposure(rows)
    return {
        HEADLINE: _share(rows, rows["early"], exposure, size),
        "defaults_flagged_early": _share(rows, rows["early"], np.ones(len(rows)), size),
        "exposure_flagged_at_all": _share(rows, rows["flagged_on"].notna(), exposure, size),
        "exposure_on_list_early": _share(rows, rows["stood"], exposure, size),
        "exposure_possible": _share(rows, rows["fate"] != Fate.TOO_SOON.value, exposure, size),
        **{f"exposure_{one.value}": _share(rows, rows["fate"] == one.value, exposure, size) for one in Fate},
    }


def _of_places(history: History, places: Ranks, size: int) -> dict[str, Figure]:
    """Return how often a place was followed by a default, by level and by who had it."""
    known = history.mature & history.sound
    without_arrears = known & history.current
    groups = {"": known, "_0dpd": without_arrears, "_new": without_arrears & ~is_open(history, places)}
    on_list = {**{level: places == rank for level, rank in LEVELS.items()}, "list": places > 0}
    found = {
        f"precision_{name}{end}": _rate(history, rows & own, history.defaults, size)
        for end, rows in groups.items()
        for name, own in on_list.items()
    }
    return found | {
        "default_rate_0dpd": _rate(history, without_arrears, history.defaults, size),
        "share_on_list": _rate(history, history.sound, places > 0, size),
    }


def _flaps(history: History, places: Ranks, size: int) -> Figure:
    on_list = places > 0
    numbers = pd.Series(np.where(on_list, history.batch, np.nan))
    earlier = numbers.groupby(history.borrower).ffill().groupby(history.borrower).shift()
    gone = history.batch - earlier.to_numpy(dtype=np.float64)
    flaps = on_list & (gone > 1) & (gone <= FLAP_WITHIN)
    before, as_of = history.before(), history.day("as_of")
    days = np.where(before >= 0, (as_of - as_of[before]).astype(np.float64), 0.0)
    return Figure(_ratio(history.borrower, flaps.astype(np.float64), days / DAYS_PER_YEAR, size), size)


def _exposure(rows: pd.DataFrame) -> Floats:
    return rows["exposure_fen"].fillna(0.0).to_numpy(dtype=np.float64)


def _share(rows: pd.DataFrame, holds: "pd.Series[bool]", of: Floats, size: int) -> Figure:
    """Return the share of the defaults `rows`, weighed by `of`, for which something holds."""
    borrower = rows["borrower"].to_numpy(dtype=np.int64)
    return Figure(_ratio(borrower, of * holds.to_numpy(dtype=bool), of, size), len(rows), len(rows))


def _rate(history: History, rows: Flags, holds: Flags, size: int) -> Figure:
    """Return the share of `rows` of the history for which something holds."""
    whole = rows.astype(np.float64)
    statistic = _ratio(history.borrower, whole * holds, whole, size)
    return Figure(statistic, int(rows.sum()), int((rows & history.defaults).sum()))


def _ratio(borrower: Numbers, part: Floats, whole: Floats, size: int) -> Statistic:
    """Return sum of `part` by sum of `whole` as a function of weights per borrower, NaN where there is nothing."""
    top, bottom = (np.bincount(borrower, weights=one, minlength=size) for one in (part, whole))

    def weighted(weights: Floats) -> float:
        below = float((weights * bottom).sum())
        return float((weights * top).sum()) / below if below > 0 else float("nan")

    return weighted


def _quantile(defaults: pd.DataFrame, share: float) -> Figure:
    flagged = defaults[defaults["flagged_on"].notna()]
    lead, borrower = flagged["lead_days"].to_numpy(np.float64), flagged["borrower"].to_numpy(np.int64)
    return Figure(quantile_statistic(lead, borrower, share), len(flagged), len(flagged))


def quantile_statistic(values: Floats, borrower: Numbers, share: float) -> Statistic:
    """Return a quantile of `values`, each of a borrower, as a function of weights per borrower.

    Half way between two values where the share falls between them (numpy's averaged_inverted_cdf).
    """
    order = np.argsort(values, kind="stable")
    rising, owner = values[order], borrower[order]

    def weighted(weights: Floats) -> float:
        weight = weights[owner]
        drawn, below = rising[weight > 0], np.cumsum(weight[weight > 0])
        if not len(drawn):
            return float("nan")
        low = int(np.searchsorted(below, share * below[-1] * (1 - _ROUNDING)))
        high = int(np.searchsorted(below, share * below[-1] * (1 + _ROUNDING), side="right"))
        return float(drawn[low] + drawn[min(high, len(drawn) - 1)]) / 2

    return weighted
