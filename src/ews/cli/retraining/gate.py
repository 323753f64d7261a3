"""The gate (准入检验): a challenger beside the champion on rows that neither has seen, and whether it may decide.

Rows    those of the challenger's test on days not before the last label that the champion learnt from
Must    AUC and log-loss within their margins, the same target, enough defaulters; then calibration and captures, no
        leak, no falling pd where a feature gets worse, reasons that add up, no feature gone, no protected attribute
Whole   `ews validate` asks all tests; the gate asks those that can be asked at once
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pandas as pd

from ews.cli.retraining.checks import check_of
from ews.domain.text import Text
from ews.models.comparison import Comparison, Figures
from ews.models.frozen import FrozenModel, explain, predict_pd
from ews.training.table import Mask, TrainingTable
from ews.training.trained import Trained
from ews.validation.challenge import compare, figures, unseen
from ews.validation.chapters.data import labels_learnt_late, rows_shared, vanished
from ews.validation.chapters.leakage import leakage
from ews.validation.chapters.reasons import EXPLAINED_ROWS, additivity, protected
from ews.validation.chapters.sensitivity import monotone
from ews.validation.estimates import Floats
from ews.validation.monotone import thresholds
from ews.validation.results import Result, Verdict
from ews.validation.tested import Taught, Tested
from ews.validation.verdicts import counted

_OF_THE_CHAMPION = "features:champion"
_KNOWN_OR_NOT = 1e299
"""LightGBM splits at 1e300 where it asks only whether a value is known; such a feature may be constant otherwise."""


def compared(trained: Trained, champion: FrozenModel, *, now: datetime) -> Comparison:
    """Return the challenger of `trained` beside the champion; ModelError where the champion's features are gone."""
    table = trained.table.subset(trained.parts.test)
    fresh = unseen(table.keys["as_of"].to_numpy(), champion.labels_known_by)
    rows, new = table.subset(fresh), trained.pd[fresh]
    old = predict_pd(champion, rows.frame) if len(rows) else new
    checks = (
        *_paired(trained.model, champion, rows, new, old),
        *_alone(trained, table),
        _gone(champion, trained.table),
    )
    return Comparison(
        model_id=trained.model.model_id,
        champion_id=champion.model_id,
        book_id=str(trained.model.reference.get("book_id", "")),
        compared_at=now,
        days=rows.days,
        rows=len(rows),
        defaults=int(rows.outcome.sum()),
        seen_by_champion=int((~fresh).sum()),
        challenger=Figures(**figures(new, rows.outcome)),
        champion=Figures(**figures(old, rows.outcome)),
        checks=tuple(check_of(one) for one in checks),
    )


def taught_of(table: TrainingTable) -> Taught:
    """Return the rows that teach as the validation takes them; who belongs together is the borrower itself."""
    keys = table.keys
    told = {"borrower_id": keys["borrower_id"], "circle_id": keys["borrower_id"], "as_of": keys["as_of"]}
    return Taught(table.features, pd.DataFrame({**told, "outcome": table.outcome}), table.matrix)


def tested_of(model: FrozenModel, table: TrainingTable, chances: Floats) -> Tested:
    """Return the rows that test as the validation takes them, without grades: the gate needs none."""
    rows = taught_of(table).rows.assign(pd=chances, grade="", exposure_fen=np.nan, dpd=table.keys["dpd"].astype(float))
    return Tested(model, table.features, rows, table.matrix, pd.DataFrame(index=rows.index), ())


def _paired(
    model: FrozenModel, champion: FrozenModel, rows: TrainingTable, new: Floats, old: Floats
) -> Sequence[Result]:  # fmt: skip
    bad = int(rows.outcome.sum())
    note = Text(
        f"On days from {champion.labels_known_by} on, the last day of which the champion knew a label.",
        f"仅取冠军模型标签获知截止日{champion.labels_known_by}及以后的时点。",
    )
    return (
        counted("unseen_defaults", bad, n=len(rows), defaults=bad, note=note),
        _same_target(model, champion),
        *compare(new, old, rows.outcome, rows.borrowers),
    )


def _same_target(model: FrozenModel, champion: FrozenModel) -> Result:
    sides = [{**one.definition, "horizon_months": one.horizon_months} for one in (model, champion)]
    names = sorted(name for name in sides[0].keys() | sides[1].keys() if sides[0].get(name) != sides[1].get(name))
    told = ", ".join(f"{name} {sides[1].get(name)} → {sides[0].get(name)}" for name in names)
    note = Text(f"Differs: {told}.", f"不一致：{told}。") if names else None
    return counted("same_target", len(names), n=len(sides[0]), note=note)


def _alone(trained: Trained, table: TrainingTable) -> Sequence[Result]:
    """Return what the challenger must satisfy whoever is champion."""
    taught = taught_of(trained.table.subset(trained.parts.train))
    tested = tested_of(trained.model, table, trained.pd)
    sample = tested.sample(EXPLAINED_ROWS)
    suspicious = [one for one in leakage(taught) if one.verdict is not Verdict.PASSED]
    return (
        labels_learnt_late(tested),
        rows_shared(tested, taught),
        vanished(tested, taught.columns(_used(trained.model))),
        *suspicious,
        monotone(tested)[0],
        additivity(sample, explain(trained.model, sample.frame)),
        protected(tested.features),
    )


def _gone(champion: FrozenModel, table: TrainingTable) -> Result:
    """Return how many features the champion looks at tell no borrower from another in all the rows at hand."""
    used = [name for name, is_used in zip(champion.features, _used(champion), strict=True) if is_used]
    place = {name: column for column, name in enumerate(table.names)}
    gone = [name for name in used if name not in place or not _tells(table.matrix[:, place[name]])]
    named = ", ".join(gone[:5])
    note = Text(f"First: {named}.", f"包括：{named}。") if gone else None
    return counted("feature_vanished", len(gone), n=len(used), about=_OF_THE_CHAMPION, note=note)


def _used(model: FrozenModel) -> Mask:
    """Return which of its features a model looks at: what it never asks for its value cannot be missed."""
    asked = {name for name, splits in thresholds(model).items() if (np.abs(splits) < _KNOWN_OR_NOT).any()}
    return np.array([name in asked for name in model.features], dtype=bool)


def _tells(values: Floats) -> bool:
    known: Mask = ~np.isnan(values)
    return bool(known.any()) and (not known.all() or bool(np.ptp(values[known]) > 0))
