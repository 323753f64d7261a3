"""Failures: which defaults were not flagged early, and why, so that somebody knows what to work on.

Fate    as validation/earliness/defaulters.py has it, by number
Cause   the simulator's own word for why a borrower defaulted
Rank    where a borrower stood among all not in default, by the model's pd and by the simulator's, on the last batch
        that was early enough: 0.02 is among the riskiest 2 %. Whom the list (7 %) had to leave out stands near its
        edge; whom the model did not see, far below; whom nobody could have seen, far below by the simulator's too
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.earliness.world import Lived, true_pd
from ews.validation.earliness.defaulters import EARLY_DAYS, Fate
from ews.validation.earliness.history import DAY, Days
from ews.validation.earliness.measure import Earliness

EDGES = (0.0, 0.02, 0.07, 0.15, 0.30, 1.0)
LEADS = (-np.inf, 0.0, 30.0, 90.0, 180.0, np.inf)
NOT_EARLY = (Fate.CROWDED_OUT, Fate.LATE, Fate.UNSEEN)


def failures(lived: Lived, found: Earliness) -> dict[str, Any]:
    """Return how defaults fared: by fate, by cause, by lead and, of those not flagged early, by rank of the pd."""
    rows = found.heard.defaults
    cause = lived.truth.rename(columns={"as_of": "origin_on"})[["borrower_id", "origin_on", "cause"]]
    rows = rows.merge(cause.astype({"origin_on": rows["origin_on"].dtype}), on=["borrower_id", "origin_on"], how="left")
    ranks = {"model": lived.rows["pd"].to_numpy(np.float64), "truth": true_pd(lived)}
    for name, chance in ranks.items():
        rows[name] = _rank_in_time(lived, chance, rows)
    return {
        "fates": _fates(rows),
        "by_cause": {str(cause): _fates(group) for cause, group in rows.groupby("cause", dropna=False)},
        "leads": _counts(rows["lead_days"], LEADS) | {"never": int(rows["lead_days"].isna().sum())},
        "ranks_not_early": {
            fate.value: {name: _counts(rows.loc[rows["fate"] == fate.value, name], EDGES) for name in ranks}
            for fate in NOT_EARLY
        },
    }


def _fates(rows: pd.DataFrame) -> dict[str, int]:
    return {"defaults": len(rows), **{fate.value: int((rows["fate"] == fate.value).sum()) for fate in Fate}}


def _counts(values: "pd.Series[float]", edges: Sequence[float]) -> dict[str, int]:
    """Return how many known values lie in each span between two edges, the lower one included."""
    places = np.searchsorted(np.asarray(edges), values.dropna().to_numpy(np.float64), side="right") - 1
    places = np.minimum(places, len(edges) - 2)  # 1.0, the very last rank
    names = [f"{low:g} to {high:g}" for low, high in pairwise(edges)]
    return {name: int((places == place).sum()) for place, name in enumerate(names)}


def _rank_in_time(lived: Lived, chance: "np.ndarray[Any, Any]", rows: pd.DataFrame) -> "np.ndarray[Any, Any]":
    """Return the rank of each default on the last batch from its origin that was early enough, NaN without one."""
    history = lived.history
    sound = pd.Series(np.where(history.sound, chance, np.nan))
    rank = sound.groupby(history.batch).rank(ascending=False, pct=True).to_numpy(np.float64)
    number = {key: at for at, key in enumerate(zip(history.borrower.tolist(), history.batch.tolist(), strict=True))}
    latest = (
        np.searchsorted(history.batches, _day(rows, "arrears_on") - np.timedelta64(EARLY_DAYS, "D"), side="right") - 1
    )
    first = np.searchsorted(history.batches, _day(rows, "origin_on"))
    found = []
    for borrower, begin, end in zip(rows["borrower"].tolist(), first.tolist(), latest.tolist(), strict=True):
        at = next((number[borrower, batch] for batch in range(end, begin - 1, -1) if (borrower, batch) in number), None)
        found.append(np.nan if at is None else rank[at])
    return np.asarray(found, dtype=np.float64)


def _day(rows: pd.DataFrame, name: str) -> Days:
    return rows[name].to_numpy().astype(DAY)
