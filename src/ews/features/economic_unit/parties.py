"""Parties: what is known of each member of a unit, by the families' own builders on a spine of members.

Grain   one row per party and day, keyed as a spine
Reads   what card overdraft and credit inquiries read; accounts and transactions; loans and their arrears; outcomes;
        public events
Nulls   what a family that the book is blind on would tell; what a family leaves null; dpd_12 without a ledger
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from ews.domain.unit import OWNERS, Role
from ews.events.book import Book
from ews.events.owners import with_borrower
from ews.features.account_flows.postings import recent_postings
from ews.features.card_overdraft import family as card_overdraft
from ews.features.credit_inquiries import family as credit_inquiries
from ews.features.economic_unit.members import member_spine
from ews.features.economic_unit.money import account_sums, sees_accounts
from ews.features.guarantee_exposure.trouble import trouble_of
from ews.features.steps import step
from ews.features.window import KEYS, Spine, joined, rows_within

if TYPE_CHECKING:
    from ews.features.catalogue import Family

Make = Callable[[Book, Spine], ir.Table]

TAKEN: tuple[tuple["Family", Make, tuple[str, ...]], ...] = (
    (card_overdraft, card_overdraft.build, ("card_utilisation", "card_balance", "card_limit", "card_months_above_80_6m",
                      "card_minimum_only_6m", "card_cash_advance_3m")),
    (credit_inquiries, credit_inquiries.applications, ("inquiries_3m", "inquiries_6m", "nonbank_inquiries_6m")),
)  # fmt: skip
"""The features of other families that are looked at for every member, and what makes them."""
LEGAL_ACTIONS = ("lawsuit", "enforcement", "dishonest_debtor")
YEAR = 12
_MONEY = ("earned_3", "earned_12", "spent", "securities", "lent", "gross_in", "gross_out", "balance_sum_3m")


def connected(unit: ir.Table) -> ir.Table:
    """Return the units of more than the borrower alone."""
    linked = unit.filter(unit.role != Role.SELF.value).select(*KEYS).distinct()
    return step(unit.semi_join(linked, KEYS))


def known_of(book: Book, spine: Spine, unit: ir.Table) -> tuple[ir.Table, Spine]:
    """Return what is known of every member of `unit` on each day, and the spine of the members."""
    parties = member_spine(spine, unit)
    owners = member_spine(spine, unit.filter(unit.role.isin([role.value for role in OWNERS])))
    told = [_told(book, parties, family, make, names) for family, make, names in TAKEN]
    table = joined(
        parties, *told, _arrears(book, spine, parties), _money(book, spine, parties, owners), _sued(book, parties)
    )
    return step(table.mutate(is_grown=table.is_grown.fill_null(False))), parties


def _told(book: Book, parties: Spine, family: "Family", make: Make, names: tuple[str, ...]) -> ir.Table:
    if not any(all(book.has(name) for name in needed) for needed in family.READS):
        return parties.table.select(*KEYS, **{name: ibis.null("float64") for name in names})
    return step(make(book, parties).select(*KEYS, *names))


def _arrears(book: Book, spine: Spine, parties: Spine) -> ir.Table:
    """Return dpd, dpd_12 (the most stated in the last 12 months, and now), debt and whether the party is in trouble."""
    now = trouble_of(book, parties.table, spine).drop("is_late")
    if not book.has("ledger"):
        return now.mutate(dpd_12=ibis.null("int64"))
    rows = with_borrower(book, "ledger")
    late = rows_within(parties, rows.filter(rows.dpd > 0), day="stated_on", months=YEAR)  # the others are dear to join
    table = joined(parties, now, late.group_by(*KEYS).aggregate(stated=late.dpd.max()))
    return table.mutate(dpd_12=ibis.greatest(table.dpd, table.stated)).drop("stated")


def _money(book: Book, spine: Spine, parties: Spine, owners: Spine) -> ir.Table:
    if sees_accounts(book):
        return account_sums(book, spine, parties, owners, recent_postings(book, spine))
    nothing = {name: ibis.null("int64") for name in _MONEY}
    return parties.table.select(*KEYS, **nothing, is_grown=ibis.literal(value=False))


def _sued(book: Book, parties: Spine) -> ir.Table:
    """Return the lawsuits and enforcement of the last 12 months."""
    if not book.has("public_events"):
        return parties.table.select(*KEYS, legal_actions=ibis.null("int64"))
    events = book.table("public_events")
    events = events.filter(events["kind"].isin(LEGAL_ACTIONS))
    rows = rows_within(parties, events, day="occurred_on", months=YEAR)
    return rows.group_by(*KEYS).aggregate(legal_actions=rows.count())
