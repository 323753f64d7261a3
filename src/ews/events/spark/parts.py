"""Parts: rows of a table of the work folder, worked on where a worker is, file to file.

Part    a row group of a Parquet file; Spark hands out the numbers of parts, and tries a part again whose worker is lost
Files   read and written by Arrow in the worker's Python: rows never become those of the JVM, which would cost more than
        what is worked out. A file counts when its task has ended well; one that is left over goes with the folder
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 2_048
"""Rows of a batch that a function is given, so that a worker's memory does not go by the size of the table."""
GROUP_BYTES = 16 * 2**20
"""Bytes of a row group in the work folder: small enough for a part each for all workers."""
TOLD = pa.schema([("file", pa.string())])

Function = Callable[[Any, Iterator[pa.RecordBatch]], Iterable[pa.RecordBatch]]


@dataclass(frozen=True, slots=True)
class Work:
    """`function` makes batches of `schema` of `given` and the `columns` of each of `parts`, into folder `place`."""

    function: Function
    given: Any
    columns: tuple[str, ...]
    schema: pa.Schema
    parts: tuple[tuple[str, int], ...]
    place: str


def parts_of(files: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Return path and row group of each part of `files`, addresses of Parquet files in a folder that all reach."""
    paths = [unquote(urlsplit(file).path) for file in sorted(files)]
    return tuple((path, group) for path in paths for group in range(pq.ParquetFile(path).num_row_groups))


def done(work: Work, asked: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield the file (TOLD) of each part whose number, the first column of `asked`, is asked for."""
    for batch in asked:
        for number in batch.column(0).to_pylist():
            yield pa.record_batch([[_written(work, *work.parts[number])]], schema=TOLD)


def _written(work: Work, path: str, group: int) -> str:
    file = Path(work.place) / f"{uuid4().hex}.parquet"
    with pq.ParquetFile(path) as read, pq.ParquetWriter(file, work.schema, compression="zstd") as writer:
        for batch in work.function(work.given, read.iter_batches(ROWS, row_groups=[group], columns=list(work.columns))):
            writer.write_batch(batch)
    return str(file)
