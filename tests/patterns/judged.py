"""Judged: the quiet book and all plants as the product decides on them with a given model.

The copies of the quiet book stand in one book, so that features are built once. Each has parties, trades and regions
of its own, and so tells nothing of another.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ews.domain.decisions import Decision
from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.features.catalogue import FEATURES
from ews.features.window import spine_on
from ews.models.frozen import FrozenModel
from ews.policy.policy import load_policy
from ews.policy.vocabulary import vocabulary_of
from ews.scoring.decide import decide, records_of
from ews.scoring.decided import Decided
from tests.books import book_of
from tests.patterns.plants import PLANTED, PLANTS, Plant
from tests.patterns.quiet import AS_OF, Firm, Rows, quiet_firms, rows_of

Values = Mapping[Any, Mapping[Any, float]]
"""Borrower -> feature -> value."""
NAMED = 3
"""Reasons that an officer sees first."""
_QUIET = "quiet"
_OF_A_COPY = ("industry", "region")


@dataclass(frozen=True, slots=True)
class Moved:
    """A feature of the pattern that changed for the worse."""

    feature: Feature
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Judged:
    """What the product says of the planted firm (or its owner) before and after, and of its double."""

    plant: Plant
    before: Decision
    after: Decision
    double: Decision
    moved: tuple[Moved, ...]

    @property
    def is_riskier(self) -> bool:
        """Return whether the pattern raised the pd, and above that of what only looks like it."""
        return _pd(self.after) > _pd(self.before) and _pd(self.after) > _pd(self.double)

    @property
    def rank(self) -> int | None:
        """Return the place of the pattern's first reason among those that raise the risk, from 1; None without."""
        patterns = [ReasonCode(reason.code).pattern for reason in self.after.reasons if reason.log_odds > 0]
        return patterns.index(self.plant.pattern) + 1 if self.plant.pattern in patterns else None

    @property
    def is_named(self) -> bool:
        return self.rank is not None and self.rank <= NAMED


def judge(model: FrozenModel) -> Iterator[Judged]:
    """Yield what `model` and the default policy make of each plant."""
    copies = {_QUIET: quiet_firms(), **{plant.name: plant.firms() for plant in PLANTS}}
    decided, records = _decided(copies, model)
    names = [each.name for each in FEATURES]
    features = decided.borrowers.set_index("borrower_id")[names].T.to_dict()
    for plant in PLANTS:
        before, after, double = (
            within(name, _party(plant, number))
            for name, number in ((_QUIET, PLANTED), (plant.name, PLANTED), (plant.name, plant.double))
        )
        moved = tuple(_moved(plant, features, before, after, double))
        yield Judged(plant, records[before], records[after], records[double], moved)


def _moved(plant: Plant, features: Values, before: str, after: str, double: str) -> Iterator[Moved]:
    for each in FEATURES:
        if each.pattern is plant.pattern:
            then, of_double, now = (features[party][each.name] for party in (before, double, after))
            then = of_double if math.isnan(then) else then  # no loan to speak of before: what the double shows now
            if _worsened(each, then, now):
                yield Moved(each, then, now)


def _pd(decision: Decision) -> float:
    """Return the pd, which a borrower in default has not."""
    return 1.0 if decision.pd is None else decision.pd


def _decided(copies: Mapping[str, list[Firm]], model: FrozenModel) -> tuple[Decided, Mapping[str, Decision]]:
    book = book_of(side_by_side(copies))
    policy, spine = load_policy(vocabulary=vocabulary_of(FEATURES)), spine_on(book, [AS_OF])
    decided = decide(book, spine, model, policy)
    found = records_of(decided, batch_id="", portfolio="test", spine=spine, known_by=AS_OF, model=model, policy=policy)
    return decided, {decision.borrower_id: decision for decision in found}


def side_by_side(copies: Mapping[str, list[Firm]]) -> Rows:
    """Return the rows of all copies, each with parties, trades and regions of its own."""
    rows: Rows = {}
    for name, firms in copies.items():
        for table, made in rows_of(firms).items():
            rows.setdefault(table, []).extend(_renamed(name, row) for row in made)
    return rows


def _renamed(copy: str, row: Mapping[str, Any]) -> dict[str, Any]:
    def is_of_copy(column: str) -> bool:
        return column.endswith("_id") or column in _OF_A_COPY

    return {
        column: within(copy, value) if is_of_copy(column) and value is not None else value
        for column, value in row.items()
    }


def within(copy: str, name: str) -> str:
    return f"{copy}/{name}"


def _party(plant: Plant, number: int) -> str:
    firm = Firm(number)
    return firm.owner if plant.of_owner else firm.id


def _worsened(each: Feature, before: float, after: float) -> bool:
    return after > before if each.worse == "higher" else after < before if each.worse == "lower" else False
