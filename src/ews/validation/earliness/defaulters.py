"""Defaulters: each default that a system could have warned of, once, and how early the warning came.

Counted   the first default after a batch, where the whole horizon before it was watched (it comes more than a horizon
          after the first batch) and it is known by now (History.known_until). Defaults nearer to the first batch are
          censored: nobody knows what was open before
Origin    the first batch within the horizon before the default on which the borrower was decided, 0 dpd and without an
          open warning. Who has no such batch, being late or on the list all along, is not counted: nothing new could
          be said. With `also_open` an open warning keeps nobody out
Open      on the list in the batch before. In the first batch of the history whoever is on the list counts as open
Flagged   on the list, in the first batch from the origin on and before the default. Later gaps do not undo it; `stood`
          tells whether the borrower was still on the list in the last batch that was early enough
Arrears   the first day after the origin on which any loan was past due, if only by a day and even if that was paid
          and the default came of later arrears; the day of default where nothing was past due before it
Lead      days from the first flag to the first arrears; negative where the flag came later, null without a flag
Early     a lead of `early_days` or more
Exposure  at the origin; null where unknown
"""

from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from ews.domain.text import Text
from ews.validation.earliness.capacity import Ranks
from ews.validation.earliness.history import DAY, Days, Flags, History, Numbers

EARLY_DAYS = 90


class Fate(StrEnum):
    """Why a default was warned of early or not; each default has one, the first that applies."""

    EARLY = "early"
    TOO_SOON = "too_soon"
    CROWDED_OUT = "crowded_out"
    LATE = "late"
    UNSEEN = "unseen"

    @property
    def text(self) -> Text:
        return _TEXT[self]


_TEXT = {
    Fate.EARLY: Text("flagged early", "提前预警"),
    Fate.TOO_SOON: Text("late too soon for any new warning to be early", "逾期过早，任何新预警都来不及"),
    Fate.CROWDED_OUT: Text(
        "had a level in time, but no place at this capacity", "及时达到预警等级，但容量不足未入清单"
    ),
    Fate.LATE: Text("had a level before the arrears, but not in time", "逾期前达到预警等级，但不够早"),
    Fate.UNSEEN: Text("had no level before the arrears", "逾期前未达到任何预警等级"),
}


def defaulters(
    history: History, places: Ranks, *, early_days: int = EARLY_DAYS, also_open: bool = False
) -> pd.DataFrame:
    """Return one row per default counted, by borrower and day of default; `places` are of `history.places`.

    Columns: borrower (its number), borrower_id, default_on, origin_on, arrears_on, exposure_fen, flagged_on,
    lead_days, early, stood, fate.
    """
    clean = history.current if also_open else history.current & ~is_open(history, places)
    starts = np.flatnonzero(_is_counted(history) & clean)
    keys = pd.DataFrame({"borrower": history.borrower[starts], "default_on": history.day("default_on")[starts]})
    row = starts[~keys.duplicated().to_numpy(dtype=bool)]
    default_on, arrears_on = history.day("default_on")[row], history.day("arrears_on")[row]
    found = pd.DataFrame(
        {
            "borrower": history.borrower[row],
            "borrower_id": history.rows["borrower_id"].to_numpy(dtype=object)[row],
            "default_on": default_on,
            "origin_on": history.day("as_of")[row],
            "arrears_on": np.where(np.isnat(arrears_on) | (arrears_on > default_on), default_on, arrears_on),
            "exposure_fen": history.number("exposure_fen")[row],
        }
    )
    return found.assign(**_warned(history, places, row, found, early_days))


def _is_counted(history: History) -> Flags:
    """Return the rows within the horizon before a default that is counted."""
    if not len(history):
        return np.zeros(0, dtype=bool)
    first_horizon = history.ends_on[history.batch == 0][0]
    counted: Flags = history.defaults & (history.day("default_on") > first_horizon)
    return counted


def is_open(history: History, places: Ranks) -> Flags:
    """Return the rows whose borrower has a warning from before."""
    before = history.before()
    was_on_list: Flags = (before >= 0) & (places[before] > 0)
    was_first: Flags = (history.batch == 0) & (places > 0)
    return was_on_list | was_first


def _warned(
    history: History, places: Ranks, row: Numbers, found: pd.DataFrame, early_days: int
) -> dict[str, Any]:  # fmt: skip
    """Return what was said of each default from its origin, the row `row` of the history, to its day."""
    arrears_on, default_on = (_day(found, name) for name in ("arrears_on", "default_on"))
    number, at = _spans(history, row, default_on)
    as_of, has_level = history.day("as_of"), history.number("level_rank")[at] > 0
    days_ahead = (arrears_on[number] - as_of[at]).astype(np.int64)
    flagged = _end_of(number, at, places[at] > 0, len(row), last=False)
    in_time = _end_of(number, at, days_ahead >= early_days, len(row), last=True)
    flagged_on = np.where(flagged >= 0, as_of[flagged], np.datetime64("NaT", "D"))
    lead = np.where(flagged >= 0, (arrears_on - flagged_on).astype("timedelta64[D]").astype(np.float64), np.nan)
    fates = np.select(
        [
            lead >= early_days,
            in_time < 0,
            _end_of(number, at, has_level & (days_ahead >= early_days), len(row), last=False) >= 0,
            _end_of(number, at, has_level & (days_ahead > 0), len(row), last=False) >= 0,
        ],
        [Fate.EARLY.value, Fate.TOO_SOON.value, Fate.CROWDED_OUT.value, Fate.LATE.value],
        Fate.UNSEEN.value,
    )
    stood: Flags = (in_time >= 0) & (places[in_time] > 0)
    return {"flagged_on": flagged_on, "lead_days": lead, "early": lead >= early_days, "stood": stood, "fate": fates}


def _spans(history: History, row: Numbers, until: Days) -> tuple[Numbers, Numbers]:
    """Return number of the default and row of the history for each batch from row `row` to before `until`."""
    last = np.searchsorted(history.borrower, history.borrower[row], side="right")
    lengths = last - row
    number = np.repeat(np.arange(len(row)), lengths)
    at = np.repeat(row, lengths) + np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    before = history.day("as_of")[at] < until[number]
    return number[before], at[before]


def _end_of(number: Numbers, at: Numbers, holds: Flags, size: int, *, last: bool) -> Numbers:
    """Return per default the first or last row of the history at which `holds`, -1 where there is none."""
    ends = np.full(size, -1, dtype=np.int64)
    chosen = slice(None) if last else slice(None, None, -1)
    ends[number[holds][chosen]] = at[holds][chosen]  # of several the one assigned last stays
    return ends


def _day(found: pd.DataFrame, name: str) -> Days:
    return found[name].to_numpy().astype(DAY)
