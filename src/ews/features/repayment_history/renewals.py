"""Renewals: how loans follow on each other (借新还旧, 无还本续贷).

Grain   one row per spine row with loans
Reads   loans; payments for what was paid back at once; ledger and items for how the old loan was served
Window  loans paid out in the last 6, 12 and 24 months; cards are left out of pairs
Pair    a new loan and the old one it follows: the book says so (replaces_loan_id, even if it does not know the old
        one), or one payment of at least half the old principal came from 15 days before to 7 days after the new payout
Clean   a declared renewal of the same or a smaller amount whose old loan was told of, and was never more than 7 days
        late, in the 12 months before: the policy-driven kind, which says nothing against the borrower
Nulls   null where the borrower has loans and none tells when it was paid out; 0 without loans. The ratio is null
        where no pair tells both principals
"""

import ibis
import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.events.book import Book, was_known
from ews.features.ratios import only_where, ratio
from ews.features.window import KEYS, Spine, joined, lag_of

FEATURES = (
    Feature("new_loans_6m", "count", "higher", ReasonCode.BORROWS_TO_REPAY,
            "Loans paid out in the last 6 months", "近6个月新发放贷款笔数"),
    Feature("replaced_loans_12m", "count", "higher", ReasonCode.BORROWS_TO_REPAY,
            "Loans of the last 12 months that repaid another", "近12个月借新还旧笔数"),
    Feature("loans_for_loans_12m", "count", "higher", ReasonCode.BORROWS_TO_REPAY,
            "Loans of the last 12 months that replaced another or came within days of its repayment, clean renewals "
            "of the same or a smaller amount left out",
            "近12个月偿还前后随即新放或借新还旧的贷款笔数（不含正常无还本续贷）"),
    Feature("larger_renewals_24m", "count", "higher", ReasonCode.BORROWS_TO_REPAY,
            "Loans of the last 24 months that followed another and were larger", "近24个月续借且金额增加的贷款笔数"),
    Feature("renewal_ratio_24m", "ratio", "higher", ReasonCode.BORROWS_TO_REPAY,
            "Largest new loan of the last 24 months against the one it followed",
            "近24个月续借贷款与原贷款金额之比（最大）"),
    Feature("clean_renewals_24m", "count", "none", ReasonCode.BORROWS_TO_REPAY,
            "Clean renewals of the same or a smaller amount in the last 24 months", "近24个月正常无还本续贷笔数"),
    Feature("restructured_24m", "count", "higher", ReasonCode.ARREARS,
            "Loans restructured in the last 24 months", "近24个月重组贷款笔数"),
)  # fmt: skip

TWO_YEARS, YEAR, HALF = 24, 12, 6
NEW_AFTER_DAYS, NEW_BEFORE_DAYS = 15, 7
"""A new loan so soon after, or so shortly before, the repayment of the old one is what repays it (to verify)."""
CLEAN_UP_TO_DAYS = 7
"""Up to 7 days late can be a technical matter (Order [2023] No. 1)."""
PAIR = (*KEYS, "loan_id", "lag", "opened_on", "principal", "old_id", "old_principal")


def renewals(book: Book, spine: Spine, states: ir.Table, items: ir.Table | None) -> ir.Table:
    """Return FEATURES from `states`, the loans known for each spine row, and the `items` of lateness."""
    opened = lag_of(states.opened_on, states.as_of)
    loans = states.group_by(*KEYS).aggregate(
        loans=states.count(),
        opened=states.opened_on.count(),
        new_loans_6m=((opened < HALF) & (states["product"] != "card")).sum().fill_null(0),
        replaced_loans_12m=((opened < YEAR) & states.replaces_loan_id.notnull()).sum().fill_null(0),
        restructured_24m=_restructured(states).sum().fill_null(0),
    )
    pairs = _judged(book, _pairs(book, states), items)
    followed = pairs.group_by(*KEYS, "loan_id", "lag").aggregate(
        is_clean=pairs.is_clean.any(), is_larger=pairs.is_larger.any(), ratio=pairs.ratio.max()
    )
    counted = followed.group_by(*KEYS).aggregate(
        loans_for_loans_12m=(~followed.is_clean).sum(where=followed.lag < YEAR),
        larger_renewals_24m=followed.is_larger.sum(),
        clean_renewals_24m=followed.is_clean.sum(),
        renewal_ratio_24m=followed["ratio"].max(),
    )
    table = joined(spine, loans, counted)
    is_told = (table.opened > 0).fill_null(False) | table.loans.isnull()
    values = {
        each.name: only_where(is_told, table[each.name].fill_null(0))
        for each in FEATURES
        if each.name != "renewal_ratio_24m"
    }
    return table.select(*KEYS, "renewal_ratio_24m", **values)


def declared_pairs(book: Book, states: ir.Table, items: ir.Table | None) -> ir.Table:
    """Return KEYS, loan_id, old_id and is_clean of all loans but cards that the book says repay another, however old.

    `states` and `items` as in `renewals`.
    """
    new = states.filter(states["product"] != "card")
    return _judged(book, _declared(new.mutate(lag=lag_of(new.opened_on, new.as_of)), _old(new)), items).select(
        *KEYS, "loan_id", "old_id", "is_clean"
    )


