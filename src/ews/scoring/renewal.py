"""Renewal (无还本续贷): whether a loan repays an older one, and whether the rules except it as a qualifying renewal.

Grain   the rows given; no row is added or lost
Reads   loans; instalments and payments, ledger for how the old loan was served; public_events; findings of field
        `firm_size`; the loan states of the predecessor
Declared pairs only: that one loan paid another can be inferred from payments, which feeds a signal but no tier
Qualifies   a business loan of the same amount or less; the old loan told of, never more than 7 days late in the 12
        months before, and pass as the predecessor left it; no misuse found, no dishonesty or closing published; a small
        firm, or a medium one while the rules say so
Nulls   false wherever one of these is not known: then the loan is treated as new for old
"""

from datetime import date

import ibis
import ibis.expr.types as ir

from ews.domain.levels import Tier
from ews.events.arrears import loan_states
from ews.events.book import Book, was_known
from ews.features.repayment_history.lateness import items_with_lateness
from ews.features.repayment_history.renewals import declared_pairs
from ews.features.steps import step
from ews.features.window import KEYS, Spine
from ews.policy.policy import Policy
from ews.scoring.finding_facts import SIZES, newest_word
from ews.scoring.payment_record import LOAN

SIZE = "firm_size"
SMALL = ("micro", "small")
AGAINST = ("dishonest_debtor", "closure")
"""Public events after which a firm is not lawful, operating and of good credit."""
MEDIUM = "medium_renewals_qualify"


def with_renewal(book: Book, spine: Spine, loans: ir.Table, before: ir.Table, policy: Policy, on: date) -> ir.Table:
    """Add repays_old and qualifying_renewal to loans with LOAN, terms, balance and use_of_funds."""
    clean = step(renewals_declared(book, spine))
    clean = clean.filter(clean.is_clean).select(*LOAN, "old_id", "old_matures_on")
    poor = before.filter(before.tier_rank > Tier.PASS.rank).select("loan_id")
    clean = clean.anti_join(poor, [("old_id", "loan_id")]).anti_join(_discredited(book, spine), list(KEYS))
    sized = _sized(book, spine, loans, policy, on)
    joined = loans.left_join(clean, LOAN, rname="{name}_clean").left_join(sized, list(KEYS), rname="{name}_size")
    fits = joined.is_small | ((joined["size"] == "medium") & _medium_on(joined.old_matures_on, policy))
    is_business = joined["product"] == "business"
    qualifies = joined.old_id.notnull() & is_business & (joined.use_of_funds != "diverted") & fits
    return joined.select(
        *loans.columns,
        repays_old=joined.replaces_loan_id.notnull() & (joined["product"] != "card"),
        qualifying_renewal=qualifies.fill_null(False),
    )


def renewals_declared(book: Book, spine: Spine) -> ir.Table:
    """Return LOAN, old_id, is_clean and old_matures_on of loans that the book says repay another."""
    loans = book.table("loans")
    renewing = step(spine.table.semi_join(loans.filter(loans.replaces_loan_id.notnull()), "borrower_id"))
    states = step(loan_states(book, renewing))
    has_items = book.has("instalments") and book.has("payments")
    items = step(items_with_lateness(book, Spine(renewing, spine.days))) if has_items else None
    pairs = declared_pairs(book, states, items)
    old = states.select(*KEYS, old_id="loan_id", old_matures_on="matures_on")
    both = pairs.left_join(old, [*KEYS, "old_id"], rname="{name}_old")
    return both.select(*LOAN, "old_id", "is_clean", "old_matures_on")


def _discredited(book: Book, spine: Spine) -> ir.Table:
    if not book.has("public_events"):
        return spine.table.limit(0)
    rows = spine.table.inner_join(book.table("public_events"), "borrower_id")
    known = was_known(rows, rows.known_by) & (rows.occurred_on <= rows.as_of)
    return rows.filter(known, rows["kind"].isin(AGAINST)).select(*KEYS).distinct()


def _sized(book: Book, spine: Spine, loans: ir.Table, policy: Policy, on: date) -> ir.Table:
    """Return KEYS, `size` as found and is_small: found so, or not found and all that is owed is little."""
    owed = loans.group_by(*KEYS).aggregate(untold=loans.balance.isnull().sum(), owed=loans.balance.sum())
    found = newest_word(book, spine.table, SIZE, SIZES)
    found = found.filter(found.loan_id.isnull()).select("borrower_id", "as_of", size="word")
    both = owed.left_join(found, ["borrower_id", "as_of"], rname="{name}_found")
    is_little = (both.untold == 0) & (both.owed <= policy.value_on("small_business_up_to", on))
    small = ibis.ifelse(both["size"].isnull(), is_little, both["size"].isin(SMALL))
    return both.select(*KEYS, "size", is_small=small.fill_null(False))


def _medium_on(day: ir.DateValue, policy: Policy) -> ir.BooleanValue:
    """Return whether renewals of medium firms qualify where the old loan was due on `day`."""
    values = next(one for one in policy.parameters if one.name == MEDIUM).values.values
    starts = [start for start, _ in values[1:]]
    cases = [(day < start, bool(value)) for start, (_, value) in zip(starts, values, strict=False)]
    return ibis.cases((day.isnull(), False), *cases, else_=bool(values[-1][1]))
