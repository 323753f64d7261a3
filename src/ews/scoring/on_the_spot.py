"""On the spot: decide on one borrower now, with event rows that the book does not hold yet.

The named tables replace the borrower's own rows; everybody else, the network and the peers stay as they were in one
published batch, whose id is returned. Overrides and findings of casework are those of that batch; findings that are
given replace the borrower's, casework's among them. The same code decides as for the whole book, and nothing is stored;
a decision on the spot raises no warning, since the officers' queues are the batch's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ews.domain.decisions import Decision
from ews.domain.errors import AsOfError, BookError, RequestError, UnknownBorrowerError
from ews.events.accept import accept_rows
from ews.events.book import Book, open_book, was_known
from ews.events.manifest import read_manifest
from ews.features.window import Spine, spine_on
from ews.models.champion import stored_model
from ews.policy.policy import Policy
from ews.scoring.batch import compared_with
from ews.scoring.casework_known import CaseworkKnown, read_casework, with_casework
from ews.scoring.decide import decide, records_of
from ews.scoring.decided import Compared, Given
from ews.scoring.peers import Peers
from ews.scoring.states import States, read_states
from ews.store.batches import comparison, find_batch
from ews.store.engine import Store
from ews.store.publications import Batch
from ews.store.standings import previous_rows

_KEYS = {"accounts": "account_id", "loans": "loan_id"}
_ONE_THREAD = 5_000_000
"""Rows of a book up to which a decision takes one thread: dividing the work takes more than there is to divide."""
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
    spine = _spine_of(book, borrower_id, day, known_by)
    model = stored_model(home, base.portfolio, base.model_id)
    given = _given(home, store, base, borrower_id, casework, day)
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
    """Write the statements of decisions from `base`, so that the first that is asked for does not wait for them.

    That is a decision about nobody, in the book without its rows: what is written depends on neither. BookError where
    the book has changed since the batch.
    """
    casework = read_casework(home / base.directory)
    book = with_casework(_book_of(base), casework)
    book = Book(book.manifest, book.engine, {name: rows.limit(0) for name, rows in book.tables.items()})
    spine = spine_on(book, [base.as_of], known_by=base.known_by)
    model = stored_model(home, base.portfolio, base.model_id)
    given = _given(home, store, base, "", casework, base.as_of)
    decide(book, spine, model, policy, given=given, peers=_peers(home, base))


def _given(home: Path, store: Store, base: Batch, borrower_id: str, casework: CaseworkKnown, day: date) -> Given:
    return Given(
        _compared(store, base, day),
        _states(home, store, base, borrower_id, day),
        casework,
        previous_rows(store, base.batch_id).to_pandas(),
    )


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
    is_small = sum(entry.rows for entry in manifest.tables.values()) <= _ONE_THREAD
    book = open_book(directory, threads=1 if is_small else None, manifest=manifest)
    if book.manifest.book_id != base.book_id:
        message = (
            f"The book in '{base.summary['book']}' has changed since batch {base.batch_id} was made from it. "
            "Score it again, then ask again."
        )
        raise BookError(message)
    return book


def _check_day(book: Book, base: Batch, day: date) -> None:
    if day < base.as_of:
        message = f"as_of {day} lies before batch {base.batch_id} of {base.as_of}. Ask for that day or a later one."
        raise AsOfError(message)
    if day > book.manifest.extracted_on:
        last = book.manifest.extracted_on
        message = f"as_of {day} lies after the book's extraction on {last}. Ask for that day or an earlier one."
        raise AsOfError(message)


def _spine_of(book: Book, borrower_id: str, day: date, known_by: date) -> Spine:
    spine = spine_on(book, [day], known_by=known_by)
    own = spine.table.filter(spine.table.borrower_id == borrower_id)
    if own.count().execute() == 0:
        message = (
            f"Borrower '{borrower_id}' is not in the book on {day}. "
            "Give its row in tables.borrowers, or ask for a borrower that the book holds."
        )
        raise UnknownBorrowerError(message)
    return Spine(own, spine.days)


def _compared(store: Store, base: Batch, day: date) -> Compared | None:
    """Return the batch that the base was compared with, or the one a later day asks for."""
    if day == base.as_of:
        found = None if base.compared_id is None else find_batch(store, base.compared_id)
    else:
        found = comparison(store, base.portfolio, day, known_by=max(day, base.known_by))
    return None if found is None else compared_with(store, found.batch)


def _states(home: Path, store: Store, base: Batch, borrower_id: str, day: date) -> States:
    """Return what the base's predecessor left of the borrower, for a later day what the base itself did."""
    if day > base.as_of:
        return read_states(home / base.directory).of(borrower_id)
    before = None if base.predecessor_id is None else find_batch(store, base.predecessor_id).batch
    return read_states(None if before is None else home / before.directory).of(borrower_id)


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