def _restructured(states: ir.Table) -> ir.BooleanValue:
    since = lag_of(states.restructured_on, states.as_of)
    return (states.restructured_on <= states.as_of) & (since < TWO_YEARS)


def _pairs(book: Book, states: ir.Table) -> ir.Table:
    """Return new and old loans of which the new one follows the old: terms of both, and whether the book says so."""
    states = states.filter(states["product"] != "card")
    new = states.mutate(lag=lag_of(states.opened_on, states.as_of)).filter(lambda rows: rows.lag < TWO_YEARS)
    old = _old(states)
    declared = _declared(new, old)
    if not book.has("payments"):
        return declared
    others = new.filter(new.replaces_loan_id.isnull()).inner_join(old, KEYS)
    others = others.filter(others.old_opened_on < others.opened_on)
    paid = others.inner_join(_large_payments(book), [("old_id", "paid_loan_id")])
    soon = paid.paid_on.between(
        paid.opened_on - ibis.interval(days=NEW_AFTER_DAYS), paid.opened_on + ibis.interval(days=NEW_BEFORE_DAYS)
    )
    paid = paid.filter(soon, paid.paid_on <= paid.as_of, was_known(paid, paid.known_by))
    paid = paid.filter(paid.paid_amount * 2 >= paid.old_principal)
    inferred = paid.select(*PAIR, is_declared=ibis.literal(value=False)).distinct()
    return ibis.union(declared, inferred.cast(declared.schema()))


def _old(states: ir.Table) -> ir.Table:
    return states.select(*KEYS, old_id="loan_id", old_principal="principal", old_opened_on="opened_on")


def _declared(new: ir.Table, old: ir.Table) -> ir.Table:
    said = new.filter(new.replaces_loan_id.notnull())
    said = said.left_join(old, [*KEYS, ("replaces_loan_id", "old_id")], rname="{name}_old")
    return said.select(*PAIR, is_declared=ibis.literal(value=True))


def _large_payments(book: Book) -> ir.Table:
    """Return the payments of at least half of what some version of their loan calls its principal."""
    loans = book.table("loans")
    least = loans.group_by("loan_id").aggregate(least=loans.principal.min())
    paid = book.table("payments").inner_join(least, "loan_id")
    paid = paid.filter(paid.paid_amount > 0, paid.paid_amount * 2 >= paid.least)
    return paid.select("paid_on", "paid_amount", "known_on", "known_until", paid_loan_id="loan_id")


def _judged(book: Book, pairs: ir.Table, items: ir.Table | None) -> ir.Table:
    """Return the pairs with `ratio`, `is_larger` and `is_clean`."""
    told = _served(book, pairs, items)
    pairs = pairs.left_join(told, [*KEYS, "loan_id", "old_id"], rname="{name}_told")
    is_clean = pairs.is_declared & (pairs.principal <= pairs.old_principal) & (pairs.told > 0) & (pairs.late == 0)
    return pairs.mutate(
        ratio=ratio(pairs.principal, pairs.old_principal),
        is_larger=(pairs.principal > pairs.old_principal).fill_null(False),
        is_clean=is_clean.fill_null(False),
    )


def _served(book: Book, pairs: ir.Table, items: ir.Table | None) -> ir.Table:
    """Return per pair how often the old loan was told of in the year before the new one, and how often late."""
    keys = (*KEYS, "loan_id", "old_id")
    same = pairs.filter(pairs.is_declared, pairs.principal <= pairs.old_principal).select(*keys, "opened_on")
    told = [same.select(*keys, late=ibis.literal(value=False)).limit(0)]
    if book.has("ledger"):
        rows = book.table("ledger").select("stated_on", "dpd", "known_on", "known_until", stated_id="loan_id")
        rows = same.inner_join(rows.filter(rows.dpd.notnull()), [("old_id", "stated_id")])
        rows = rows.filter(_in_the_year_before(rows.stated_on, rows), was_known(rows, rows.known_by))
        told.append(rows.select(*keys, late=rows.dpd > CLEAN_UP_TO_DAYS))
    if items is not None:
        due = items.select(*KEYS, "due_on", "late", item_id="loan_id")
        due = same.inner_join(due, [*KEYS, ("old_id", "item_id")])
        due = due.filter(_in_the_year_before(due.due_on, due))
        told.append(due.select(*keys, late=due.late > CLEAN_UP_TO_DAYS))
    rows = ibis.union(*told) if len(told) > 1 else told[0]
    return rows.group_by(*keys).aggregate(told=rows.count(), late=rows.late.sum().fill_null(0))


def _in_the_year_before(day: ir.DateValue, rows: ir.Table) -> ir.BooleanValue:
    return (day > rows.opened_on - ibis.interval(months=YEAR)) & (day <= rows.opened_on) & (day <= rows.as_of)
