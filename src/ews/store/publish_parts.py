"""Parts of a publication: decisions as columns, written the fast way of each database.

SQLite      rows as the driver takes them, many at a time
PostgreSQL  COPY of text that Arrow writes, so that no row becomes a Python object
Ahead       the next part is made ready by a thread while the database takes this one
Digest      what the log proves is made of the parts as they go by; ids that do not ascend are read back instead
"""

import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from sqlalchemy import Connection, Table, text

from ews.domain.levels import Tier, WarningLevel
from ews.store.audit import Touched
from ews.store.audit_rows import set_touched
from ews.store.cases import iso
from ews.store.publications import DecisionRow

CHUNK = 5_000
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
_AS_TEXT = pa_csv.WriteOptions(include_header=False, quoting_style="all_valid")


def parts_of(rows: Iterable[DecisionRow]) -> Iterator[pa.Table]:
    """Yield `rows` as tables of ROW, CHUNK at a time."""
    source = iter(rows)
    while chunk := list(islice(source, CHUNK)):
        yield as_part(chunk)


def as_part(rows: Sequence[DecisionRow]) -> pa.Table:
    """Return `rows` as a table of ROW."""
    return pa.table({name: [getattr(row, name) for row in rows] for name in ROW.names}, schema=ROW)


def stored(part: pa.Table, table: Table, publication: int) -> pa.Table:
    """Return what `table`, decisions or records, keeps of a part, in the order of its columns' names."""
    columns: dict[str, Any] = {name: part[name] for name in part.column_names}
    columns["publication"] = pa.array([publication] * len(part), pa.int64())
    for name, values in _RANKS.items():
        columns[f"{name}_rank"] = pc.index_in(part[name], value_set=values)
    names = sorted(column.name for column in table.columns)
    return pa.table({name: columns[name] for name in names})


@dataclass(frozen=True, slots=True)
class Ready:
    """A part as the database takes it: by table, rows for SQLite or the text that COPY reads."""

    part: pa.Table
    rows: Mapping[str, tuple[Sequence[str], Any]]


def made_ready(
    parts: Iterable[pa.Table], publication: int, digests: Mapping[Table, "Digest | None"], *, as_text: bool
) -> Iterator[Ready]:
    """Yield the parts for the tables of `digests`, one ahead of who stores them; the digests take them on the way."""
    source = iter(parts)

    def take() -> Ready | None:
        part = next(source, None)
        return None if part is None else _ready(part, publication, digests, as_text=as_text)

    with ThreadPoolExecutor(1, "ews-publish") as ahead:
        waiting = ahead.submit(take)
        while (ready := waiting.result()) is not None:
            waiting = ahead.submit(take)
            yield ready


def _ready(part: pa.Table, publication: int, digests: Mapping[Table, "Digest | None"], *, as_text: bool) -> Ready:
    rows = {}
    for table, digest in digests.items():
        kept = stored(part, table, publication)
        if digest is not None:
            digest.add(kept)
        rows[table.name] = kept.column_names, _as_text(kept) if as_text else list(_as_sqlite(kept))
    return Ready(part, rows)


def insert_part(connection: Connection, ready: Ready) -> None:
    """Write a part into its tables."""
    for table, (columns, rows) in ready.rows.items():
        names = ", ".join(columns)
        if connection.dialect.name == "postgresql":
            driver: Any = connection.connection.driver_connection
            with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT csv)") as copy:
                copy.write(rows)
        elif rows:
            marks = ", ".join("?" * len(columns))
            connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


def pack_fast(connection: Connection) -> None:
    """Have PostgreSQL pack the records of this transaction by lz4 where it can: by itself it takes thrice as long."""
    connection.execute(
        text(
            "SELECT set_config('default_toast_compression', 'lz4', true) FROM pg_settings "
            "WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)"
        )
    )


def _as_text(rows: pa.Table) -> memoryview:
    written = io.BytesIO()
    pa_csv.write_csv(rows, written, _AS_TEXT)
    return written.getbuffer()


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
        self._last = ""
        self._ascends = True
        self._encode = json.JSONEncoder(ensure_ascii=False, default=iso).encode

    def add(self, rows: pa.Table) -> None:
        """Take the next rows, which have the columns of the table in the order of their names."""
        ids = rows["borrower_id"].to_pylist()
        self._ascends = self._ascends and all(one < two for one, two in zip([self._last, *ids], ids, strict=False))
        if not self._ascends:
            return
        self._last = ids[-1] if ids else self._last
        for row in zip(*(column.to_pylist() for column in rows.columns), strict=True):
            self._total.update(self._encode(row).encode() + b"\n")

    def touched(self, connection: Connection) -> Touched:
        if not self._ascends:
            return set_touched(connection, self._table.name, self._publication)
        return Touched(self._table.name, str(self._publication), self._total.hexdigest())
