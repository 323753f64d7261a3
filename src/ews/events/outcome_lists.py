"""Outcome lists: what was accepted of each addition, kept beside the book, so that a whole import can add it again.

outcome-lists/000001-<hash>.parquet   the rows, in the order of the additions; the days told of in the file's metadata
outcome-lists/<book id>.pending       rows whose book is not published yet

Rows that an earlier list holds are kept once, unless they were news again: a list sent whole every night costs nothing.
A pending list counts once the book it makes is there, and is dropped where that never came. Callers hold the lock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from ews.domain.errors import BookError
from ews.events import sql
from ews.events.manifest import read_manifest
from ews.events.publication import flush, sha256_of
from ews.events.schemas import OUTCOMES

LISTS = "outcome-lists"
COLUMNS = ", ".join((*OUTCOMES.names, "known_on", "withdrawn"))
_PENDING, _PARTIAL = ".pending", ".partial"
_KNOWN_TO = b"known_to"


@dataclass(frozen=True, slots=True)
class OutcomeList:
    """`known_to` is the last day that its files were said to tell of, null where nobody said."""

    file: Path
    rows: int
    known_to: date | None

    @property
    def relation(self) -> str:
        return sql.parquet(str(self.file))


def outcome_lists(directory: Path) -> tuple[OutcomeList, ...]:
    """Return the lists of the book in `directory`, the first addition first; BookError where one was changed."""
    _settle(directory)
    return tuple(_read(file) for file in _files(directory))


@contextmanager
def keeping(
    con: duckdb.DuckDBPyConnection, directory: Path, book_id: str, rows: str, known_to: date | None
) -> Iterator[None]:
    """Keep `rows` (a SELECT) as the newest list once the block has made the book `book_id`."""
    folder = directory / LISTS
    folder.mkdir(exist_ok=True)
    told = f"{_KNOWN_TO.decode()}: {sql.literal('' if known_to is None else known_to.isoformat())}"
    partial = folder / f"{book_id}{_PARTIAL}"
    con.execute(f"COPY ({rows}) TO {sql.literal(str(partial))} (FORMAT parquet, KV_METADATA {{{told}}})")
    flush(partial)
    partial.replace(partial.with_suffix(_PENDING))
    yield
    _settle(directory)


def unlisted(directory: Path, accepted: str, added: str) -> str:
    """Return the SELECT of the rows of `accepted` that no list holds yet, or that were `added` now all the same."""
    fresh, files = f"SELECT {COLUMNS} FROM {accepted}", ", ".join(sql.literal(str(file)) for file in _files(directory))
    if files:
        # By name, since a list may be older than a column.
        held = f"SELECT * FROM read_parquet([{files}], union_by_name = true)"
        fresh += f" EXCEPT SELECT {COLUMNS} FROM ((FROM {accepted} LIMIT 0) UNION ALL BY NAME {held})"
    return f"SELECT * FROM ({fresh} UNION SELECT {COLUMNS} FROM {added}) ORDER BY outcome_id, known_on"


def forget_lists(directory: Path) -> None:
    """Drop the lists: they were about another book."""
    for file in (directory / LISTS).glob("*"):
        file.unlink()


def _files(directory: Path) -> list[Path]:
    return sorted((directory / LISTS).glob("*.parquet"))


def _settle(directory: Path) -> None:
    """Give the pending list its number if its book is there, drop it if not; where no book can be read it is kept."""
    folder = directory / LISTS
    for half_written in folder.glob(f"*{_PARTIAL}"):
        half_written.unlink()
    for pending in folder.glob(f"*{_PENDING}"):
        if _is_book(directory, pending.stem):
            number = len(_files(directory)) + 1
            pending.replace(folder / f"{number:06d}-{sha256_of(pending)[:16]}.parquet")
        else:
            pending.unlink()


def _is_book(directory: Path, book_id: str) -> bool:
    try:
        return read_manifest(directory).book_id == book_id
    except BookError:
        return True


def _read(file: Path) -> OutcomeList:
    if sha256_of(file)[:16] != file.stem.partition("-")[2]:
        message = (
            f"The list of outcomes '{file}' was changed since it was added. Restore it from the backup; or delete it, "
            "import, and add its outcomes again with 'ews outcomes import'."
        )
        raise BookError(message)
    found = pq.read_metadata(file)
    told = found.metadata[_KNOWN_TO].decode()
    return OutcomeList(file, found.num_rows, date.fromisoformat(told) if told else None)
