"""Unit money: what moves between the borrower and its own economic unit, by the name of the counterparty.

Grain   unit_names: one row per (borrower_id, as_of, known_by, counterparty_id); unit_money: months of those
Reads   the members of the economic unit and their accounts as known on the day; postings whose counterparty is one
"""

import ibis
import ibis.expr.types as ir

from ews.domain.unit import Role
from ews.events.book import Book, was_known
from ews.features.account_flows.postings import is_earned, is_spent
from ews.features.steps import step
from ews.features.window import KEYS, Spine, monthly


def unit_names(book: Book, unit: ir.Table) -> ir.Table:
    """Return the names under which the members `unit` appear as counterparty.

    `is_own` marks the borrower and its accounts.
    """
    unit = unit.select(*KEYS, "member_id", is_own=unit.role == Role.SELF.value)
    accounts = book.table("accounts").select("account_id", "known_on", "known_until", member_id="borrower_id")
    held = unit.inner_join(accounts, "member_id")
    held = held.filter(was_known(held, held.known_by)).select(*KEYS, counterparty_id="account_id", is_own="is_own")
    names = ibis.union(unit.select(*KEYS, counterparty_id="member_id", is_own="is_own"), held)
    return step(names.group_by(*KEYS, "counterparty_id").aggregate(is_own=names.is_own.any()))


def unit_money(book: Book, spine: Spine, postings: ir.Table, names: ir.Table, *, months: int) -> ir.Table:
    """Return per month `earned` and `spent` by category though the unit is on the other side, own accounts apart."""
    parties = book.table("borrowers").select(counterparty_id="borrower_id")
    parties = ibis.union(parties, book.table("accounts").select(counterparty_id="account_id"))
    if book.has("relations"):
        relations = book.table("relations")
        ends = (relations.select(counterparty_id=end) for end in ("from_id", "to_id"))
        parties = ibis.union(parties, *ends)
    cells = monthly(
        spine, postings.semi_join(parties, "counterparty_id"), day="occurred_at", months=months,
        by=("counterparty_id",),
        earned=lambda rows: rows.amount.sum(where=is_earned(rows)),
        spent=lambda rows: -rows.amount.sum(where=is_spent(rows)),
    )  # fmt: skip
    within = cells.inner_join(names, [*KEYS, "counterparty_id"])
    return within.group_by(*KEYS, "lag").aggregate(
        unit_earned=within.earned.sum(),
        unit_spent=within.spent.sum(),
        own_earned=within.earned.sum(where=within.is_own),
        own_spent=within.spent.sum(where=within.is_own),
    )
