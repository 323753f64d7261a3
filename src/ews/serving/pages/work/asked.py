"""Asked: what the list of warnings is asked for, as it stands in the address; the same address shows the same list.

Empty    a field of the form that was left empty asks for nothing
Unknown  a value that a filter does not know is refused, and named
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

from fastapi import Depends, Query
from pydantic import BeforeValidator

from ews.casework.day.my_day import whose
from ews.casework.warnings.body import ACKNOWLEDGED, HANDLED, KIND, PLANNED, RAISED, VERIFIED
from ews.casework.words import PATTERN_TEXTS, STATE_TEXTS
from ews.domain.levels import WarningLevel
from ews.domain.people import Actor
from ews.domain.text import Text
from ews.serving.api.warnings import Level
from ews.store.case_list import DUE, LEVEL, MONEY, OPENED, ListFilter

PAGE = 50
_MOST_PAGES = 100_000
_TEXT = r"^[^\x00-\x1f]*$"


class State(StrEnum):
    """States of a warning that is open."""

    RAISED = RAISED
    ACKNOWLEDGED = ACKNOWLEDGED
    VERIFIED = VERIFIED
    PLANNED = PLANNED
    HANDLED = HANDLED

    @property
    def text(self) -> Text:
        return STATE_TEXTS[self.value]


class Sort(StrEnum):
    DUE = DUE
    LEVEL = LEVEL
    MONEY = MONEY
    OPENED = OPENED


Topic = StrEnum("Topic", {code: code for code in PATTERN_TEXTS})  # type: ignore[misc]  # the kinds are data
"""Kinds of warning."""


def _or_none(value: object) -> object:
    return value or None


_Empty = BeforeValidator(_or_none)
_Name = Annotated[str | None, Query(max_length=200, pattern=_TEXT)]


@dataclass(frozen=True, slots=True)
class Asked:
    """`page` counts from 1. `case` asks for one row, where it stands in this list."""

    level: tuple[Level, ...] = ()
    state: State | None = None
    branch: str | None = None
    officer: str | None = None
    kind: str | None = None
    late: bool = False
    gone: bool = False
    text: str | None = None
    mine: bool = False
    sort: Sort = Sort.DUE
    page: int = 1

    @property
    def query(self) -> dict[str, Any]:
        """Return what stands in the address, without what is usual."""
        content = {
            "level": [one.value for one in self.level] or None,
            "state": self.state,
            "branch": self.branch,
            "officer": self.officer,
            "kind": self.kind,
            "late": "true" if self.late else None,
            "gone": "true" if self.gone else None,
            "text": self.text,
            "mine": "true" if self.mine else None,
            "sort": None if self.sort is Sort.DUE else self.sort.value,
            "page": self.page if self.page > 1 else None,
        }
        return {name: value for name, value in content.items() if value is not None}

    def but(self, **changed: Any) -> dict[str, Any]:
        """Return the query with something changed, from its first page."""
        return replace(self, **{"page": 1, **changed}).query

    def toggled(self, level: WarningLevel) -> dict[str, Any]:
        """Return the query with a level added, or left out where it is asked for."""
        one = Level(level.value)
        left = tuple(other for other in self.level if other is not one)
        return self.but(level=left if one in self.level else (*self.level, one))

    @property
    def is_filtered(self) -> bool:
        return bool(set(self.query) - {"sort", "page"})

    def wanted(self, actor: Actor) -> ListFilter | None:
        """Return the filter as the store takes it; None where the actor may see nothing of it."""
        if self.branch is not None and not actor.sees(self.branch):
            return None
        return ListFilter(
            KIND,
            levels=frozenset(WarningLevel(one.value) for one in self.level),
            states=frozenset() if self.state is None else frozenset({self.state.value}),
            branch_id=self.branch or actor.branch_id,
            officer_id=self.officer,
            topic=self.kind,
            is_late=True if self.late else None,
            is_gone=True if self.gone else None,
            text=self.text,
            whose=whose(actor) if self.mine else None,
        )


def _asked(  # noqa: PLR0913, PLR0917 - each is a parameter of the query
    level: Annotated[list[Level], Query()] = [],  # noqa: B006 - FastAPI copies it
    state: Annotated[State | None, _Empty, Query()] = None,
    branch: _Name = None,
    officer: _Name = None,
    kind: Annotated[Topic | None, _Empty, Query()] = None,
    late: Annotated[bool | None, _Empty, Query()] = None,
    gone: Annotated[bool | None, _Empty, Query()] = None,
    text: _Name = None,
    mine: Annotated[bool | None, _Empty, Query()] = None,
    sort: Annotated[Sort | None, _Empty, Query()] = None,
    page: Annotated[int, Query(ge=1, le=_MOST_PAGES)] = 1,
) -> Asked:
    return Asked(
        level=tuple(dict.fromkeys(level)),
        state=state,
        branch=branch or None,
        officer=officer or None,
        kind=None if kind is None else kind.value,
        late=bool(late),
        gone=bool(gone),
        text=None if text is None else text.strip() or None,
        mine=bool(mine),
        sort=sort or Sort.DUE,
        page=page,
    )


AskedDep = Annotated[Asked, Depends(_asked)]

_KEPT = frozenset({"level", "state", "branch", "officer", "kind", "late", "gone", "text", "mine", "sort"})


def kept_query(query: str) -> str:
    """Return what a saved view keeps of an address: filters and order, in one order; the page it was on is not kept."""
    pairs = [(name, value) for name, value in parse_qsl(query, max_num_fields=100) if name in _KEPT and value]
    return urlencode(sorted(pairs))


def as_query(query: Mapping[str, Any]) -> str:
    """Return a query as it stands in an address."""
    return urlencode(query, doseq=True)
