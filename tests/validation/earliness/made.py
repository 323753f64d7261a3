"""Histories made by hand: month ends of three years, and what each borrower was said to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ews.outcomes.horizon import months_later
from ews.validation.earliness.history import History, first_after

FIRST = date(2022, 12, 31)
KNOWN = date(2026, 1, 31)
MONTHS = 37
NEVER: tuple[date, ...] = ()


@dataclass(frozen=True)
class Borrower:
    """`flagged` are the numbers of the batches with a level; `late` pairs of days, first and last past due."""

    flagged: Sequence[int] = ()
    late: Sequence[tuple[date, date]] = ()
    defaults: Sequence[date] = NEVER
    level: int = 1
    urgency: float = 0.0
    exposure: float | None = 100.0
    circle: str | None = None
    present: Sequence[int] = range(MONTHS)
    dpd_known: bool = True


def day(number: int) -> date:
    """Return the day of the batch with that number."""
    return months_later(FIRST, number)


def rows_of(borrowers: Mapping[str, Borrower]) -> pd.DataFrame:
    rows = [_row(name, one, number) for name, one in borrowers.items() for number in one.present]
    frame = pd.DataFrame(rows)
    frame["arrears_on"] = first_after(frame, _listed(borrowers, "arrears_on"), "arrears_on")
    frame["default_on"] = first_after(frame, _listed(borrowers, "default_on"), "default_on")
    return frame


def history_of(borrowers: Mapping[str, Borrower], known_until: date = KNOWN) -> History:
    return History.of(rows_of(borrowers), known_until)


def _row(name: str, one: Borrower, number: int) -> dict[str, object]:
    on = day(number)
    spell = next((begin for begin, end in one.late if begin <= on <= end), None)
    in_default = any(failed <= on and any(b <= failed and on <= e for b, e in one.late) for failed in one.defaults)
    return {
        "borrower_id": name,
        "circle_id": one.circle or name,
        "as_of": pd.Timestamp(on),
        "level_rank": one.level if number in one.flagged else 0,
        "urgency": one.urgency,
        "dpd": np.nan if not one.dpd_known else 0 if spell is None else (on - spell).days + 1,
        "in_default": in_default,
        "exposure_fen": np.nan if one.exposure is None else one.exposure,
    }


def _listed(borrowers: Mapping[str, Borrower], what: str) -> pd.DataFrame:
    days = [
        (name, pd.Timestamp(on))
        for name, one in borrowers.items()
        for on in (one.defaults if what == "default_on" else [begin for begin, _ in one.late])
    ]
    return pd.DataFrame(days, columns=["borrower_id", what]).astype({what: "datetime64[us]"})
