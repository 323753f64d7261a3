"""Grades (信用等级): the master scale, an ordered and gap-free division of the pd.

Reads   grades.toml
Bands   [low, high); the last also holds pd = 1
Ranks   1 for the best; the grade of borrowers in default comes last and has no band
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ews.domain.errors import PolicyError
from ews.domain.text import Text
from ews.policy.dated import Dated
from ews.policy.entries import Entry, editions, tables, unique
from ews.policy.places import LINES, line_of

FEWEST = 7
"""Grades besides the one in default, by the capital rules for internal ratings."""

MOST = 20
"""More grades than anyone can tell apart."""


@dataclass(frozen=True, slots=True)
class Grade:
    code: str
    low: float
    high: float
    meaning: Text


@dataclass(frozen=True, slots=True)
class Scale:
    grades: tuple[Grade, ...]
    default_code: str
    default_meaning: Text
    source: str

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes from best to worst; the place of a code, counted from 1, is its rank."""
        return (*(grade.code for grade in self.grades), self.default_code)

    @property
    def default_rank(self) -> int:
        return len(self.grades) + 1

    def rank_of(self, pd: float) -> int:
        """Return the rank of a pd in [0, 1]."""
        return sum(grade.low <= pd for grade in self.grades)


def read_grades(content: Mapping[str, object], file: str) -> Dated[Scale]:
    """Return the scales by the day they start; PolicyError on a gap, an overlap, too few or too many grades."""
    entries = tables(content, "scale", file)
    return editions(entries, _scale)


def scale_on(scales: Dated[Scale], day: date) -> Scale:
    """Return the scale for `day`; PolicyError before the first."""
    scale = scales.on(day)
    if scale is None:
        message = f"The policy has no master scale on {day}; its first starts on {scales.first[0]}. Add an earlier one."
        raise PolicyError(message)
    return scale


def _scale(entry: Entry) -> Scale:
    entry.only("starts", "source", "default", "grade")
    entries = tables(entry.fields, "grade", entry.file, named="code")
    unique(entries, "code")
    grades = tuple(_grade(one) for one in entries)
    _check(grades, entries, entry)
    default = _default(entry)
    code = default.string("code")
    if code in {grade.code for grade in grades}:
        message = f"the code '{code}' of borrowers in default is also the code of a grade. Rename one."
        raise default.fault(message, "code")
    return Scale(grades, code, default.words(), entry.string("source"))


def _default(scale: Entry) -> Entry:
    """Return the entry of borrowers in default, which stands on the line of its field."""
    fields = scale.fields.get("default")
    given = fields if isinstance(fields, dict) else {}
    line = line_of(scale.fields, "default")
    placed = given if line is None else {**given, LINES: {"": line}}
    return Entry(scale.file, f"{scale.label} default", placed).only("code", "en", "zh")


def _grade(entry: Entry) -> Grade:
    entry.only("code", "low", "high", "en", "zh")
    grade = Grade(entry.string("code"), float(entry.number("low")), float(entry.number("high")), entry.words())
    if not grade.low < grade.high:
        message = (
            f"the band [{grade.low}, {grade.high}) is empty: no pd reaches the grade. 'low' must lie below 'high'."
        )
        raise entry.fault(message)
    return grade


def _check(grades: tuple[Grade, ...], entries: list[Entry], scale: Entry) -> None:
    if not FEWEST <= len(grades) <= MOST:
        bound = f"at least {FEWEST} are needed" if len(grades) < FEWEST else f"at most {MOST} are allowed"
        message = f"there are {len(grades)} grades besides default; {bound}."
        raise scale.fault(message, "grade")
    edge = 0.0
    for grade, entry in zip(grades, entries, strict=True):
        if grade.low != edge:
            what = "leaves a gap after" if grade.low > edge else "overlaps"
            message = (
                f"the band starts at {grade.low} and {what} the one before, which ends at {edge}. Bands must join."
            )
            raise entry.fault(message, "low")
        edge = grade.high
    if edge != 1:
        message = f"the last grade ends at {edge}; it must end at 1."
        raise entries[-1].fault(message)
