"""Prints: all that a home, a book and a store hold, by name and hash, but for what a clock or chance has a hand in.

Files   byte for byte: batches, the editions of the book, policies, models, the book itself. Of champion.json and the
        history of champions without when, by which MLflow run, and the chain that rests on both
Rows    of every table in the order of their text, without columns of a time; times within a text are blanked
Log     which entries there are, without times, hashes and ids of requests; look-ups, log-ins and refusals are left out
Notices which acts neighbours were told, each once, whichever file has them
Night   acts that somebody was about to carry out and the next night did are told without who
Left    .kept (a saving, no record), locks, how far a night had come, the audit key and witness, MLflow's own database,
        sessions
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from sqlalchemy import DateTime, Table, select

from ews.store.engine import Store, reading
from ews.store.tables import audit, metadata

_FOLDERS = ("decisions", "books", "policies", "models")
_SHARED_OUT = {"audit", "logins", "nights", "sessions", "views"}
_CARRIED_OUT = "carry-out"
_CHANCE = frozenset({"since", "run_id", "before"})
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?")
_NOT_DONE = ("lookup", "look-up", "login", "logout", "log-in", "refused")
_LEFT = re.compile(r"(^|/)(\.partial-|staging-|\.ews-training-|\.key\.|\.[^/]*\.partial|[^/]*\.partial)")


def print_of(home: Path, store: Store | None) -> dict[str, str]:
    """Return a hash by name of all that is there."""
    found: dict[str, str] = {}
    for name in _FOLDERS:
        found.update(_files(home, home / name))
    if store is not None:
        found.update(_rows(store))
    found["notices"] = _hash(json.dumps(_told(home)))
    return found


def book_print(book: Path) -> dict[str, str]:
    """Return a hash by name of the files of a book."""
    return dict(_files(book, book))


def orphans(folder: Path) -> list[str]:
    """Return what somebody began to write and never finished, below a folder."""
    names = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")))
    return [name for name in names if _LEFT.search(name) and ".orphans/" not in name]


def _files(root: Path, folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(root).as_posix()
        if not path.is_file() or path.name.endswith("lock") or "/.kept/" in name or "/.orphans/" in name:
            continue
        yield name, _champion(path) if path.name.startswith("champion") else _hash(path.read_bytes())


def _champion(path: Path) -> str:
    """Return the hash of the pointer, or of the history, without what differs from run to run."""
    text = path.read_text(encoding="utf-8")
    parts = [json.loads(text)] if path.suffix == ".json" else [json.loads(line) for line in text.splitlines()]
    return _hash(json.dumps([{name: part[name] for name in sorted(part.keys() - _CHANCE)} for part in parts]))


def _rows(store: Store) -> Iterator[tuple[str, str]]:
    with reading(store) as connection:
        for table in metadata.sorted_tables:
            if table.name in _SHARED_OUT:
                continue
            lines = sorted(_line(table, row._asdict()) for row in connection.execute(select(table)))
            yield f"rows of {table.name}", f"{len(lines)} {_hash(chr(10).join(lines))}"
        entries = connection.execute(select(audit.c.action, audit.c.subject, audit.c.user_id))
        done = Counter(_entry(*row) for row in entries if not _is_look(row.action))
        yield "entries of the log", _hash(json.dumps(sorted(done.items())))


def _entry(action: str, subject: str, user_id: str) -> str:
    return f"{action} {subject} {'' if action.endswith(_CARRIED_OUT) else user_id}"


def _is_look(action: str) -> bool:
    return any(word in action.replace("_", "") for word in _NOT_DONE)


def _line(table: Table, row: dict[str, Any]) -> str:
    kept = {
        column.name: row[column.name]
        for column in table.columns
        if not isinstance(column.type, DateTime) and column.name != "request_id"
    }
    if kept.get("verb") == _CARRIED_OUT:
        del kept["user_id"]
    return _TIME.sub("T", json.dumps(kept, sort_keys=True, default=_plain))


def _plain(value: Any) -> str:
    return _hash(value) if isinstance(value, bytes | memoryview) else str(value)


def _told(home: Path) -> list[list[Any]]:
    """Return the acts that neighbours were told, without times."""
    rows: list[list[Any]] = []
    for file in sorted((home / "notices").glob("[!.]*/warnings.parquet")):
        names = ("act", "verb", "state", "user_id", "case_id", "version", "borrower_id")
        rows += [[one[name] for name in names] for one in pq.read_table(file).to_pylist()]
    return sorted(rows)


def _hash(content: bytes | memoryview | str) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()[:16]
