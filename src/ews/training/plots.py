"""Plots of a training run, for the validator who opens it in MLflow.

Reads   pd, outcome and contributions of the test rows; figures are drawn without any display
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray
from scipy.special import logit
from scipy.stats import beta

from ews.validation.measures import Measures

Floats = NDArray[np.float64]
Outcomes = NDArray[np.int8]

BAD, GOOD, PLAIN = "#c0392b", "#2d6a9f", "#8a8f98"
GROUPS = 10
SHOWN = 20


def roc(pd: Floats, outcome: Outcomes, measures: Measures) -> Figure:
    """Return the ROC curve with the AUC and its interval."""
    order = np.argsort(-pd, kind="stable")
    last_of_tie = np.append(np.diff(pd[order]) != 0, True)
    found = np.append(0, np.cumsum(outcome[order])[last_of_tie]) / max(outcome.sum(), 1)
    alarmed = np.append(0, np.cumsum(1 - outcome[order])[last_of_tie]) / max((1 - outcome).sum(), 1)
    figure, axes = _canvas("ROC on the test rows", "Others flagged", "Defaulters found")
    axes.plot([0, 1], [0, 1], color=PLAIN, linewidth=1, linestyle=":")
    axes.plot(alarmed, found, color=GOOD, linewidth=2, label=f"AUC {measures.estimates['auc']}")
    axes.fill_between(alarmed, found, alpha=0.08, color=GOOD)
    _percent(axes, both=True)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.01)
    axes.set_aspect("equal")
    axes.legend(loc="lower right", frameon=False, title=f"{measures.rows:,} rows, {measures.defaults:,} defaults")
    return figure


def reliability(pd: Floats, outcome: Outcomes) -> Figure:
    """Return observed default rates of ten groups of equal size against their mean pd, with 95 % Jeffreys intervals."""
    groups = [part for part in np.array_split(np.argsort(pd, kind="stable"), GROUPS) if len(part)]
    mean = np.array([pd[part].mean() for part in groups])
    hits = np.array([outcome[part].sum() for part in groups])
    sizes = np.array([len(part) for part in groups])
    rate = hits / sizes
    low = np.asarray(beta.ppf(0.025, hits + 0.5, sizes - hits + 0.5))
    high = np.asarray(beta.ppf(0.975, hits + 0.5, sizes - hits + 0.5))
    figure, axes = _canvas("Calibration: ten groups of equal size", "Mean pd", "Observed default rate")
    ends = np.array([min(mean.min(), low.min()), min(1.0, 1.15 * max(mean.max(), high.max()))])
    axes.plot(ends, ends, color=PLAIN, linewidth=1, linestyle=":", label="perfect")
    spread = np.abs(np.vstack([np.minimum(rate, low) - rate, np.maximum(rate, high) - rate]))
    axes.errorbar(
        mean, rate, yerr=spread, fmt="o", color=GOOD, ecolor=GOOD, elinewidth=1, capsize=3, label="95 % interval"
    )
    axes.set_xscale("symlog", linthresh=0.01)
    axes.set_yscale("symlog", linthresh=0.01)
    axes.set_xlim(0, ends[1])
    axes.set_ylim(0, ends[1])
    ticks = [tick for tick in (0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if tick <= ends[1]]
    axes.set_xticks(ticks)
    axes.set_yticks(ticks)
    _percent(axes, both=True, decimals=1)
    axes.minorticks_off()
    axes.legend(loc="upper left", frameon=False)
    return figure


def score_distribution(pd: Floats, outcome: Outcomes) -> Figure:
    """Return how the pds of defaulters and of others are spread, each as shares of its own class."""
    odds = logit(np.clip(pd, 1e-6, 1 - 1e-6))
    bins = np.linspace(odds.min() - 0.1, odds.max() + 0.1, 41)
    figure, axes = _canvas("Where the scores lie", "pd", "Share of the class")
    for value, colour, name in ((0, GOOD, "no default"), (1, BAD, "default")):
        chosen = odds[outcome == value]
        if len(chosen):
            weights = np.full(len(chosen), 1 / len(chosen))
            axes.hist(
                chosen, bins.tolist(), weights=weights, color=colour, alpha=0.55, label=f"{name} ({len(chosen):,})"
            )
    chances = np.array([0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 0.95])
    shown = chances[(logit(chances) >= bins[0]) & (logit(chances) <= bins[-1])]
    axes.set_xticks(logit(shown), [f"{100 * chance:g}%" for chance in shown])
    _percent(axes, both=False)
    axes.legend(frameon=False)
    return figure


def importance(codes: Sequence[str], by_reason: Floats) -> Figure:
    """Return the mean absolute contribution of each reason to the log-odds."""
    size = np.abs(by_reason).mean(axis=0)
    order = np.argsort(size, kind="stable")
    figure, axes = _canvas("What the score rests on, by reason", "Mean |contribution| to the log-odds", "")
    figure.set_size_inches(7.5, 1.2 + 0.3 * len(codes))
    axes.barh([codes[place] for place in order], size[order], color=GOOD)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", labelsize=8)
    return figure


def contributions(names: Sequence[str], by_feature: Floats, values: Floats) -> Figure:
    """Return the contributions of the strongest features, a dot per row, coloured by where the value ranks."""
    order = np.argsort(-np.abs(by_feature).mean(axis=0), kind="stable")[:SHOWN]
    figure, axes = _canvas("What each feature adds, row by row", "Contribution to the log-odds (right: riskier)", "")
    figure.set_size_inches(8.5, 1.4 + 0.32 * len(order))
    axes.axvline(0, color=PLAIN, linewidth=1)
    drawn = None
    for line, column in enumerate(order[::-1]):
        shown = by_feature[:, column]
        known = ~np.isnan(values[:, column])
        heights = line + _spread(shown)
        axes.scatter(shown[~known], heights[~known], s=6, color="#c9ccd1", linewidths=0)
        rank = _rank(values[known, column])
        drawn = axes.scatter(shown[known], heights[known], c=rank, cmap="coolwarm", vmin=0, vmax=1, s=6, linewidths=0)
    axes.set_yticks(range(len(order)), [names[column] for column in order[::-1]], fontsize=8)
    axes.set_ylim(-0.7, len(order) - 0.3)
    if drawn is not None:
        bar = figure.colorbar(drawn, ax=axes, ticks=[0, 1], pad=0.02, aspect=40)
        bar.ax.set_yticklabels(["low", "high"])
        bar.set_label("Value of the feature (grey: unknown)", labelpad=-10)
    return figure


def rounds(curve: Sequence[float], chosen: int) -> Figure:
    """Return the out-of-fold log-loss over the rounds of boosting."""
    figure, axes = _canvas("Choice of the number of rounds", "Rounds", "Out-of-fold log-loss")
    axes.plot(np.arange(1, len(curve) + 1), curve, color=GOOD, linewidth=1.5)
    axes.axvline(chosen, color=BAD, linewidth=1, linestyle="--", label=f"{chosen} rounds")
    axes.legend(frameon=False)
    return figure


def _canvas(title: str, along: str, up: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(6.4, 5.2), dpi=120, layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold")
    axes.set_xlabel(along)
    axes.set_ylabel(up)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(visible=True, color="#e6e8eb", linewidth=0.8)
    axes.set_axisbelow(True)
    return figure, axes


def _percent(axes: Axes, *, both: bool, decimals: int | None = 0) -> None:
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=decimals))
    if both:
        axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=decimals))


def _rank(values: Floats) -> Floats:
    """Return the mid-rank of each value, scaled to [0, 1]."""
    if len(values) < 2:
        return np.full(len(values), 0.5)
    ordered = np.sort(values)
    middle = (np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right") - 1) / 2
    return np.asarray(middle / (len(values) - 1))


def _spread(shown: Floats) -> Floats:
    """Return a small height per dot, larger where many dots share a place, without chance."""
    if not len(shown) or np.ptp(shown) == 0:
        return np.zeros(len(shown))
    place = np.digitize(shown, np.linspace(shown.min(), shown.max(), 80))
    count = np.bincount(place)
    order = np.argsort(place, kind="stable")
    turn = np.empty(len(shown), dtype=np.int64)
    turn[order] = np.arange(len(shown)) - np.repeat(np.cumsum(count) - count, count)
    side = np.where(turn % 2 == 0, 1, -1) * ((turn + 1) // 2)
    return np.asarray(0.42 * side / max(count.max() / 2, 1))
