"""Drawing: charts as PNG without words, so that no font of the machine matters; the same numbers give the same bytes.

In picture digits, months and signs only; what they mean stands beside it as text
Unknown   a month that nobody knows about is hatched, which is not the same as nothing
Threads   one picture at a time, without the state that matplotlib keeps for scripts; it is loaded when first needed
"""

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from io import BytesIO
from math import log
from threading import Lock
from typing import Any

DARK, MIDDLE, PALE = "#1f3a5f", "#5f7fa3", "#b7c7d9"
RED, ORANGE, YELLOW, GREEN = "#d63939", "#f76707", "#f59f00", "#2fb344"
GREY, UNKNOWN = "#7b8a9a", "#c9d1da"

Values = tuple[float | None, ...]

_INK, _LINE = "#33414f", "#e3e8ed"
_WIDE, _HIGH, _DPI = 6.6, 1.75, 170
_LETTERS = 7.0
_KEPT = 400
"""Pictures kept in memory, of 15 kB each: who reads a report on the screen prints and saves it next."""
_CHANCES = (0.0001, 0.0005, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 0.95, 0.99)
_DRAWING = Lock()


@lru_cache(maxsize=_KEPT)
def bars_and_line(months: tuple[date, ...], bars: Values, line: Values) -> bytes:
    """Draw one measure as bars and another of the same unit as a line."""

    def draw(axes: Any) -> None:
        _bars(axes, bars, PALE)
        _line(axes, line)
        _unknown(axes, [bar is None and one is None for bar, one in zip(bars, line, strict=True)])
        _months(axes, months)
        _from_zero(axes, (*bars, *line))

    return _png(draw)


@lru_cache(maxsize=_KEPT)
def lone_bars(months: tuple[date, ...], bars: Values) -> bytes:
    """Draw whole numbers as bars, each with its number above."""

    def draw(axes: Any) -> None:
        _bars(axes, bars, MIDDLE)
        for at, value in enumerate(bars):
            if value:
                axes.text(at, value, f"{value:,.0f}", ha="center", va="bottom", fontsize=_LETTERS, color=_INK)
        _unknown(axes, [value is None for value in bars])
        _months(axes, months)
        _from_zero(axes, bars, least=2.0)
        axes.yaxis.get_major_locator().set_params(integer=True)

    return _png(draw, high=1.45)


@lru_cache(maxsize=_KEPT)
def share_line(months: tuple[date, ...], line: Values) -> bytes:
    """Draw a share of one as a line in per cent, with the whole as a dashed line."""

    def draw(axes: Any) -> None:
        _line(axes, tuple(None if value is None else 100 * value for value in line))
        axes.axhline(100, color=RED, linewidth=0.8, linestyle="--")
        _unknown(axes, [value is None for value in line])
        _months(axes, months)
        _from_zero(axes, (*(None if value is None else 100 * value for value in line), 100.0))

    return _png(draw, high=1.45)


@lru_cache(maxsize=_KEPT)
def stacks(months: tuple[date, ...], parts: tuple[Values, ...], colours: tuple[str, ...]) -> bytes:
    """Draw what adds up month by month, the first part at the bottom; the last is marked, however small it is."""

    def draw(axes: Any) -> None:
        base = [0.0] * len(months)
        for part, colour in zip(parts, colours, strict=True):
            heights = [value or 0.0 for value in part]
            axes.bar(range(len(months)), heights, bottom=base, color=colour, width=0.7, zorder=2)
            base = [low + height for low, height in zip(base, heights, strict=True)]
        lasting = [at for at, value in enumerate(parts[-1]) if value]
        axes.plot(lasting, [base[at] + 0.06 * max(base) for at in lasting], "v", color=colours[-1], markersize=4)
        _unknown(axes, [all(value is None for value in column) for column in zip(*parts, strict=True)])
        _months(axes, months)
        _from_zero(axes, tuple(base))

    return _png(draw)


@lru_cache(maxsize=_KEPT)
def strips(months: tuple[date, ...], rows: tuple[tuple[str | None, ...], ...]) -> bytes:
    """Draw a row of coloured months for each of `rows`, numbered from 1 at the top; null is left empty."""

    def draw(axes: Any) -> None:
        cells = [(at, -place, colour) for place, row in enumerate(rows) for at, colour in enumerate(row) if colour]
        if cells:
            ats, places, colours = zip(*cells, strict=True)
            axes.barh(places, 0.92, left=[at - 0.46 for at in ats], height=0.7, color=colours, zorder=2)
        _months(axes, months)
        axes.set_yticks([-place for place in range(len(rows))], [str(place + 1) for place in range(len(rows))])
        axes.set_ylim(-len(rows) + 0.4, 0.6)
        axes.grid(visible=False)

    return _png(draw, high=0.5 + 0.19 * len(rows))


