"""Search for texts in a file, by its bytes: as they lie there, and unpacked where it is a table or holds packs."""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ews.domain.errors import TamperedError
from ews.store.packing import unpacked
from ews.store.personal import forms_of

_CHUNK = 1 << 22
_MAGIC = b"SQLite format 3\0"


def has_text(path: Path, texts: Collection[str]) -> bool:
    """Tell whether a file holds one of the texts in UTF-8, as it is or as JSON and addresses write it."""
    wanted = [form.encode() for one in texts for form in forms_of(one)]
    return any(form in part for part in _parts(path, max((len(one) for one in wanted), default=0)) for form in wanted)


def _parts(path: Path, longest: int) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
            file.seek(0)
            tail = b""
            while chunk := file.read(_CHUNK):
                yield tail + chunk
                tail = chunk[-longest:] if longest else b""
        if path.suffix == ".parquet":
            yield from _of_table(path)
        elif head == _MAGIC:
            yield from _of_packs(path)
    except (OSError, pa.ArrowInvalid):
        return


def _of_table(path: Path) -> Iterator[bytes]:
    with pq.ParquetFile(path) as file:
        for index in range(file.num_row_groups):
            for column in file.read_row_group(index).columns:
                yield from (
                    bytes(buffer) for chunk in column.chunks for buffer in chunk.buffers() if buffer is not None
                )


def _of_packs(path: Path) -> Iterator[bytes]:
    with closing(sqlite3.connect(path)) as file:
        if not file.execute("SELECT 1 FROM sqlite_master WHERE name = 'packed_records'").fetchone():
            return
        for (pack,) in file.execute("SELECT packed FROM packed_records"):
            try:
                yield b"\n".join(unpacked(pack).values())
            except TamperedError:
                continue
