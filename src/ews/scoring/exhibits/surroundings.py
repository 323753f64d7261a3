"""Surroundings: the parties around each borrower, and what ties them to it and to each other.

Grain   parties_around: (borrower_id, as_of, known_by, party_id), the borrower among them where it is tied to anybody;
        ties_within: (borrower_id, from_id, to_id, kind) between parties that are shown
Reads   ties, members of the economic unit; the arrears of the parties, as the network facts read them
Shown   parties up to two links away and all of the economic unit; MOST_PARTIES at most. First come those in trouble and
        who leads to them, then the nearest, then the largest
Hubs    through a party with many ties only the first MOST_PARTIES of its others are reached; the rest counts as left
        out, once for each hub that it hangs on
"""

import ibis
import ibis.expr.types as ir

from ews.domain.exhibits import MOST_PARTIES
from ews.domain.unit import Role
from ews.events.book import Book
from ews.features.economic_unit.members import members
from ews.features.guarantee_exposure.trouble import sees_arrears, trouble_of
from ews.features.statements import worked_out
from ews.features.steps import step
from ews.features.window import KEYS, Spine
from ews.scoring.exhibits.lags import DAY
from ews.scoring.exhibits.ties import GROUP, LINK, links_on, neighbours_of

STAND = ("dpd", "debt", "is_troubled", "is_in_default")
_PARTY = (*KEYS, "party_id")
_FAR = 3
"""Hops of a member of the unit that is neither one nor two links away."""


def parties_around(book: Book, spine: Spine) -> ir.Table:
    """Return _PARTY, hops, place (0 is the borrower), STAND and left_out (the same for all of a borrower's parties)."""
    return worked_out(book, spine, _around)


def ties_within(book: Book, spine: Spine, shown: ir.Table) -> ir.Table:
    """Return borrower_id and the links (LINK) between parties `shown` with the same borrower.

    A link is looked for at its end with the fewer ties: who is tied to thousands has few ties to the likes of it.
    """
    links = worked_out(book, spine, links_on)
    near = neighbours_of(links)
    count = near.group_by(*DAY, "party_id").aggregate(ties=near.count())
    for end in ("from", "to"):
        ends = count.rename({f"{end}_id": "party_id", f"{end}_ties": "ties"})
        links = links.left_join(ends, [*DAY, f"{end}_id"], rname="{name}_of")
        links = links.drop("as_of_of", "known_by_of", f"{end}_id_of")
    is_from = links.from_ties <= links.to_ties
    links = links.select(*LINK, party_id=ibis.ifelse(is_from, links.from_id, links.to_id), is_from=is_from)
    rows = shown.select(*_PARTY).inner_join(links, [*DAY, "party_id"])
    rows = rows.mutate(other_id=ibis.ifelse(rows.is_from, rows.to_id, rows.from_id))
    rows = rows.semi_join(shown.select(*KEYS, other_id="party_id"), [*KEYS, "other_id"])
    return rows.filter((rows.kind != GROUP) | (rows.from_id == rows.borrower_id)).select("borrower_id", *LINK)


def _around(book: Book, spine: Spine) -> ir.Table:
    links = links_on(book, spine)
    near = step(neighbours_of(links))
    stand = _standing(book, spine, near)
    reached = step(_reached(book, spine, links, stand))
    return _shown(reached, stand)


def _standing(book: Book, spine: Spine, near: ir.Table) -> ir.Table:
    """Return how all stand who are tied to somebody: DAY, party_id and STAND."""
    unit = members(book, spine).filter(lambda rows: rows.role != Role.SELF.value)
    tied = near.select(*DAY, borrower_id="party_id")
    tied = ibis.union(tied, near.select(*DAY, borrower_id="other_id"), unit.select(*DAY, borrower_id="member_id"))
    known = step(tied.select(*KEYS).distinct())
    table = known.left_join(trouble_of(book, known), KEYS, rname="{name}_stand")
    sees = ibis.literal(sees_arrears(book))
    flags = {name: ibis.ifelse(sees, table[name].fill_null(False), ibis.null("bool")) for name in STAND[2:]}
    return step(table.select(*DAY, "dpd", "debt", **flags, party_id="borrower_id"))