@lru_cache(maxsize=_KEPT)
def chances(days: tuple[date, ...], values: Values, colours: tuple[str, ...]) -> bytes:
    """Draw a probability in per cent over days, each point in its colour; null (already in default) as a cross."""

    def draw(axes: Any) -> None:
        shown = tuple(None if value is None else 100 * value for value in values)
        _line(axes, shown, marker="")
        top = max((value for value in shown if value is not None), default=1.0)
        for at, (value, colour) in enumerate(zip(shown, colours, strict=True)):
            if value is None:
                axes.plot([at], [top], marker="x", color=RED, markersize=6, zorder=4)
            else:
                axes.plot([at], [value], marker="o", color=colour, markersize=5, zorder=4)
        _months(axes, days)
        _from_zero(axes, (*shown, 1.0))

    return _png(draw, high=1.6)


@lru_cache(maxsize=_KEPT)
def waterfall(base: float, steps: tuple[float, ...]) -> bytes:
    """Draw log-odds from `base` step by step, numbered from 1, on a scale whose marks are chances in per cent."""

    def draw(axes: Any) -> None:
        at, count = base, len(steps)
        axes.plot([base], [0], marker="|", color=GREY, markersize=11, markeredgewidth=2)
        for place, step in enumerate(steps, start=1):
            axes.barh(-place, step, left=at, height=0.62, color=DARK if step > 0 else PALE, zorder=2)
            axes.plot([at, at], [-place + 1, -place], color=GREY, linewidth=0.6, zorder=1)
            at += step
        axes.plot([at, at], [-count, -count - 1], color=GREY, linewidth=0.6, zorder=1)
        axes.plot([at], [-count - 1], marker="|", color=RED, markersize=11, markeredgewidth=2.5)
        axes.set_yticks([-one for one in range(count + 2)], ["0", *(str(one + 1) for one in range(count)), "="])
        axes.set_ylim(-count - 1.6, 0.6)
        _chance_scale(axes, base, steps)

    return _png(draw, high=0.55 + 0.19 * (len(steps) + 2))


def _chance_scale(axes: Any, base: float, steps: Sequence[float]) -> None:
    reached = [base]
    for step in steps:
        reached.append(reached[-1] + step)
    low, high = min(reached) - 0.25, max(reached) + 0.25
    marks = [chance for chance in _CHANCES if low <= _odds(chance) <= high]
    axes.set_xticks([_odds(chance) for chance in marks], [f"{100 * chance:g}%" for chance in marks])
    axes.set_xlim(low, high)
    axes.grid(axis="x", color=_LINE, linewidth=0.6, zorder=0)
    axes.grid(visible=False, axis="y")


def _odds(chance: float) -> float:
    return log(chance / (1 - chance))


def _bars(axes: Any, values: Values, colour: str) -> None:
    axes.bar(range(len(values)), [value or 0.0 for value in values], color=colour, width=0.7, zorder=2)


def _line(axes: Any, values: Values, marker: str = "o") -> None:
    heights = [float("nan") if value is None else value for value in values]
    axes.plot(range(len(values)), heights, color=DARK, linewidth=1.4, marker=marker, markersize=2.6, zorder=3)


def _unknown(axes: Any, months: Sequence[bool]) -> None:
    for at, is_unknown in enumerate(months):
        if is_unknown:
            axes.axvspan(
                at - 0.5, at + 0.5, facecolor="#f4f6f9", hatch="////", edgecolor=UNKNOWN, linewidth=0.0, zorder=0
            )


def _months(axes: Any, days: Sequence[date]) -> None:
    """Mark months below the axis: the last, and each third before it."""
    shown = [at for at in range(len(days)) if (len(days) - 1 - at) % (3 if len(days) > 8 else 1) == 0]
    axes.set_xticks(shown, [f"{days[at]:%Y-%m}" for at in shown])
    axes.set_xlim(-0.6, len(days) - 0.4)


def _from_zero(axes: Any, values: Values, least: float = 0.0) -> None:
    known = [value for value in values if value is not None]
    top, low = max([*known, least, 0.0]), min([*known, 0.0])
    axes.set_ylim(1.1 * low, 1.15 * top if top > 0 else 1.0)
    axes.yaxis.set_major_formatter(lambda value, _place: f"{value:,.6g}")


def _png(draw: Callable[[Any], None], high: float = _HIGH) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - takes most of a second
    from matplotlib.figure import Figure  # noqa: PLC0415 - likewise

    with _DRAWING:
        figure = Figure(figsize=(_WIDE, high), dpi=_DPI, facecolor="white")
        canvas: Any = FigureCanvasAgg(figure)
        axes = figure.add_axes((0.085, 0.24 / high, 0.885, 1 - 0.32 / high))
        axes.grid(axis="y", color=_LINE, linewidth=0.6, zorder=0)
        axes.tick_params(labelsize=_LETTERS, colors=_INK, length=2, width=0.5)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.spines["bottom"].set_color(GREY)
        draw(axes)
        drawn = BytesIO()
        canvas.print_png(drawn, metadata={"Software": None})
    return drawn.getvalue()
