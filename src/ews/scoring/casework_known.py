"""Casework known: what people decided and found, as far as it counts on a day, beside the rows of the book.

Grain   overrides: one in force on as_of; findings: one established by as_of that no correction has replaced
Known   what was approved or entered by known_by, never later
Ids     a finding of casework begins with PREFIX, so that none is mistaken for one of the book
Kept    overrides.parquet and findings.parquet in the folder of the batch: replay, trials of a policy and decisions on
        the spot need no store
Unplaced rows of a borrower, or of a loan of theirs, that the book does not know change nothing; they are counted
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ews.domain.errors import UnknownBatchError
from ews.events.book import Book, was_known
from ews.scoring.overrides import OVERRIDES
from ews.scoring.seal import SUMMARY, broken

PREFIX = "casework:"
FINDINGS = pa.schema(
    [
        ("finding_id", pa.string()),
        ("borrower_id", pa.string()),
        ("loan_id", pa.string()),
        ("found_on", pa.date32()),
        ("field", pa.string()),
        ("value", pa.string()),
        ("author", pa.string()),
        ("known_on", pa.date32()),
    ]
)
_FILES: Mapping[str, pa.Schema] = {"overrides": OVERRIDES, "findings": FINDINGS}


@dataclass(frozen=True, slots=True)
class CaseworkKnown:
    """Tables of the schemas OVERRIDES and FINDINGS, each sorted by id."""

    overrides: pa.Table = field(default_factory=OVERRIDES.empty_table)
    findings: pa.Table = field(default_factory=FINDINGS.empty_table)

    @property
    def casework_id(self) -> str:
        """32 hex digits of all rows, empty where there is none."""
        rows = {name: table.to_pylist() for name, table in self.tables().items()}
        if not any(rows.values()):
            return ""
        text = json.dumps(rows, sort_keys=True, default=date.isoformat)
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def tables(self) -> dict[str, pa.Table]:
        return {"overrides": self.overrides, "findings": self.findings}


def casework_on(as_of: date, overrides: pa.Table, findings: pa.Table) -> CaseworkKnown:
    """Return what counts on `as_of` of what the store knew by the day in question.

    `overrides` has OVERRIDES; `findings` has FINDINGS and known_until, the day of a correction that was known too.
    """
    day = pa.scalar(as_of, pa.date32())
    overrides = overrides.select(OVERRIDES.names).cast(OVERRIDES)
    in_force = pc.and_(pc.less_equal(overrides["approved_on"], day), pc.greater_equal(overrides["expires_on"], day))
    stands = pc.and_(pc.less_equal(findings["found_on"], day), pc.is_null(findings["known_until"]))
    findings = findings.filter(stands).select(FINDINGS.names).cast(FINDINGS)
    ids = pa.array([f"{PREFIX}{one}" for one in findings["finding_id"].to_pylist()], pa.string())
    return CaseworkKnown(
        overrides.filter(in_force).sort_by("override_id"),
        findings.set_column(0, FINDINGS.field(0), ids).sort_by("finding_id"),
    )


def with_casework(book: Book, known: CaseworkKnown) -> Book:
    """Return the book with the findings of casework beside its own."""
    if not len(known.findings):
        return book
    rows = known.findings.append_column("known_until", pa.nulls(len(known.findings), pa.date32()))
    return book.with_rows({"findings": rows}, of={"findings": ibis.literal(value=False)})


def casework_counts(book: Book, known: CaseworkKnown, known_by: date) -> dict[str, int]:
    """Return how many overrides and findings there are, and how many of each the book has no place for."""
    counts = {name: len(table) for name, table in known.tables().items()}
    unplaced = {f"{name}_unplaced": _unplaced(book, table, known_by) for name, table in known.tables().items()}
    return counts | unplaced


def read_casework(folder: Path) -> CaseworkKnown:
    """Return what the batch in `folder` was made with; nothing for batches of earlier versions, which had none.

    UnknownBatchError where one of the files is gone or was changed.
    """
    lost = broken(folder, among=[f"{name}.parquet" for name in _FILES]) if (folder / SUMMARY).is_file() else ()
    if lost:
        message = (
            f"The batch was made with overrides and findings in '{folder / lost[0]}', which is gone or was changed. "
            "Restore the folder from the backup."
        )
        raise UnknownBatchError(message)
    tables = {
        name: pq.read_table(folder / f"{name}.parquet", schema=schema)
        for name, schema in _FILES.items()
        if (folder / f"{name}.parquet").is_file()
    }
    return CaseworkKnown(**tables)


def write_casework(folder: Path, known: CaseworkKnown) -> None:
    for name, table in known.tables().items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")


def _unplaced(book: Book, rows: pa.Table, by: date) -> int:
    if not len(rows):
        return 0
    told = book.kept(rows.select(["borrower_id", "loan_id"]))
    loans = _known(book, "loans", by)
    borrowers = ibis.union(_known(book, "borrowers", by).select("borrower_id"), loans.select("borrower_id"))
    of_strangers = told.anti_join(borrowers, "borrower_id")
    on_strange_loans = told.semi_join(borrowers, "borrower_id").filter(told.loan_id.notnull())
    on_strange_loans = on_strange_loans.anti_join(loans, ["borrower_id", "loan_id"])
    return int(of_strangers.count().execute()) + int(on_strange_loans.count().execute())


def _known(book: Book, name: str, by: date) -> ir.Table:
    rows = book.table(name)
    return rows.filter(was_known(rows, by))