def _reached(book: Book, spine: Spine, links: ir.Table, stand: ir.Table) -> ir.Table:
    """Return _PARTY, hops, `leads` (to somebody in trouble) and `beyond`, how many a hub holds besides.

    Nobody is reached through the group of another: the network facts do not look there either.
    """
    near = neighbours_of(links)
    first = near.inner_join(spine.table.select(*KEYS, party_id="borrower_id"), [*DAY, "party_id"])
    first = step(first.select(*KEYS, party_id="other_id"))
    onwards = _first_of_each(neighbours_of(links.filter(links.kind != GROUP)), stand)
    second = first.inner_join(onwards, [*DAY, "party_id"])
    second = second.filter(second.other_id != second.borrower_id)
    leads = second.filter(second.is_troubled.fill_null(False)).select(*_PARTY).distinct()
    beyond = second.group_by(*_PARTY).aggregate(beyond=second.beyond.max())
    one = first.left_join(leads.mutate(leads=ibis.literal(value=True)), list(_PARTY), rname="{name}_lead")
    one = one.select(*_PARTY, "leads").left_join(beyond, list(_PARTY), rname="{name}_hub")
    unit = members(book, spine).filter(lambda rows: rows.role != Role.SELF.value)
    nobody = {"leads": ibis.literal(value=False), "beyond": ibis.literal(0, "int64")}
    found = ibis.union(
        one.select(*_PARTY, hops=_hops(1), leads=one.leads.fill_null(False), beyond=one.beyond.fill_null(0)),
        second.select(*KEYS, party_id="other_id", hops=_hops(2), **nobody),
        unit.select(*KEYS, party_id="member_id", hops=_hops(_FAR), **nobody),
    )
    return found.group_by(*_PARTY).aggregate(
        hops=found.hops.min(), leads=found.leads.any(), beyond=found.beyond.sum().cast("int64")
    )


def _first_of_each(near: ir.Table, stand: ir.Table) -> ir.Table:
    """Return the first MOST_PARTIES neighbours of each party, those in trouble first, and how many are `beyond`."""
    rows = near.left_join(stand.rename(other_id="party_id"), [*DAY, "other_id"], rname="{name}_of")
    rows = rows.select(*DAY, "party_id", "other_id", "is_troubled", "debt")
    order = [rows.is_troubled.fill_null(False).desc(), rows.debt.fill_null(-1).desc(), rows.other_id]
    each = ibis.window(group_by=[*DAY, "party_id"])
    rows = rows.mutate(
        place=ibis.row_number().over(ibis.window(group_by=[*DAY, "party_id"], order_by=order)),
        beyond=ibis.greatest(rows.count().over(each) - MOST_PARTIES, 0).cast("int64"),
    )
    return step(rows.filter(rows.place < MOST_PARTIES))


def _shown(reached: ir.Table, stand: ir.Table) -> ir.Table:
    rows = reached.left_join(stand, [*DAY, "party_id"], rname="{name}_stand")
    rows = rows.select(*_PARTY, "hops", "leads", "beyond", *STAND)
    order = [
        (rows.is_troubled.fill_null(False) | rows.leads).desc(),
        rows.hops,
        rows.debt.fill_null(-1).desc(),
        rows.party_id,
    ]
    each = ibis.window(group_by=list(KEYS))
    rows = rows.mutate(
        place=ibis.row_number().over(ibis.window(group_by=list(KEYS), order_by=order)) + 1,
        found=rows.count().over(each) + rows.beyond.sum().over(each),
    )
    kept = ibis.least(rows.count().over(each), MOST_PARTIES - 1)
    rows = rows.mutate(left_out=(rows.found - kept).cast("int64")).filter(lambda table: table.place < MOST_PARTIES)
    own = rows.select(*KEYS, "left_out").distinct().mutate(party_id=lambda table: table.borrower_id)
    own = own.left_join(stand, [*DAY, "party_id"], rname="{name}_stand")
    columns = (*_PARTY, "hops", *STAND, "left_out", "place")
    own = own.mutate(hops=_hops(0), place=ibis.literal(0, "int64")).select(*columns)
    return ibis.union(rows.select(*columns).cast(own.schema()), own)


def _hops(count: int) -> ir.IntegerScalar:
    return ibis.literal(count, "int8")
