"""Curves: what the plots of a validation draw, thinned to what an eye can tell apart."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from ews.cli.validate.system import Watched
from ews.cli.validate.validated import Curves
from ews.validation.chapters.calibration import reliability_table
from ews.validation.chapters.stability import migration_matrix
from ews.validation.tested import Tested

POINTS = 120


def curves_of(tested: Tested, first_days: Sequence[date], system: Watched) -> Curves:
    """Return the curves of the rows tested and of the whole system."""
    is_first = tested.rows["as_of"].isin(first_days).to_numpy(dtype=bool)
    later = tested.subset(~is_first) if not is_first.all() else tested
    leads = system.found.heard.defaults["lead_days"] if system.found is not None else None
    table = reliability_table(tested)
    bands = table[["rows", "defaults", "mean_pd", "rate", "low", "high"]].itertuples(index=False, name=None)
    has_moves = len(tested.days) > 1
    return Curves(
        roc=roc(later),
        roc_first=roc(tested.subset(is_first)) if later is not tested else (),
        bands=tuple((int(one[0]), int(one[1]), *map(float, one[2:])) for one in bands),  # type: ignore[misc]
        grades=tested.grades if has_moves else (),
        migration=tuple(tuple(row) for row in migration_matrix(tested)[0].tolist()) if has_moves else (),
        leads=() if leads is None else tuple(sorted(leads.dropna().astype(float).tolist())),
        never_flagged=0 if leads is None else int(leads.isna().sum()),
    )


def roc(tested: Tested) -> tuple[tuple[float, float], ...]:
    """Return the ROC curve at POINTS places at most; empty where one class is missing."""
    bad = tested.defaults
    if not bad or bad == len(tested):
        return ()
    order = np.argsort(-tested.pd, kind="stable")
    last_of_tie = np.append(np.diff(tested.pd[order]) != 0, True)
    hit = tested.outcome[order].astype(np.float64)
    found = np.append(0, np.cumsum(hit)[last_of_tie]) / bad
    alarmed = np.append(0, np.cumsum(1 - hit)[last_of_tie]) / (len(tested) - bad)
    chosen = np.unique(np.linspace(0, len(found) - 1, POINTS).round().astype(int))
    return tuple((float(alarmed[place]), float(found[place])) for place in chosen)
