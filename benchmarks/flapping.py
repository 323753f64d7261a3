"""Flapping: how often warning levels change and turn round, with the memory over batches and without it.

Grain   one row per world: thirteen monthly batches of one synthetic book
With    each batch is given what the one before remembered; without, each day stands alone
Price   rises take effect at once, so that no default may be warned of later than without the memory
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from ews.domain.levels import Tier, WarningLevel
from ews.events.book import open_book
from ews.features.catalogue import FEATURES
from ews.features.window import spine_on
from ews.models.frozen import FrozenModel
from ews.outcomes.horizon import months_later
from ews.policy.policy import load_policy
from ews.policy.vocabulary import vocabulary_of
from ews.scoring.decide import decide
from ews.scoring.decided import Compared, Decided, Given
from ews.simulation.simulate import simulate
from ews.store.batches import MOVEMENT_DAYS
from ews.training.dataset import training_table
from ews.training.fit import fit
from ews.training.freeze import freeze
from ews.training.recipe import resolve_recipe
from ews.training.snapshots import plan_snapshots

BATCHES = 13
TURNED_WITHIN = 6
"""Batches within which a change in the other direction is a reversal."""
WARNED_DAYS = 90

Ranks = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Flaps:
    """Per borrower-year; `red_days` is the median stay, `warned` the share of defaults warned of 90 days before."""

    borrower_years: float
    changes: float
    reversals: float
    red_days: float | None
    defaults: int
    warned: float | None


def measure(world: str, *, borrowers: int, months: int, seed: int) -> tuple[Flaps, Flaps]:
    """Return what happens with the memory over batches, and without it."""
    with tempfile.TemporaryDirectory() as place:
        simulate(Path(place), borrowers=borrowers, months=months, seed=seed, world=world)
        days, decided = _batches(Path(place))
    levels, alone, defaults = (_wide(decided, name) for name in ("level_rank", "level_now_rank", "in_default"))
    return flaps(days, levels, defaults), flaps(days, alone, defaults)


def flaps(days: Sequence[date], levels: Ranks, in_default: Ranks) -> Flaps:
    """Count in arrays of borrowers by batches; NaN where a borrower was not decided."""
    steps = np.diff(levels, axis=1)
    moved = np.nan_to_num(np.sign(steps))
    years = float((~np.isnan(steps)).sum()) * (days[-1] - days[0]).days / max(1, len(days) - 1) / 365.25
    spells = [length for row in levels for length in _red_days(row, days)]
    first = [_first_default(row) for row in in_default]
    failed = [(row, at) for row, at in zip(levels, first, strict=True) if at]
    told = sum(_is_warned(row, days, at) for row, at in failed)
    return Flaps(
        years,
        float(np.abs(moved).sum()) / years,
        sum(map(_reversals, moved)) / years,
        float(np.median(spells)) if spells else None,
        len(failed),
        told / len(failed) if failed else None,
    )


def _batches(place: Path) -> tuple[list[date], list[Decided]]:
    """Decide thirteen months, each with what the one before left."""
    book, policy = open_book(place), load_policy(vocabulary=vocabulary_of(FEATURES))
    newest = book.manifest.extracted_on
    days = [months_later(newest, -back) for back in range(BATCHES - 1, -1, -1)]
    recipe = resolve_recipe(book.manifest.recipe, {})
    plan = plan_snapshots(book, recipe, known_by=days[0])
    table = training_table(book, recipe, plan.days, known_by=days[0])
    model = freeze(fit(table, recipe), table, recipe, portfolio=book.manifest.portfolio)
    found: list[Decided] = []
    given = Given()
    for day in days:
        decided = decide(book, spine_on(book, [day]), model, policy, given=given)
        found.append(decided)
        given = replace(given, states=decided.states, compared=_compared(days, found, model))
    return days, found


def _compared(days: Sequence[date], found: Sequence[Decided], model: FrozenModel) -> Compared | None:
    """Return what the next day is compared with: the newest batch at least MOVEMENT_DAYS before."""
    number = len(found)
    if number == len(days):
        return None
    latest = days[number] - timedelta(days=MOVEMENT_DAYS)
    earlier = [at for at in range(number) if days[at] <= latest]
    if not earlier:
        return None
    before = found[earlier[-1]].borrowers
    rows = before[["borrower_id", "pd", "grade"]].assign(
        tier=[tuple(Tier)[rank].value for rank in before["tier_rank"]],
        level=[tuple(WarningLevel)[rank].value for rank in before["level_rank"]],
    )
    return Compared(str(days[earlier[-1]]), days[earlier[-1]], model.model_id, rows)


def _wide(decided: Sequence[Decided], name: str) -> Ranks:
    """Return `name` by borrower and batch."""
    columns = [one.borrowers.set_index("borrower_id")[name].astype("float64") for one in decided]
    return pd.concat(columns, axis=1).sort_index().to_numpy("float64")


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
