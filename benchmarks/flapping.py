"""Flapping: how often warning levels change and turn round, with the memory over batches and without it.

Grain   one row per world and way: thirteen monthly batches of one synthetic book (benchmarks/watch.py)
With    each batch is given what the one before remembered; without, each day stands alone
Levels  shares of the borrowers decided in the last batch who are not in default
Price   rises take effect at once, so that no default may be warned of later than without the memory
"""

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.watch import Ranks, Watched, watch
from benchmarks.worlds import Size
from ews.domain.levels import WarningLevel
from ews.features.catalogue import FEATURES
from ews.policy.policy import load_policy
from ews.policy.vocabulary import vocabulary_of

TURNED_WITHIN = 6
"""Batches within which a change in the other direction is a reversal."""
WARNED_DAYS = 90
WAYS = ("with", "without")


@dataclass(frozen=True, slots=True)
class Flaps:
    """Per borrower-year; `levels` are shares from none to red, `red_days` the median stay at red that ended.

    `warned` is the share of `defaults` warned of WARNED_DAYS before.
    """

    borrower_years: float
    changes: float
    reversals: float
    levels: tuple[float, ...]
    red_days: float | None
    defaults: int
    warned: float | None


def run(worlds: Sequence[str], size: Size, *, as_json: bool) -> None:
    """Measure and print."""
    policy = load_policy(vocabulary=vocabulary_of(FEATURES))
    found = {}
    for world in worlds:
        with tempfile.TemporaryDirectory() as directory:
            found[world] = measure(watch(world, size, Path(directory), policy))
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        _show(found)


def measure(watched: Watched) -> dict[str, Any]:
    """Return what happens with the memory over batches, and without it."""
    both = zip(WAYS, (watched.levels, watched.alone), strict=True)
    return {way: asdict(flaps(watched.days, levels, watched.in_default)) for way, levels in both}


def flaps(days: Sequence[date], levels: Ranks, in_default: Ranks) -> Flaps:
    """Count in arrays of borrowers by batches; NaN where a borrower was not decided."""
    steps = np.diff(levels, axis=1)
    moved = np.nan_to_num(np.sign(steps))
    years = float((~np.isnan(steps)).sum()) * (days[-1] - days[0]).days / max(1, len(days) - 1) / 365.25
    spells = [length for row in levels for length in _red_days(row, days)]
    first = [_first_default(row) for row in in_default]
    failed = [(row, at) for row, at in zip(levels, first, strict=True) if at]
    told = sum(_is_warned(row, days, at) for row, at in failed)
    last = levels[(in_default[:, -1] == 0) & ~np.isnan(levels[:, -1]), -1]
    return Flaps(
        years,
        float(np.abs(moved).sum()) / years,
        sum(map(_reversals, moved)) / years,
        tuple(float((last == level.rank).mean()) for level in WarningLevel) if len(last) else (),
        float(np.median(spells)) if spells else None,
        len(failed),
        told / len(failed) if failed else None,
    )


def _reversals(moved: Ranks) -> int:
    """Count the changes of one borrower that turn round an earlier one within TURNED_WITHIN batches."""
    pairs = pairwise(np.flatnonzero(moved).tolist())
    return sum(1 for before, now in pairs if moved[now] != moved[before] and now - before <= TURNED_WITHIN)


def _red_days(levels: Ranks, days: Sequence[date]) -> list[int]:
    """Return how long each stay at red lasted, of those that ended."""
    spells, since = [], None
    for level, day in zip(levels, days, strict=True):
        if level == WarningLevel.RED.rank:
            since = day if since is None else since
        elif since is not None:
            spells.append((day - since).days)
            since = None
    return spells


def _first_default(in_default: Ranks) -> int:
    """Return the batch that saw the first default after a sound one, 0 where there is none."""
    found = np.flatnonzero(in_default == 1)
    return int(found[0]) if len(found) else 0


def _is_warned(levels: Ranks, days: Sequence[date], at: int) -> bool:
    """Say whether a level stood at least WARNED_DAYS before the default that batch `at` saw."""
    latest = days[at] - timedelta(days=WARNED_DAYS)
    return any(level > 0 for level, day in zip(levels, days, strict=True) if day <= latest)


def cells(one: Mapping[str, Any]) -> list[str]:
    """Return the figures of one way as text, in the order of COLUMNS."""
    red, warned = one["red_days"], one["warned"]
    return [
        *(f"{share:.1%}" for share in one["levels"]),
        f"{one['changes']:.2f}",
        f"{one['reversals']:.2f}",
        "–" if red is None else f"{red:.0f}",
        "–" if warned is None else f"{warned:.0%} of {one['defaults']}",
    ]


COLUMNS = ("none", "yellow", "orange", "red", "changes", "reversals", "days at red", "defaults warned 90 days before")


def _show(found: Mapping[str, Mapping[str, Any]]) -> None:
    shown = Table(title="Levels of the last batch; changes and reversals per borrower-year", title_justify="left")
    for column in ("world", "memory", *COLUMNS):
        shown.add_column(column)
    for world, one in found.items():
        for way in WAYS:
            shown.add_row(world, way, *cells(one[way]))
    Console().print(shown)
