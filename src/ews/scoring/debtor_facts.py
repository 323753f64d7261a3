"""Debtor facts: what all claims on a debtor, here and at other banks, say of each of its loans.

Grain   the loans given; no row is added or lost
Reads   the own tiers of the loans; external_debts, as the newest credit report of the last 12 months holds them
Nulls   whether another claim is non-performing where none is known to be and one cannot be judged (its days past due
        are not known); a share with such a claim or an unknown balance in it, unless all or none of the claims here is
        non-performing. Without a report nothing is known of other banks
Own tiers only: a loan that the debtor's other claims pulled down pulls none down itself, so that all come free once
the first is cured.
"""

from datetime import date

import ibis
import ibis.expr.types as ir

from ews.domain.levels import Tier
from ews.events.book import Book, was_known
from ews.features.credit_inquiries.debts_elsewhere import ONE_REPORT_DAYS, views
from ews.features.window import Spine
from ews.policy.policy import Policy

KEYS = ("borrower_id", "as_of")
ABOVE = "substandard_above_dpd"


def with_debtor_facts(
    book: Book, days: tuple[date, ...], own: ir.Table, features: ir.Table, policy: Policy, on: date
) -> ir.Table:
    """Add DEBTOR_LOAN_FACTS to loans judged by `judge_own`; `features` has borrower_id, as_of and external_dpd.

    `days` are those of the spine.
    """
    above = policy.value_on(ABOVE, on)
    spine = Spine(own.select(*KEYS, "known_by").distinct(), days)
    own = own.mutate(is_bad=own.own_tier_rank >= Tier.SUBSTANDARD.rank, is_open=_is_open(own, policy))
    claims = _claims_here(own)
    joined = own.left_join(features.select(*KEYS, "external_dpd"), KEYS, rname="{name}_told")
    joined = joined.left_join(claims, KEYS, rname="{name}_here")
    joined = joined.left_join(
        _late_everywhere(book, own.mutate(is_late=own.dpd > above), spine, above), KEYS, rname="{name}_all"
    )
    others_bad = joined.bad - joined.is_bad.cast("int64")
    others_open = joined.open - joined.is_open.cast("int64")
    return joined.select(
        *(name for name in own.columns if name not in ("is_bad", "is_open")),
        external_dpd=joined.external_dpd.cast("int64"),
        other_claim_non_performing=ibis.cases(
            (others_bad > 0, True), (others_open > 0, ibis.null("boolean")), else_=False
        ),
        non_performing_share_here=joined.share_here,
        overdue_90_share_all_banks=joined.share_all,
    )


def _is_open(own: ir.Table, policy: Policy) -> ir.BooleanValue:
    """Return whether a loan may be non-performing by itself, for all that is known of it."""
    graver = [rule.code for rule in policy.tier_rules.own if rule.floor.non_performing]
    asked = own.own_undecided.filter(lambda code: code.isin(graver)).length() > 0
    return asked & (own.own_tier_rank < Tier.SUBSTANDARD.rank)


def _claims_here(own: ir.Table) -> ir.Table:
    """Return per borrower `bad` and `open`, how many claims are or may be non-performing, and the share of the bad."""
    sums = own.group_by(*KEYS).aggregate(
        claims=own.count(),
        bad=own.is_bad.sum().cast("int64"),
        open=own.is_open.sum().cast("int64"),
        untold=own.balance.isnull().sum(),
        owed=own.balance.sum(),
        owed_bad=own.balance.sum(where=own.is_bad).fill_null(0),
    )
    is_told = (sums.untold == 0) & (sums.open == 0)
    share = ibis.cases(
        ((sums.bad == 0) & (sums.open == 0), 0.0),
        (sums.bad == sums.claims, 1.0),
        (is_told, sums.owed_bad.cast("float64") / sums.owed.cast("float64").nullif(0.0)),
        else_=ibis.null("float64"),
    )
    return sums.select(*KEYS, "bad", "open", share_here=share)


def _late_everywhere(book: Book, own: ir.Table, spine: Spine, above: float) -> ir.Table:
    """Return per borrower with a report the share of all its debts that is late; `own` has is_late."""
    if not book.has("external_debts"):
        return own.select(*KEYS, share_all=ibis.null("float64")).limit(0)
    here = own.group_by(*KEYS).aggregate(
        untold=(own.balance.isnull() | (own.is_late.isnull() & (own.balance > 0))).sum(),
        owed=own.balance.sum().fill_null(0),
        late=own.balance.sum(where=own.is_late.fill_null(False)).fill_null(0),
    )
    seen = views(book, spine).select(*KEYS, "known_by", "viewed_on")
    each = _as_reported(book, seen)
    is_late = each.dpd > above
    there = each.group_by(*KEYS).aggregate(
        untold_there=(each.balance.isnull() | (is_late.isnull() & (each.balance > 0))).sum(),
        owed_there=each.balance.sum().fill_null(0),
        late_there=each.balance.sum(where=is_late.fill_null(False)).fill_null(0),
    )
    both = here.inner_join(seen, KEYS).left_join(there, KEYS, rname="{name}_sum")
    owed = (both.owed + both.owed_there.fill_null(0)).cast("float64")
    late = (both.late + both.late_there.fill_null(0)).cast("float64")
    told = both.untold + both.untold_there.fill_null(0) == 0
    return both.select(*KEYS, share_all=ibis.ifelse(told, late / owed.nullif(0.0), ibis.null("float64")))


def _as_reported(book: Book, seen: ir.Table) -> ir.Table:
    """Return what the report of the view says of each institution: its newest balance and dpd."""
    rows = seen.inner_join(book.table("external_debts"), "borrower_id")
    in_report = (rows.stated_on <= rows.viewed_on) & (
        rows.stated_on > rows.viewed_on - ibis.interval(days=ONE_REPORT_DAYS)
    )
    rows = rows.filter(was_known(rows, rows.known_by), in_report)
    order = ibis.window(group_by=[*KEYS, "institution_id"], order_by=ibis.desc("stated_on"))
    newest = rows.mutate(turn=ibis.row_number().over(order)).filter(lambda table: table.turn == 0)
    return newest.select(*KEYS, "institution_id", "balance", "dpd")
