"""Drawing: charts as PNG without words, so that no font of the machine matters; the same numbers give the same bytes.

In picture digits, months and signs only; what they mean stands beside it as text
Unknown   a month that nobody knows about is hatched, which is not the same as nothing
Threads   one picture at a time; what draws is loaded when first needed
"""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from math import log
from threading import Lock

from ews.casework.report.plot import GREY, Plot, Range, plot, round_marks

DARK, MIDDLE, PALE = "#1f3a5f", "#5f7fa3", "#b7c7d9"
RED, ORANGE, YELLOW, GREEN = "#d63939", "#f76707", "#f59f00", "#2fb344"

Values = tuple[float | None, ...]

_HIGH, _LOW = 1.75, 1.45
_HALF = 0.35
"""Half of how wide a bar is, where the next begins at one."""
_KEPT = 400
"""Pictures kept in memory, of 15 kB each: who reads a report on the screen prints and saves it next."""
_CHANCES = (0.0001, 0.0005, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 0.95, 0.99)
_DRAWING = Lock()


@lru_cache(maxsize=_KEPT)
def bars_and_line(months: tuple[date, ...], bars: Values, line: Values) -> bytes:
    """Draw one measure as bars and another of the same unit as a line."""
    with _DRAWING:
        unknown = [bar is None and one is None for bar, one in zip(bars, line, strict=True)]
        made = _framed(_HIGH, months, _from_zero((*bars, *line)), unknown)
        _bars(made, bars, PALE)
        _line(made, line)
        return made.png()


@lru_cache(maxsize=_KEPT)
def lone_bars(months: tuple[date, ...], bars: Values) -> bytes:
    """Draw whole numbers as bars, each with its number above."""
    with _DRAWING:
        up = _from_zero(bars, least=2.0)
        made = _framed(_LOW, months, up, [value is None for value in bars], whole=True)
        _bars(made, bars, MIDDLE)
        for at, value in enumerate(bars):
            if value:
                made.write((made.x(at), made.y(max(value, 0.0)) + 2), f"{value:,.0f}")
        return made.png()


@lru_cache(maxsize=_KEPT)
def share_line(months: tuple[date, ...], line: Values) -> bytes:
    """Draw a share of one as a line in per cent, with the whole as a dashed line."""
    with _DRAWING:
        shown = tuple(None if value is None else 100 * value for value in line)
        made = _framed(_LOW, months, _from_zero((*shown, 100.0)), [value is None for value in line])
        made.line([(made.across[0], 100.0), (made.across[1], 100.0)], RED, 0.8, dashes=True)
        _line(made, shown)
        return made.png()


@lru_cache(maxsize=_KEPT)
def stacks(months: tuple[date, ...], parts: tuple[Values, ...], colours: tuple[str, ...]) -> bytes:
    """Draw what adds up month by month, the first part at the bottom; the last is marked, however small it is."""
    with _DRAWING:
        tops = [tuple(sum(value or 0.0 for value in column) for column in zip(*parts[:n], strict=True))
                for n in range(1, len(parts) + 1)]  # fmt: skip
        unknown = [all(value is None for value in column) for column in zip(*parts, strict=True)]
        made = _framed(_HIGH, months, _from_zero(tops[-1]), unknown)
        base: Sequence[float] = [0.0] * len(months)
        for top, colour in zip(tops, colours, strict=True):
            made.boxes(
                ((at - _HALF, at + _HALF, low, high) for at, (low, high) in enumerate(zip(base, top, strict=True))
                 if high != low), colour,
            )  # fmt: skip
            base = top
        lasting = [at for at, value in enumerate(parts[-1]) if value]
        made.signs([(at, base[at] + 0.06 * max(base)) for at in lasting], "v", colours[-1], 4)
        return made.png()


@lru_cache(maxsize=_KEPT)
def strips(months: tuple[date, ...], rows: tuple[tuple[str | None, ...], ...]) -> bytes:
    """Draw a row of coloured months for each of `rows`, numbered from 1 at the top; null is left empty."""
    with _DRAWING:
        made = plot(0.5 + 0.19 * len(rows), _over(months), (-len(rows) + 0.4, 0.6))
        made.marks_up([(-place, str(place + 1)) for place in range(len(rows))], lines=False)
        made.marks_across(_months(months))
        for place, row in enumerate(rows):
            for at, colour in enumerate(row):
                if colour:
                    made.boxes([(at - 0.46, at + 0.46, -place - 0.35, -place + 0.35)], colour)
        return made.png()


