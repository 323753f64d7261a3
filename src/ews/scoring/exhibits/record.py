"""Record: exhibits.parquet and circles.parquet of a batch, written with it.

Grain   one row per borrower decided, sorted by borrower_id, in small row groups, so that a reader touches one
Order   months of a list run from the oldest to the newest; parties in the order in which they are shown
Bytes   the same input gives the same file; what all rows share stands in the file's metadata
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ews.domain.exhibits import MONTHS
from ews.events.book import Book
from ews.features.window import Spine
from ews.scoring.decided import Decided
from ews.scoring.exhibits import faces, months, strips
from ews.scoring.exhibits.circles import circles_of
from ews.scoring.exhibits.surroundings import parties_around, ties_within
from ews.scoring.feature_values import NAMES
from ews.scoring.peers import WHOLE_BOOK, group_of

EXHIBITS, CIRCLES = "exhibits.parquet", "circles.parquet"
METADATA = b"ews"
ROWS_AT_ONCE = 20_000
ROWS_A_GROUP = 500
_LOAN = pa.struct(
    [
        ("loan_id", pa.string()),
        ("product", pa.string()),
        ("opened_on", pa.date32()),
        ("matures_on", pa.date32()),
        ("principal_fen", pa.int64()),
        ("balance_fen", pa.int64()),
        ("dpd", pa.list_(pa.int64())),
    ]
)
_PARTY = pa.struct(
    [
        *((name, pa.string()) for name in ("party_id", "name", "kind", "branch_id")),
        ("is_borrower", pa.bool_()),
        *((name, pa.int64()) for name in ("exposure_fen", "dpd")),
        *((name, pa.bool_()) for name in ("in_default", "in_trouble")),
        *((name, pa.string()) for name in ("grade", "level")),
        ("hops", pa.int8()),
    ]
)
_LINK = pa.struct(
    [
        *((name, pa.string()) for name in ("from_id", "to_id", "kind")),
        ("amount", pa.int64()),
        ("since", pa.date32()),
    ]
)
_SCHEMA = pa.schema(
    [
        ("borrower_id", pa.string()),
        ("peer_group", pa.string()),
        *((name, pa.list_(pa.int64())) for name in months.COLUMNS),
        ("loans", pa.list_(_LOAN)),
        ("parties", pa.list_(_PARTY)),
        ("links", pa.list_(_LINK)),
        ("left_out", pa.int64()),
        ("features", pa.list_(pa.float64())),
    ]
)


@dataclass(frozen=True, slots=True)
class Exhibits:
    """What is written: tables of the book's engine, the borrowers decided, and the guarantee circles."""

    months: ir.Table
    loans: ir.Table
    parties: ir.Table
    links: ir.Table
    borrowers: pd.DataFrame
    circles: pa.Table


def exhibits_of(book: Book, spine: Spine, decided: Decided) -> Exhibits:
    """Work out the exhibits of the borrowers decided; `spine` is the one that they were decided on."""
    ids = pa.table({"borrower_id": pa.array(decided.borrowers["borrower_id"], pa.string())})
    scored = Spine(book.kept(spine.table.semi_join(book.kept(ids), "borrower_id")), spine.days)
    book = months.with_items(book, scored)
    ends = months.strips_of(book, scored)
    around = parties_around(book, scored)
    return Exhibits(
        book.kept(months.months_of(book, scored, ends)),
        book.kept(strips.loan_strips(book, scored, ends, decided.loans)),
        book.kept(faces.faces(book, around, decided.borrowers)),
        book.kept(ties_within(book, scored, around)),
        decided.borrowers,
        circles_of(book, spine, decided.borrowers),
    )


