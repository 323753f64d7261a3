"""Vocabulary: the words that conditions may use, and what each is measured in.

Policy knows no feature by itself; the caller hands in the catalogue.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ews.domain.errors import PolicyError
from ews.domain.facts import BORROWER_FACTS, LOAN_FACTS, Fact, FactUnit
from ews.domain.features import Feature

WHOLE: frozenset[FactUnit] = frozenset({"fen", "count", "days", "months"})
"""Units that come in whole numbers, in facts and parameters; a feature may be a mean of them."""

_SIGNED = frozenset({"days_to_maturity", "months_on_book", "months_as_customer", "grade_fall", "tier_fall"})
"""Facts that may be below 0."""
_MOST = {"tier_rank": 4.0, "tier_rank_before": 4.0}
_LEAST = {"grade_rank": 1.0, "grade_rank_before": 1.0}


@dataclass(frozen=True, slots=True)
class Word:
    """`choices` are the values of a word of unit `text`; empty where any may occur.

    No value is below `least` or above `most`, as far as that is certain; `is_whole` says that all are whole numbers.
    """

    unit: FactUnit
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words of conditions on one loan, and of conditions on one borrower."""

    loan: Mapping[str, Word]
    borrower: Mapping[str, Word]


def vocabulary_of(features: Iterable[Feature]) -> Vocabulary:
    """Return the facts of `ews.domain.facts` and, for borrowers, `features`; PolicyError if a name comes twice."""
    loan = {fact.name: _word(fact) for fact in LOAN_FACTS}
    borrower = {fact.name: _word(fact) for fact in BORROWER_FACTS}
    for feature in features:
        if feature.name in borrower:
            message = f"The name '{feature.name}' stands for two things in conditions. Rename the feature."
            raise PolicyError(message)
        borrower[feature.name] = Word(feature.unit)
    return Vocabulary(loan, borrower)


def _word(fact: Fact) -> Word:
    """Return the word of a fact with its bounds; those of features are not known (a card is drawn beyond its limit)."""
    if fact.unit in {"flag", "text"}:
        return Word(fact.unit, fact.choices)
    least = None if fact.name in _SIGNED else _LEAST.get(fact.name, 0.0)
    most = 1.0 if fact.unit == "share" else _MOST.get(fact.name)
    return Word(fact.unit, least=least, most=most, is_whole=fact.unit in WHOLE)
