"""Parts of a publication: decisions as columns, written the fast way of each database.

Records     are packed (ews.store.packing), so that neither database packs them or takes a row for each
SQLite      rows as the driver takes them, many at a time
PostgreSQL  binary COPY, made by columns, so that no row becomes a Python object
Ahead       parts are read by one thread and made ready by another while the database takes those before
Order       ids ascend over all parts: a record is found by the first borrower of its pack
Digest      what the log proves is made of the parts as they go by
"""

import hashlib
import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Table

from ews.domain.errors import ReconciliationError
from ews.domain.levels import Tier, WarningLevel
from ews.store.audit import Touched
from ews.store.audit_rows import plain
from ews.store.binary_copy import as_binary
from ews.store.packing import packed
from ews.store.publications import DecisionRow
from ews.store.tables import packed_records

CHUNK = 2_048
ROW = pa.schema(
    [
        *((name, pa.string()) for name in ("borrower_id", "name", "branch_id", "officer_id", "industry", "region")),
        ("pd", pa.float64()),
        *((name, pa.string()) for name in ("grade", "tier", "level")),
        ("exposure_fen", pa.int64()),
        ("in_default", pa.bool_()),
        ("top_reason", pa.string()),
        ("record", pa.string()),
        ("release_on", pa.date32()),
        ("place", pa.int64()),
        ("is_waiting", pa.bool_()),
        ("stage", pa.int8()),
        ("expected_loss_fen", pa.int64()),
        ("provision_fen", pa.int64()),
    ]
)
"""A decision as it is handed in: the fields of DecisionRow."""
_RANKS = {"tier": pa.array([tier.value for tier in Tier]), "level": pa.array([level.value for level in WarningLevel])}
_PACKED = pa.schema({"borrower_id": pa.string(), "packed": pa.binary(), "publication": pa.int64()})
AHEAD = 2
"""Parts that are read or made ready while the database takes one."""


def parts_of(rows: Iterable[DecisionRow]) -> Iterator[pa.Table]:
    """Yield `rows` as tables of ROW, CHUNK at a time."""
    source = iter(rows)
    while chunk := list(islice(source, CHUNK)):
        yield as_part(chunk)


def as_part(rows: Sequence[DecisionRow]) -> pa.Table:
    """Return `rows` as a table of ROW."""
    return pa.table({name: [getattr(row, name) for row in rows] for name in ROW.names}, schema=ROW)


def stored(part: pa.Table, table: Table, publication: int) -> pa.Table:
    """Return what `table`, decisions or packed_records, keeps of a part, in the order of its columns' names."""
    if table is packed_records:
        return _packed(part, publication)
    columns: dict[str, Any] = {name: part[name] for name in part.column_names}
    columns["publication"] = pa.array([publication] * len(part), pa.int64())
    for name, values in _RANKS.items():
        columns[f"{name}_rank"] = pc.index_in(part[name], value_set=values)
    names = sorted(column.name for column in table.columns)
    return pa.table({name: columns[name] for name in names})


@dataclass(frozen=True, slots=True)
class Ready:
    """A part as the database takes it: by table, rows for SQLite or the pieces that COPY reads."""

    part: pa.Table
    rows: Mapping[str, tuple[Sequence[str], Any]]


def made_ready(
    parts: Iterable[pa.Table], publication: int, digests: Mapping[Table, "Digest | None"], *, for_copy: bool
) -> Iterator[Ready]:
    """Yield the parts for the tables of `digests`, ahead of who stores them; the digests take them on the way.

    ReconciliationError where the ids do not ascend.
    """
    source = iter(_ascending(parts))
    with ThreadPoolExecutor(1, "ews-publish-read") as reads, ThreadPoolExecutor(1, "ews-publish-pack") as packs:

        def take(read: "Future[pa.Table | None]") -> Ready | None:
            part = read.result()
            return None if part is None else _ready(part, publication, digests, for_copy=for_copy)

        def ahead() -> "Future[Ready | None]":
            return packs.submit(take, reads.submit(next, source, None))

        waiting = deque(ahead() for _ in range(AHEAD))
        while (ready := waiting.popleft().result()) is not None:
            waiting.append(ahead())
            yield ready


def _ascending(parts: Iterable[pa.Table]) -> Iterator[pa.Table]:
    last = None
    for part in parts:
        ids = pa.chunked_array(
            [*([] if last is None else [pa.array([last], pa.string())]), *part["borrower_id"].chunks]
        )
        if not pc.all(pc.less(ids[:-1], ids[1:]), min_count=0).as_py():
            message = (
                "The decisions of a batch come sorted by borrower_id, each once; these do not. Nothing was published."
            )
            raise ReconciliationError(message)
        last = ids[-1].as_py() if len(ids) else None
        yield part


def _ready(part: pa.Table, publication: int, digests: Mapping[Table, "Digest | None"], *, for_copy: bool) -> Ready:
    rows = {}
    for table, digest in digests.items():
        kept = stored(part, table, publication)
        if digest is not None:
            digest.add(kept)
        rows[table.name] = kept.column_names, as_binary(kept, table) if for_copy else list(_as_sqlite(kept))
    return Ready(part, rows)


def _packed(part: pa.Table, publication: int) -> pa.Table:
    ids, records = (part[name].combine_chunks() for name in ("borrower_id", "record"))
    packs = list(packed(ids, records))
    columns = [*zip(*packs, strict=True), [publication] * len(packs)] if packs else [(), (), ()]
    return pa.table(
        [pa.array(list(column), field.type) for column, field in zip(columns, _PACKED, strict=True)], _PACKED
    )


def insert_part(connection: Connection, ready: Ready) -> None:
    """Write a part into its tables."""
    for table, (columns, rows) in ready.rows.items():
        names = ", ".join(columns)
        if connection.dialect.name == "postgresql":
            driver: Any = connection.connection.driver_connection
            with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT binary)") as copy:
                for piece in rows:
                    copy.write(piece)
        elif rows:
            marks = ", ".join("?" * len(columns))
            connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


def _as_sqlite(rows: pa.Table) -> Iterator[tuple[Any, ...]]:
    """Yield rows as SQLite keeps them: a day is text."""
    days = [pa.types.is_date(field.type) for field in rows.schema]
    columns = (
        (column.cast(pa.string()) if is_day else column).to_pylist()
        for column, is_day in zip(rows.columns, days, strict=True)
    )
    return zip(*columns, strict=True)


class Digest:
    """The digest of what a publication has in a table, as `audit_rows.set_digest` reads it from the store."""

    def __init__(self, table: Table, publication: int) -> None:
        self._table = table
        self._publication = publication
        self._total = hashlib.sha256()
        self._encode = json.JSONEncoder(ensure_ascii=False, default=plain).encode

    def add(self, rows: pa.Table) -> None:
        """Take the next rows by borrower_id, with the columns of the table in the order of their names."""
        for row in zip(*(column.to_pylist() for column in rows.columns), strict=True):
            self._total.update(self._encode(row).encode() + b"\n")

    def touched(self) -> Touched:
        return Touched(self._table.name, str(self._publication), self._total.hexdigest())
