"""Adapter: from training's table to what validation looks at.

Circle     borrowers who stood in one guarantee circle on any of the snapshots are drawn together, with all their rows
Grade      by the scale in force on the snapshot
Exposure   debt outstanding, where the features tell it
Segments   from features, and from the newest version of the borrower known on the snapshot
"""

from collections.abc import Sequence
from datetime import date

import ibis.expr.types as ir
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ews.events.book import Book, was_known
from ews.features.guarantee_exposure.circles import edges_on, positions
from ews.features.statements import worked_out
from ews.features.window import Spine, spine_on
from ews.models.frozen import FrozenModel
from ews.policy.grades import scale_on
from ews.policy.policy import Policy
from ews.training.fit import fit
from ews.training.freeze import freeze
from ews.training.recipe import Recipe
from ews.training.table import TrainingTable
from ews.validation.refits import Fit
from ews.validation.segmenting import segments_of
from ews.validation.tested import Taught, Tested

EXPOSURE = "debt_outstanding"
BORROWER_WORDS = ("kind", "industry", "region", "branch")
_LEAST_SHARE = 0.02
"""Words of fewer rows than that are put together: a segment of a few rows says nothing."""


def circles_over(book: Book, days: Sequence[date]) -> pd.Series:
    """Return the circle by borrower_id: the first of all that hang together by guarantees on one of `days`."""
    if not book.has("guarantees"):
        return pd.Series(dtype=object)
    table = worked_out(book, spine_on(book, days), _circles)
    rows = table.select("as_of", "party_id", "circle").order_by("as_of", "party_id").to_pyarrow().to_pandas()
    if rows.empty:
        return pd.Series(dtype=object)
    of_day = rows["as_of"].astype(str) + "/" + rows["circle"].astype(str)
    party, parties = pd.factorize(rows["party_id"], sort=True)
    circle = pd.factorize(of_day)[0] + len(parties)
    size = int(circle.max()) + 1
    links = coo_array((np.ones(len(rows)), (party, circle)), shape=(size, size))
    label = connected_components(links, directed=False)[1][: len(parties)]
    first = pd.Series(parties).groupby(label).first()
    return pd.Series(first.loc[label.tolist()].to_numpy(dtype=object), index=parties)


def taught_of(table: TrainingTable, circles: pd.Series) -> Taught:
    """Return the rows that teach."""
    return Taught(table.features, _rows(table, circles), table.matrix)


def tested_of(
    model: FrozenModel, table: TrainingTable, pd_: NDArray[np.float64], circles: pd.Series, policy: Policy, book: Book
) -> Tested:
    """Return the rows of the test with what the model said of them."""
    dpd = table.keys["dpd"].to_numpy(dtype=np.float64)
    exposure = table.matrix[:, table.names.index(EXPOSURE)] if EXPOSURE in table.names else np.full(len(table), np.nan)
    rows = _rows(table, circles).assign(pd=pd_, exposure_fen=exposure, dpd=dpd)
    rows["grade"], grades = _graded(rows, policy)
    segments = segments_of(table.matrix, table.features, dpd, exposure)
    return Tested(model, table.features, rows, table.matrix, segments.assign(**_words(book, rows)), grades)


def fit_of(model: FrozenModel, recipe: Recipe) -> Fit:
    """Return how a model of the same kind is made of other rows; the seed replaces that of the recipe."""

    def again(taught: Taught, *, seed: int) -> FrozenModel:
        other = Recipe(**{**{name: getattr(recipe, name) for name in Recipe.__slots__}, "seed": seed})
        rows = taught.rows
        keys = pd.DataFrame(
            {
                "borrower_id": rows["borrower_id"],
                "as_of": rows["as_of"],
                "ends_on": rows["as_of"],
                "label_known_by": model.labels_known_by,
                "dpd": np.nan,
                "defaulted": taught.outcome,
            }
        )
        table = TrainingTable(taught.features, model.catalogue_version, keys, taught.matrix)
        return freeze(fit(table, other), table, other, portfolio=model.portfolio, reference=dict(model.reference))

    return again


def _circles(book: Book, spine: Spine) -> ir.Table:
    return positions(spine, edges_on(book, spine))


def _rows(table: TrainingTable, circles: pd.Series) -> pd.DataFrame:
    borrower = table.keys["borrower_id"]
    return pd.DataFrame(
        {
            "borrower_id": borrower,
            "circle_id": borrower.map(circles).astype(object).fillna(borrower),
            "as_of": table.keys["as_of"],
            "outcome": table.outcome,
        }
    )


def _graded(rows: pd.DataFrame, policy: Policy) -> tuple[list[str], tuple[str, ...]]:
    """Return the grade of each row, and all grades from best to worst."""
    scales = {day: scale_on(policy.scales, day) for day in sorted(set(rows["as_of"]))}
    words = [
        scales[day].grades[scales[day].rank_of(chance) - 1].code
        for day, chance in zip(rows["as_of"], rows["pd"], strict=True)
    ]
    newest = list(scales.values())[-1]
    return words, tuple(grade.code for grade in newest.grades)


def _words(book: Book, rows: pd.DataFrame) -> dict[str, list[str]]:
    """Return kind, industry, region and branch of each row, those that divide the rows; few rows become `other`."""
    if not book.has("borrowers"):
        return {}
    table = book.table("borrowers")
    parts = []
    for day in sorted(set(rows["as_of"])):
        known = table.filter(was_known(table, day)).select("borrower_id", "kind", "industry", "region", "branch_id")
        parts.append(known.to_pandas().rename(columns={"branch_id": "branch"}).assign(as_of=day))
    told = rows[["borrower_id", "as_of"]].merge(pd.concat(parts), on=["borrower_id", "as_of"], how="left")
    found = {name: _few_together(told[name]) for name in BORROWER_WORDS}
    return {name: words for name, words in found.items() if len(set(words)) > 1}


def _few_together(words: pd.Series) -> list[str]:
    known = words.astype(object).where(words.notna(), "not_known").astype(str)
    share = known.map(known.value_counts(normalize=True))
    return known.where(share >= _LEAST_SHARE, "other").tolist()
