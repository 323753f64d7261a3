"""Overrides (人工调整): approved tiers, handed in by casework; there is none before casework exists."""

import pyarrow as pa

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
