"""Newest records: what the newest batch of each portfolio says in full of some borrowers, for lists of a page."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, select

from ews.domain.decisions import Decision
from ews.store.batches import ranked
from ews.store.tables import records


def newest_records(
    connection: Connection, borrowers: Collection[tuple[str, str]]
) -> Mapping[tuple[str, str], Decision]:
    """Return the records of borrowers, given and told by portfolio and borrower_id; those it has none of are left out.

    A record that the newest batch does not have any more is not looked for in earlier ones.
    """
    view = ranked()
    query = (
        select(view.c.portfolio, records.c.borrower_id, records.c.record)
        .join_from(records, view, records.c.publication == view.c.publication)
        .where(view.c.age == 1, records.c.borrower_id.in_(sorted({borrower_id for _, borrower_id in borrowers})))
    )
    wanted = set(borrowers)
    return {
        (row.portfolio, row.borrower_id): Decision.from_json(row.record)
        for row in (connection.execute(query) if wanted else ())
        if (row.portfolio, row.borrower_id) in wanted
    }
