"""Plot: a small picture in one measure over places, drawn straight onto Agg's raster: a fifth of what figures cost.

Units    places and values as they are, within the ranges given; widths and sizes in points
In order what is drawn later lies on top; the frame comes before what it frames
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any

WIDE, DPI = 6.6, 170
"""Inches across, and dots of an inch."""
LETTERS = 7.0
INK, LINE, GREY, UNKNOWN = "#33414f", "#e3e8ed", "#7b8a9a", "#c9d1da"

Point = tuple[float, float]
Box = tuple[float, float, float, float]
Range = tuple[float, float]

_INCH = 72
_LEFT, _RIGHT, _BOTTOM, _TOP = 0.085 * WIDE, 0.97 * WIDE, 0.24, 0.08
"""Where the frame stands, in inches from the left and from below; the last from above."""
_TICK = 2.0
_GAP = 3.0
_STEPS = (1, 2, 2.5, 5, 10)
_MOST_MARKS = 6
_PACKED = 3


@dataclass(frozen=True, slots=True)
class Plot:
    """`high` in inches; `across` and `up` are the ranges of places and values."""

    raster: Any
    high: float
    across: Range
    up: Range

    def boxes(self, boxes: Iterable[Box], colour: str) -> None:
        """Fill from left to right and from below to above."""
        for left, right, low, top in boxes:
            self._path([(left, low), (right, low), (right, top), (left, top), (left, low)], face=colour)

    def line(self, points: Sequence[Point], colour: str, width: float, *, dashes: bool = False) -> None:
        if len(points) > 1:
            self._path(points, colour=colour, width=width, dashes=dashes)

    def hatched(self, left: float, right: float) -> None:
        """Mark a stretch of which nobody knows anything."""
        low, top = self.up
        corners = [(left, low), (right, low), (right, top), (left, top), (left, low)]
        self._path(corners, face="#f4f6f9", hatch=UNKNOWN)

    def signs(self, points: Sequence[Point], sign: str, colour: str, size: float, width: float = 1.0) -> None:
        """Set a sign of matplotlib's, as `o`, `v`, `x` or `|`, on each point."""
        from matplotlib.path import Path  # noqa: PLC0415 - takes most of a second
        from matplotlib.transforms import Affine2D, IdentityTransform  # noqa: PLC0415 - likewise

        if not points:
            return
        style = _sign(sign)
        gc = self._pen(colour, width)
        shape = style.get_transform() + Affine2D().scale(size * DPI / _INCH)
        face = _rgb(colour) if style.is_filled() else None
        dots = Path([(self.x(x), self.y(y)) for x, y in points])
        self.raster.draw_markers(gc, style.get_path(), shape, dots, IdentityTransform(), face)

    def write(self, at: Point, text: str, *, across: str = "center", up: str = "bottom") -> None:
        """Write at a point in dots: `across` is center or right of it, `up` its bottom, center or top."""
        font = _font()
        width, height, _ = self.raster.get_text_width_height_descent(text, font, ismath=False)
        x = at[0] - (width / 2 if across == "center" else width)
        y = at[1] - {"bottom": 0.0, "center": height / 2, "top": height}[up]
        self.raster.draw_text(self._pen(INK, 1.0), round(x), round(self.raster.height - y), text, font, 0)

    def marks_across(self, marks: Sequence[tuple[float, str]], *, lines: bool = False) -> None:
        """Draw the line below with marks, and lines upwards from them."""
        low, top = self.y(self.up[0]), self.y(self.up[1])
        if lines:
            for place, _ in marks:
                self._dots([(self.x(place), low), (self.x(place), top)], LINE, 0.6)
        self._dots([(self.x(self.across[0]), low), (self.x(self.across[1]), low)], GREY, 0.8)
        for place, text in marks:
            x = self.x(place)
            self._dots([(x, low), (x, low - _dots(_TICK))], INK, 0.5)
            self.write((x, low - _dots(_TICK + _GAP)), text, up="top")

    def marks_up(self, marks: Sequence[tuple[float, str]], *, lines: bool = True) -> None:
        """Write what values are called, left of the frame, with a line across each."""
        left, right = self.x(self.across[0]), self.x(self.across[1])
        for value, text in marks:
            y = self.y(value)
            if lines:
                self._dots([(left, y), (right, y)], LINE, 0.6)
            self._dots([(left - _dots(_TICK), y), (left, y)], INK, 0.5)
            self.write((left - _dots(_TICK + _GAP), y), text, across="right", up="center")

    def png(self) -> bytes:
        import numpy as np  # noqa: PLC0415 - as matplotlib
        from PIL import Image  # noqa: PLC0415 - likewise

        drawn = BytesIO()
        colours = np.ascontiguousarray(np.asarray(self.raster.buffer_rgba())[..., :3])  # the paper lets nothing through
        Image.fromarray(colours).save(drawn, "png", dpi=(DPI, DPI), compress_level=_PACKED)
        return drawn.getvalue()

    def x(self, place: float) -> float:
        """Return the dots from the left."""
        low, high = self.across
        return DPI * (_LEFT + (_RIGHT - _LEFT) * (place - low) / (high - low))

    def y(self, value: float) -> float:
        """Return the dots from below."""
        low, high = self.up
        return DPI * (_BOTTOM + (self.high - _BOTTOM - _TOP) * (value - low) / (high - low))

    def _path(self, points: Sequence[Point], **look: Any) -> None:
        self._draw([(self.x(x), self.y(y)) for x, y in points], **look)

    def _dots(self, points: Sequence[Point], colour: str, width: float) -> None:
        self._draw(points, colour=colour, width=width)

    def _draw(
        self,
        points: Sequence[Point],
        *,
        colour: str | None = None,
        width: float = 0.0,
        face: str | None = None,
        hatch: str | None = None,
        dashes: bool = False,
    ) -> None:
        from matplotlib.path import Path  # noqa: PLC0415 - takes most of a second
        from matplotlib.transforms import IdentityTransform  # noqa: PLC0415 - likewise

        gc = self._pen(colour or face or INK, width)
        if hatch is not None:
            gc.set_hatch("////")
            gc.set_hatch_color(_rgb(hatch))
        if dashes:
            gc.set_dashes(0, [3.7 * width, 1.6 * width])
        self.raster.draw_path(gc, Path(points), IdentityTransform(), None if face is None else _rgb(face))

    def _pen(self, colour: str, width: float) -> Any:
        gc = self.raster.new_gc()
        gc.set_foreground(_rgb(colour), isRGBA=True)
        gc.set_linewidth(width)
        gc.set_snap(None)
        return gc


