"""A raised warning: what is new about a borrower's signals, who gets it and when."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Raised:
    """New `codes` make a warning; the same again does not.

    `release_on` is the day on which it is handed to `officer_key` (the officer, else `branch:<id>`, else `unassigned`),
    a plan while it `is_waiting`; `place` is its rank among the officer's new warnings of this batch, from 1.
    `was_overdue`: it waited too long and goes out beyond the week's cap.
    """

    codes: tuple[str, ...]
    officer_key: str
    release_on: date
    place: int
    is_waiting: bool
    was_overdue: bool = False
