"""Columns: the narrow rows of one publication, straight from the store, one Arrow array each.

Grain   one row per borrower_id of the publication, by id in code points
Nulls   kept in Arrow columns as they are
"""

from collections.abc import Mapping

import pyarrow as pa
from sqlalchemy import Connection, select

from ews.store.tables import decisions

CHUNK = 50_000
"""Rows that are held as Python objects at a time."""

SCHEMA = pa.schema(
    {
        "borrower_id": pa.string(),
        "name": pa.string(),
        "branch_id": pa.string(),
        "officer_id": pa.string(),
        "industry": pa.string(),
        "region": pa.string(),
        "top_reason": pa.string(),
        "pd": pa.float64(),
        "grade": pa.string(),
        "tier_rank": pa.int8(),
        "level_rank": pa.int8(),
        "stage": pa.int8(),
        "in_default": pa.bool_(),
        "exposure_fen": pa.int64(),
        "expected_loss_fen": pa.int64(),
        "provision_fen": pa.int64(),
    }
)

Columns = Mapping[str, pa.Array]


def read_columns(connection: Connection, publication: int | None) -> Columns:
    """Return the columns of a publication, without rows where it is None."""
    query = select(*(decisions.c[name] for name in SCHEMA.names)).where(decisions.c.publication == publication)
    chunks = []
    if publication is not None:
        for rows in connection.execute(query.order_by(decisions.c.borrower_id)).partitions(CHUNK):
            columns = zip(*rows, strict=True)
            chunks.append([pa.array(one, field.type) for one, field in zip(columns, SCHEMA, strict=True)])
    parts = list(zip(*chunks, strict=True)) if chunks else [() for _ in SCHEMA]
    return {field.name: _joined(part, field.type) for field, part in zip(SCHEMA, parts, strict=True)}


def _joined(parts: tuple[pa.Array, ...], kind: pa.DataType) -> pa.Array:
    return pa.concat_arrays(parts) if parts else pa.array([], kind)
