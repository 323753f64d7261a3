"""Loan money: where each payout went in its first days, and whether it came back.

Grain   one row per spine row to whose account a loan was paid out in the last 6 months
Reads   postings: payouts, what left any account of the borrower in the first days, and what its takers sent back
Window  payouts of the last 6 months; money that leaves within LEAVES_WITHIN_DAYS of the payout, and comes back from
        the same taker within BACK_WITHIN_DAYS of leaving
Left    loan service, and transfers between the borrower's own accounts: that money has not left
Capped  no more is told of a payout than was paid out, and no more comes back than the taker got
Nulls   no payout posted in the window
"""

import ibis
import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.features.account_flows.months import HALF
from ews.features.account_flows.postings import is_for, known_together, within_reach
from ews.features.account_flows.sight import Sight
from ews.features.ratios import ratio
from ews.features.steps import step
from ews.features.window import KEYS, Spine, joined, rows_within

FEATURES = (
    Feature("payout_left_share_6m", "share", "none", ReasonCode.FUNDS_MISUSED,
            "Share of loan money paid out in 6 months that left within a week", "近6个月发放贷款一周内转出的占比"),
    Feature("payout_to_securities_share_6m", "share", "higher", ReasonCode.FUNDS_MISUSED,
            "Share of loan money paid out in 6 months that went to securities accounts within a week",
            "近6个月发放贷款一周内流入证券账户的占比"),
    Feature("payout_to_persons_share_6m", "share", "higher", ReasonCode.FUNDS_MISUSED,
            "Share of loan money paid out in 6 months that went to private persons or related parties within a week",
            "近6个月发放贷款一周内流向个人或关联方的占比"),
    Feature("payout_back_share_6m", "share", "higher", ReasonCode.FUNDS_MISUSED,
            "Share of loan money paid out in 6 months that those who got it sent back within a month",
            "近6个月发放贷款由收款方一个月内转回的占比"),
)  # fmt: skip

LEAVES_WITHIN_DAYS = 7
BACK_WITHIN_DAYS = 30
"""Use of funds is checked within the first 15 to 30 days after a payout; both numbers are practice (to verify)."""

_PAYOUT = (*KEYS, "payout_id", "payout")
_USES = ("left", "to_securities", "to_persons")


def loan_money(spine: Spine, postings: ir.Table, names: ir.Table) -> ir.Table:
    """Return the sum of payouts and what became of them (fen); `names` are the unit's (see unit_names)."""
    postings = within_reach(spine, postings, months=HALF)
    paid_out = postings.filter(postings.amount > 0, is_for(postings, "loan_payout"))
    paid_out = paid_out.select(
        "borrower_id", "known_on", "known_until", payout_id="posting_id", payout="amount", paid_at="occurred_at"
    )
    total = rows_within(spine, paid_out, day="paid_at", months=HALF)
    total = total.group_by(*KEYS).aggregate(payouts=total.payout.sum())
    gone = step(_gone(spine, postings, paid_out, names))
    uses = gone.group_by(*_PAYOUT).aggregate(**{name: gone.amount.sum(where=gone[name]) for name in _USES})
    uses = uses.group_by(*KEYS).aggregate(
        **{f"payout_{name}": ibis.least(uses[name].fill_null(0), uses.payout).sum() for name in _USES}
    )
    return joined(spine, total, uses, _back(spine, postings, gone))


def values(sight: Sight) -> dict[str, ir.Value]:
    """Return the columns of FEATURES from the sums of `loan_money`."""
    table = sight.table
    sums = {feature.name: table[feature.name.removesuffix("_share_6m")].fill_null(0) for feature in FEATURES}
    return {name: sight.within(HALF, ratio(amount, table.payouts)) for name, amount in sums.items()}


def _gone(spine: Spine, postings: ir.Table, paid_out: ir.Table, names: ir.Table) -> ir.Table:
    """Return each posting that took money away in the first days after a payout, with where it went."""
    outs = postings.filter(postings.amount < 0, ~is_for(postings, "loan_service", "own_transfer"))
    outs = outs.select(
        "borrower_id", "counterparty_id", "category", "known_on", "known_until",
        posting_id="posting_id", left_at="occurred_at", amount=-outs.amount,
    )  # fmt: skip
    pairs = paid_out.inner_join(outs, "borrower_id", rname="{name}_2")
    left_on = pairs.left_at.date()
    last_on = pairs.paid_at.date() + ibis.interval(days=LEAVES_WITHIN_DAYS)
    pairs = pairs.filter(pairs.left_at >= pairs.paid_at, left_on <= last_on)
    pairs = known_together(pairs, day=left_on)
    rows = rows_within(spine, pairs, day="paid_at", months=HALF)
    rows = rows.left_join(names, [*KEYS, "counterparty_id"], rname="{name}_named")
    is_own = rows.is_own.fill_null(False)
    is_related = is_for(rows, "private_person", "related_party") | rows.is_own.notnull()
    return rows.filter(~is_own).select(
        *_PAYOUT, "posting_id", "counterparty_id", "left_at", "amount",
        left=ibis.literal(value=True), to_securities=is_for(rows, "securities"), to_persons=is_related,
    )  # fmt: skip


def _back(spine: Spine, postings: ir.Table, gone: ir.Table) -> ir.Table:
    """Return what the takers of loan money sent back, at most what each of them got."""
    takers = gone.filter(gone.counterparty_id.notnull())
    of_taker = [*_PAYOUT, "counterparty_id"]
    got = takers.group_by(of_taker).aggregate(got=takers.amount.sum())
    ins = postings.filter(postings.amount > 0).semi_join(takers, ["borrower_id", "counterparty_id"])
    ins = rows_within(spine, ins, day="occurred_at", months=HALF)
    pairs = takers.inner_join(ins, [*KEYS, "counterparty_id"], rname="{name}_2")
    last_on = pairs.left_at.date() + ibis.interval(days=BACK_WITHIN_DAYS)
    pairs = pairs.filter(pairs.occurred_at > pairs.left_at, pairs.occurred_at.date() <= last_on)
    each = pairs.select(*of_taker, "posting_id_2", "amount_2").distinct()
    sent = each.group_by(of_taker).aggregate(sent=each.amount_2.sum())
    both = got.inner_join(sent, of_taker)
    back = both.group_by(_PAYOUT).aggregate(back=ibis.least(both.got, both.sent).sum())
    return back.group_by(*KEYS).aggregate(payout_back=ibis.least(back.back, back.payout).sum())
