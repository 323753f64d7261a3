"""Loan states: what this batch leaves for the next one to remember of each loan.

Grain   a loan whose tier is not pass, that was restructured, that was cured not long ago, or that the predecessor
        left something of and nobody looked at
Kept    a loan not decided in this batch (its borrower was rejected, it is repaid, its feed is late) goes on as it was:
        the loan that repays it still asks for it
Gone    a loan that the book names no more, neither as a loan nor as one that another repaid, FORGOTTEN_DAYS after it
        was last decided: for less long it may be missing from an extract
"""

from collections.abc import Collection, Hashable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ews.domain.levels import Tier
from ews.events.book import Book
from ews.scoring.states import LOANS, States

FORGOTTEN_DAYS = 731
"""Two years: longer than any cure or observation (practice, to verify). A cure is told as long."""

_BAD = Tier.SUBSTANDARD.rank
_OF_BEFORE = ("own_tier_rank", "npl_since", "cured_on", "seen_on")


def named(book: Book, before: States) -> frozenset[str]:
    """Return the loans of `before` that the book still names."""
    loans, ids = book.table("loans"), before.loans["loan_id"].to_pylist()
    if not ids:
        return frozenset()
    both = ibis.union(loans.select("loan_id"), loans.select(loan_id="replaces_loan_id"))
    return frozenset(both.filter(both.loan_id.notnull()).distinct().to_pyarrow()["loan_id"].to_pylist()) & set(ids)


def loan_states(settled: pd.DataFrame, before: States, as_of: date, book_names: Collection[str]) -> pa.Table:
    """Return the states (schema LOANS) after `settled`, which has the columns of `settle`, sorted by loan_id.

    `book_names` are the loans of `before` that the book still names.
    """
    left = before.loans.select(["loan_id", *_OF_BEFORE]).to_pandas(date_as_object=True)
    rows = settled.merge(left, on="loan_id", how="left", suffixes=("", "_left"))
    kept = (
        (rows[["own_tier_rank", "own_tier_rank_left"]] >= _BAD).any(axis=1)
        | (rows["tier_rank"] > Tier.PASS.rank)
        | rows["restructured"].astype("bool")
        | (rows["carried"].map(len) > 0)
        | rows["npl_since_left"].notna()
        | rows["cured_on"].map(partial(_is_recent, as_of)).astype("bool")
    )
    states = pa.Table.from_pylist([_state(row, as_of) for row in rows.loc[kept].to_dict("records")], LOANS)
    both = pa.concat_tables([states, _undecided(settled, before.loans, as_of, book_names)])
    return both.sort_by("loan_id")


def _undecided(settled: pd.DataFrame, left: pa.Table, as_of: date, book_names: Collection[str]) -> pa.Table:
    """Return the states of loans that nobody looked at, without those that may be forgotten."""
    decided = pc.is_in(left["loan_id"], pa.array(settled["loan_id"], pa.string()))
    is_named = pc.is_in(left["loan_id"], pa.array(sorted(book_names), pa.string()))
    since = pa.scalar(as_of - timedelta(days=FORGOTTEN_DAYS), pa.date32())
    is_recent = pc.fill_null(pc.greater(left["seen_on"], since), fill_value=True)
    kept = pc.and_(pc.invert(decided), pc.or_(is_named, is_recent))
    return left.filter(kept).select(LOANS.names).cast(LOANS)


def _state(row: Mapping[Hashable, Any], as_of: date) -> dict[str, Any]:
    is_carried = len(row["carried"]) > 0
    npl_since = _npl_since(row, as_of, is_carried=is_carried)
    return {
        "loan_id": row["loan_id"],
        "borrower_id": row["borrower_id"],
        "own_tier_rank": row["own_tier_rank"],
        "tier_rank": row["tier_rank"],
        "npl_since": npl_since,
        "cured_on": None if npl_since else _cured_on(row, as_of),
        "restructured_on": _day(row["restructured_on"]),
        "observed_from": _day(row["observed_from"]),
        "restructured_again": bool(row["restructured_again"]),
        "held": list(row["grounds"]),
        "seen_on": _day(row["seen_on"]) if is_carried else as_of,
    }


def _npl_since(row: Mapping[Hashable, Any], as_of: date, *, is_carried: bool) -> date | None:
    """Return since when the loan is non-performing or, while another claim on the debtor is, not yet cured."""
    other = row["other_claim_non_performing"]
    waits = bool(row["was_non_performing"]) and (pd.isna(other) or bool(other)) and not row["by_days_alone"]
    by_override = int(row["tier_rank"]) >= _BAD > int(row["floor_rank"])  # it has to be cured too once that expires
    if int(row["own_tier_rank"]) >= _BAD or waits or by_override:
        return _day(row["npl_since"]) or as_of
    return _day(row["npl_since_left"]) if is_carried else None


def _is_recent(as_of: date, day: Any) -> bool:
    return not pd.isna(day) and (as_of - day).days <= FORGOTTEN_DAYS


def _cured_on(row: Mapping[Hashable, Any], as_of: date) -> date | None:
    """Return the day on which a batch first found a loan no longer non-performing, null where none was."""
    was_bad = _day(row["npl_since_left"]) is not None or _rank(row["own_tier_rank_left"]) >= _BAD
    return as_of if was_bad else _day(row["cured_on"])


def _rank(value: Any) -> int:
    return 0 if pd.isna(value) else int(value)


def _day(value: Any) -> date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()
