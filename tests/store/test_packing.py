import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.domain.errors import TamperedError
from ews.store.packing import TOGETHER, packed, unpacked

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


def packs(held: dict[str, str], start: int = 0) -> list[tuple[str, bytes]]:
    ids, records = (pa.array(some, pa.string()).slice(start) for some in (list(held), list(held.values())))
    return list(packed(ids, records))


@given(st.dictionaries(TEXTS, TEXTS, max_size=3 * TOGETHER), st.integers(0, TOGETHER))
def test_records_come_back_byte_for_byte(held, start):
    found = [(first, unpacked(pack)) for first, pack in packs(held, start)]
    assert [first for first, _ in found] == list(held)[start::TOGETHER]
    told = {one: record for _, some in found for one, record in some.items()}
    assert told == {one: record.encode() for one, record in list(held.items())[start:]}


def test_only_what_is_wanted_is_given():
    ((_, pack),) = packs({"A": "one", "B": "二", "C": "three"})
    assert unpacked(pack, ["B", "D"]) == {"B": "二".encode()}
    assert unpacked(pack, ["D"]) == {}


def test_what_lies_in_stores_already_stays_readable():
    listed = '{"ids":["B1","赵/2"],"ends":[7,97]}'.encode()
    frame = b'(\xb5/\xfd a\x85\x00\x00P{"a":1}\xe4\xba\x8c\x01\x00\xe4\xe4\x90'
    pack = b"\x01\x00\x00\x00$" + listed + frame
    assert unpacked(pack) == {"B1": b'{"a":1}', "赵/2": "二".encode() * 30}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda pack: pack[:0],
        lambda pack: b"\x00" + pack[1:],
        lambda pack: pack[:-1],
        lambda pack: pack[:3],
        lambda pack: pack[:8],
        lambda pack: pack.replace(b'"ends"', b'"ENDS"'),
        lambda pack: pack[:-4] + b"zzzz",
    ],
)
def test_what_is_no_pack_is_told(spoil):
    ((_, pack),) = packs({"A": "one" * 100, "B": "two" * 100})
    with pytest.raises(TamperedError, match=r"A pack of records in the store cannot be read\. Put back the backup"):
        unpacked(spoil(pack))
