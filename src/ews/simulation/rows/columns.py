"""Columns: arrays of numbers as the columns of an event table."""

import numpy as np
import pyarrow as pa

from ews.simulation.arrays import Flags, Ints


def ids(prefix: str, numbers: Ints, width: int, *, known: Flags | None = None) -> pa.Array:
    """Return `prefix` followed by each number in `width` digits (more would be cut off); null where not `known`."""
    letters = np.empty((len(numbers), len(prefix) + width), dtype=np.uint8)
    letters[:, : len(prefix)] = np.frombuffer(prefix.encode(), dtype=np.uint8)
    rest = np.asarray(numbers, dtype=np.int64)
    for place in range(len(prefix) + width - 1, len(prefix) - 1, -1):
        rest, digit = np.divmod(rest, 10)
        letters[:, place] = digit + ord("0")
    ends = np.arange(len(numbers) + 1, dtype=np.int32) * np.int32(letters.shape[1])
    validity = None if known is None else pa.array(known).buffers()[1]
    return pa.StringArray.from_buffers(len(numbers), pa.py_buffer(ends), pa.py_buffer(letters), validity)


def mixed_ids(prefixes: str, widths: Ints, kinds: Ints, numbers: Ints) -> pa.Array:
    """Return ids of several kinds: the letter `prefixes[kind]` and the number in `widths[kind]` digits.

    Null where the kind is negative.
    """
    known = kinds >= 0
    kind = np.where(known, kinds, 0)
    width, most = np.where(known, np.asarray(widths)[kind], -1), int(np.max(widths))
    letters = np.empty((len(numbers), most + 1), dtype=np.uint8)
    letters[:, 0] = np.frombuffer(prefixes.encode(), dtype=np.uint8)[kind]
    rest = np.where(known, numbers, 0) * 10 ** (most - np.maximum(width, 0))
    for place in range(most, 0, -1):
        rest, digit = np.divmod(rest, 10)
        letters[:, place] = digit + ord("0")
    written = np.arange(most + 1) <= width[:, None]
    ends = np.concatenate([[0], np.cumsum(width + 1)]).astype(np.int32)
    validity = pa.array(known).buffers()[1]
    return pa.StringArray.from_buffers(len(numbers), pa.py_buffer(ends), pa.py_buffer(letters[written]), validity)


def words(codes: Ints, vocabulary: tuple[str, ...], *, known: Flags | None = None) -> pa.Array:
    """Return the word of each code; null where not `known`."""
    mask = None if known is None else ~known
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=mask), pa.array(vocabulary))


def constant(word: str, rows: int) -> pa.Array:
    """Return `word` for each of `rows` rows."""
    return words(np.zeros(rows, np.int64), (word,))


def dates(days: Ints, *, known: Flags | None = None) -> pa.Array:
    """Return days since 1970-01-01 as dates; null where not `known`."""
    mask = None if known is None else ~known
    return pa.array(days.astype(np.int32), mask=mask).cast(pa.date32())


def timestamps(seconds: Ints) -> pa.Array:
    """Return seconds since 1970-01-01 00:00 as naive timestamps."""
    return pa.array(seconds.astype(np.int64)).cast(pa.timestamp("s")).cast(pa.timestamp("us"))


def texts(numbers: Ints) -> pa.Array:
    """Return whole numbers as text."""
    return pa.array(np.asarray(numbers, np.int64)).cast(pa.string())
