"""View: one exhibit out of the file of a batch.

Folders of batches never change: the footer of a file is read once and its handle kept, by path.
"""

import json
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ews.domain.exhibits import Circle, CircleTotals, Exhibit, Link, LoanStrip, Month, Party
from ews.domain.levels import WarningLevel
from ews.scoring.exhibits import months
from ews.scoring.exhibits.headlines import headline_peers, standings_of
from ews.scoring.exhibits.record import CIRCLES, EXHIBITS, METADATA


@dataclass(frozen=True, slots=True)
class _File:
    """`last` holds the greatest borrower_id of each row group."""

    path: Path
    last: tuple[str, ...]
    as_of: date
    month_ends: tuple[date, ...]
    features: tuple[str, ...]
    sizes: Mapping[str, int]
    metadata: Any = field(repr=False)


def read_exhibit(directory: Path, batch_id: str, borrower_id: str) -> Exhibit | None:
    """Return the exhibit in the folder of a batch; None where the folder has none, or none of this borrower."""
    path = directory / EXHIBITS
    if not path.is_file():
        return None
    file = _opened(path)
    row = _row(file, borrower_id)
    if row is None:
        return None
    features = dict(zip(file.features, row["features"], strict=True))
    peers = headline_peers(directory / "peers.parquet")
    return Exhibit(
        batch_id=batch_id,
        borrower_id=borrower_id,
        as_of=file.as_of,
        months=_months(file, row),
        loans=tuple(LoanStrip(**{**loan, "dpd": tuple(loan["dpd"])}) for loan in row["loans"]),
        circle=_circle(row),
        standings=standings_of(peers, row["peer_group"], file.sizes, features),
        features=features,
    )


def read_circles(directory: Path) -> list[CircleTotals]:
    """Return the guarantee circles in the folder of a batch, the largest exposure first; [] without such a file."""
    path = directory / CIRCLES
    rows = pq.read_table(path).to_pylist() if path.is_file() else []
    circles = [
        CircleTotals(**{**row, "branches": tuple(row["branches"]), "member_ids": tuple(row["member_ids"])})
        for row in rows
    ]
    return sorted(circles, key=lambda circle: (-circle.exposure_fen, circle.circle_id))


@lru_cache(maxsize=8)
def _opened(path: Path) -> _File:
    metadata = pq.read_metadata(path)
    shared = json.loads(metadata.metadata[METADATA])
    groups = (metadata.row_group(number).column(0).statistics for number in range(metadata.num_row_groups))
    return _File(
        path,
        tuple(statistics.max for statistics in groups),
        date.fromisoformat(shared["as_of"]),
        tuple(date.fromisoformat(day) for day in shared["months"]),
        tuple(shared["features"]),
        shared["groups"],
        metadata,
    )


def _row(file: _File, borrower_id: str) -> dict[str, Any] | None:
    number = bisect_left(file.last, borrower_id)
    if number == len(file.last):
        return None
    # A reader of its own each time: one that is shared between threads is not safe
    with pq.ParquetFile(file.path, metadata=file.metadata, memory_map=True) as opened:
        rows = opened.read_row_group(number, use_threads=False)
    place = bisect_left(rows["borrower_id"].to_pylist(), borrower_id)
    if place == len(rows) or rows["borrower_id"][place].as_py() != borrower_id:
        return None
    found: dict[str, Any] = rows.slice(place, 1).to_pylist()[0]
    return found


def _months(file: _File, row: Mapping[str, Any]) -> tuple[Month, ...]:
    columns = zip(*(row[name] for name in months.COLUMNS), strict=True)
    return tuple(
        Month(day, **dict(zip(months.COLUMNS, values, strict=True)))
        for day, values in zip(file.month_ends, columns, strict=True)
    )


def _circle(row: Mapping[str, Any]) -> Circle:
    parties = (
        Party(**{**party, "level": None if party["level"] is None else WarningLevel(party["level"])})
        for party in row["parties"]
    )
    links = (Link(link["from_id"], link["to_id"], link["kind"], link["amount"], link["since"]) for link in row["links"])
    return Circle(tuple(parties), tuple(links), row["left_out"])