def load() -> None:
    """Load what draws, which takes most of a second, before somebody waits for the first picture."""
    made = plot(1.0, (0.0, 1.0), (0.0, 1.0))
    made.marks_up(round_marks(0.0, 1.0))
    made.signs([(0.5, 0.5)], "o", INK, 2.0)
    made.png()


def plot(high: float, across: Range, up: Range) -> Plot:
    """Return a white picture, `high` inches high."""
    from matplotlib.backends import backend_agg  # noqa: PLC0415 - takes most of a second

    raster: Any = backend_agg
    made = Plot(raster.RendererAgg(int(WIDE * DPI), int(high * DPI), DPI), high, across, up)
    made.boxes([(*_beyond(across), *_beyond(up))], "#ffffff")
    return made


def round_marks(low: float, high: float, *, whole: bool = False) -> list[tuple[float, str]]:
    """Return a few round values in a range, with how they are written."""
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - takes most of a second

    values = MaxNLocator(_MOST_MARKS, steps=_STEPS, integer=whole).tick_values(low, high)
    return [(float(value), f"{value:,.6g}") for value in values if low <= value <= high]


def _beyond(values: Range) -> Range:
    """Return a range so much wider that it covers the margins too."""
    low, high = values
    return low - 9 * (high - low), high + 9 * (high - low)


def _dots(points: float) -> float:
    return points * DPI / _INCH


@lru_cache(maxsize=32)
def _rgb(colour: str) -> tuple[float, float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue, 1.0


@lru_cache(maxsize=8)
def _sign(sign: str) -> Any:
    from matplotlib.markers import MarkerStyle  # noqa: PLC0415 - takes most of a second

    return MarkerStyle(sign)


@lru_cache(maxsize=1)
def _font() -> Any:
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415 - takes most of a second

    return FontProperties(family="DejaVu Sans", size=LETTERS)
