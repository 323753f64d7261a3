"""Filters: which borrowers a figure or a list is about.

Whom    who is here is chosen by what it is now, its former figures included; who left, by what it was
States  `tier`, `grade`, `level`, `stage` ask for now, `former_...` for the compared batch; LEFT and NEW stand for being
        in one of the two only, so that each cell of a migration has its list
Always  a branch lets through no borrower of another branch, nor of none
Words   what the book does not have chooses nobody
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import StrEnum

import numpy as np
import pyarrow.compute as pc

from ews.domain.errors import RequestError
from ews.domain.levels import Tier, WarningLevel
from ews.domain.text import sentence
from ews.monitoring.frame import ATTRIBUTES, SCALES, BookFrame, Flags, Places, Side

NOT_KNOWN = "(none)"
"""Asks for those of whom the book does not tell."""
LEFT = "left"
"""Asks for those who were in the compared batch and are no longer here."""
NEW = "new"
"""Asks for those who were not in the compared batch."""
NON_PERFORMING = "non_performing"
WARNED = "warned"
"""Any level but none."""

FORMER = "former_"
"""What the names of former states begin with."""

_AT_LEAST = {("tier", NON_PERFORMING): Tier.SUBSTANDARD.rank, ("level", WARNED): WarningLevel.YELLOW.rank}
_NOWHERE = -2
"""Code of a word that the book does not have."""


class Movement(StrEnum):
    """How a borrower moved since the compared batch; all but the first three ask for who was in both."""

    NEW = "new"
    LEFT = "left"
    NEWLY_WARNED = "newly_warned"
    TIER_WORSE = "tier_worse"
    TIER_BETTER = "tier_better"
    GRADE_WORSE = "grade_worse"
    GRADE_BETTER = "grade_better"
    LEVEL_UP = "level_up"
    LEVEL_DOWN = "level_down"
    DEFAULTED = "defaulted"
    CURED = "cured"


@dataclass(frozen=True, slots=True)
class Filter:
    """None stands for all. `movement` is one of Movement; `text` is part of the id or of the name."""

    branch_id: str | None = None
    officer_id: str | None = None
    industry: str | None = None
    region: str | None = None
    top_reason: str | None = None
    tier: str | None = None
    grade: str | None = None
    level: str | None = None
    stage: str | None = None
    former_tier: str | None = None
    former_grade: str | None = None
    former_level: str | None = None
    former_stage: str | None = None
    movement: str | None = None
    text: str | None = None
    in_default: bool | None = None
    former_in_default: bool | None = None
    is_exposure_known: bool | None = None
    least_exposure_fen: int | None = None


_OF_NOW = (*SCALES, "in_default", "is_exposure_known", "least_exposure_fen")
_OF_THEN = tuple(f"{FORMER}{name}" for name in (*SCALES, "in_default"))


def chosen(frame: BookFrame, wanted: Filter) -> Flags:
    """Return who is meant, of both batches; RequestError for an unknown movement."""
    found = np.ones(frame.rows, np.bool_)
    for condition in _conditions(frame, wanted):
        found &= condition
    return found


def listed(frame: BookFrame, wanted: Filter) -> Places:
    """Return the rows of a list, by borrower_id: who is here, and where only former states are asked, who left too."""
    found = chosen(frame, wanted)
    return np.flatnonzero(found if _lists_who_left(wanted) else found & frame.now.is_in)


def is_new(frame: BookFrame) -> Flags:
    """Return who was not in the compared batch; nobody where there is none."""
    return frame.now.is_in & ~frame.then.is_in if frame.compared is not None else np.zeros(frame.rows, np.bool_)


def has_left(frame: BookFrame) -> Flags:
    left: Flags = ~frame.now.is_in
    return left


def _lists_who_left(wanted: Filter) -> bool:
    given = {one.name for one in fields(wanted) if getattr(wanted, one.name) is not None}
    if LEFT in {wanted.movement, *(getattr(wanted, scale) for scale in SCALES)}:
        return True
    return not given.isdisjoint(_OF_THEN) and given.isdisjoint(_OF_NOW)


def _conditions(frame: BookFrame, wanted: Filter) -> Iterator[Flags]:
    for name in ATTRIBUTES:
        if (word := getattr(wanted, name)) is not None:
            yield _of_attribute(frame, name, word)
    yield from _of_side(frame, frame.now, wanted, "")
    yield from _of_side(frame, frame.then, wanted, FORMER)
    if wanted.movement is not None:
        yield _moved(frame, wanted.movement)
    yield from _of_money(frame.now, wanted)
    if wanted.text is not None and wanted.text.strip():
        yield _of_text(frame, wanted.text.strip())


def _of_side(frame: BookFrame, side: Side, wanted: Filter, former: str) -> Iterator[Flags]:
    for scale in SCALES:
        if (word := getattr(wanted, f"{former}{scale}")) is not None:
            yield _of_scale(frame, side, scale, word)
    if (in_default := getattr(wanted, f"{former}in_default")) is not None:
        yield side.is_in & (side.in_default == in_default)


def _of_attribute(frame: BookFrame, name: str, value: str) -> Flags:
    own = frame.attributes[name]
    found: Flags = own.codes == (-1 if value == NOT_KNOWN else own.code(value))
    return found & frame.now.is_in if name == "top_reason" else found


def _of_scale(frame: BookFrame, side: Side, scale: str, value: str) -> Flags:
    if value == (LEFT if side is frame.now else NEW):
        return has_left(frame) if side is frame.now else is_new(frame)
    ranks, words = side.ranks[scale], frame.scales[scale]
    found: Flags = ranks >= _AT_LEAST.get((scale, value), _NOWHERE)
    if (scale, value) not in _AT_LEAST:
        found = ranks == {word: rank for rank, word in enumerate((NOT_KNOWN, *words), start=-1)}.get(value, _NOWHERE)
    return found & side.is_in


def _of_money(side: Side, wanted: Filter) -> Iterator[Flags]:
    if wanted.is_exposure_known is not None:
        yield side.is_in & (side.exposure.known == wanted.is_exposure_known)
    if wanted.least_exposure_fen is not None:
        yield side.exposure.known & (side.exposure.fen >= wanted.least_exposure_fen)


def _moved(frame: BookFrame, value: str) -> Flags:
    if value not in list(Movement):
        message = sentence(
            "'{value}' is no kind of movement. Give one of: {movements}.", value=value, movements=tuple(Movement)
        )
        raise RequestError(message)
    now, then = frame.now, frame.then
    both: Flags = now.is_in & then.is_in
    warned: Flags = now.ranks["level"] > 0
    calm: Flags = both & (then.ranks["level"] == 0)
    match Movement(value):
        case Movement.NEW:
            return is_new(frame)
        case Movement.LEFT:
            return has_left(frame)
        case Movement.NEWLY_WARNED:
            return warned & (is_new(frame) | calm)
        case Movement.DEFAULTED:
            return both & now.in_default & ~then.in_default
        case Movement.CURED:
            return both & ~now.in_default & then.in_default
        case _:
            scale, way = value.split("_")
            return both & _apart(now, then, scale, way)


def _apart(now: Side, then: Side, scale: str, way: str) -> Flags:
    first, second = (now, then) if way in {"worse", "up"} else (then, now)
    worse: Flags = first.ranks[scale] > second.ranks[scale]
    return worse & (now.ranks[scale] >= 0) & (then.ranks[scale] >= 0)


def _of_text(frame: BookFrame, text: str) -> Flags:
    of_id = pc.match_substring(frame.borrower_id, text, ignore_case=True)
    of_name = pc.fill_null(pc.match_substring(frame.name, text, ignore_case=True), False)
    found: Flags = np.asarray(pc.or_(of_id, of_name))
    return found
