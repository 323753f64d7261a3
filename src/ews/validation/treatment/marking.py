"""Marking: which snapshots were treated (已处置) while their outcome was still open.

Treated  something was done about the borrower after as_of, within the horizon, and before the default where there was
         one: help that came after it changed nothing about it
Before   what was done up to as_of is known to the features, or part of the standing; it marks nothing here
Known    only what was known by `known_by` counts; what people did and told later is not there
"""

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
KEYS = ("borrower_id", "as_of", "ends_on")
TREATMENTS = ("borrower_id", "kind", "treated_on", "known_on")


def treated_rows(rows: pd.DataFrame, treatments: pd.DataFrame, *, known_by: date) -> Mask:
    """Return one flag per row of `rows` (KEYS, and default_on where that is known) from `treatments` (TREATMENTS)."""
    kinds = treatment_kinds(rows, treatments, known_by=known_by)
    return np.array([bool(one) for one in kinds], dtype=np.bool_)


def treatment_kinds(rows: pd.DataFrame, treatments: pd.DataFrame, *, known_by: date) -> list[tuple[str, ...]]:
    """Return per row of `rows` the kinds of treatment that mark it, sorted, each once."""
    known = treatments[pd.to_datetime(treatments["known_on"]) <= pd.Timestamp(known_by)]
    numbered = rows.reset_index(drop=True)
    numbered = numbered.assign(number=np.arange(len(numbered)), default_on=_default_on(numbered))
    both = numbered.merge(known[["borrower_id", "kind", "treated_on"]], on="borrower_id")
    done = pd.to_datetime(both["treated_on"])
    in_time = (done > pd.to_datetime(both["as_of"])) & (done <= pd.to_datetime(both["ends_on"]))
    before_default = both["default_on"].isna() | (done < both["default_on"])
    found: list[set[str]] = [set() for _ in range(len(numbered))]
    chosen = both[in_time & before_default]
    for number, kind in zip(chosen["number"], chosen["kind"], strict=True):
        found[number].add(str(kind))
    return [tuple(sorted(one)) for one in found]


def _default_on(rows: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    days = rows["default_on"] if "default_on" in rows else pd.Series(pd.NaT, index=rows.index)
    return pd.to_datetime(days)
