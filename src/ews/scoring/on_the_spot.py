"""On the spot: decide on one borrower now, with event rows that the book does not hold yet.

The named tables replace the borrower's own rows; everybody else, the network and the peers stay as they were in one
published batch, whose id is returned. Only the part of the book that reaches the borrower is looked at (near.py), so
that it takes as long in a large book as in a small one; the first decision from a batch also works out what peers tell
of themselves, which is kept for the next ones. Overrides and findings of casework are those of that batch; findings
that are given replace the borrower's, casework's among them. The same code decides as for the whole book, and nothing
is stored; a decision on the spot raises no warning, since the officers' queues are the batch's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ews.domain.decisions import Decision
from ews.domain.errors import AsOfError, BookError, RequestError, UnknownBorrowerError
from ews.events.accept import accept_rows
from ews.events.book import Book, open_book, was_known
from ews.events.engine import on_one_thread
from ews.events.manifest import read_manifest
from ews.features.peers.at_large import at_large
from ews.features.statements import worked_out
from ews.features.window import Spine, spine_on
from ews.models.champion import stored_model
from ews.policy.policy import Policy
from ews.scoring.batch import compared_with
from ews.scoring.casework_known import CaseworkKnown, read_casework, with_casework
from ews.scoring.decide import decide, records_of
from ews.scoring.decided import Compared, Given
from ews.scoring.near import near, reach
from ews.scoring.peers import Peers
from ews.scoring.states import States, read_states
from ews.store.batches import comparison, find_batch
from ews.store.engine import Store
from ews.store.publications import Batch
from ews.store.standings import previous_rows

_KEYS = {"accounts": "account_id", "loans": "loan_id"}
_ONE_THREAD = 5_000_000
"""Rows of a book up to which it is read by one thread: dividing the work takes more than there is to divide."""
_DAYS_AT_LARGE = 2
"""Days on which what peers tell is kept: that of the newest batch, and another that is asked about."""
_ONE_AT_A_TIME = Lock()
_EITHER_SIDE = {"relations": ("from_id", "to_id"), "guarantees": ("guarantor_id", "borrower_id")}


@dataclass(frozen=True, slots=True)
class OnTheSpot:
    decision: Decision
    base_batch_id: str


def decide_on_the_spot(
    home: Path,
    store: Store,
    policy: Policy,
    base: Batch,
    *,
    borrower_id: str,
    rows: Mapping[str, Sequence[Mapping[str, Any]]],
    as_of: date | None = None,
) -> OnTheSpot:
    """Decide on `borrower_id` with `rows` per table in place of its own; nothing is stored.

    `base` is the published batch that gives peers, the network and the decision compared with. Raises RequestError
    for rows that cannot be used or belong to somebody else, UnknownBorrowerError, BookError where the book has
    changed since the batch.
    """
    casework = read_casework(home / base.directory)
    book = with_casework(_book_of(base), casework)
    day = as_of or base.as_of
    _check_day(book, base, day)
    known_by = max(day, base.known_by)
    book = with_rows_of(book, borrower_id, rows, known_by)
    ids = reach(book, borrower_id)
    book = _near(book, base, ids, day, known_by)
    everybody = spine_on(book, [day], known_by=known_by)
    spine = _spine_of(everybody, borrower_id)
    model = stored_model(home, base.portfolio, base.model_id)
    given = _given(home, store, base, casework, _Asked(borrower_id, day, ids, _ids_of(everybody)))
    decided = decide(book, spine, model, policy, given=given, peers=_peers(home, base))
    found = records_of(
        decided,
        batch_id=base.batch_id,
        portfolio=base.portfolio,
        spine=spine,
        known_by=known_by,
        model=model,
        policy=policy,
    )
    decision = next(found, None)
    if decision is None:
        message = (
            f"Borrower '{borrower_id}' has nothing to decide on {day}: no live loan, or no feature is known. "
            "Give its loans and what happened on them in 'tables'."
        )
        raise RequestError(message)
    return OnTheSpot(decision, base.batch_id)


def describe_decisions(home: Path, store: Store, policy: Policy, base: Batch) -> None:
    """Work out what decisions from `base` share, so that the first that is asked for does not wait for it.

    That is what peers tell, and the statements of a decision about nobody: what is written depends on no row. BookError
    where the book has changed since the batch.
    """
    casework = read_casework(home / base.directory)
    book = with_casework(_book_of(base), casework)
    book = _near(book, base, [], base.as_of, base.known_by)
    spine = spine_on(book, [base.as_of], known_by=base.known_by)
    model = stored_model(home, base.portfolio, base.model_id)
    given = _given(home, store, base, casework, _Asked("", base.as_of, [], []))
    decide(book, spine, model, policy, given=given, peers=_peers(home, base))


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whom a decision is about, and on which day; `near` are the ids that count, `seen` those known on the day."""

    borrower_id: str
    day: date
    near: Sequence[str]
    seen: Sequence[str]


