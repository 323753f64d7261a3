"""Columns: whether the values of two columns are the same, row by row.

Same   null is null and NaN, which no row of a batch tells apart; a float is another from its last bit on, zero of the
       other sign among them. Columns of different types are the same only where one of them holds nothing at all;
       timestamps are compared whatever their unit, since Parquet has no seconds
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Flags = npt.NDArray[np.bool_]


def same_values(one: pa.Array, other: pa.Array) -> Flags:
    """Return, row by row, whether both tell the same; they are equally long."""
    if pa.types.is_null(one.type) or pa.types.is_null(other.type):
        return _flags(pc.and_(one.is_null(nan_is_null=True), other.is_null(nan_is_null=True)))
    if one.type != other.type and not (pa.types.is_timestamp(one.type) and pa.types.is_timestamp(other.type)):
        return np.zeros(len(one), dtype=bool)
    if pa.types.is_floating(one.type):
        return _same_floats(one, other)
    if pa.types.is_list(one.type):
        return _same_lists(one, other)
    if pa.types.is_nested(one.type):
        pairs = zip(one.to_pylist(), other.to_pylist(), strict=True)
        return np.fromiter((repr(left) == repr(right) for left, right in pairs), dtype=bool, count=len(one))
    neither = pc.and_(one.is_null(), other.is_null())
    return _flags(pc.or_(pc.fill_null(pc.equal(one, other), fill_value=False), neither))


def _same_floats(one: pa.Array, other: pa.Array) -> Flags:
    left, right = (side.cast(pa.float64()).to_numpy(zero_copy_only=False) for side in (one, other))
    same: Flags = (left.view(np.int64) == right.view(np.int64)) | (np.isnan(left) & np.isnan(right))
    return same


def _same_lists(one: pa.Array, other: pa.Array) -> Flags:
    """Compare lists of the same length value by value; lists of another length are others."""
    lengths, others = (pc.fill_null(pc.list_value_length(side), -1).to_numpy() for side in (one, other))
    same: Flags = lengths == others
    rows = pa.array(same)
    found = same_values(pc.list_flatten(one.filter(rows)), pc.list_flatten(other.filter(rows)))
    differing = np.concatenate([[0], np.cumsum(~found)])
    ends = np.cumsum(np.maximum(lengths[same], 0))
    starts = np.concatenate([[0], ends[:-1]]) if len(ends) else ends
    same[same] = differing[ends] == differing[starts]
    return same


def _flags(values: pa.BooleanArray) -> Flags:
    flags: Flags = values.to_numpy(zero_copy_only=False).astype(bool)
    return flags
