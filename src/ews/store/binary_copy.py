"""Binary COPY: rows of an Arrow table as PostgreSQL's COPY reads them in its binary format, made column by column.

Format  a head; of each row the number of its fields, and of each field its length, -1 for null, and its bytes, numbers
        with the highest byte first; an end. PostgreSQL's manual tells it under COPY, "Binary Format"
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import BigInteger, Boolean, Date, Double, Integer, SmallInteger, Table

_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_EPOCH = 10_957
"""Days from 1970-01-01, from which Arrow counts, to 2000-01-01, from which PostgreSQL does."""
_NUMBERS = ((SmallInteger, pa.int16(), ">i2"), (BigInteger, pa.int64(), ">i8"), (Double, pa.float64(), ">f8"))
_INTEGER = (Integer, pa.int32(), ">i4")


def as_binary(rows: pa.Table, table: Table) -> tuple[bytes, pa.Buffer, bytes]:
    """Return what COPY reads of rows with columns of `table`, in pieces to be sent one after the other.

    ArrowInvalid where a value does not fit into its column.
    """
    pieces = [_fixed(np.full(len(rows), len(rows.columns), ">i2"))]
    for field, column in zip(rows.schema, rows.columns, strict=True):
        value = _value(_whole(column), table.c[field.name].type)
        pieces += (_length(value), value)
    joined = pc.binary_join_element_wise(*pieces, b"", null_handling="replace", null_replacement=b"")
    _, offsets, data = joined.buffers()
    start, end = (joined.offset, joined.offset + len(joined))
    ends = np.frombuffer(offsets, np.int32)
    return _HEAD, data.slice(ends[start], ends[end] - ends[start]) if len(rows) else pa.py_buffer(b""), _END


def _whole(column: pa.ChunkedArray) -> pa.Array:
    combined = column.combine_chunks()
    return combined if isinstance(combined, pa.Array) else pa.concat_arrays(combined.chunks)


def _value(column: pa.Array, kind: Any) -> pa.Array:
    """Return the bytes of each value, null where it is."""
    if isinstance(kind, Boolean):
        return _fixed(column.cast(pa.int8()).fill_null(0).to_numpy(zero_copy_only=False), column)
    if isinstance(kind, Date):
        days = column.cast(pa.int32()).fill_null(0).to_numpy(zero_copy_only=False)
        return _fixed((days - _EPOCH).astype(">i4"), column)
    for of, arrow, form in (*_NUMBERS, _INTEGER):  # the others are integers too, to SQLAlchemy
        if isinstance(kind, of):
            plain = column.cast(arrow).fill_null(0).to_numpy(zero_copy_only=False)
            return _fixed(plain.astype(form), column)
    return column.cast(pa.binary())


def _length(values: pa.Array) -> pa.Array:
    lengths = pc.binary_length(values).fill_null(-1).to_numpy(zero_copy_only=False)
    return _fixed(lengths.astype(">i4"))


def _fixed(values: np.ndarray[Any, Any], like: pa.Array | None = None) -> pa.Array:
    """Return the bytes of numbers, one value each; null where `like` is."""
    offsets = np.arange(len(values) + 1, dtype=np.int32) * values.itemsize
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(values))]
    whole = pa.Array.from_buffers(pa.binary(), len(values), buffers)
    return whole if like is None or not like.null_count else pc.if_else(like.is_valid(), whole, None)