def _given(home: Path, store: Store, base: Batch, casework: CaseworkKnown, asked: _Asked) -> Given:
    """Return what the decision starts from; of the batches what they say of those that count in it."""
    others = previous_rows(store, base.batch_id, asked.near).to_pandas()
    return Given(
        _compared(store, base, asked),
        _states(home, store, base, asked),
        casework,
        others if asked.day > base.as_of else _with_undecided(others, asked.seen),
    )


def _near(book: Book, base: Batch, ids: Sequence[str], day: date, known_by: date) -> Book:
    """Return the part of the book that `ids` make up, to be worked on by one thread."""
    with _ONE_AT_A_TIME:  # two that come at once would work the same out twice
        others = _at_large(base.summary["book"], base.book_id, day, known_by)
    small = near(book, ids, others)
    on_one_thread(small.engine)
    return small


@lru_cache(maxsize=_DAYS_AT_LARGE)
def _at_large(directory: str, _book_id: str, day: date, known_by: date) -> pa.Table:
    """Return what peers tell of themselves on a day, from all of the book."""
    book = open_book(Path(directory))
    return worked_out(book, spine_on(book, [day], known_by=known_by), at_large).to_pyarrow()


def _peers(home: Path, base: Batch) -> Peers:
    return Peers.from_arrow(pq.read_table(home / base.directory / "peers.parquet"))


def with_rows_of(book: Book, borrower_id: str, rows: Mapping[str, Sequence[Mapping[str, Any]]], known_by: date) -> Book:
    """Return the book with `rows` in place of what it holds of this borrower in the named tables."""
    accepted = accept_rows(rows, book.engine, extracted_on=book.manifest.extracted_on)
    for name in _KEYS:
        _check_not_taken(book, accepted, name, borrower_id)
    owned = {name: _owned(book, accepted, name, borrower_id, known_by) for name in _KEYS}
    for name, table in accepted.items():
        _check_owner(name, table, borrower_id, owned)
    return book.with_rows(accepted, of={name: _condition(book, name, borrower_id, owned) for name in accepted})


def _book_of(base: Batch) -> Book:
    directory = Path(base.summary["book"])
    manifest = read_manifest(directory)
    if manifest.book_id != base.book_id:
        message = (
            f"The book in '{directory}' has changed since batch {base.batch_id} was made from it. "
            "Score it again, then ask again."
        )
        raise BookError(message)
    is_small = sum(entry.rows for entry in manifest.tables.values()) <= _ONE_THREAD
    return open_book(directory, threads=1 if is_small else None, manifest=manifest)


def _check_day(book: Book, base: Batch, day: date) -> None:
    if day < base.as_of:
        message = f"as_of {day} lies before batch {base.batch_id} of {base.as_of}. Ask for that day or a later one."
        raise AsOfError(message)
    if day > book.manifest.extracted_on:
        last = book.manifest.extracted_on
        message = f"as_of {day} lies after the book's extraction on {last}. Ask for that day or an earlier one."
        raise AsOfError(message)


def _spine_of(everybody: Spine, borrower_id: str) -> Spine:
    if borrower_id not in _ids_of(everybody):
        message = (
            f"Borrower '{borrower_id}' is not in the book on {everybody.days[0]}. "
            "Give its row in tables.borrowers, or ask for a borrower that the book holds."
        )
        raise UnknownBorrowerError(message)
    return Spine(everybody.table.filter(everybody.table.borrower_id == borrower_id), everybody.days)


def _ids_of(spine: Spine) -> list[str]:
    ids: list[str] = spine.table.borrower_id.to_pyarrow().to_pylist()
    return ids


