"""Charts: the plots of a validation as PNG without words, so that no font of the machine matters.

In picture digits, signs, grades and dates only; what they mean stands beside it as text
"""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

from ews.cli.validate.validated import Curves

Span = tuple[str, float, float | None, float | None]
"""A name of digits, a value, and the ends of its interval."""

NOW, FIRST, PALE, GREY = "#1f3a5f", "#f76707", "#b7c7d9", "#8a8f98"
RED, ORANGE, GREEN = "#c02b2b", "#f59f00", "#2f9e44"
_TICKS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
_EARLY = 90
_FEWEST_LEADS = 5


def discrimination(curves: Curves, cohorts: Sequence[Span]) -> bytes | None:
    """Draw the ROC curve over that of the first validation and, beside it, the AUC of each snapshot."""
    if not curves.roc:
        return None
    figure, (left, right) = _two()
    left.plot([0, 1], [0, 1], color=GREY, linewidth=0.8, linestyle=":")
    if curves.roc_first:
        left.plot(*zip(*curves.roc_first, strict=True), color=FIRST, linewidth=1.4)
    left.plot(*zip(*curves.roc, strict=True), color=NOW, linewidth=1.8)
    left.set_xlim(0, 1)
    left.set_ylim(0, 1.01)
    left.set_aspect("equal")
    left.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    left.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    _spans(right, cohorts)
    return _png(figure)


def calibration(curves: Curves) -> bytes | None:
    """Draw the default rate of each band against its mean pd, with 95 % Jeffreys intervals, and the band's defaults."""
    bands = [band for band in curves.bands if band[4] is not None and band[5] is not None]
    if not bands:
        return None
    mean, low, high = (np.array([float(band[at] or 0.0) for band in bands]) for at in (2, 4, 5))
    rate, rows = np.array([band[1] / band[0] for band in bands]), np.array([band[0] for band in bands])
    figure, (left, right) = _two()
    least = 0.6 * min(float(mean.min()), float(low[low > 0].min(initial=float(mean.min()))))
    most = 1.4 * max(float(mean.max()), float(high.max()))
    left.plot([least, most], [least, most], color=GREY, linewidth=0.8, linestyle=":")
    left.vlines(mean, np.maximum(low, least), high, color=PALE, linewidth=3)
    left.plot(mean, np.maximum(rate, least), "o", color=NOW, markersize=4.5)
    for axis, scale in ((left.xaxis, left.set_xscale), (left.yaxis, left.set_yscale)):
        scale("log")
        axis.set_ticks([tick for tick in _TICKS if least <= tick <= most])
        axis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g}%"))
    left.minorticks_off()
    left.set_xlim(least, most)
    left.set_ylim(least, most)
    left.set_aspect("equal")
    place = np.arange(1, len(bands) + 1)
    right.bar(place - 0.2, mean * rows, width=0.4, color=PALE)
    right.bar(place + 0.2, rate * rows, width=0.4, color=NOW)
    right.set_xticks(place)
    right.grid(visible=False, axis="x")
    return _png(figure)


def bars(values: Sequence[float], tones: Sequence[str], marks: Sequence[float]) -> bytes | None:
    """Draw numbered bars, the first on top; `marks` are limits drawn as lines, on a scale of logarithms."""
    if not values:
        return None
    figure, axes = _canvas(7.2, 0.7 + 0.21 * len(values))
    place = np.arange(len(values))
    shown = np.maximum(np.asarray(values, dtype=np.float64), 0.001)
    axes.barh(place, shown - 0.0005, left=0.0005, color=list(tones), height=0.66)
    for mark in marks:
        axes.axvline(mark, color=RED, linewidth=0.9, linestyle="--")
    axes.set_xscale("log")
    axes.set_xlim(0.005, max(1.0, 1.3 * float(shown.max())))
    ticks = [tick for tick in (0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20) if tick <= axes.get_xlim()[1]]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_yticks(place, [str(number + 1) for number in range(len(values))])
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    return _png(figure)


