from datetime import date

import pyarrow as pa
import pytest

from ews.store.binary_copy import as_binary
from ews.store.tables import decisions, packed_records

HEAD = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0"


def written(table, **columns):
    head, rows, end = as_binary(pa.table(columns), table)
    assert (head, end) == (HEAD, b"\xff\xff")
    return rows.to_pybytes()


def test_a_row_is_told_as_postgresqls_manual_says():
    told = written(
        decisions,
        borrower_id=pa.array(["赵", "B"]),
        pd=pa.array([0.5, None]),
        tier_rank=pa.array([2, 3], pa.int32()),
        place=pa.array([None, 7], pa.int64()),
        exposure_fen=pa.array([-2, 1 << 40]),
        in_default=pa.array([True, None]),
        release_on=pa.array([date(2000, 1, 2), date(1999, 12, 31)]),
    )
    first = (
        "0007 00000003 e8b5b5 00000008 3fe0000000000000 00000002 0002 ffffffff"
        "00000008 fffffffffffffffe 00000001 01 00000004 00000001"
    )
    second = (
        "0007 00000001 42 ffffffff 00000002 0003 00000004 0000000700000008 0000010000000000 ffffffff 00000004 ffffffff"
    )
    assert told == bytes.fromhex(first + second)


def test_bytes_are_told_as_they_are():
    told = written(packed_records, packed=pa.array([b"\xff\x00", b""]), publication=pa.array([1, 2]))
    assert told == bytes.fromhex("0002 00000002 ff00 00000004 00000001 0002 00000000 00000004 00000002")


def test_a_column_in_pieces_and_a_slice_are_told_whole():
    names = pa.chunked_array([["a", "b"], [], ["c"]])
    assert written(decisions, name=names.slice(1)) == bytes.fromhex("0001 00000001 62 0001 00000001 63")
    assert written(decisions, name=pa.array([], pa.string())) == b""


@pytest.mark.parametrize(("name", "value"), [("place", 2**31), ("stage", 2**15)])
def test_a_number_too_large_for_its_column_is_an_error(name, value):
    with pytest.raises(pa.ArrowInvalid):
        written(decisions, **{name: pa.array([value])})
