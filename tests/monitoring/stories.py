"""Stories: how borrowers fared month by month, told by one letter each.

Letters  n no warning, y yellow, o orange, r red, D in default, . not in the book
Months   the first is the last day of January 2025
"""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from ews.domain.levels import Tier, WarningLevel
from ews.monitoring.frame import words_of
from ews.monitoring.history import History, laid_out
from ews.monitoring.traces import WATCHED, Tallies, Trace
from ews.store.engine import Store
from tests.monitoring.frames import publication
from tests.store.samples import published, row

_RANK = {"n": 0, "y": 1, "o": 2, "r": 3, "D": 3}


def month_end(place: int) -> date:
    year, month = 2025 + place // 12, place % 12 + 1
    return date(year, month, monthrange(year, month)[1])


def history_of(stories: Mapping[str, str], branches: Mapping[str, str] | None = None) -> History:
    """Return the history that batches of these stories make, without a store; borrowers are of branch b1."""
    months = len(next(iter(stories.values())))
    return laid_out("sme", tuple(_trace(stories, branches or {}, place) for place in range(months)))


def publish_stories(store: Store, stories: Mapping[str, str]) -> None:
    """Publish a batch a month, each compared with the one before."""
    for place in range(len(next(iter(stories.values())))):
        rows = [_row(who, told[place]) for who, told in sorted(stories.items()) if told[place] != "."]
        before = f"m{place - 1}" if place else None
        published(store, f"m{place}", rows, as_of=month_end(place), compared_id=before)


def _row(borrower_id: str, letter: str) -> Any:
    in_default = letter == "D"
    return row(
        borrower_id,
        level=list(WarningLevel)[_RANK[letter]],
        in_default=in_default,
        pd=None if in_default else 0.25,
        grade="D" if in_default else "G6",
        tier=Tier.SUBSTANDARD if in_default else Tier.PASS,
    )


def _trace(stories: Mapping[str, str], branches: Mapping[str, str], place: int) -> Trace:
    def before(told: str) -> str:
        return told[place - 1] if place else "."

    watched = [(who, told) for who, told in sorted(stories.items()) if told[place] in "yorD"]
    columns = {
        "borrower_id": [who for who, _ in watched],
        "branch_id": [branches.get(who, "b1") for who, _ in watched],
        "level": [_RANK[told[place]] for _, told in watched],
        "in_default": [told[place] == "D" for _, told in watched],
        "was_here": [before(told) != "." for _, told in watched],
    }
    left = [who for who, told in sorted(stories.items()) if told[place] == "." and before(told) != "."]
    return Trace(
        publication(place + 1, f"m{place}", month_end(place)),
        place or None,
        _nobody(),
        pa.table(columns, schema=WATCHED),
        pa.array(left, pa.string()),
    )


def _nobody() -> Tallies:
    none: Any = np.zeros(0, np.int64)
    words = words_of(pa.array([], pa.string()))
    return Tallies(words, words, none, none, none, none, {}, {}, none, none, none, none)
