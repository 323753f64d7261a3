"""Loan states: what this batch leaves for the next one to remember of each loan.

Grain   a loan whose tier is not pass, that was restructured, or that the predecessor left something of
Kept    a loan not decided in this batch (its borrower was rejected, it is repaid, its feed is late) goes on as it was:
        the loan that repays it still asks for it
"""

from collections.abc import Hashable, Mapping
from datetime import date
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ews.domain.levels import Tier
from ews.scoring.states import LOANS, States

_BAD = Tier.SUBSTANDARD.rank
_OF_BEFORE = ("npl_since", "seen_on")


def loan_states(settled: pd.DataFrame, before: States, as_of: date) -> pa.Table:
    """Return the states (schema LOANS) after `settled`, which has the columns of `settle`, sorted by loan_id."""
    left = before.loans.select(["loan_id", *_OF_BEFORE]).to_pandas(date_as_object=True)
    rows = settled.merge(left, on="loan_id", how="left", suffixes=("", "_left"), indicator="spoken")
    is_carried = rows["carried"].map(len) > 0
    kept = (
        (rows["own_tier_rank"] >= _BAD)
        | (rows["tier_rank"] > Tier.PASS.rank)
        | rows["restructured"].astype("bool")
        | is_carried
    )
    states = pa.Table.from_pylist([_state(row, as_of) for row in rows.loc[kept].to_dict("records")], LOANS)
    undecided = before.loans.filter(
        pc.invert(pc.is_in(before.loans["loan_id"], pa.array(settled["loan_id"], pa.string())))
    )
    both = pa.concat_tables([states, undecided.select(LOANS.names).cast(LOANS)])
    return both.sort_by("loan_id")


def _state(row: Mapping[Hashable, Any], as_of: date) -> dict[str, Any]:
    is_carried = len(row["carried"]) > 0
    return {
        "loan_id": row["loan_id"],
        "borrower_id": row["borrower_id"],
        "own_tier_rank": row["own_tier_rank"],
        "tier_rank": row["tier_rank"],
        "npl_since": _npl_since(row, as_of, is_carried=is_carried),
        "restructured_on": _day(row["restructured_on"]),
        "observed_from": _day(row["observed_from"]),
        "restructured_again": bool(row["restructured_again"]),
        "held": list(row["grounds"]),
        "seen_on": _day(row["seen_on"]) if is_carried else as_of,
        "from_book": row["spoken"] == "left_only",
    }


def _npl_since(row: Mapping[Hashable, Any], as_of: date, *, is_carried: bool) -> date | None:
    """Return since when the loan is non-performing or, while another claim on the debtor is, not yet cured."""
    waits = bool(row["was_non_performing"]) and bool(row["other_claim_non_performing"]) and not row["by_days_alone"]
    if int(row["own_tier_rank"]) >= _BAD or waits:
        return _day(row["npl_since"]) or as_of
    return _day(row["npl_since_left"]) if is_carried else None


def _day(value: Any) -> date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()
