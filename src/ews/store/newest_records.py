"""Newest records: which rules held for some borrowers in the newest batch of each portfolio, for lists of a page.

Reads    of each record only what a line of a list tells; to make the whole of it costs several times as much
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from ews.domain.decisions import Held
from ews.store.batches import ranked
from ews.store.kept_records import kept_records

HOLDS = "holds"


@dataclass(frozen=True, slots=True)
class HeldNow:
    """The rules that hold, by the policy that decided; what would lift them is left out."""

    policy_hash: str
    held: tuple[Held, ...]


def newest_held(connection: Connection, borrowers: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], HeldNow]:
    """Return what holds for borrowers, given and told by portfolio and borrower_id; who has no record is left out.

    A record that the newest batch does not have any more is not looked for in earlier ones.
    """
    asked: dict[str, list[str]] = {}
    for portfolio, borrower_id in borrowers:
        asked.setdefault(portfolio, []).append(borrower_id)
    view = ranked()
    query = select(view.c.portfolio, view.c.publication).where(view.c.age == 1)
    return {
        (row.portfolio, borrower_id): _held_now(record)
        for row in (connection.execute(query).all() if asked else ())
        if row.portfolio in asked
        for borrower_id, record in kept_records(connection, row.publication, asked[row.portfolio]).items()
    }


def _held_now(record: bytes) -> HeldNow:
    content = json.loads(record)
    return HeldNow(
        content["policy_hash"],
        tuple(
            Held(one["kind"], one["code"], one["gives"], one["inputs"])
            for one in content["held"]
            if one.get("state", HOLDS) == HOLDS  # earlier records do not say
        ),
    )
