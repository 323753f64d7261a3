"""Publish: a batch and its decisions enter the store in one transaction; the commit is the publication.

Reads   the batch, its decisions in any order
Writes  batches, decisions, records; the records of the portfolio's batch before are given up (they stay in Parquet)
Again   a batch that is already there is left as it is
Log     one entry proves the batch: a digest over its decisions, and one over its records
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, text, update

from ews.domain.errors import ReconciliationError
from ews.domain.levels import Tier, WarningLevel
from ews.domain.people import SYSTEM
from ews.domain.progress import Progress, silent
from ews.store.audit import Entry, Head, append, hold, touched
from ews.store.audit_log import Log, witnessed
from ews.store.audit_rows import SETS, set_touched
from ews.store.batches import find_batch, tallies_to_json, to_batch
from ews.store.engine import Store, writing
from ews.store.publications import Batch, DecisionRow, Publication, Tally
from ews.store.tables import batches, decisions, records

CHUNK = 5_000
PUBLISH = "batch.publish"
"""Action of the entry in the audit log."""
STEP = "publish"
"""What progress is told under."""

_DECISION = (
    "publication",
    *(name for name in DecisionRow.__dataclass_fields__ if name != "record"),
    "tier_rank",
    "level_rank",
)
_RECORD = ("publication", "borrower_id", "record")


@dataclass(frozen=True, slots=True)
class Published:
    """`already`: the batch was there before, nothing was written."""

    publication: Publication
    already: bool


def publish(
    store: Store,
    batch: Batch,
    rows: Iterable[DecisionRow],
    *,
    published_at: datetime | None = None,
    progress: Progress = silent,
    audit: Log | None = None,
) -> Published:
    """Publish `batch`; `published_at` defaults to now. With `audit` the log proves each row of it from then on.

    ReconciliationError, and nothing published, where the counts do not tie, or where the same id is there with
    other figures.
    """
    with writing(store) as connection:
        if store.on_postgresql:
            connection.execute(text("LOCK TABLE batches IN SHARE ROW EXCLUSIVE MODE"))
        already = _is_published(connection, batch)
        if not already:
            _check_batch(batch)
            when = datetime.now(UTC).astimezone().replace(tzinfo=None) if published_at is None else published_at
            given_up = _write(connection, batch, rows, when, progress)
            head = None if audit is None else _log(connection, audit, batch.batch_id, given_up)
    if not already and audit is not None and head is not None:
        witnessed(audit, head)
    return Published(find_batch(store, batch.batch_id), already)


def _is_published(connection: Connection, batch: Batch) -> bool:
    row = connection.execute(select(batches).where(batches.c.batch_id == batch.batch_id)).first()
    if row is None:
        return False
    stored = to_batch(row)
    given = replace(batch, directory=stored.directory, summary=json.loads(_canonical(batch.summary)))
    if given != stored:
        differing = [name for name, value in asdict(given).items() if value != asdict(stored)[name]]
        message = (
            f"Batch '{batch.batch_id}' is already published with other figures ({', '.join(differing)}). "
            "The same inputs must give the same figures; nothing was changed. Report this."
        )
        raise ReconciliationError(message)
    return True


def _check_batch(batch: Batch) -> None:
    parts = batch.scored + batch.rejected + batch.out_of_scope
    _tie(batch, "borrowers in the book", batch.borrowers_in, "scored, rejected and out of scope", parts)


def _write(
    connection: Connection, batch: Batch, rows: Iterable[DecisionRow], published_at: datetime, progress: Progress
) -> Sequence[int]:
    """Write a batch; return the publications whose records were given up for it."""
    number = 1 + connection.execute(select(func.coalesce(func.max(batches.c.publication), 0))).scalar_one()
    newest_day = connection.execute(
        select(func.max(batches.c.as_of)).where(batches.c.portfolio == batch.portfolio)
    ).scalar()
    in_full = newest_day is None or newest_day <= batch.as_of
    _insert(connection, batches, *_batch_row(batch, number, published_at))
    tallies: Counter[tuple[Tier, WarningLevel]] = Counter()
    money: Counter[tuple[Tier, WarningLevel]] = Counter()
    in_default = done = 0
    progress(STEP, 0, batch.scored)
    for chunk in _chunks(rows):
        _insert(connection, decisions, _DECISION, [_decision_row(number, row) for row in chunk])
        if in_full:
            _insert(connection, records, _RECORD, [(number, row.borrower_id, row.record) for row in chunk])
        for row in chunk:
            tallies[row.tier, row.level] += 1
            money[row.tier, row.level] += row.exposure_fen or 0
            in_default += row.in_default
        done += len(chunk)
        progress(STEP, done, batch.scored)
    _tie(batch, "borrowers scored", batch.scored, "decisions", done)
    _tie(batch, "borrowers in default", batch.in_default, "decisions in default", in_default)
    counted = [Tally(*key, tallies[key], money[key]) for key in tallies]
    counted.sort(key=lambda tally: (tally.tier.rank, tally.level.rank))
    connection.execute(update(batches).where(batches.c.publication == number).values(tallies=tallies_to_json(counted)))
    return _narrow(connection, batch.portfolio, number) if in_full else ()


def _narrow(connection: Connection, portfolio: str, newest: int) -> Sequence[int]:
    query = select(batches.c.publication).where(batches.c.portfolio == portfolio, batches.c.publication != newest)
    given_up = [
        number
        for number in connection.execute(query.order_by(batches.c.publication)).scalars()
        if connection.execute(select(records.c.borrower_id).where(records.c.publication == number).limit(1)).first()
    ]
    connection.execute(delete(records).where(records.c.publication.in_(given_up)))
    return given_up


def _log(connection: Connection, audit: Log, batch_id: str, given_up: Sequence[int]) -> Head:
    """Append the entry that proves the batch, its decisions and records, and what was given up for it."""
    row = connection.execute(select(batches).where(batches.c.batch_id == batch_id)).one()
    hold(connection)
    rows = (
        touched(connection, "batches", str(row.publication)),
        *(set_touched(connection, name, row.publication) for name in SETS),
        *(set_touched(connection, "records", number) for number in given_up),
    )
    content = {"publication": row.publication, "portfolio": row.portfolio, "as_of": row.as_of, "scored": row.scored}
    entry = Entry(row.published_at, SYSTEM.user_id, PUBLISH, batch_id, content=content, rows=rows)
    return append(connection, audit.key, [entry])


def _insert(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows the fast way of each database."""
    if not rows:
        return
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), [dict(zip(columns, row, strict=True)) for row in rows])
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _batch_row(batch: Batch, number: int, published_at: datetime) -> tuple[Sequence[str], list[tuple[Any, ...]]]:
    content = {
        "publication": number,
        "published_at": published_at,
        **{name: getattr(batch, name) for name in Batch.__dataclass_fields__},
        "summary": _canonical(batch.summary),
        "tallies": "[]",
    }
    return tuple(content), [tuple(content.values())]


def _decision_row(number: int, row: DecisionRow) -> tuple[Any, ...]:
    kept = (getattr(row, name) for name in _DECISION[1:-2])
    return number, *kept, row.tier.rank, row.level.rank


def _chunks(rows: Iterable[DecisionRow]) -> Iterator[list[DecisionRow]]:
    source = iter(rows)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


def _canonical(summary: Any) -> str:
    return json.dumps(summary, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _tie(batch: Batch, left_name: str, left: int, right_name: str, right: int) -> None:
    if left != right:
        message = (
            f"Batch '{batch.batch_id}' does not tie: {left:,} {left_name}, {right:,} {right_name}. "
            "Nothing was published."
        )
        raise ReconciliationError(message)
