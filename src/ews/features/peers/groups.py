"""Peer groups: who is compared with whom on a day, and figures of a group that leave the borrower itself out.

Grain   members: one row per (borrower_id, as_of, known_by) of those in an industry or region that the spine has
Reads   borrowers, loans
Peers   whoever had a loan paid out by then, as known on the day; where the book holds no loans, everybody. They are
        taken from the whole book, so that a single look-up has the same peers as the batch: a book that holds few
        borrowers is given what the others tell (at_large.py)
Median  lower median of the others, an order statistic and so the same bytes every time
Nulls   a figure is null where industry or region is unknown, or where fewer than LEAST_PEERS others tell a value
"""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from ews.events.book import Book, was_known
from ews.features.ratios import only_where, ratio
from ews.features.steps import step
from ews.features.window import KEYS, Spine

AXES = ("industry", "region")
DAY = ("as_of", "known_by")

AT_LARGE = "peers_at_large"
"""Given to a book that holds few borrowers: what everybody's peers tell, as `at_large` describes it."""
LEAST_PEERS = 10
"""A median or share of fewer others tells of them and not of their trade."""


def members_on(book: Book, spine: Spine) -> ir.Table:
    """Return the spine's borrowers and all their peers, with industry, region and `is_peer`."""
    known = step(with_others(book, spine, everybody_on(book, spine)))
    asked = known.semi_join(spine.table, KEYS)
    alike = [known.semi_join(asked.filter(asked[axis].notnull()), [*DAY, axis]) for axis in AXES]
    return step(ibis.union(asked, *(rows.filter(rows.is_peer) for rows in alike), distinct=True))


def everybody_on(book: Book, spine: Spine) -> ir.Table:
    """Return all borrowers of the book that are known on each day, with industry, region and `is_peer`."""
    rows = book.table("borrowers").cross_join(spine.table.select(*DAY).distinct())
    known = rows.filter(was_known(rows, rows.known_by)).select(*KEYS, *AXES)
    return known.mutate(is_peer=ibis.literal(value=True)) if not book.has("loans") else _owing(book, known)


def with_others(book: Book, spine: Spine, rows: ir.Table) -> ir.Table:
    """Return `rows`, or, where the book is given peers at large, those of the spine's borrowers with those of peers."""
    if not book.is_given(AT_LARGE):
        return rows
    others = book.given(AT_LARGE).select(rows.columns).cast(rows.schema())
    own = spine.table.select("borrower_id")
    return ibis.union(rows.semi_join(own, "borrower_id"), others.anti_join(own, "borrower_id"))


def looked_at(book: Book, spine: Spine, members: ir.Table) -> Spine:
    """Return the spine of those of `members` of whom the book itself is asked."""
    rows = members.select(*KEYS)
    return Spine(rows if not book.is_given(AT_LARGE) else rows.semi_join(spine.table, KEYS), spine.days)


def medians(members: ir.Table, values: ir.Table, measured: Mapping[str, tuple[str, str]]) -> ir.Table:
    """Return for each member the median of its others in `measured`: name -> (axis, column of `values`).

    `values` has KEYS and columns of numbers.
    """
    both = members.inner_join(values, KEYS)
    told = ibis.union(*(_told(both, name, axis, column) for name, (axis, column) in measured.items()))
    middle = _middle(told.filter(told.is_peer, told.value.notnull()))
    seen = told.inner_join(middle, [*DAY, "name", "peer_group"])
    is_counted = seen.is_peer & seen.value.notnull()
    of_others = ibis.ifelse(seen.value <= seen.at_half, seen.above_half, seen.at_half)
    others = seen.count_all - is_counted.cast("int64")
    median = only_where(others >= LEAST_PEERS, ibis.ifelse(is_counted, of_others, seen.at_middle))
    found = seen.select(*KEYS, "name", median=median)
    return found.group_by(*KEYS).aggregate(**{name: found.median.max(where=found.name == name) for name in measured})


def shares(members: ir.Table, flags: ir.Table, axis: str, counted: str, parts: tuple[str, ...]) -> ir.Table:
    """Return for each member the share of its others for whom each of `parts` holds, out of those with `counted`.

    `flags` has KEYS and whole numbers 0 or 1, and a row for each member.
    """
    both = members.filter(members[axis].notnull()).inner_join(flags, KEYS)
    group = ibis.window(group_by=[*DAY, axis])
    others = {
        name: (both[name] * both.is_peer.cast("int64")).sum().over(group) - both[name] * both.is_peer.cast("int64")
        for name in (counted, *parts)
    }
    return both.select(
        *KEYS,
        **{name: only_where(others[counted] >= LEAST_PEERS, ratio(others[name], others[counted])) for name in parts},
    )


def _owing(book: Book, known: ir.Table) -> ir.Table:
    """Mark who of `known` had a loan paid out by then."""
    owing = known.inner_join(book.table("loans"), "borrower_id")
    paid_out = owing.opened_on.isnull() | (owing.opened_on <= owing.as_of)
    owing = owing.filter(was_known(owing, owing.known_by), paid_out).select(*KEYS).distinct()
    marked = known.left_join(owing, KEYS, rname="{name}_owing")
    return marked.select(*KEYS, *AXES, is_peer=marked.borrower_id_owing.notnull())


def _told(both: ir.Table, name: str, axis: str, column: str) -> ir.Table:
    named = both.filter(both[axis].notnull())
    return named.select(
        *KEYS, "is_peer", name=ibis.literal(name), peer_group=named[axis], value=named[column].cast("float64")
    )


def _middle(told: ir.Table) -> ir.Table:
    """Return the middle values of each group: with n of them those of rank (n + 1) // 2, n // 2 and n // 2 + 1.

    Without one of the n the middle is the value of rank n // 2, or the next where that one stood at or below it.
    """
    group = [*DAY, "name", "peer_group"]
    ranked = told.select(
        *group,
        "value",
        rank=ibis.row_number().over(ibis.window(group_by=group, order_by="value")) + 1,
        size=told.count().over(ibis.window(group_by=group)),
    )
    half = (ranked["size"] / 2).floor().cast("int64")
    return ranked.group_by(*group).aggregate(
        count_all=ranked.count(),
        at_middle=ranked.value.max(where=ranked["rank"] == ((ranked["size"] + 1) / 2).floor().cast("int64")),
        at_half=ranked.value.max(where=ranked["rank"] == half),
        above_half=ranked.value.max(where=ranked["rank"] == half + 1),
    )
