"""Vocabulary: the words that conditions may use, and what each is measured in.

Policy knows no feature by itself; the caller hands in the catalogue.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ews.domain.errors import PolicyError
from ews.domain.facts import BORROWER_FACTS, LOAN_FACTS, FactUnit
from ews.domain.features import Feature


@dataclass(frozen=True, slots=True)
class Word:
    """`choices` are the values of a word of unit `text`; empty where any may occur."""

    unit: FactUnit
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words of conditions on one loan, and of conditions on one borrower."""

    loan: Mapping[str, Word]
    borrower: Mapping[str, Word]


def vocabulary_of(features: Iterable[Feature]) -> Vocabulary:
    """Return the facts of `ews.domain.facts` and, for borrowers, `features`; PolicyError if a name comes twice."""
    loan = {fact.name: Word(fact.unit, fact.choices) for fact in LOAN_FACTS}
    borrower = {fact.name: Word(fact.unit, fact.choices) for fact in BORROWER_FACTS}
    for feature in features:
        if feature.name in borrower:
            message = f"The name '{feature.name}' stands for two things in conditions. Rename the feature."
            raise PolicyError(message)
        borrower[feature.name] = Word(feature.unit)
    return Vocabulary(loan, borrower)
