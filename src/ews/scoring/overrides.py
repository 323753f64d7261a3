"""Overrides (人工调整): tiers that people set, as casework hands them in and as a record tells them.

A worse tier may need nobody's approval: then `approved_by` is null and `approved_on` the day from which it counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pyarrow as pa

from ews.domain.decisions import Held, Override
from ews.domain.levels import Tier
from ews.policy.policy import Policy

OVERRIDES = pa.schema(
    [
        ("override_id", pa.string()),
        ("borrower_id", pa.string()),
        ("loan_id", pa.string()),  # null: all loans of the borrower
        ("tier_rank", pa.int8()),
        ("reason", pa.string()),
        ("author", pa.string()),
        ("approved_by", pa.string()),
        ("approved_on", pa.date32()),
        ("expires_on", pa.date32()),
    ]
)


def overrides_by_id(table: pa.Table) -> Mapping[str, Override]:
    """Return the rows of a table of OVERRIDES."""
    return {
        row["override_id"]: Override(
            row["override_id"],
            tuple(Tier)[row["tier_rank"]],
            row["reason"],
            row["author"],
            row["approved_by"],
            row["approved_on"],
            row["expires_on"],
        )
        for row in table.to_pylist()
    }


def with_blocks(override: Override, held: Iterable[Held], policy: Policy) -> Override:
    """Return the override with the rules of law and practice whose floor is worse than what it gives."""
    floors = {rule.code for rule in policy.tier_rules.loan}
    worse = [one.code for one in held if one.code in floors and Tier(one.gives).rank > override.tier.rank]
    return replace(override, blocked_by=tuple(worse))