def write_exhibits(folder: Path, exhibits: Exhibits, as_of: date) -> None:
    """Write EXHIBITS and CIRCLES into `folder`."""
    groups = _groups(exhibits.borrowers)
    shared = {
        "as_of": as_of.isoformat(),
        "months": _month_ends(exhibits.months),
        "features": list(NAMES),
        "groups": {WHOLE_BOOK: len(groups), **groups.value_counts().sort_index().to_dict()},
    }
    schema = _SCHEMA.with_metadata({METADATA: json.dumps(shared, ensure_ascii=False).encode()})
    with pq.ParquetWriter(
        folder / EXHIBITS, schema, compression="zstd", use_dictionary=False, write_statistics=["borrower_id"]
    ) as writer:
        for part in _parts(exhibits, groups, schema):
            writer.write_table(part, row_group_size=ROWS_A_GROUP)
    pq.write_table(exhibits.circles, folder / CIRCLES, compression="zstd")


def _groups(borrowers: pd.DataFrame) -> pd.Series:
    pairs = borrowers[["kind", "industry"]].astype(object).values.tolist()
    return pd.Series([group_of(_text(kind), _text(industry)) for kind, industry in pairs], dtype="str")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _month_ends(cells: ir.Table) -> list[str]:
    days = cells.select("ends_on").distinct().order_by("ends_on").to_pyarrow()["ends_on"].to_pylist()
    return [day.isoformat() for day in days]


def _parts(exhibits: Exhibits, groups: pd.Series, schema: pa.Schema) -> Iterator[pa.Table]:
    features = exhibits.borrowers[list(NAMES)]
    ids = exhibits.borrowers["borrower_id"].to_numpy(object)
    for start in range(0, len(ids), ROWS_AT_ONCE):
        those = ids[start : start + ROWS_AT_ONCE]
        cells, loans, parties, links = (
            _rows(table, those, *order)
            for table, order in (
                (exhibits.months.mutate(age=-exhibits.months.lag), ("age",)),
                (exhibits.loans, ("loan_id",)),
                (exhibits.parties, ("place",)),
                (exhibits.links, ("from_id", "to_id", "kind")),
            )
        )
        values = features.iloc[start : start + ROWS_AT_ONCE].to_numpy(np.float64)
        first = parties.filter(parties["place"].to_numpy() == 0)
        left_out = dict(zip(first["borrower_id"].to_pylist(), first["left_out"].to_pylist(), strict=True))
        columns = {
            "borrower_id": pa.array(those, pa.string()),
            "peer_group": pa.array(groups.iloc[start : start + ROWS_AT_ONCE], pa.string()),
            **{name: _evenly(cells[name], MONTHS) for name in months.COLUMNS},
            "loans": _nested(loans, those, _LOAN),
            "parties": _nested(parties, those, _PARTY),
            "links": _nested(links, those, _LINK),
            "left_out": pa.array([left_out.get(borrower, 0) for borrower in those], pa.int64()),
            "features": _evenly(pa.array(values.ravel(), pa.float64(), from_pandas=True), len(NAMES)),
        }
        yield pa.table([columns[name].cast(schema.field(name).type) for name in schema.names], schema=schema)


def _rows(table: ir.Table, ids: npt.NDArray[np.object_], *order: str) -> pa.Table:
    """Return the rows of the borrowers `ids`, who are neighbours in the order of the table."""
    rows = table.filter(table.borrower_id.between(ids[0], ids[-1]))
    return rows.order_by("borrower_id", *order).to_pyarrow().combine_chunks()


def _evenly(values: pa.Array | pa.ChunkedArray, size: int) -> pa.Array:
    flat = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return pa.ListArray.from_arrays(pa.array(np.arange(0, len(flat) + 1, size), pa.int32()), flat)


def _nested(rows: pa.Table, ids: npt.NDArray[np.object_], kind: pa.StructType) -> pa.Array:
    """Return the rows of each borrower as a list of structs, empty where there is none."""
    of = np.asarray(rows["borrower_id"].to_pylist(), dtype=object)
    offsets = np.append(np.searchsorted(of, ids), len(of)) if len(of) else np.zeros(len(ids) + 1, dtype=np.int64)
    fields = [kind.field(number) for number in range(kind.num_fields)]
    columns = [_column(rows, field) for field in fields]
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.StructArray.from_arrays(columns, fields=fields))


def _column(rows: pa.Table, field: pa.Field) -> pa.Array:
    return rows[field.name].combine_chunks().cast(field.type)
