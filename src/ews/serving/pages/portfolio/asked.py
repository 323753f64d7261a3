"""Asked: what the book or a list of it is asked for, as it stands in the address; the same address shows the same.

Empty    a field of the form that was left empty asks for nothing
Unknown  a value that a filter does not know is refused, and named
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import BeforeValidator, Field, StringConstraints

from ews.monitoring.rows import SORTS

PAGE = 50
MOST_OFFSET = 100_000_000
_MOST_YUAN = 10**13
_TEXT = r"^[^\x00-\x1f]*$"


class Scale(StrEnum):
    """By what the book is divided and its movement told."""

    TIER = "tier"
    GRADE = "grade"
    LEVEL = "level"


class Measure(StrEnum):
    """What the matrix of migration shows."""

    NUMBER = "number"
    MONEY = "money"


class Heat(StrEnum):
    """What the heat map shows."""

    WARNED = "warned"
    PD = "pd"
    NPL = "npl"
    MONEY = "money"


class Work(StrEnum):
    """What model and casework made of borrowers: steps of the funnel that have a list."""

    BY_MODEL = "by_model"
    BY_RULES = "by_rules"
    HANDED_OUT = "handed_out"
    ACKNOWLEDGED = "acknowledged"
    VERIFIED_TRUE = "verified_true"
    VERIFIED_FALSE = "verified_false"


class YesNo(StrEnum):
    YES = "yes"
    NO = "no"


class Known(StrEnum):
    KNOWN = "known"
    UNKNOWN = "unknown"


Sort = StrEnum("Sort", {one.upper(): one for one in SORTS})  # type: ignore[misc]  # the columns are data
"""Columns that a list can be sorted by."""


def _or_none(value: object) -> object:
    return value or None


Empty = BeforeValidator(_or_none)
_Shown = Annotated[str, StringConstraints(max_length=200, pattern=_TEXT)]
Word = Annotated[_Shown | None, Empty, Query()]
_Whole = Annotated[int, Field(ge=0, le=_MOST_YUAN)]

TAKEN = (
    *("branch", "officer", "industry", "region", "reason", "tier", "grade", "level", "stage"),
    *("former_tier", "former_grade", "former_level", "former_stage", "movement", "text"),
    *("in_default", "former_in_default", "exposure", "at_least", "work", "circle"),
)
"""Names of filters in the address, in the order in which they are told."""


@dataclass(frozen=True, slots=True)
class BookAsked:
    """`filters` by name in the address, only those that are given."""

    portfolio: str | None
    filters: Mapping[str, str]
    scale: Scale = Scale.TIER
    measure: Measure = Measure.NUMBER
    heat: Heat = Heat.WARNED

    def but(self, **changed: Any) -> dict[str, Any]:
        """Return the query with something changed, without what is usual."""
        usual = {"scale": Scale.TIER, "view": Measure.NUMBER, "heat": Heat.WARNED}
        given = {"portfolio": self.portfolio, **self.filters}
        given |= {"scale": self.scale, "view": self.measure, "heat": self.heat, **changed}
        return {name: str(one) for name, one in given.items() if one is not None and one != usual.get(name)}


@dataclass(frozen=True, slots=True)
class ListAsked:
    """A page of a list; `filters` by name in the address, only those that are given."""

    portfolio: str | None
    filters: Mapping[str, str]
    sort: str = "exposure_fen"
    descending: bool = True
    offset: int = 0

    def but(self, **changed: Any) -> dict[str, Any]:
        """Return the query with something changed, from the first page, without what is usual."""
        usual = {"sort": "exposure_fen", "desc": "yes", "offset": 0}
        given: dict[str, Any] = {"portfolio": self.portfolio, **self.filters, "sort": self.sort}
        given |= {"desc": "yes" if self.descending else "no", "offset": 0, **changed}
        return {name: str(one) for name, one in given.items() if one is not None and one != usual.get(name)}

    def without(self, name: str) -> dict[str, Any]:
        return self.but(**{name: None})


def _book_asked(
    portfolio: Word = None,
    branch: Word = None,
    industry: Word = None,
    region: Word = None,
    scale: Annotated[Scale | None, Empty, Query()] = None,
    view: Annotated[Measure | None, Empty, Query()] = None,
    heat: Annotated[Heat | None, Empty, Query()] = None,
) -> BookAsked:
    filters = {"branch": branch, "industry": industry, "region": region}
    return BookAsked(portfolio, _given(filters), scale or Scale.TIER, view or Measure.NUMBER, heat or Heat.WARNED)


def _list_asked(  # noqa: PLR0913, PLR0917 - each is a parameter of the query
    portfolio: Word = None,
    branch: Word = None,
    officer: Word = None,
    industry: Word = None,
    region: Word = None,
    reason: Word = None,
    tier: Word = None,
    grade: Word = None,
    level: Word = None,
    stage: Word = None,
    former_tier: Word = None,
    former_grade: Word = None,
    former_level: Word = None,
    former_stage: Word = None,
    movement: Word = None,
    text: Word = None,
    in_default: Annotated[YesNo | None, Empty, Query()] = None,
    former_in_default: Annotated[YesNo | None, Empty, Query()] = None,
    exposure: Annotated[Known | None, Empty, Query()] = None,
    at_least: Annotated[_Whole | None, Empty, Query()] = None,
    work: Annotated[Work | None, Empty, Query()] = None,
    circle: Word = None,
    sort: Annotated[Sort | None, Empty, Query()] = None,
    desc: Annotated[YesNo | None, Empty, Query()] = None,
    offset: Annotated[int, Query(ge=0, le=MOST_OFFSET)] = 0,
) -> ListAsked:
    """`at_least` is an exposure in yuan."""
    given = locals()
    return ListAsked(
        portfolio=portfolio,
        filters=_given({name: given[name] for name in TAKEN}),
        sort="exposure_fen" if sort is None else sort.value,
        descending=desc is not YesNo.NO,
        offset=offset,
    )


def _given(filters: Mapping[str, Any]) -> dict[str, str]:
    told = {name: str(one).strip() for name, one in filters.items() if one is not None}
    return {name: one for name, one in told.items() if one}


BookAskedDep = Annotated[BookAsked, Depends(_book_asked)]
ListAskedDep = Annotated[ListAsked, Depends(_list_asked)]
