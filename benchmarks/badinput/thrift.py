"""Parquet written by hand, so that its numbers can lie: Thrift's compact protocol, as far as a footer needs it.

Only what a file of plain texts takes: required BYTE_ARRAY columns, one page each, uncompressed or packed.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

I32, I64, BINARY, LIST, STRUCT = 5, 6, 8, 9, 12
MAGIC = b"PAR1"
GZIP, PLAIN, BYTE_ARRAY = 2, 0, 6

Field = tuple[int, int, "int | bytes | list[bytes] | list[int]"]


@dataclass(frozen=True, slots=True)
class Lies:
    """Numbers told in place of the true ones, by name, such as `rows` of the file or `page_unpacked` of a page."""

    told: Mapping[str, int] = field(default_factory=dict)

    def of(self, name: str, truth: int) -> int:
        return self.told.get(name, truth)


@dataclass(frozen=True, slots=True)
class Page:
    """The one page of a column: `unpacked` is its size in bytes before it was packed by `codec`."""

    rows: int
    stored: bytes
    unpacked: int
    codec: int = 0


def plain(values: Sequence[bytes]) -> Page:
    """Return a page of `values` as they are."""
    content = b"".join(len(value).to_bytes(4, "little") + value for value in values)
    return Page(len(values), content, len(content))


def bomb(size: int) -> Page:
    """Return a page that unfolds into `size` bytes, a multiple of 64 MiB: texts of no letters."""
    packer, part = zlib.compressobj(9, zlib.DEFLATED, 31), bytes(1 << 26)
    stored = b"".join(packer.compress(part) for _ in range(size // len(part))) + packer.flush()
    return Page(size // 4, stored, size, GZIP)


def parquet_file(pages: Mapping[str, Page], lies: Lies) -> bytes:
    """Return a Parquet file of one page per column, of equal length, whose numbers are true but for `lies`."""
    rows = next(iter(pages.values())).rows
    body, chunks = MAGIC, []
    for name, page in pages.items():
        whole = _page_header(page, lies) + page.stored
        chunks.append(_chunk(name, page, len(body), len(whole), lies))
        body += whole
    footer = _footer(list(pages), rows, chunks, len(body), lies)
    return body + footer + len(footer).to_bytes(4, "little") + MAGIC


def _page_header(page: Page, lies: Lies) -> bytes:
    data = _struct([(1, I32, lies.of("page_values", page.rows)), (2, I32, PLAIN), (3, I32, 3), (4, I32, 3)])
    return _struct(
        [
            (1, I32, 0),
            (2, I32, lies.of("page_unpacked", page.unpacked)),
            (3, I32, lies.of("page_packed", len(page.stored))),
            (5, STRUCT, data),
        ]
    )


def _chunk(name: str, page: Page, offset: int, size: int, lies: Lies) -> bytes:
    told = _struct(
        [
            (1, I32, lies.of("type", BYTE_ARRAY)),
            (2, LIST, [PLAIN]),
            (3, LIST, [name.encode()]),
            (4, I32, lies.of("codec", page.codec)),
            (5, I64, lies.of("values", page.rows)),
            (6, I64, lies.of("unpacked", page.unpacked)),
            (7, I64, lies.of("packed", size)),
            (9, I64, lies.of("offset", offset)),
        ]
    )
    return _struct([(2, I64, offset), (3, STRUCT, told)])


def _footer(names: list[str], rows: int, chunks: list[bytes], size: int, lies: Lies) -> bytes:
    root = _struct([(4, BINARY, b"schema"), (5, I32, lies.of("children", len(names)))])
    leaves = [_struct([(1, I32, BYTE_ARRAY), (3, I32, 0), (4, BINARY, name.encode()), (6, I32, 0)]) for name in names]
    group = _struct([(1, LIST, _structs(chunks)), (2, I64, size), (3, I64, lies.of("group_rows", rows))])
    return _struct(
        [
            (1, I32, lies.of("version", 1)),
            (2, LIST, _structs([root, *leaves])),
            (3, I64, lies.of("rows", rows)),
            (4, LIST, _structs([group])),
        ]
    )


def _struct(fields: list[Field]) -> bytes:
    """Return a struct; the content of a struct or of a list of structs is given as bytes."""
    out, last = b"", 0
    for number, kind, value in fields:
        out += bytes([(number - last) << 4 | kind])
        last = number
        if isinstance(value, int):
            out += _varint(value)
        elif isinstance(value, bytes):
            out += _varint_of(len(value)) + value if kind == BINARY else value
        else:
            out += _list(value)
    return out + b"\0"


def _list(values: "list[bytes] | list[int]") -> bytes:
    kind = I32 if values and isinstance(values[0], int) else BINARY
    parts = [_varint(one) if isinstance(one, int) else _varint_of(len(one)) + one for one in values]
    return _list_header(len(values), kind) + b"".join(parts)


def _structs(parts: list[bytes]) -> bytes:
    return _list_header(len(parts), STRUCT) + b"".join(parts)


def _list_header(length: int, kind: int) -> bytes:
    return bytes([length << 4 | kind]) if length < 15 else bytes([0xF0 | kind]) + _varint_of(length)


def _varint(value: int) -> bytes:
    """Return a signed number in zigzag form."""
    return _varint_of(value << 1 if value >= 0 else (-value << 1) - 1)


def _varint_of(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])