@lru_cache(maxsize=_KEPT)
def chances(days: tuple[date, ...], values: Values, colours: tuple[str, ...]) -> bytes:
    """Draw a probability in per cent over days, each point in its colour; null (already in default) as a cross."""
    with _DRAWING:
        shown = tuple(None if value is None else 100 * value for value in values)
        made = _framed(1.6, days, _from_zero((*shown, 1.0)), [False] * len(days))
        _line(made, shown, dots=False)
        top = max((value for value in shown if value is not None), default=1.0)
        for at, (value, colour) in enumerate(zip(shown, colours, strict=True)):
            if value is None:
                made.signs([(at, top)], "x", RED, 6)
            else:
                made.signs([(at, value)], "o", colour, 5)
        return made.png()


@lru_cache(maxsize=_KEPT)
def waterfall(base: float, steps: tuple[float, ...]) -> bytes:
    """Draw log-odds from `base` step by step, numbered from 1, on a scale whose marks are chances in per cent."""
    with _DRAWING:
        at, count = base, len(steps)
        made = plot(0.55 + 0.19 * (count + 2), _reached(base, steps), (-count - 1.6, 0.6))
        made.marks_up([(-one, "0" if one == 0 else str(one)) for one in range(count + 1)], lines=False)
        made.marks_up([(-count - 1, "=")], lines=False)
        marks = [chance for chance in _CHANCES if made.across[0] <= _odds(chance) <= made.across[1]]
        made.marks_across([(_odds(chance), f"{100 * chance:g}%") for chance in marks], lines=True)
        for place, step in enumerate(steps, start=1):
            made.line([(at, 1 - place), (at, -place)], GREY, 0.6)
            made.boxes([(at, at + step, -place - 0.31, -place + 0.31)], DARK if step > 0 else PALE)
            at += step
        made.line([(at, -count), (at, -count - 1)], GREY, 0.6)
        made.signs([(base, 0)], "|", GREY, 11, 2)
        made.signs([(at, -count - 1)], "|", RED, 11, 2.5)
        return made.png()


def _reached(base: float, steps: Sequence[float]) -> Range:
    """Return the range of what is reached, with a margin."""
    reached = [base]
    for step in steps:
        reached.append(reached[-1] + step)
    return min(reached) - 0.25, max(reached) + 0.25


def _odds(chance: float) -> float:
    return log(chance / (1 - chance))


def _framed(high: float, days: Sequence[date], up: Range, unknown: Sequence[bool], *, whole: bool = False) -> Plot:
    """Return a picture with days below, round values at the left, and the months that nobody knows hatched."""
    made = plot(high, _over(days), up)
    for at, is_unknown in enumerate(unknown):
        if is_unknown:
            made.hatched(at - 0.5, at + 0.5)
    made.marks_up(round_marks(*up, whole=whole))
    made.marks_across(_months(days))
    return made


def _bars(made: Plot, values: Values, colour: str) -> None:
    made.boxes(((at - _HALF, at + _HALF, 0.0, value) for at, value in enumerate(values) if value), colour)


def _line(made: Plot, values: Values, *, dots: bool = True) -> None:
    """Draw a line that is broken where a value is not known."""
    known: list[tuple[float, float]] = []
    for at, value in enumerate((*values, None)):
        if value is not None:
            known.append((at, value))
            continue
        made.line(known, DARK, 1.4)
        if dots:
            made.signs(known, "o", DARK, 2.6)
        known = []


def _over(days: Sequence[date]) -> Range:
    return -0.6, len(days) - 0.4


def _months(days: Sequence[date]) -> list[tuple[float, str]]:
    """Return the months to be marked: the last, and each third before it."""
    shown = [at for at in range(len(days)) if (len(days) - 1 - at) % (3 if len(days) > 8 else 1) == 0]
    return [(at, f"{days[at]:%Y-%m}") for at in shown]


def _from_zero(values: Values, least: float = 0.0) -> Range:
    known = [value for value in values if value is not None]
    top, low = max([*known, least, 0.0]), min([*known, 0.0])
    return 1.1 * low, 1.15 * top if top > 0 else 1.0
