"""Quarterly session (季度例会): one form per borrower of a branch, opened once, and how far the branch has got.

Opens   one review case per borrower of the newest batch in the quarter; again, or after a crash, only what is missing
Chunks  so many borrowers in one transaction, so that nobody else waits long
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Protocol

from sqlalchemy import select

from ews.casework.desk import Desk, at_work, open_case
from ews.casework.reviews.form import KIND, Quarter, cases_of_session, plain, quarter_of, review_name
from ews.casework.reviews.prefill import prefilled
from ews.casework.rights import SENIOR, require
from ews.casework.subject import draft_about
from ews.domain.decisions import Decision
from ews.domain.errors import UnknownBatchError, UnknownBorrowerError
from ews.domain.people import Actor, Role
from ews.domain.text import sentence
from ews.store.batches import predecessor, ranked
from ews.store.engine import Store, reading
from ews.store.publications import Publication, Standing
from ews.store.standings import standing_columns, to_standing
from ews.store.tables import cases, decisions

CHUNK = 100
PREPARED, RETURNED, DETERMINED, APPROVED = "prepared", "returned", "determined", "approved"


class FindRecords(Protocol):
    """Called by several threads at once."""

    def __call__(self, batch_id: str, borrower_ids: Sequence[str]) -> Mapping[str, Decision]:
        """Return the full records of these borrowers in a batch, which holds them all."""


class FindRecord(Protocol):
    def __call__(self, borrower_id: str, *, batch_id: str) -> Decision:
        """Return the full record of a borrower in a batch."""


def one_by_one(find: FindRecord) -> FindRecords:
    """Return what finds many records by finding each."""
    return lambda batch_id, borrower_ids: {one: find(one, batch_id=batch_id) for one in borrower_ids}


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the `borrowers` of the batch have no form yet (`missing`), or one in each state."""

    portfolio: str
    branch_id: str
    quarter: str
    batch_id: str
    as_of: date
    borrowers: int
    missing: int
    prepared: int
    returned: int
    determined: int
    approved: int


def open_session(
    desk: Desk,
    actor: Actor,
    portfolio: str,
    branch_id: str,
    quarter: str,
    find_records: FindRecords,
    *,
    request_id: str | None = None,
) -> Progress:
    """Open the forms of a branch for a quarter like 2026Q2, prefilled; what is open already is left as it is.

    UnknownBatchError where no batch of the quarter is published, UnknownBorrowerError where the branch has no borrower
    in it, or none that the actor may know of.
    """
    of_quarter = quarter_of(quarter)
    batch, standings = _borrowers(desk.store, actor, portfolio, branch_id, of_quarter)
    require(actor, SENIOR, sentence("open a quarterly session"))
    missing = _missing(desk.store, portfolio, quarter, standings)
    for start in range(0, len(missing), CHUNK):
        chunk = missing[start : start + CHUNK]
        found = find_records(batch.batch.batch_id, [one.borrower_id for one in chunk])
        _open_chunk(desk, actor, of_quarter, chunk, [found[one.borrower_id] for one in chunk], request_id)
    return progress(desk.store, actor, portfolio, branch_id, quarter)


def progress(store: Store, actor: Actor, portfolio: str, branch_id: str, quarter: str) -> Progress:
    """Return how far a branch has got; errors as in `open_session`."""
    of_quarter = quarter_of(quarter)
    batch, standings = _borrowers(store, actor, portfolio, branch_id, of_quarter)
    with reading(store) as connection:
        found = cases_of_session(connection, portfolio, branch_id, quarter)
    states = Counter(case.state for case in found)
    have = {case.borrower_id for case in found}
    return Progress(
        portfolio=portfolio,
        branch_id=branch_id,
        quarter=quarter,
        batch_id=batch.batch.batch_id,
        as_of=batch.batch.as_of,
        borrowers=len(standings),
        missing=sum(one.borrower_id not in have for one in standings),
        prepared=states[PREPARED],
        returned=states[RETURNED],
        determined=states[DETERMINED],
        approved=states[APPROVED],
    )


def _open_chunk(
    desk: Desk,
    actor: Actor,
    quarter: Quarter,
    standings: Sequence[Standing],
    records: Sequence[Decision],
    request_id: str | None,
) -> None:
    subject = f"{standings[0].portfolio}:{standings[0].branch_id}:{quarter.name}"
    with at_work(desk, actor, "review.open", subject, request_id=request_id) as work:
        terms = work.policy.casework_on(work.today).session
        due = work.calendar.after(max(quarter.last, work.today), terms.prepare_days)
        bodies = prefilled(work.connection, records, quarter, work.today, terms.approvals)
        for standing in standings:
            name = review_name(standing.portfolio, quarter.name, standing.borrower_id)
            draft = draft_about(standing, KIND, PREPARED, role=Role.OFFICER.value, due_on=due, same_as=name)
            content = {"quarter": quarter.name, "batch_id": standing.batch_id}
            open_case(work, replace(draft, body=plain(bodies[standing.borrower_id])), "prepare", content)


def _borrowers(
    store: Store, actor: Actor, portfolio: str, branch_id: str, quarter: Quarter
) -> tuple[Publication, tuple[Standing, ...]]:
    """Return the newest batch of the quarter and the borrowers that the branch has in it."""
    batch = predecessor(store, portfolio, quarter.last + timedelta(days=1))
    if batch is None or batch.batch.as_of < quarter.first:
        message = sentence(
            "Portfolio '{portfolio}' has no batch from {first} to {last}. Score its book as of a day in {quarter}"
            " first, or name another quarter.",
            portfolio=portfolio,
            first=quarter.first,
            last=quarter.last,
            quarter=quarter.name,
        )
        raise UnknownBatchError(message)
    view = ranked()
    query = (
        select(*standing_columns(view))
        .join_from(decisions, view, decisions.c.publication == view.c.publication)
        .where(view.c.publication == batch.number, decisions.c.branch_id == branch_id)
    )
    with reading(store) as connection:
        rows = connection.execute(query.order_by(decisions.c.borrower_id)).all() if actor.sees(branch_id) else []
    if not rows:
        message = sentence(
            "Batch '{batch_id}' of {quarter} has no borrower of branch '{branch_id}' among those you may see. "
            "Check the branch.",
            batch_id=batch.batch.batch_id,
            quarter=quarter.name,
            branch_id=branch_id,
        )
        raise UnknownBorrowerError(message)
    return batch, tuple(to_standing(row) for row in rows)


def _missing(store: Store, portfolio: str, quarter: str, standings: Sequence[Standing]) -> list[Standing]:
    begins = review_name(portfolio, quarter)
    query = select(cases.c.same_as).where(cases.c.same_as.startswith(begins, autoescape=True))
    with reading(store) as connection:
        taken = frozenset(connection.execute(query).scalars())
    return [one for one in standings if review_name(portfolio, quarter, one.borrower_id) not in taken]
