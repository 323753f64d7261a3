"""Intake: the newest batch of each portfolio becomes warnings that people work on.

Reads    the newest batch of each portfolio, the warnings that are there
Writes   warnings raised, joined or observed; one transaction per chunk of borrowers
Again    the same batch does nothing; killed anywhere, the next run goes on. Run it every night, with or without a new
         batch: warnings that wait are handed over when their day comes
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import select

from ews.casework.chunk import do_steps, in_chunks
from ews.casework.desk import Desk, Work
from ews.casework.warnings.body import KIND
from ews.casework.warnings.deadlines import terms_of
from ews.casework.warnings.joining import steps_for
from ews.casework.warnings.seen import PolicyOf, Seen, read_others, read_seen
from ews.domain.errors import ReconciliationError
from ews.store.batches import latest_batch, latest_batches
from ews.store.case_chunks import Step, cases_about
from ews.store.engine import Store, reading
from ews.store.nights import About
from ews.store.publications import Publication
from ews.store.tables import cases


@dataclass(frozen=True, slots=True)
class TakenIn:
    """How many warnings were raised, joined by a new signal, and observed with a change; `waiting` borrowers wait."""

    raised: int = 0
    joined: int = 0
    observed: int = 0
    waiting: int = 0


def take_in(desk: Desk, policy_of: PolicyOf, about: About | None = None) -> TakenIn:
    """Take in the newest batch of each portfolio, with the signals' kinds by the policy that decided.

    With `about` only what it says of these borrowers.
    """
    total = TakenIn()
    for publication in latest_batches(desk.store):
        names = _names_in(about, publication.batch.portfolio)
        newest, seen = _whole(desk, publication, policy_of, names)
        total = replace(
            total, waiting=total.waiting + sum(any(sign.waits for sign in one.signs) for one in seen.values())
        )
        others = _with_warnings(desk.store, newest.batch.portfolio) if names is None else names
        for chunk in in_chunks({*seen, *others}):
            total = _added(total, [act.verb for _, act in do_steps(desk, partial(_steps, newest, chunk, seen))])
    return total


def _steps(publication: Publication, borrower_ids: tuple[str, ...], seen: Mapping[str, Seen], work: Work) -> list[Step]:
    """Return what a batch does to the warnings of some borrowers, within the transaction that stores it."""
    batch, terms = publication.batch, terms_of(work)
    warnings = cases_about(work.connection, KIND, batch.portfolio, borrower_ids)
    quiet = [name for name in borrower_ids if name not in seen]
    known = {**seen, **read_others(work.connection, publication, quiet)}
    return [step for name in borrower_ids for step in steps_for(known.get(name), warnings.get(name, ()), batch, terms)]


def _names_in(about: About | None, portfolio: str) -> frozenset[str] | None:
    return None if about is None else frozenset(name for place, name in about if place == portfolio)


def _whole(
    desk: Desk, publication: Publication, policy_of: PolicyOf, names: frozenset[str] | None
) -> tuple[Publication, dict[str, Seen]]:
    """Return the newest batch of a portfolio with what it says; another may be published in between."""
    seen = read_seen(desk.store, publication, policy_of, desk.now().date(), names)
    if seen is not None:
        return publication, seen
    newest = latest_batch(desk.store, publication.batch.portfolio)
    if newest is None or newest.number == publication.number:
        message = (
            f"Batch '{publication.batch.batch_id}' is the newest of '{publication.batch.portfolio}', but its records "
            "are not in the store. No warning was raised from it; score the book again."
        )
        raise ReconciliationError(message)
    return _whole(desk, newest, policy_of, names)


def _with_warnings(store: Store, portfolio: str) -> list[str]:
    """Return the borrowers with an open warning."""
    query = select(cases.c.borrower_id).where(
        cases.c.kind == KIND, cases.c.portfolio == portfolio, cases.c.closed_at.is_(None)
    )
    with reading(store) as connection:
        return list(connection.execute(query.distinct()).scalars())


def _added(total: TakenIn, verbs: list[str]) -> TakenIn:
    return replace(
        total,
        raised=total.raised + verbs.count("raise"),
        joined=total.joined + verbs.count("join"),
        observed=total.observed + verbs.count("observe"),
    )
