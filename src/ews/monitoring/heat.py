"""Heat map (热力图): two attributes against each other, so that a troubled corner of the book stands out.

Lines   the largest by exposure, one by one, then all others together
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ews.domain.errors import RequestError
from ews.domain.text import sentence
from ews.monitoring.figures import Figures, added, figures_by
from ews.monitoring.filters import Filter, chosen
from ews.monitoring.frame import ATTRIBUTES, Amounts, BookFrame

MOST = 12
"""Lines that an eye can compare."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row or column. `key` is null where the book does not tell; one that `is_rest` takes many `words` together."""

    key: str | None
    is_rest: bool = False
    words: int = 1


@dataclass(frozen=True, slots=True)
class Heat:
    """`cells` by row, then by column; a cell without borrowers has figures of nobody."""

    rows: tuple[Line, ...]
    columns: tuple[Line, ...]
    cells: tuple[tuple[Figures, ...], ...]


def heat(frame: BookFrame, wanted: Filter, rows: str = "industry", columns: str = "region", most: int = MOST) -> Heat:
    """Return the figures of now by two attributes; RequestError for what is none."""
    for name in (rows, columns):
        if name not in ATTRIBUTES:
            message = sentence(
                "There is no heat map by '{attribute}'. Give two of: {attributes}.",
                attribute=name,
                attributes=tuple(ATTRIBUTES),
            )
            raise RequestError(message)
    found = np.flatnonzero(chosen(frame, wanted) & frame.now.is_in)
    exposure = frame.now.exposure.fen[found]
    lines, places = zip(*(_lines(frame, name, found, exposure, most) for name in (rows, columns)), strict=True)
    down, across = len(lines[0]), len(lines[1])
    cells = figures_by(frame.now, found, places[0] * across + places[1], down * across)
    return Heat(lines[0], lines[1], tuple(tuple(cells[row * across : (row + 1) * across]) for row in range(down)))


def _lines(
    frame: BookFrame, name: str, found: NDArray[np.intp], exposure: Amounts, most: int
) -> tuple[tuple[Line, ...], NDArray[Any]]:
    """Return the lines, and of each row of `found` the place of its line."""
    own = frame.attributes[name]
    codes = own.codes[found].astype(np.intp) + 1  # 0: not known
    numbers = np.bincount(codes, minlength=len(own.words) + 1)
    money = added(exposure, codes, len(own.words) + 1)
    order = [int(one) for one in np.lexsort((np.arange(len(money)), -money)) if numbers[one]]
    largest, rest = (order, []) if len(order) <= most else (order[: most - 1], order[most - 1 :])
    lines = [Line(own.words[code - 1] if code else None) for code in largest]
    places = np.full(len(money), len(lines), np.intp)
    places[largest] = np.arange(len(largest))
    if rest:
        lines.append(Line(None, is_rest=True, words=len(rest)))
    return tuple(lines), places[codes]
