"""Members of the economic unit (经济单元): who stands and falls with a borrower, as known on the day.

Grain   one row per (borrower_id, as_of, known_by, member_id), with the `role` of the member
Reads   relations valid on as_of (starts_on to ends_on) in the version known on known_by
Roles   self; controller: who controls the borrower, or controls its controller; spouse: of the borrower or of a
        controller; firm: what the borrower or its spouse controls, and what that controls; affiliate: what a direct
        controller or the controller's spouse controls besides, and who is a declared affiliate or a large
        shareholder, whichever way it runs. Who is several is the first of these. A married couple counts as one
Bounds  two steps, and one through affiliates and shareholders; an owner of more than MOST_FIRMS firms is a holding,
        not a unit: its other firms are not counted as affiliates
Nulls   a share that is not told is no large one; members need not be known to the book
"""

from functools import reduce

import ibis
import ibis.expr.types as ir

from ews.domain.unit import Role
from ews.events.book import Book, was_known
from ews.features.steps import step
from ews.features.window import KEYS, Spine

CONTROLS_ABOVE = 0.5
"""A shareholder with more than half controls (Company Law of the PRC, 2023, art. 265)."""
LARGE_FROM = 0.2
"""Significant influence is presumed from a fifth (IAS 28.5, CAS 2)."""
MOST_FIRMS = 30
"""Practice (to verify): above it the bank's group management looks, and pairs would grow with the square."""

DAY = ("as_of", "known_by")
_PAIR = (*DAY, "of", "to")


def members(book: Book, spine: Spine) -> ir.Table:
    """Return borrower_id, as_of, known_by, member_id and role, worked out once; every borrower is in its own unit."""
    return step(_members(book, spine))


def _members(book: Book, spine: Spine) -> ir.Table:
    own = spine.table.select(*KEYS, member_id="borrower_id", role=ibis.literal(Role.SELF.value))
    if not book.has("relations"):
        return own
    pairs = _pairs(_ties(book, spine))
    ranked = reduce(ibis.union, (each.mutate(rank=ibis.literal(role.rank, "int8")) for role, each in pairs.items()))
    best = ranked.filter(ranked.of != ranked.to).group_by(*_PAIR).aggregate(rank=ranked["rank"].min())
    others = spine.table.inner_join(best, [*DAY, ("borrower_id", "of")])
    role = ibis.cases(*((others["rank"] == each.rank, each.value) for each in pairs))
    others = others.select(*KEYS, member_id="to", role=role)
    return ibis.union(own, others.cast(own.schema()))


def member_spine(spine: Spine, unit: ir.Table) -> Spine:
    """Return the spine of everybody in `unit`, each once per day, so that a family can be built for them."""
    parties = unit.select("member_id", *DAY).distinct().rename(borrower_id="member_id").select(*KEYS)
    return Spine(step(parties), spine.days)


def unit_rows(unit: ir.Table, rows: ir.Table) -> ir.Table:
    """Return `rows` of members (keyed as a spine) as rows of the borrowers whose unit they are in.

    One row per (borrower_id, as_of, known_by, member_id) for which `rows` has one; adds member_id and role.
    """
    of_members = rows.rename(member_id="borrower_id")
    return unit.inner_join(of_members, [*DAY, "member_id"])


def _ties(book: Book, spine: Spine) -> dict[str, ir.Table]:
    """Return who controls whom, who is married to whom and who is near whom on each day, as pairs of parties."""
    rows = book.table("relations").cross_join(spine.table.select(*DAY).distinct())
    has_begun = rows.starts_on.isnull() | (rows.starts_on <= rows.as_of)
    stands = rows.ends_on.isnull() | (rows.ends_on >= rows.as_of)
    rows = step(rows.filter(was_known(rows, rows.known_by), has_begun, stands, rows.from_id != rows.to_id))
    is_shareholder = (rows.kind == "shareholder") & rows.share.notnull()
    controls = (rows.kind == "controller") | (is_shareholder & (rows.share > CONTROLS_ABOVE))
    is_large = is_shareholder & (rows.share >= LARGE_FROM) & (rows.share <= CONTROLS_ABOVE)
    down = _pairs_of(rows.filter(controls))
    return {
        "down": down,
        "up": _turned(down),
        "spouse": _both_ways(_pairs_of(rows.filter(rows.kind == "spouse"))),
        "near": _both_ways(_pairs_of(rows.filter((rows.kind == "affiliate") | is_large))),
    }


def _pairs(ties: dict[str, ir.Table]) -> dict[Role, ir.Table]:
    """Return who is what to whom; a pair may stand under several roles."""
    up, down, spouse = ties["up"], ties["down"], ties["spouse"]
    controllers = ibis.union(up, _followed(up, up))
    owners = ibis.union(up, _followed(up, spouse))
    controlled = ibis.union(down, _followed(spouse, down))
    held = down.group_by(*DAY, "of").aggregate(firms=down.count())
    by_few = down.semi_join(held.filter(held.firms <= MOST_FIRMS), [*DAY, "of"])
    return {
        Role.CONTROLLER: controllers,
        Role.SPOUSE: ibis.union(spouse, _followed(controllers, spouse)),
        Role.FIRM: ibis.union(controlled, _followed(controlled, down)),
        Role.AFFILIATE: ibis.union(ties["near"], _followed(owners, by_few)),
    }


def _pairs_of(rows: ir.Table) -> ir.Table:
    return rows.select(*DAY, of="from_id", to="to_id").distinct()


def _turned(pairs: ir.Table) -> ir.Table:
    return pairs.select(*DAY, of="to", to="of")


def _both_ways(pairs: ir.Table) -> ir.Table:
    return ibis.union(pairs, _turned(pairs), distinct=True)


def _followed(first: ir.Table, then: ir.Table) -> ir.Table:
    """Return the pairs that are reached by a pair of `first` and one of `then` after it."""
    onwards = then.select(*DAY, by="of", end="to")
    return first.inner_join(onwards, [*DAY, ("to", "by")]).select(*DAY, "of", to="end").distinct()
