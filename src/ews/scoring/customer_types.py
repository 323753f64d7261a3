"""Customer types (A, B, C): how the borrower paid in the last three months, as the policy names it.

Reads   dues and the loans decided
Months  a month is late where something of any loan came to be past due in it, loans repaid since among them; what went
        on for longer than LATE_MONTH_DAYS counts once for each such span that it began, up to all three
Nulls   no type where a live loan's feeds do not speak of the whole window, unless what is known is the worst already;
        none where nothing fell due and nothing was stated; none where the policy has no types on the day
Left    whether a repayment had to be confirmed is known to casework, not to the book
"""

from collections.abc import Mapping
from datetime import date
from math import ceil

import pandas as pd

from ews.policy.casework import CustomerType, customer_type_of
from ews.policy.policy import Policy
from ews.scoring.dues import MONTHS

LATE_MONTH_DAYS = 30
"""M1 is up to 30 days past due, M2 up to 60 (practice)."""


def with_types(
    borrowers: pd.DataFrame, loans: pd.DataFrame, paid: pd.DataFrame, policy: Policy, on: date
) -> pd.DataFrame:
    """Add customer_type, the code or null, to `borrowers`; the rest is as `customer_types` has it."""
    types = customer_types(loans, paid, policy, on)
    told = pd.Series([types.get(borrower) for borrower in borrowers["borrower_id"]], borrowers.index, dtype="str")
    return borrowers.assign(customer_type=told)


def customer_types(loans: pd.DataFrame, paid: pd.DataFrame, policy: Policy, on: date) -> Mapping[str, str]:
    """Return the code of the type by borrower_id, of whom one is known.

    `loans` are the live ones with dpd; `paid` are the dues of all loans.
    """
    edition = policy.casework.on(on)
    if edition is None or not edition.customer_types or not len(loans):
        return {}
    live = loans[["borrower_id", "loan_id", "dpd"]].merge(paid[["loan_id", "is_told"]], on="loan_id", how="left")
    live["is_told"] = live["is_told"].fillna(value=False).astype(bool) & live["dpd"].notna()
    of_live = live.groupby("borrower_id").agg(is_told=("is_told", "all"), dpd=("dpd", "max"))
    of_all = _by_borrower(paid[paid["borrower_id"].isin(of_live.index)])
    found = {}
    for row in of_live.join(of_all).reset_index().to_dict("records"):
        worst = max(int(row["worst_days"]), 0 if pd.isna(row["dpd"]) else int(row["dpd"]))
        months = min(MONTHS, max(int(row["late_bits"]).bit_count(), ceil(worst / LATE_MONTH_DAYS)))
        is_known = bool(row["is_told"]) and bool(row["is_seen"])
        one = _type_of(edition.customer_types, months, first_missed=bool(row["first_missed"]), is_known=is_known)
        if one is not None:
            found[str(row["borrower_id"])] = one.code
    return found


def _type_of(
    types: tuple[CustomerType, ...], months: int, *, first_missed: bool, is_known: bool
) -> CustomerType | None:
    told = customer_type_of(types, months, confirmed=False, first_missed=first_missed)
    return told if is_known or told is types[-1] else None


def _by_borrower(paid: pd.DataFrame) -> pd.DataFrame:
    rows = paid.assign(first_missed=paid["first_missed_lately"].fillna(value=False).astype(bool))
    for bit in range(MONTHS):
        rows[f"late_{bit}"] = (rows["late_bits"].astype("int64") // 2**bit) % 2 * 2**bit
    names = [f"late_{bit}" for bit in range(MONTHS)]
    kept = rows.groupby("borrower_id").agg(
        {**dict.fromkeys(names, "max"), "worst_days": "max", "is_seen": "any", "first_missed": "any"}
    )
    return kept.assign(late_bits=kept[names].sum(axis=1))
