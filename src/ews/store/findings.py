"""Findings: what checks established, beside those of the book; rows are added and never changed.

Grain   one row per field of a check; `found_on` is the day of the check, `known_on` the day it was entered
Correct a correction is a row that names in `corrects` the one it takes the place of from its `known_on`;
        without a value it takes that one back
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

import pyarrow as pa
from sqlalchemy import Connection, insert, select

from ews.store.engine import Store, reading
from ews.store.tables import findings


@dataclass(frozen=True, slots=True)
class Finding:
    """`field` and `value` are in the words of the event table of findings; `value` null takes back `corrects`."""

    finding_id: str
    portfolio: str
    borrower_id: str
    loan_id: str | None
    found_on: date
    known_on: date
    field: str
    value: str | None
    author: str
    case_id: str
    corrects: str | None = None


_TYPES = {
    "finding_id": pa.string(),
    "borrower_id": pa.string(),
    "loan_id": pa.string(),
    "found_on": pa.date32(),
    "field": pa.string(),
    "value": pa.string(),
    "author": pa.string(),
    "known_on": pa.date32(),
    "known_until": pa.date32(),
}
"""Columns of a stored table of findings (`ews.events.schemas.FINDINGS`), those of knowledge last."""


def add_findings(connection: Connection, rows: Sequence[Finding]) -> None:
    """Add findings; there is no way to change one."""
    if rows:
        connection.execute(insert(findings), [asdict(row) for row in rows])


def findings_of_case(connection: Connection, case_id: str) -> tuple[Finding, ...]:
    """Return what one check established, by id."""
    query = select(findings).where(findings.c.case_id == case_id).order_by(findings.c.finding_id)
    return tuple(Finding(**row._mapping) for row in connection.execute(query))  # noqa: SLF001 - SQLAlchemy's public name


def findings_of_borrower(connection: Connection, portfolio: str, borrower_id: str) -> tuple[Finding, ...]:
    """Return all that was ever found on a borrower, corrected rows too, in the order in which it became known."""
    query = (
        select(findings)
        .where(findings.c.portfolio == portfolio, findings.c.borrower_id == borrower_id)
        .order_by(findings.c.known_on, findings.c.finding_id)
    )
    return tuple(Finding(**row._mapping) for row in connection.execute(query))  # noqa: SLF001 - SQLAlchemy's public name


def findings_known_by(store: Store, portfolio: str, day: date) -> pa.Table:
    """Return the findings entered up to `day` as rows of a stored table of findings, by id.

    `known_until` is the day of a correction entered up to `day`. What was entered and corrected on the same day was
    never known at the end of one and is left out.
    """
    query = select(findings).where(findings.c.portfolio == portfolio, findings.c.known_on <= day)
    with reading(store) as connection:
        rows = connection.execute(query.order_by(findings.c.finding_id)).mappings().all()
    until = {row["corrects"]: row["known_on"] for row in rows if row["corrects"] is not None}
    told = [{**row, "known_until": until.get(row["finding_id"])} for row in rows if row["value"] is not None]
    standing = [row for row in told if row["known_until"] is None or row["known_until"] > row["known_on"]]
    return pa.table({name: pa.array([row[name] for row in standing], kind) for name, kind in _TYPES.items()})
