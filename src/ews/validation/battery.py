"""Battery (全套检验): all tests of a model that rows, features and, where given, a way to fit allow.

Left out  earliness and treatment, which look at the whole system and are made where decisions are known; replay
Effort    a quick one draws less and fits nothing, so that it can stand in a nightly run
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pandas import DataFrame

from ews.validation.chapters.benchmark import benchmark
from ews.validation.chapters.calibration import calibration
from ews.validation.chapters.concentration import concentration
from ews.validation.chapters.data import data_quality
from ews.validation.chapters.discrimination import InitialPower, discrimination
from ews.validation.chapters.fairness import fairness
from ews.validation.chapters.leakage import leakage, shuffled
from ews.validation.chapters.reasons import agreement, reasons
from ews.validation.chapters.segments import segments
from ews.validation.chapters.sensitivity import ablation, refitted, sensitivity
from ews.validation.chapters.stability import stability
from ews.validation.estimates import REPLICATES
from ews.validation.refits import Fit, remade
from ews.validation.results import Result
from ews.validation.tested import Taught, Tested


@dataclass(frozen=True, slots=True)
class Initial:
    """What the first validation found; borrowers per grade in the order of the scale."""

    power: InitialPower
    grades: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class Effort:
    """`refit_seeds` are seeds of models fitted anew, two per seed; `families` says whether each is left out once.

    `model_seed` is the seed with which the model was made: without it ablation would tell the seed's doing too.
    """

    replicates: int = REPLICATES
    seed: int = 0
    refit_seeds: tuple[int, ...] = (101,)
    families: bool = True
    model_seed: int = 0


def battery(
    tested: Tested,
    taught: Taught,
    *,
    fit: Fit | None = None,
    initial: Initial | None = None,
    groups: DataFrame | None = None,
    effort: Effort | None = None,
) -> tuple[Result, ...]:
    """Return the results of every chapter; without `fit` those that need none, with `groups` fairness too."""
    chosen = effort or Effort()
    draws = {"replicates": chosen.replicates, "seed": chosen.seed}
    return (
        *data_quality(tested, taught),
        *discrimination(tested, initial.power if initial else None, **draws),
        *calibration(tested, **draws),
        *stability(tested, taught),
        *concentration(tested, initial.grades if initial else None),
        *segments(tested),
        *sensitivity(tested, seed=chosen.seed),
        *leakage(taught, seed=chosen.seed),
        *benchmark(tested, taught, replicates=chosen.replicates),
        *reasons(tested, **draws),
        *(refits(tested, taught, fit, chosen) if fit else ()),
        *(fairness(tested, groups, **draws) if groups is not None else ()),
    )


def refits(tested: Tested, taught: Taught, fit: Fit, effort: Effort) -> tuple[Result, ...]:
    """Return the results of all probes that make the model anew."""
    models = remade(taught, fit, effort.refit_seeds)
    return (
        *refitted(tested, models),
        *agreement(tested, models, replicates=effort.replicates),
        shuffled(tested, taught, fit, seed=effort.model_seed),
        *(ablation(tested, taught, fit, seed=effort.model_seed) if effort.families else ()),
    )
