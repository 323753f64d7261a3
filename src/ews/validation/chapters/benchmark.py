"""Benchmark (基准): the model beside simpler ones made of the same rows.

AUC       ours less theirs, paired on the rows tested, with circles kept together
Log-loss  theirs less ours: above 0 the model tells more
"""

from collections.abc import Mapping

from ews.domain.text import Text
from ews.validation.calibration import log_loss_statistic
from ews.validation.contenders import CONTENDERS, NAMES, Contender
from ews.validation.delong import auc_difference
from ews.validation.estimates import REPLICATES, Estimate, Floats, Statistic, estimates
from ews.validation.power import auc
from ews.validation.results import Result
from ews.validation.tested import Taught, Tested
from ews.validation.verdicts import measured


def benchmark(
    tested: Tested, taught: Taught, contenders: Mapping[str, Contender] = CONTENDERS, *, replicates: int = REPLICATES
) -> tuple[Result, ...]:
    """Return the results of the chapter, contender by contender."""
    results: list[Result] = []
    if not len(tested) or len(set(taught.outcome.tolist())) < 2:
        nothing = Estimate(None, None, None)
        return tuple(
            measured(test, nothing, n=len(tested), defaults=tested.defaults, about=f"benchmark:{name}")
            for name in contenders
            for test in ("benchmark_auc", "benchmark_log_loss")
        )
    for name, contender in contenders.items():
        columns = _columns(tested, taught)
        results += beside(tested, contender(taught, tested.matrix[:, columns]), name, replicates=replicates)
    return tuple(results)


def beside(tested: Tested, other: Floats, name: str, *, replicates: int = REPLICATES) -> tuple[Result, Result]:
    """Return the model against the pds of another, such as a challenger's or a champion's, on the same rows."""
    n, bad, about = len(tested), tested.defaults, f"benchmark:{name}"
    title = NAMES.get(name, Text(name, name))
    gap = auc_difference(tested.pd, other, tested.outcome, tested.circles)
    ours, theirs = auc(tested.pd, tested.outcome), auc(other, tested.outcome)
    note = Text(
        f"{title.en}: AUC {theirs:.4f}, ours {ours:.4f}; p of no difference {gap.p:.3f}.",
        f"{title.zh}：AUC {theirs:.4f}，本模型{ours:.4f}；无差异检验p值{gap.p:.3f}。",
    )
    statistics: dict[str, Statistic] = {"gain": _gain(tested, other)}
    gain = estimates(statistics, tested.circles, replicates=replicates)["gain"]
    return (
        measured("benchmark_auc", gap.estimate, n=n, defaults=bad, about=about, note=note),
        measured("benchmark_log_loss", gain, n=n, defaults=bad, about=about),
    )


def _gain(tested: Tested, other: Floats) -> Statistic:
    ours, theirs = (log_loss_statistic(chance, tested.outcome) for chance in (tested.pd, other))
    return lambda weights: theirs(weights) - ours(weights)


def _columns(tested: Tested, taught: Taught) -> list[int]:
    place = {name: column for column, name in enumerate(tested.model.features)}
    return [place[feature.name] for feature in taught.features]
