"""Returned money (刷流水): what came in from a party and went back to it, or the other way round, within days.

Grain   one row per (borrower_id, as_of, known_by, lag, posting_id), both legs of each return
Reads   postings that name their counterparty, whatever their category says; transfers between own accounts, loans
        paid out and loan service are no trade to begin with and are left out
Returns the amounts differ by at most a twentieth of the larger (who lends his account takes a fee) and lie at most
        RETURNED_WITHIN_DAYS apart. A posting counts once, however many answer it
Known   a return is known from the day on which both of its legs had happened and were known
"""

import ibis
import ibis.expr.types as ir

from ews.features.account_flows.postings import is_earned, is_for, is_spent, known_together
from ews.features.window import KEYS, Spine, monthly

RETURNED_WITHIN_DAYS = 5
"""Practice (to verify): money that is sent round to show turnover does not rest."""
NEARLY_EQUAL = 20
"""Amounts are nearly equal if they differ by at most one part in so many of the larger."""

_PARTY = ("borrower_id", "counterparty_id")
_POSTING = ("posting_id", "amount", "occurred_at", "category")
_KNOWN = ("known_on", "known_until")


def returned_money(spine: Spine, postings: ir.Table, *, months: int) -> ir.Table:
    """Return the legs per month with counterparty_id and what of them is `returned_in`, `earned` and `spent` (fen)."""
    legs = _legs(postings)
    return monthly(
        spine, legs, day="occurred_at", months=months, by=("counterparty_id", "posting_id"),
        returned_in=lambda rows: rows.amount.max(where=rows.amount > 0),
        earned=lambda rows: rows.amount.max(where=is_earned(rows)),
        spent=lambda rows: -rows.amount.min(where=is_spent(rows)),
    ).select(*KEYS, "lag", "counterparty_id", "returned_in", "earned", "spent")  # fmt: skip


def _legs(postings: ir.Table) -> ir.Table:
    """Return both postings of each return, as known from the day on which the return was."""
    named = postings.filter(
        postings.counterparty_id.notnull(), ~is_for(postings, "own_transfer", "loan_payout", "loan_service")
    )
    sides = named.group_by(*_PARTY).aggregate(gives=(named.amount > 0).any(), takes=(named.amount < 0).any())
    named = named.semi_join(sides.filter(sides.gives & sides.takes), _PARTY).mutate(stretch=_stretch(named))
    ins = named.filter(named.amount > 0)
    # A return lies in the stretch of the money or in one beside it: the join stays small where a party pays daily
    ins = ins.mutate(stretch=ibis.array([ins.stretch - 1, ins.stretch, ins.stretch + 1]).unnest())
    pairs = ins.inner_join(named.filter(named.amount < 0), [*_PARTY, "stretch"], rname="{name}_2")
    day, day_2 = pairs.occurred_at.date(), pairs.occurred_at_2.date()
    difference = (pairs.amount + pairs.amount_2).abs()
    larger = ibis.greatest(pairs.amount, -pairs.amount_2)
    is_near = day_2.delta(day, unit="day").abs() <= RETURNED_WITHIN_DAYS
    pairs = pairs.filter(is_near, difference * NEARLY_EQUAL <= larger)
    pairs = known_together(pairs, day=ibis.greatest(day, day_2))
    second = {name: pairs[f"{name}_2"] for name in _POSTING}
    return ibis.union(
        pairs.select(*_PARTY, *_POSTING, *_KNOWN),
        pairs.select(*_PARTY, **second, **{name: pairs[name] for name in _KNOWN}),
    )


def _stretch(rows: ir.Table) -> ir.IntegerValue:
    """Return the number of the stretch of days, one longer than a return lasts, in which each posting lies."""
    days = rows.occurred_at.date().epoch_seconds() // 86_400
    return (days // (RETURNED_WITHIN_DAYS + 1)).cast("int32")
