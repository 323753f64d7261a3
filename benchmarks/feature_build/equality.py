"""Equality: our values against those made by hand, feature by feature, before anything is timed.

Exact for amounts, counts, days, months and flags; at most MOST apart, relative to the larger, for what is divided.
"""

from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from ews.domain.features import Feature
from ews.features.catalogue import FEATURES

MOST = 1e-12
WHOLE = ("fen", "count", "days", "months", "flag")

Values = NDArray[np.float64]


class DifferentValuesError(Exception):
    """Two ways of making the same features that disagree must not be compared in speed."""


def compare(con: duckdb.DuckDBPyConnection, ours: str, theirs: str) -> float:
    """Return the largest relative difference between tables `ours` and `theirs`; DifferentValuesError where it counts.

    Both have borrower_id and FEATURES as floats.
    """
    one, other = (con.sql(f"FROM {name} ORDER BY borrower_id").fetchnumpy() for name in (ours, theirs))
    if not np.array_equal(one["borrower_id"], other["borrower_id"]):
        message = f"{ours} has {len(one['borrower_id'])} borrowers, {theirs} others ({len(other['borrower_id'])})."
        raise DifferentValuesError(message)
    apart = {each.name: _apart(_floats(one[each.name]), _floats(other[each.name])) for each in FEATURES}
    wrong = [f"{each.name} ({apart[each.name]:.2g})" for each in FEATURES if apart[each.name] > _allowed(each)]
    if wrong:
        message = f"Not equal in {ours} and {theirs}: {', '.join(wrong)}. Mend one of them before measuring."
        raise DifferentValuesError(message)
    return max(apart.values())


def told(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """Return how many of FEATURES have a value for somebody in `table`."""
    counts = ", ".join(f"count({each.name})" for each in FEATURES)
    row = con.execute(f"SELECT {counts} FROM {table}").fetchone() or ()
    return sum(count > 0 for count in row)


def _allowed(feature: Feature) -> float:
    return 0.0 if feature.unit in WHOLE else MOST


def _floats(column: Any) -> Values:
    """Return a column as DuckDB gives it, nulls masked, with nulls as NaN."""
    return np.ma.filled(np.ma.asarray(column, dtype=np.float64), np.nan)


def _apart(one: Values, other: Values) -> float:
    """Return the largest relative difference, infinity where only one of the two is null."""
    if not np.array_equal(np.isnan(one), np.isnan(other)):
        return float("inf")
    is_other = ~np.isnan(one) & (one != other)
    larger = np.maximum(np.abs(one[is_other]), np.abs(other[is_other]))
    return float(np.max(np.abs(one[is_other] - other[is_other]) / larger, initial=0.0))
