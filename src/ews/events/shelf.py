"""Shelf: tables worked out of a book, laid aside under what they were made of.

Key     of a table of the book the hash of its file; of what was worked out the hash of the statement that fills it and
        of the keys of all that it reads; of rows made on the way the hash of the rows. Same key, same rows
Folder  one Parquet file per key. What an earlier shelf holds is read from there instead of worked out, and handed on
Whole   a table of which nobody knows the key has none, and neither has what reads it: it is worked out each time
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
from ibis.expr.schema import Schema

from ews.events import sql

ENGINE = "duckdb"
"""The engine whose tables lie on a shelf; Spark keeps its own in its work folder."""
_EXACT = (dt.String, dt.Boolean, dt.Integer, dt.Float64, dt.Date)
"""Types that Parquet gives back as they were."""


class Shelf:
    """What is laid aside in `folder`, beside what lies in `earlier`; `made` and `taken` count its tables."""

    def __init__(self, engine: ibis.BaseBackend, folder: Path, earlier: Path | None = None) -> None:
        self._engine = engine
        self._folder = folder
        self._earlier = earlier
        self._keys: dict[ops.Node, str] = {}
        self.made = self.taken = 0
        folder.mkdir(parents=True, exist_ok=True)

    def know(self, table: ir.Table, key: str) -> None:
        """Remember the key of `table`, as it is named in descriptions."""
        self._keys[table.op()] = key

    def key_of(self, table: ir.Table) -> str | None:
        return self._keys.get(table.op())

    def key_of_rows(self, table: ir.Table) -> str:
        """Return the key of a table of the engine by its rows, in whatever order they come."""
        known = self.key_of(table)
        if known is None:
            rows = table.order_by(*table.columns).to_pyarrow().combine_chunks()
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, rows.schema) as writer:
                writer.write_table(rows)
            known = hashlib.sha256(sink.getvalue()).hexdigest()
            self.know(table, known)
        return known

    def holds(self, key: str) -> bool:
        """Tell whether the earlier shelf has the table of this key."""
        return self._earlier is not None and _place(self._earlier, key).is_file()

    def take(self, key: str, schema: Schema) -> str:
        """Return the SELECT of an earlier table, which is handed on to this shelf."""
        found, place = _place(self._earlier or self._folder, key), _place(self._folder, key)
        if not place.is_file():
            _link(found, place)
        self.taken += 1
        return f"SELECT {', '.join(map(sql.name, schema.names))} FROM {sql.parquet(str(found))}"

    def lay(self, key: str, name: str, schema: Schema) -> None:
        """Lay the work table `name` aside, unless Parquet would give it back with other types."""
        if not all(isinstance(kind, _EXACT) for kind in schema.types):
            return
        place = _place(self._folder, key)
        if not place.is_file():
            self._engine.con.execute(
                f"COPY {sql.name(name)} TO {sql.literal(str(place))} (FORMAT parquet, COMPRESSION lz4)"
            )
        self.made += 1


def key_of_statement(select: str, function: str, schema: Schema, reads: Mapping[str, str | None]) -> str | None:
    """Return the key of what a statement fills; None where that of a table it `reads` (key by name) is not known."""
    if any(key is None for key in reads.values()):
        return None
    told = [select, function, [[name, str(kind)] for name, kind in schema.items()], sorted(reads.items())]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def key_of_parts(parts: Iterable[str]) -> str:
    """Return the key of a table put together from several that have keys."""
    return hashlib.sha256(json.dumps(list(parts)).encode()).hexdigest()


def _place(folder: Path, key: str) -> Path:
    return folder / f"{key[:40]}.parquet"


def _link(found: Path, place: Path) -> None:
    try:
        os.link(found, place)
    except OSError:  # another file system, or one that knows no links
        shutil.copyfile(found, place)
