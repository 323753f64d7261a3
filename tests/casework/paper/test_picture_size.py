import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.casework.paper.picture_size import size_of
from tests.casework.rich import png


def segment(marker: int, content: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content


APP0 = segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
FRAME = segment(0xC0, b"\x08" + struct.pack(">HH", 480, 640) + b"\x03" + bytes(9))
PIXELS = segment(0xDA, bytes(10)) + b"pixels\xff\xd9"
JPEG = b"\xff\xd8" + APP0 + FRAME + PIXELS


def test_sizes_are_told_by_the_head():
    assert size_of(png(32, 20)) == (32, 20)
    assert size_of(JPEG) == (640, 480)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7",
        png(32, 20)[:20],
        png(32, 20).replace(struct.pack(">II", 32, 20), struct.pack(">II", 0, 20)),
        b"\xff\xd8" + APP0 + PIXELS,
        b"\xff\xd8" + APP0 + FRAME,
        b"\xff\xd8" + FRAME + PIXELS,
        b"\xff\xd8" + APP0 + b"\xff\xc0\x00\x00" + PIXELS,
        JPEG.replace(struct.pack(">HH", 480, 640), struct.pack(">HH", 480, 0)),
    ],
)
def test_a_picture_without_a_whole_head_has_none(content):
    assert size_of(content) is None


@given(st.binary(max_size=60))
def test_any_bytes_come_to_an_end(content):
    for begin in (b"", b"\xff\xd8" + APP0):
        found = size_of(begin + content)
        assert found is None or min(found) > 0
