"""Publish: a batch and its decisions enter the store in one transaction; the commit is the publication.

Reads   the batch, its decisions in parts that ascend by borrower_id
Writes  batches, decisions, packed records; the records of the portfolio's batch before are given up (they stay in
        Parquet)
Again   a batch that is already there is left as it is
Log     one entry proves the batch: a digest over its decisions, and one over its records
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, delete, func, insert, select, text, update

from ews.domain.errors import ReconciliationError
from ews.domain.levels import Tier, WarningLevel
from ews.domain.people import SYSTEM
from ews.domain.progress import Progress, silent
from ews.store.audit import Entry, Head, append, hold, touched
from ews.store.audit_log import Log, witnessed
from ews.store.audit_rows import set_touched
from ews.store.batches import find_batch, tallies_to_json, to_batch
from ews.store.engine import Store, writing
from ews.store.publications import Batch, DecisionRow, Publication, Tally
from ews.store.publish_parts import Digest, insert_part, made_ready, parts_of
from ews.store.tables import batches, decisions, metadata, packed_records, records

PUBLISH = "batch.publish"
"""Action of the entry in the audit log."""
STEP = "publish"
"""What progress is told under."""


@dataclass(frozen=True, slots=True)
class Published:
    """`already`: the batch was there before, nothing was written."""

    publication: Publication
    already: bool


@dataclass(frozen=True, slots=True)
class _Written:
    """A batch in the store: its number, the digests of its rows, and which records were given up for it."""

    publication: int
    digests: tuple[Digest, ...]
    given_up: tuple[tuple[str, int], ...]
    """By table and publication."""


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

    `rows` may come in any order.

    ReconciliationError, and nothing published, where the counts do not tie, or where the same id is there with
    other figures.
    """
    parts = parts_of(sorted(rows, key=attrgetter("borrower_id")))
    return publish_parts(store, batch, parts, published_at=published_at, progress=progress, audit=audit)


def publish_parts(
    store: Store,
    batch: Batch,
    parts: Iterable[pa.Table],
    *,
    published_at: datetime | None = None,
    progress: Progress = silent,
    audit: Log | None = None,
) -> Published:
    """Publish as `publish` does decisions that come as tables of ROW, a part at a time.

    ReconciliationError, too, where ids do not ascend from first to last.
    """
    with writing(store) as connection:
        if store.on_postgresql:
            connection.execute(text("LOCK TABLE batches IN SHARE ROW EXCLUSIVE MODE"))
        already = _is_published(connection, batch)
        if not already:
            _check_batch(batch)
            when = datetime.now(UTC).astimezone().replace(tzinfo=None) if published_at is None else published_at
            written = _write(connection, batch, parts, when, progress, proven=audit is not None)
            head = None if audit is None else _log(connection, audit, written)
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
    connection: Connection,
    batch: Batch,
    parts: Iterable[pa.Table],
    published_at: datetime,
    progress: Progress,
    *,
    proven: bool,
) -> _Written:
    """Write a batch; where it is to be `proven`, digests are made on the way."""
    number = 1 + connection.execute(select(func.coalesce(func.max(batches.c.publication), 0))).scalar_one()
    newest_day = connection.execute(
        select(func.max(batches.c.as_of)).where(batches.c.portfolio == batch.portfolio)
    ).scalar()
    in_full = newest_day is None or newest_day <= batch.as_of
    connection.execute(insert(batches), _batch_row(batch, number, published_at))
    tables = (decisions, packed_records) if in_full else (decisions,)
    digests = (Digest(decisions, number), Digest(packed_records, number))
    wanted = {table: digest if proven else None for table, digest in zip(tables, digests, strict=False)}
    for_copy = connection.dialect.name == "postgresql"
    tallies: Counter[tuple[Tier, WarningLevel]] = Counter()
    money: Counter[tuple[Tier, WarningLevel]] = Counter()
    in_default = done = 0
    progress(STEP, 0, batch.scored)
    for ready in made_ready(parts, number, wanted, for_copy=for_copy):
        insert_part(connection, ready)
        part = ready.part
        for tier, level, borrowers, exposure in _tallied(part):
            tallies[tier, level] += borrowers
            money[tier, level] += exposure
        in_default += pc.sum(part["in_default"]).as_py() or 0
        done += len(part)
        progress(STEP, done, batch.scored)
    _tie(batch, "borrowers scored", batch.scored, "decisions", done)
    _tie(batch, "borrowers in default", batch.in_default, "decisions in default", in_default)
    counted = [Tally(*key, tallies[key], money[key]) for key in tallies]
    counted.sort(key=lambda tally: (tally.tier.rank, tally.level.rank))
    connection.execute(update(batches).where(batches.c.publication == number).values(tallies=tallies_to_json(counted)))
    return _Written(number, digests, _narrow(connection, batch.portfolio, number) if in_full else ())


def _tallied(part: pa.Table) -> list[tuple[Tier, WarningLevel, int, int]]:
    """Return how many borrowers of a part are under each tier and level, and their known exposure."""
    grouped = part.group_by(["tier", "level"]).aggregate([("exposure_fen", "sum"), ([], "count_all")]).to_pylist()
    return [
        (Tier(row["tier"]), WarningLevel(row["level"]), row["count_all"], row["exposure_fen_sum"] or 0)
        for row in grouped
    ]


def _narrow(connection: Connection, portfolio: str, newest: int) -> tuple[tuple[str, int], ...]:
    query = select(batches.c.publication).where(batches.c.portfolio == portfolio, batches.c.publication != newest)
    numbers = connection.execute(query.order_by(batches.c.publication)).scalars().all()
    given_up = tuple(
        (table.name, number)
        for table in (packed_records, records)
        for number in numbers
        if connection.execute(select(table.c.borrower_id).where(table.c.publication == number).limit(1)).first()
    )
    for name, number in given_up:
        table = metadata.tables[name]
        connection.execute(delete(table).where(table.c.publication == number))
    return given_up


def _log(connection: Connection, audit: Log, written: _Written) -> Head:
    """Append the entry that proves the batch, its decisions and records, and what was given up for it.

    Digests are ready before the log is held, so that look-ups are entered meanwhile.
    """
    row = connection.execute(select(batches).where(batches.c.publication == written.publication)).one()
    rows = (
        touched(connection, "batches", str(row.publication)),
        *(digest.touched() for digest in written.digests),
        *(set_touched(connection, name, number) for name, number in written.given_up),
    )
    content = {"publication": row.publication, "portfolio": row.portfolio, "as_of": row.as_of, "scored": row.scored}
    entry = Entry(row.published_at, SYSTEM.user_id, PUBLISH, row.batch_id, content=content, rows=rows)
    hold(connection)
    return append(connection, audit.key, [entry])


def _batch_row(batch: Batch, number: int, published_at: datetime) -> dict[str, Any]:
    return {
        "publication": number,
        "published_at": published_at,
        **{name: getattr(batch, name) for name in Batch.__dataclass_fields__},
        "summary": _canonical(batch.summary),
        "tallies": "[]",
    }


def _canonical(summary: Any) -> str:
    return json.dumps(summary, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _tie(batch: Batch, left_name: str, left: int, right_name: str, right: int) -> None:
    if left != right:
        message = (
            f"Batch '{batch.batch_id}' does not tie: {left:,} {left_name}, {right:,} {right_name}. "
            "Nothing was published."
        )
        raise ReconciliationError(message)
