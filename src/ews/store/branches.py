"""Branches: which branch has a borrower now, so that nobody sees those of another.

Grain   (portfolio, borrower_id), as of the newest decision, whichever batch that is in
Nulls   a borrower of no branch has null; one without a decision is absent
"""

from collections.abc import Collection, Mapping

from sqlalchemy import func, select

from ews.store.batches import latest_batches, ranked
from ews.store.engine import Store, reading
from ews.store.tables import decisions


def known_branches(store: Store) -> frozenset[str]:
    """Return the branches that have a borrower in the newest batch of any portfolio."""
    newest = [one.number for one in latest_batches(store)]
    query = select(decisions.c.branch_id).where(decisions.c.publication.in_(newest)).distinct()
    with reading(store) as connection:
        return frozenset(one for one in connection.execute(query).scalars() if one is not None)


def branches_of(store: Store, borrower_ids: Collection[str]) -> Mapping[tuple[str, str], str | None]:
    """Return the branch by (portfolio, borrower_id)."""
    view = ranked()
    query = (
        select(view.c.portfolio, decisions.c.borrower_id, decisions.c.branch_id)
        .join_from(decisions, view, decisions.c.publication == view.c.publication)
        .where(decisions.c.borrower_id.in_(sorted(borrower_ids)))
        .order_by(view.c.as_of, view.c.publication)
    )
    with reading(store) as connection:
        rows = connection.execute(query).all()
    return {(row.portfolio, row.borrower_id): row.branch_id for row in rows}


def regions_of(store: Store) -> dict[str, str]:
    """Return the region that most borrowers of a branch are of, by branch, in the newest batch of any portfolio."""
    newest = [one.number for one in latest_batches(store)]
    of_both = (decisions.c.branch_id, decisions.c.region)
    query = (
        select(*of_both)
        .where(decisions.c.publication.in_(newest), *(column.is_not(None) for column in of_both))
        .group_by(*of_both)
        .order_by(func.count(), decisions.c.region.desc())
    )
    with reading(store) as connection:
        return {row.branch_id: row.region for row in connection.execute(query)}  # the last of a branch has the most
