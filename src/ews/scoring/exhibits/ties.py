"""Ties: who hangs together with whom on the day, as the network facts see it.

Grain   links: (as_of, known_by, from_id, to_id, kind); neighbours: both ways, one row per pair of parties
Reads   guarantees and relations valid on the day; borrowers for their groups; members of the economic unit
Links   several guarantees between the same two are one; a group of clients ties the borrowers of the spine to its
        other members and these not to each other
Nulls   `amount` but for guarantees that tell one; `since` where no row tells its first day, and in groups
"""

from functools import reduce

import ibis
import ibis.expr.types as ir

from ews.events.book import Book, was_known
from ews.features.steps import step
from ews.features.window import KEYS, Spine
from ews.scoring.exhibits.lags import DAY

LINK = (*DAY, "from_id", "to_id", "kind", "amount", "since")
GROUP = "group"


def links_on(book: Book, spine: Spine) -> ir.Table:
    """Return LINK."""
    found = []
    if book.has("guarantees"):
        rows = _standing(book, spine, "guarantees")
        rows = rows.mutate(from_id=rows.guarantor_id, to_id=rows.borrower_id, kind=ibis.literal("guarantee"))
        found.append(_links(rows, rows.amount.sum().cast("int64")))
    if book.has("relations"):
        rows = _standing(book, spine, "relations")
        found.append(_links(rows, ibis.null("int64")))
    found.append(_groups(book, spine))
    return step(reduce(ibis.union, (each.cast(found[0].schema()) for each in found)))


def neighbours_of(links: ir.Table) -> ir.Table:
    """Return DAY, party_id and other_id of all who are tied to each other, both ways."""
    there = links.select(*DAY, party_id="from_id", other_id="to_id")
    back = links.select(*DAY, party_id="to_id", other_id="from_id")
    return ibis.union(there, back, distinct=True)


def _standing(book: Book, spine: Spine, name: str) -> ir.Table:
    rows = book.table(name).cross_join(spine.table.select(*DAY).distinct())
    has_begun = rows.starts_on.isnull() | (rows.starts_on <= rows.as_of)
    stands = rows.ends_on.isnull() | (rows.ends_on >= rows.as_of)
    return rows.filter(was_known(rows, rows.known_by), has_begun, stands)


def _links(rows: ir.Table, amount: ir.Value) -> ir.Table:
    rows = rows.filter(rows.from_id != rows.to_id)
    return rows.group_by(*DAY, "from_id", "to_id", "kind").aggregate(amount=amount, since=rows.starts_on.min())


def _groups(book: Book, spine: Spine) -> ir.Table:
    rows = book.table("borrowers").cross_join(spine.table.select(*DAY).distinct())
    rows = rows.filter(was_known(rows, rows.known_by), rows.group_id.notnull())
    rows = step(rows.select(*DAY, "borrower_id", "group_id"))
    own = rows.semi_join(spine.table, KEYS).rename(from_id="borrower_id")
    same = own.inner_join(rows.rename(to_id="borrower_id"), [*DAY, "group_id"])
    same = same.filter(same.from_id != same.to_id)
    return same.select(
        *DAY, "from_id", "to_id", kind=ibis.literal(GROUP), amount=ibis.null("int64"), since=ibis.null("date")
    )
