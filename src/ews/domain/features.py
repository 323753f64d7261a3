"""What a feature is: a number about a borrower that was known on a day."""

from dataclasses import dataclass
from typing import Literal

from ews.domain.patterns import Pattern
from ews.domain.reasons import ReasonCode
from ews.domain.text import Text

Unit = Literal["fen", "count", "days", "months", "share", "ratio", "change", "flag"]
Worse = Literal["higher", "lower", "none"]

PROTECTED = frozenset({"sex", "gender", "age", "marriage", "education", "ethnicity", "religion", "nationality"})
"""Attributes that never become features; they serve to test fairness only."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the feature table.

    `worse` is the direction in which risk rises and becomes the model's monotone constraint;
    `reason` is the code under which its contribution is told.
    Units: money in integer fen; `share` in [0, 1]; `ratio` unbounded; `change` relative, -0.5 means halved.
    """

    name: str
    unit: Unit
    worse: Worse
    reason: ReasonCode
    en: str
    zh: str

    def __post_init__(self) -> None:
        words = set(self.name.split("_"))
        if words & PROTECTED:
            message = f"Feature {self.name!r} names a protected attribute. Such attributes cannot be features."
            raise ValueError(message)

    @property
    def pattern(self) -> Pattern:
        """Return the pattern of failing loans that the feature serves."""
        return self.reason.pattern

    @property
    def text(self) -> Text:
        return Text(self.en, self.zh)
