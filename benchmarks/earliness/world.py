"""A world watched month by month: what the system said before each default, beside what else could have been said.

Model    learns from what was known before the first batch
Batches  MONTHS month ends, the last a month before the end of the book. Defaults of the last year count: the whole
         horizon before each of them was watched
Others   rules_alone  the same policy without the pd. Without expected losses its list has to be ordered otherwise: by
                      exposure, or by the number of signals that hold; the one that flags more early stands for it
         dpd_alone    who is late, by days past due
         pd_alone, loss_alone   no policy: the highest pd, or expected loss
         chance       a list drawn anew each month
         truth, truth_loss   the simulator's own pd, alone or times exposure: about what could be known at all
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.earliness.systems import said
from benchmarks.watch import taught_by
from benchmarks.worlds import Size, told_on_stderr
from ews.events.book import open_book
from ews.outcomes.definition import Definition
from ews.outcomes.fates import arrears_days, circles, defaults_by_day
from ews.outcomes.horizon import months_later
from ews.policy.policy import Policy
from ews.simulation.simulate import simulate
from ews.validation.earliness.capacity import Capacity
from ews.validation.earliness.defaulters import EARLY_DAYS
from ews.validation.earliness.figures import HEADLINE, by_chance, hear
from ews.validation.earliness.history import History, first_after
from ews.validation.earliness.measure import Earliness, earliness
from ews.validation.earliness.results import RULES_ALONE
from ews.validation.estimates import REPLICATES

MONTHS = 24
OTHER_ORDER = "rules_alone_other_order"


@dataclass(frozen=True, slots=True)
class Lived:
    """`rows` are those of `history`, with what else was said; `truth` has borrower_id, as_of, expected_pd, cause."""

    world: str
    history: History
    rows: pd.DataFrame
    truth: pd.DataFrame


def live(world: str, size: Size, directory: Path, policy: Policy) -> Lived:
    """Simulate `world` in `directory`, train on its past and decide MONTHS months; progress goes to stderr."""
    tell = told_on_stderr(f"earliness {world}")
    place = directory / f"world-{world}"
    made = simulate(place, borrowers=size.borrowers, months=size.months, seed=size.seed, world=world)
    tell(f"simulated {sum(made.rows.values()):,} rows")
    book = open_book(place)
    newest = book.manifest.extracted_on
    days = batch_months(newest)
    model = taught_by(book, days[0])
    book.engine.disconnect()
    tell(f"trained on what was known on {days[0]}")
    batches = []
    for batch in said(place, days, model, policy):
        batches.append(batch)
        tell(f"decided {len(batch):,} borrowers, month {len(batches)} of {len(days)}")
    rows = _with_fates(place, pd.concat(batches, ignore_index=True), Definition.from_dict(model.definition))
    rows = rows.sort_values(["borrower_id", "as_of"], ignore_index=True)
    return Lived(world, History.of(rows, newest, model.horizon_months), rows, _truth(made.truth))


def batch_months(newest: date) -> tuple[date, ...]:
    """Return the month ends of the batches."""
    return tuple(months_later(newest, -back) for back in range(MONTHS, 0, -1))


def compared(lived: Lived, *, replicates: int = REPLICATES, seed: int = 0) -> Earliness:
    """Return the earliness of the whole system beside the others."""
    return earliness(lived.history, others(lived), replicates=replicates, seed=seed)


def others(lived: Lived) -> dict[str, History]:
    """Return the systems to compare with, by name."""
    rows, history = lived.rows, lived.history
    top, true = np.full(len(rows), 3, dtype=np.int8), true_pd(lived)
    exposure = rows["exposure_fen"].fillna(0.0).to_numpy(np.float64)
    late = np.clip(np.ceil(rows["dpd"].fillna(0.0).to_numpy(np.float64) / 30), 0, 3).astype(np.int8)
    return {
        **_rules(lived),
        "dpd_alone": history.said_by(late, rows["dpd"]),
        "pd_alone": history.said_by(top, rows["pd"]),
        "loss_alone": history.said_by(top, rows["urgency"]),
        "chance": by_chance(history),
        "truth": history.said_by(top, true),
        "truth_loss": history.said_by(top, true * exposure),
    }


def true_pd(lived: Lived) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Return the simulator's pd of each row, NaN where it is not known."""
    known = pd.MultiIndex.from_frame(lived.rows[["borrower_id", "as_of"]])
    return lived.truth.set_index(["borrower_id", "as_of"])["expected_pd"].reindex(known).to_numpy(np.float64)


def _rules(lived: Lived) -> dict[str, History]:
    """Return the policy without the pd in two orders; RULES_ALONE is the one that flags more early."""
    rows, level = lived.rows, lived.rows["rules_level"].to_numpy(np.int8)
    orders = (rows["rules_urgency"], _by(rows, ["signals", "exposure_fen"]))
    said = [lived.history.said_by(level, order) for order in orders]
    figures = (hear(one, Capacity(), EARLY_DAYS).figures[HEADLINE].statistic for one in said)
    first, second = (one(np.ones(len(lived.history.circles))) for one in figures)
    return dict(
        zip((RULES_ALONE, OTHER_ORDER) if not second > first else (OTHER_ORDER, RULES_ALONE), said, strict=True)
    )


def _by(rows: pd.DataFrame, names: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the place of each row in the rising order of `names`."""
    keys = [rows[name].astype("float64").fillna(-1.0) for name in reversed(names)]
    place = np.empty(len(rows))
    place[np.lexsort(keys)] = np.arange(len(rows))
    return place


def _with_fates(place: Path, rows: pd.DataFrame, definition: Definition) -> pd.DataFrame:
    book = open_book(place)
    newest = book.manifest.extracted_on
    late, failed = arrears_days(book, newest), defaults_by_day(book, definition, newest)
    circle = circles(book, sorted(set(rows["borrower_id"])))
    book.engine.disconnect()
    return rows.rename(columns={"exposure": "exposure_fen", "dpd_max": "dpd"}).assign(
        as_of=pd.to_datetime(rows["as_of"]),
        circle_id=rows["borrower_id"].map(circle),
        arrears_on=first_after(rows, late, "arrears_on"),
        default_on=first_after(rows, failed, "default_on"),
    )


def _truth(file: Path) -> pd.DataFrame:
    truth = pd.read_parquet(file, columns=["borrower_id", "as_of", "expected_pd", "cause"])
    return truth.assign(as_of=pd.to_datetime(truth["as_of"]))
