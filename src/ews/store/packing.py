"""Packing: the records of a few neighbouring borrowers as one value, compressed together.

Form    one byte that tells it, FORM; four bytes, how long the list is; the list, JSON of ids and where the record of
        each ends; the records one after the other, UTF-8, as one Zstandard frame
Why     records are much alike: eight together take half the room of eight alone, and less than half of the work
"""

import json
from collections.abc import Collection, Iterator, Mapping

import pyarrow as pa

from ews.domain.errors import TamperedError
from ews.domain.text import sentence

FORM = b"\x01"
TOGETHER = 8
"""Records in a pack: who reads one unpacks as many."""
_LIST_AT = 5
_CODEC = pa.Codec("zstd", compression_level=1)  # higher levels take longer and pack no better


def packed(ids: pa.Array, records: pa.Array) -> Iterator[tuple[str, bytes]]:
    """Yield packs of TOGETHER records, each with the id of its first borrower; both are arrays of text without nulls.

    The ids ascend.
    """
    _, offsets, text = records.buffers()
    ends = memoryview(offsets).cast("i")[records.offset :] if len(records) else ()
    names = ids.to_pylist()
    for first in range(0, len(names), TOGETHER):
        last = min(first + TOGETHER, len(names))
        start = ends[first]
        listed = {"ids": names[first:last], "ends": [end - start for end in ends[first + 1 : last + 1]]}
        contents = json.dumps(listed, ensure_ascii=False, separators=(",", ":")).encode()
        frame = _CODEC.compress(_slice(text, start, ends[last]), asbytes=True)
        yield names[first], b"".join((FORM, len(contents).to_bytes(4), contents, frame))


def unpacked(pack: bytes, wanted: Collection[str] | None = None) -> Mapping[str, bytes]:
    """Return the records of a pack by borrower_id, of those `wanted` if that is given.

    TamperedError where it is none.
    """
    try:
        if pack[:1] != FORM:
            raise ValueError(pack[:1])
        frame_at = _LIST_AT + int.from_bytes(pack[1:_LIST_AT])
        listed = json.loads(pack[_LIST_AT:frame_at])
        ids, ends = listed["ids"], listed["ends"]
        spans = {one: (start, end) for one, start, end in zip(ids, [0, *ends], ends, strict=False)}
        asked = spans if wanted is None else [one for one in ids if one in wanted]
        if not asked:
            return {}
        text = _CODEC.decompress(memoryview(pack)[frame_at:], ends[-1], asbytes=True) if ends[-1] else b""
        return {one: text[slice(*spans[one])] for one in asked}
    except (LookupError, TypeError, ValueError, OSError) as error:  # Arrow's errors are among these
        message = sentence("A pack of records in the store cannot be read. Put back the backup of the store.")
        raise TamperedError(message) from error


def _slice(text: pa.Buffer | None, start: int, end: int) -> pa.Buffer:
    return pa.py_buffer(b"") if text is None else text.slice(start, end - start)
