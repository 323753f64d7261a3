"""Feeds: how far each table of a book reaches, beside the book before it, and what its import rejected, by reason.

Grain   one feed per event table, those that were not delivered among them
Lag     days from the last day that a table speaks of to the extraction; null where the table has no day of its own
Usual   the lag of the book before, null where that is not kept: only one is
Reasons a rejected row counts once, under its gravest reason
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from ews.domain.errors import BookError
from ews.events.manifest import Manifest, TableEntry, read_manifest
from ews.events.publication import PREVIOUS, quarantine_of
from ews.events.rejections import Reason
from ews.events.schemas import TABLES, EventTable


@dataclass(frozen=True, slots=True)
class Feed:
    """`entry` is null where the table was not delivered, `before` where it was not the time before."""

    schema: EventTable
    entry: TableEntry | None
    before: TableEntry | None
    lag_days: int | None
    usual_days: int | None


@dataclass(frozen=True, slots=True)
class Feeds:
    """`rejected` counts rows by table, or raw file, and reason; `quarantine` is where they lie, null without any."""

    manifest: Manifest
    previous: Manifest | None
    feeds: tuple[Feed, ...]
    quarantine: Path | None
    rejected: Mapping[tuple[str, Reason], int]


def feeds_of(directory: Path) -> Feeds:
    """Return the feeds of the book in `directory`; BookError where there is none."""
    manifest, previous = read_manifest(directory), _previous(directory)
    folder = quarantine_of(directory, manifest)
    return Feeds(
        manifest,
        previous,
        tuple(_feed(schema, manifest, previous) for schema in TABLES),
        folder if folder.is_dir() else None,
        _rejected(folder),
    )


def _previous(directory: Path) -> Manifest | None:
    try:
        return read_manifest(directory, PREVIOUS)
    except BookError:
        return None


def _feed(schema: EventTable, manifest: Manifest, previous: Manifest | None) -> Feed:
    now = manifest.tables.get(schema.name)
    before = None if previous is None else previous.tables.get(schema.name)
    usual = None if previous is None else _lag(before, previous.extracted_on)
    return Feed(schema, now, before, _lag(now, manifest.extracted_on), usual)


def _lag(entry: TableEntry | None, extracted_on: date) -> int | None:
    return None if entry is None or entry.covered_to is None else max(0, (extracted_on - entry.covered_to).days)


def _rejected(folder: Path) -> dict[tuple[str, Reason], int]:
    counts: dict[tuple[str, Reason], int] = {}
    for path in sorted(folder.glob("*.parquet")):
        rows = pq.read_table(path, columns=["table", "row", "reason"]).to_pydict()
        gravest: dict[tuple[str, int], str] = {}
        for name, row, reason in zip(rows["table"], rows["row"], rows["reason"], strict=True):
            gravest.setdefault((name, row), reason)  # of a row the gravest stands first
        for (name, _), reason in gravest.items():
            key = name, Reason(reason)
            counts[key] = counts.get(key, 0) + 1
    return dict(sorted(counts.items()))
