"""Dated values: what the bank decided, from which day. A change adds a day, never edits one."""

from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from ews.events.schemas import ALWAYS_KNOWN

T = TypeVar("T")

BEGINNING = date.fromisoformat(ALWAYS_KNOWN)
"""Day from which a value counts that was always in force."""


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """Pairs of first day and value, in order of days, each day once."""

    values: tuple[tuple[date, T], ...]

    def on(self, day: date) -> T | None:
        """Return the value in force on `day`, None before the first."""
        held = [value for start, value in self.values if start <= day]
        return held[-1] if held else None

    @property
    def first(self) -> tuple[date, T]:
        return self.values[0]


def always(value: T) -> Dated[T]:
    """Return a value that was in force from the beginning."""
    return Dated(((BEGINNING, value),))
