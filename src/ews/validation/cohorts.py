"""Cohorts (队列): snapshots whose labels look at different months, so that no default counts twice.

Label   a snapshot of day d looks at (d, d + horizon]; two cohorts overlap where these share a day
Choice  the newest snapshot, then always the newest that ends before the last one chosen begins: no other choice
        gives more cohorts
"""

from collections.abc import Iterable
from datetime import date

from ews.outcomes.horizon import months_later


def cohorts(days: Iterable[date], horizon_months: int) -> tuple[date, ...]:
    """Return the days of `days` that do not overlap, in order."""
    chosen: list[date] = []
    for day in sorted(set(days), reverse=True):
        if not chosen or months_later(day, horizon_months) <= chosen[-1]:
            chosen.append(day)
    return tuple(reversed(chosen))
