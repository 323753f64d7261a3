"""Taking outcomes into a book: a list is judged, and what it tells anew is written beside what the book held.

Reads   the manifest, borrowers, loans and outcomes of a book, published or in hand; a relation of listed outcomes
Writes  the outcomes of the book anew, the old rows among them, into a file; publishing it is the caller's
In      = accepted + rejected; of those accepted some are known already and add nothing: the same row, or the same
        content as the version before it
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb

from ews.domain.errors import ReconciliationError
from ews.events import sql
from ews.events.checks import ROW
from ews.events.examination import Examination, accepted_rows, examine, forget
from ews.events.manifest import Manifest, TableEntry
from ews.events.outcome_lists import COLUMNS
from ews.events.outcome_news import ADDED, TOLD, judged, open_told
from ews.events.publication import data_file, sha256_of
from ews.events.quarantine import write_rejected
from ews.events.rejections import Reason
from ews.events.schemas import OUTCOMES

ACCEPTED = "ews_accepted_outcomes"
"""Table of the rows that the newest list was accepted with."""
_WHOLE = "ews_whole_outcomes"


@dataclass(frozen=True, slots=True)
class Taken:
    """`added` counts the new rows by kind; `file` holds the outcomes of `manifest`, null where no row is new.

    `backdated` counts the new rows that the bank knew by the last day the book told of.
    """

    manifest: Manifest
    delivered: int
    reasons: Mapping[Reason, int]
    added: Mapping[str, int]
    backdated: int
    file: Path | None


def take_outcomes(
    con: duckdb.DuckDBPyConnection,
    directory: Path,
    manifest: Manifest,
    relation: str,
    *,
    last: date,
    known_to: date | None,
    into: Path,
    rejected: Path,
) -> Taken:
    """Judge the rows of `relation` against the book of `manifest`, whose files lie in `directory`.

    What was known after `last` is rejected. The outcomes of the book are written to `into`, the rejected rows to
    `rejected`, where there are any. The tables ACCEPTED and ADDED stay on the connection.
    """
    references = open_told(con, directory, manifest)
    found = examine(con, OUTCOMES, relation, extracted_on=last, references=references)
    found = judged(con, directory, manifest, found)
    if found.rejected:
        write_rejected(con, found, rejected)
    _keep_accepted(con, found)
    forget(con, found)
    backdated = _count(con, f"{ADDED} WHERE known_on <= {sql.day(manifest.known_to)}")
    oldest, newest = con.execute(f"SELECT min(occurred_on), max(known_on) FROM {ADDED}").fetchall()[0]
    told, added = covering(manifest, known_to, oldest=oldest, newest=newest), _added(con)
    if added:
        told = _store(con, told, references, into)
    return Taken(told, found.delivered, dict(found.reasons), added, backdated, into if added else None)


def _keep_accepted(con: duckdb.DuckDBPyConnection, found: Examination) -> None:
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {ACCEPTED} AS SELECT {COLUMNS} FROM {found.typed}"
        f' WHERE {ROW} NOT IN (SELECT "row" FROM {found.failures})'
    )


def _added(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    kinds = con.execute(f"SELECT kind, count(*) FROM {ADDED} GROUP BY kind ORDER BY kind").fetchall()
    return {str(kind or "withdrawn"): int(count) for kind, count in kinds}


def covering(before: Manifest, known_to: date | None, *, oldest: date | None, newest: date | None) -> Manifest:
    """Return the manifest whose outcomes reach as far as a list does; their rows are still the old ones.

    `oldest` is the first day on which a new row occurred, `newest` the last on which one was known.
    """
    entry = before.tables.get(OUTCOMES.name)
    if entry is None and newest is None:
        return before
    old = entry or TableEntry("", "", 0, 0, oldest or newest, None)
    end = max((day for day in (known_to or newest, old.covered_to) if day is not None), default=None)
    start = old.covered_from if end is None else min(old.covered_from or oldest or end, end)
    return replace(before, tables={**before.tables, OUTCOMES.name: replace(old, covered_from=start, covered_to=end)})


def _store(con: duckdb.DuckDBPyConnection, manifest: Manifest, references: Mapping[str, str], into: Path) -> Manifest:
    """Write the outcomes told before and those added, and return their manifest."""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {_WHOLE} AS SELECT {COLUMNS} FROM {TOLD} UNION ALL SELECT {COLUMNS} FROM {ADDED}"
    )
    found = examine(con, OUTCOMES, _WHOLE, extracted_on=manifest.known_to, references=references)
    con.execute(f"COPY ({accepted_rows(con, found)}) TO {sql.literal(str(into))} (FORMAT parquet, COMPRESSION zstd)")
    forget(con, found)
    rows, expected = _count(con, sql.parquet(str(into))), _count(con, TOLD) + _count(con, ADDED)
    if rows != expected:
        message = (
            f"{expected} outcomes were to be written, those of the book and the new ones, and {rows} were. Nothing was "
            "published; check the book with 'ews check' and report this."
        )
        raise ReconciliationError(message)
    sha256 = sha256_of(into)
    entry = replace(manifest.tables[OUTCOMES.name], file=data_file(OUTCOMES.name, sha256), sha256=sha256, rows=rows)
    return replace(manifest, tables={**manifest.tables, OUTCOMES.name: entry})


def _count(con: duckdb.DuckDBPyConnection, source: str) -> int:
    return int(con.execute(f"SELECT count(*) FROM {source}").fetchall()[0][0])
