"""Amended: a book as a later import leaves it: rows that came late, were corrected, withdrawn or taken out."""

import hashlib
import os
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ews.events.manifest import Manifest, read_manifest, write_manifest
from ews.events.schemas import EventTable, table

Row = dict[str, Any]
Rows = list[Row]
Change = Callable[[EventTable, Rows, random.Random, date], None]
KNOWN = ("known_on", "known_until", "withdrawn")


def amended(book: Path, folder: Path, changes: Sequence[tuple[str, Callable[[Rows], None]]]) -> Path:
    """Write the book of `book` below `folder`, with the rows of each named table as its change leaves them."""
    manifest = read_manifest(book)
    late = folder / "book"
    (late / "data").mkdir(parents=True)
    for entry in manifest.tables.values():
        os.link(book / entry.file, late / entry.file)
    entries = dict(manifest.tables)
    for name in dict.fromkeys(name for name, _ in changes):
        stored = pq.read_table(book / entries[name].file)
        rows = stored.to_pylist()
        for other, change in changes:
            if other == name:
                change(rows)
        file = f"data/{name}-late.parquet"
        pq.write_table(pa.Table.from_pylist(rows, stored.schema), late / file)
        sha256 = hashlib.sha256((late / file).read_bytes()).hexdigest()
        entries[name] = replace(entries[name], file=file, sha256=sha256, rows=len(rows))
    write_manifest(late, Manifest(manifest.portfolio, manifest.extracted_on, entries, manifest.recipe))
    return late


def drawn(name: str, change: Change, seed: int, day: date) -> tuple[str, Callable[[Rows], None]]:
    """Return `change` of one row of the table that is drawn by `seed`."""
    return name, lambda rows: change(table(name), rows, random.Random(seed), day) if rows else None  # noqa: S311


def late(schema: EventTable, rows: Rows, rng: random.Random, day: date) -> None:
    """Add a row under a key of its own, with the values of others."""
    found = {**rng.choice(rows), **_values(schema, rows, rng)}
    last = schema.key[-1]
    own = found[last]
    if isinstance(own, date):
        found[last] = own - timedelta(days=rng.randrange(1, 40))
    elif schema.column(last).kind == "id":
        found[last] = f"{own}-late-{rng.randrange(1000)}"
    key = tuple(found[name] for name in schema.key)
    if all(tuple(row[name] for name in schema.key) != key for row in rows):
        rows.append({**found, "known_on": day, "known_until": None, "withdrawn": False})


def corrected(schema: EventTable, rows: Rows, rng: random.Random, day: date) -> None:
    """Let a row end and begin anew with values of others."""
    row = rng.choice(rows)
    if row["known_until"] is None and row["known_on"] < day and not row["withdrawn"]:
        rows.append({**row, **_values(schema, rows, rng), "known_on": day})
        row["known_until"] = day


def withdrawn(_schema: EventTable, rows: Rows, rng: random.Random, day: date) -> None:
    """Let a row end."""
    row = rng.choice(rows)
    if row["known_until"] is None and row["known_on"] < day:
        row["known_until"] = day
        rows.append({**row, "known_on": day, "known_until": None, "withdrawn": True})


def taken_out(_schema: EventTable, rows: Rows, rng: random.Random, _day: date) -> None:
    """Lose a row, as a delivery that was made anew may."""
    rows.remove(rng.choice(rows))


CHANGES: dict[str, Change] = {one.__name__: one for one in (late, corrected, withdrawn, taken_out)}


def _values(schema: EventTable, rows: Rows, rng: random.Random) -> Row:
    """Return values of a few columns beside the key, each from a row of its own."""
    names = [name for name in schema.names if name not in schema.key and name in rows[0]]
    return {name: rng.choice(rows)[name] for name in rng.sample(names, min(3, len(names)))}
