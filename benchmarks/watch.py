"""Watch: a synthetic world watched over thirteen monthly batches, and what became of its borrowers.

Model   learns from what was known before the first batch
Batches each is given what the one before remembered, and compared with it: month ends are MOVEMENT_DAYS apart or more
Rows    borrower by every third batch, not in default: what held that day, and whether the borrower defaulted within
        the model's horizon, which ends within the book. Who was in default as was learnt later only is left out
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.left_out import NOTHING, LeftOut, left_out_held
from benchmarks.worlds import RECIPE, Size, told_on_stderr
from ews.domain.levels import Tier, WarningLevel
from ews.events.book import Book, open_book
from ews.features.window import spine_on
from ews.models.frozen import FrozenModel
from ews.outcomes.definition import Definition
from ews.outcomes.horizon import months_later
from ews.outcomes.labels import labels
from ews.policy.policy import Policy
from ews.scoring.decide import decide
from ews.scoring.decided import Compared, Decided, Given
from ews.simulation.simulate import simulate
from ews.training.dataset import training_table
from ews.training.fit import fit
from ews.training.freeze import freeze
from ews.training.recipe import resolve_recipe
from ews.training.snapshots import plan_snapshots

BATCHES, EVERY = 13, 3
KEPT = ("borrower_id", "as_of", "dpd_max", "grade_rank", "signals")

Ranks = npt.NDArray[np.float64]
"""Borrowers by batches; NaN where a borrower was not decided."""


@dataclass(frozen=True, slots=True)
class Watched:
    """`levels` with the memory over batches, `alone` without.

    `rows` has KEPT, left_out (codes that hold and are not in the policy) and outcome (0 or 1).
    """

    world: str
    days: tuple[date, ...]
    levels: Ranks
    alone: Ranks
    in_default: Ranks
    rows: pd.DataFrame


def watch(world: str, size: Size, directory: Path, policy: Policy, left_out: LeftOut = NOTHING) -> Watched:
    """Simulate `world` in `directory`, train on its past, decide thirteen months; progress goes to stderr."""
    tell = told_on_stderr(f"watch {world}")
    place = directory / f"world-{world}"
    made = simulate(place, borrowers=size.borrowers, months=size.months, seed=size.seed, world=world)
    tell(f"simulated {sum(made.rows.values()):,} rows")
    book = open_book(place)
    newest = book.manifest.extracted_on
    model = taught(book, newest)
    book.engine.disconnect()
    days = batch_days(newest, model.horizon_months)
    tell(f"trained on what was known on {days[0]}")
    standing, rows = [], []
    for number, (day, decided) in enumerate(decisions(place, days, model, policy)):
        borrowers = decided.borrowers
        standing.append(borrowers.set_index("borrower_id")[["level_rank", "level_now_rank", "in_default"]])
        if number % EVERY == 0:
            sides = left_out_held(borrowers, policy, left_out, day), _outcomes(place, day, model)
            rows.append(borrowers[list(KEPT)].merge(sides[0], on="borrower_id").merge(sides[1], on="borrower_id"))
        tell(f"decided {len(borrowers):,} borrowers on {day}")
    wide = {name: _wide([one[name] for one in standing]) for name in standing[0]}
    return Watched(
        world,
        days,
        wide["level_rank"],
        wide["level_now_rank"],
        wide["in_default"],
        pd.concat(rows, ignore_index=True),
    )


def batch_days(newest: date, horizon_months: int) -> tuple[date, ...]:
    """Return the month ends of the batches; the horizon of the last ends with the book."""
    return tuple(months_later(newest, -horizon_months - back) for back in range(BATCHES - 1, -1, -1))


def taught(book: Book, newest: date) -> FrozenModel:
    """Return a model of all rows whose label was known on the day of the first batch."""
    recipe = resolve_recipe(book.manifest.recipe, RECIPE)
    return taught_by(book, batch_days(newest, recipe.horizon_months)[0])


def taught_by(book: Book, known_by: date) -> FrozenModel:
    """Return a model of all rows whose label was known on `known_by`."""
    recipe = resolve_recipe(book.manifest.recipe, RECIPE)
    plan = plan_snapshots(book, recipe, known_by=known_by)
    table = training_table(book, recipe, plan.days, known_by=known_by)
    return freeze(fit(table, recipe), table, recipe, portfolio=book.manifest.portfolio)


def decisions(
    place: Path, days: Sequence[date], model: FrozenModel, policy: Policy
) -> Iterator[tuple[date, Decided]]:  # fmt: skip
    """Yield what is decided on each of `days`; the book is opened anew each time, so that no batch stays in memory."""
    given = Given()
    for day in days:
        book = open_book(place)
        decided = decide(book, spine_on(book, [day]), model, policy, given=given)
        book.engine.disconnect()
        yield day, decided
        given = replace(given, states=decided.states, compared=_compared(day, decided, model))


def _compared(day: date, decided: Decided, model: FrozenModel) -> Compared:
    before = decided.borrowers
    rows = before[["borrower_id", "pd", "grade"]].assign(
        tier=[tuple(Tier)[rank].value for rank in before["tier_rank"]],
        level=[tuple(WarningLevel)[rank].value for rank in before["level_rank"]],
    )
    return Compared(str(day), day, model.model_id, rows)


def _outcomes(place: Path, day: date, model: FrozenModel) -> pd.DataFrame:
    """Return borrower_id and outcome of who was not in default on `day`, by all that the book knows."""
    book, definition = open_book(place), Definition.from_dict(model.definition)
    label = labels(book, spine_on(book, [day]).table, definition, known_by=book.manifest.extracted_on)
    told = label.filter(label.live, ~label.in_default, ~label.in_default_learnt_later, label.mature)
    found: pd.DataFrame = told.select("borrower_id", outcome="defaulted").to_pandas()
    book.engine.disconnect()
    return found


def _wide(columns: Sequence["pd.Series[int]"]) -> Ranks:
    """Return one column per batch, one row per borrower."""
    return pd.concat([column.astype("float64") for column in columns], axis=1).sort_index().to_numpy("float64")
