"""Measure: a system's earliness beside that of others on the same borrowers, with intervals.

Paired   all systems and their differences see the same draws of whole circles. Each system is measured on the defaults
         that it could have warned of anew, so that the denominators of two systems differ by their open warnings
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ews.validation.earliness.capacity import Capacity
from ews.validation.earliness.defaulters import EARLY_DAYS
from ews.validation.earliness.figures import HEADLINE, Heard, hear
from ews.validation.earliness.history import History
from ews.validation.estimates import REPLICATES, Estimate, Statistic, estimates

BEYOND = (HEADLINE, "exposure_on_list_early", "exposure_flagged_early_or_open")
"""Figures whose difference to other systems is told."""
_OWN = ""


@dataclass(frozen=True, slots=True)
class Earliness:
    """`found` by figure of the system `heard`; `others` likewise by name; `beyond` are BEYOND less theirs, by name."""

    heard: Heard
    found: Mapping[str, Estimate]
    others: Mapping[str, Mapping[str, Estimate]]
    beyond: Mapping[str, Mapping[str, Estimate]]
    others_heard: Mapping[str, Heard]


def earliness(
    history: History,
    others: Mapping[str, History] | None = None,
    *,
    capacity: Capacity | None = None,
    early_days: int = EARLY_DAYS,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> Earliness:
    """Return the figures of `history`, and of `others` that are made of it by `History.said_by`."""
    named = {_OWN: history, **(others or {})}
    heard = {name: hear(one, capacity or Capacity(), early_days) for name, one in named.items()}
    statistics: dict[str, Statistic] = {}
    for name, one in heard.items():
        statistics |= {f"{name}/{figure}": of.statistic for figure, of in one.figures.items()}
        if name:
            statistics |= {f"{name}-{figure}": _less(heard[_OWN], one, figure) for figure in BEYOND}
    found = estimates(statistics, history.circles, replicates=replicates, seed=seed)
    told = {name: {figure: found[f"{name}/{figure}"] for figure in one.figures} for name, one in heard.items()}
    beyond = {name: {figure: found[f"{name}-{figure}"] for figure in BEYOND} for name in heard if name}
    own, own_heard = told.pop(_OWN), heard.pop(_OWN)
    return Earliness(own_heard, own, told, beyond, heard)


def _less(ours: Heard, theirs: Heard, figure: str) -> Statistic:
    mine, other = ours.figures[figure].statistic, theirs.figures[figure].statistic
    return lambda weights: mine(weights) - other(weights)