def _with_undecided(others: pd.DataFrame, seen: Sequence[str]) -> pd.DataFrame:
    """Return `others` with those whom the batch of that day saw as well and did not decide on, of whom all is null."""
    undecided = sorted(set(seen) - set(others["borrower_id"]))
    return pd.concat([others, pd.DataFrame({"borrower_id": pd.Series(undecided, dtype="str")})], ignore_index=True)


def _compared(store: Store, base: Batch, asked: _Asked) -> Compared | None:
    """Return the batch that the base was compared with, or the one a later day asks for."""
    if asked.day == base.as_of:
        found = None if base.compared_id is None else find_batch(store, base.compared_id)
    else:
        found = comparison(store, base.portfolio, asked.day, known_by=max(asked.day, base.known_by))
    return None if found is None else compared_with(store, found.batch, asked.near)


def _states(home: Path, store: Store, base: Batch, asked: _Asked) -> States:
    """Return what the base's predecessor left of the borrower, for a later day what the base itself did."""
    if asked.day > base.as_of:
        return read_states(home / base.directory).of(asked.borrower_id)
    before = None if base.predecessor_id is None else find_batch(store, base.predecessor_id).batch
    return read_states(None if before is None else home / before.directory).of(asked.borrower_id)


def _check_not_taken(book: Book, accepted: Mapping[str, pa.Table], name: str, borrower_id: str) -> None:
    """Refuse an account or loan that the book knows as somebody else's, now or formerly."""
    key = _KEYS[name]
    if name not in accepted or not book.has(name):
        return
    stored = book.table(name)
    others = stored.filter(stored[key].isin(accepted[name][key].to_pylist()), stored.borrower_id != borrower_id)
    taken = sorted(set(others[key].to_pyarrow().to_pylist()))
    if taken:
        message = (
            f"Table '{name}': {key} '{taken[0]}' does not belong to borrower '{borrower_id}'. "
            "Give an id of this borrower, or a new one."
        )
        raise RequestError(message)


def _owned(book: Book, accepted: Mapping[str, pa.Table], name: str, borrower_id: str, known_by: date) -> list[str]:
    """Return the ids of the borrower's accounts or loans, from the request where it names them, and from the book."""
    key = _KEYS[name]
    ids: set[str] = set()
    if book.has(name):
        stored = book.table(name)
        mine = stored.filter(stored.borrower_id == borrower_id, was_known(stored, known_by))
        ids |= set(mine[key].to_pyarrow().to_pylist())
    if name in accepted:
        ids |= set(accepted[name].filter(pc.equal(accepted[name]["borrower_id"], borrower_id))[key].to_pylist())
    return sorted(ids)


def _check_owner(name: str, rows: pa.Table, borrower_id: str, owned: Mapping[str, list[str]]) -> None:
    """Refuse rows of another borrower: a request speaks of one."""
    sides = _EITHER_SIDE.get(name)
    if sides is not None:
        pairs = zip(*(rows[side].to_pylist() for side in sides), strict=True)
        wrong = [f"{left} and {right}" for left, right in pairs if borrower_id not in (left, right)]
        column = " or ".join(sides)
    elif "borrower_id" in rows.column_names:
        column = "borrower_id"
        wrong = [value for value in rows[column].to_pylist() if value != borrower_id]
    else:
        column = "account_id" if name == "transactions" else "loan_id"
        allowed = owned["accounts" if column == "account_id" else "loans"]
        wrong = [value for value in rows[column].to_pylist() if value not in allowed]
    if wrong:
        message = (
            f"Table '{name}': {column} '{wrong[0]}' does not belong to borrower '{borrower_id}'. "
            "Give rows of this borrower only; name new loans and accounts in their own tables."
        )
        raise RequestError(message)


def _condition(book: Book, name: str, borrower_id: str, owned: Mapping[str, list[str]]) -> ir.BooleanValue | None:
    if not book.has(name):
        return None
    table = book.table(name)
    if name in _EITHER_SIDE:
        left, right = _EITHER_SIDE[name]
        return (table[left] == borrower_id) | (table[right] == borrower_id)
    if "borrower_id" in table.columns:
        return table.borrower_id == borrower_id
    column = "account_id" if name == "transactions" else "loan_id"
    ids = owned["accounts" if column == "account_id" else "loans"]
    return table[column].isin(ids) if ids else ibis.literal(False)