def spans(rows: Sequence[Span], mark: float | None) -> bytes | None:
    """Draw values with their intervals, one per row named by digits, with a limit."""
    if not rows:
        return None
    figure, axes = _canvas(7.2, 0.8 + 0.24 * len(rows))
    _spans(axes, rows)
    if mark is not None:
        axes.axvline(mark, color=RED, linewidth=0.9, linestyle="--")
    return _png(figure)


def migration(curves: Curves) -> bytes | None:
    """Draw from which grade to which borrowers moved: shares of each row as colour, numbers as digits."""
    counts = np.array(curves.migration, dtype=np.float64)
    if not counts.size or not counts.sum():
        return None
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure, axes = _canvas(5.4, 3.4)
    axes.imshow(np.sqrt(share), cmap="Blues", vmin=0, vmax=1.1, aspect="auto")
    for row, column in zip(*np.nonzero(counts), strict=True):
        ink = "white" if share[row, column] > 0.5 else "#182433"
        axes.text(column, row, f"{counts[row, column]:,.0f}", ha="center", va="center", fontsize=7.5, color=ink)
    axes.set_xticks(range(len(curves.grades)), curves.grades)
    axes.set_yticks(range(len(curves.grades)), curves.grades)
    axes.grid(visible=False)
    axes.tick_params(length=0)
    return _png(figure)


def leads(curves: Curves) -> bytes | None:
    """Draw the share of all defaults that were flagged at least so many days before the first arrears."""
    whole = len(curves.leads) + curves.never_flagged
    if len(curves.leads) < _FEWEST_LEADS:
        return None
    days = np.arange(-90, 361, 5)
    known = np.asarray(curves.leads)
    figure, axes = _canvas(7.2, 2.6)
    share = np.array([(known >= day).sum() / whole for day in days])
    axes.plot(days, share, color=NOW, linewidth=1.8)
    axes.fill_between(days[days >= _EARLY], share[days >= _EARLY], color=PALE, alpha=0.6)
    axes.axvline(_EARLY, color=RED, linewidth=0.9, linestyle="--")
    axes.set_xticks(range(-90, 361, 45))
    axes.set_xlim(-90, 360)
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    return _png(figure)


def lead_counts(curves: Curves) -> bytes | None:
    """Draw how many defaults were flagged so many days before, or after, the first arrears."""
    if len(curves.leads) < _FEWEST_LEADS:
        return None
    figure, axes = _canvas(7.2, 2.2)
    bins = np.arange(-90, 361, 30).tolist()
    axes.hist(np.clip(np.asarray(curves.leads), -90, 359), bins=bins, color=PALE, edgecolor="white")
    axes.axvline(_EARLY, color=RED, linewidth=0.9, linestyle="--")
    axes.set_xticks(range(-90, 361, 45))
    axes.set_xlim(-90, 360)
    return _png(figure)


def _canvas(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), dpi=170, layout="constrained")
    axes = figure.add_subplot()
    _plain(axes)
    return figure, axes


def _two() -> tuple[Figure, Any]:
    figure = Figure(figsize=(7.2, 3.1), dpi=170, layout="constrained")
    both = figure.subplots(1, 2)
    for axes in both:
        _plain(axes)
    return figure, both


def _spans(axes: Axes, rows: Sequence[Span]) -> None:
    for place, (_, value, low, high) in enumerate(rows):
        if low is not None and high is not None:
            axes.hlines(place, low, high, color=PALE, linewidth=4)
        axes.plot([value], [place], "o", color=NOW, markersize=5)
    axes.set_yticks(range(len(rows)), [name for name, *_ in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")


def _plain(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color("#9aa6b3")
    axes.grid(visible=True, color="#e6e8eb", linewidth=0.6)
    axes.tick_params(labelsize=8, colors="#33414f")
    axes.set_axisbelow(True)


def _png(figure: Figure) -> bytes:
    written = io.BytesIO()
    figure.savefig(written, format="png", metadata={"Software": None})
    return written.getvalue()
