"""Private persons (民间借贷): what looks like lending and borrowing outside of banks.

Grain   one row per spine row whose borrower has postings with private persons in the last 6 months
Reads   postings for private persons, with the counterparty where one is named
Signs   round sums, as people lend and wages or goods seldom are; the same person paid on the same days of the month,
        as interest is
Nulls   shares where nothing moved; fixed days where persons were paid and none was named
"""

import ibis
import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.features.account_flows.months import HALF, QUARTER
from ews.features.account_flows.postings import is_for, within_reach
from ews.features.account_flows.sight import Sight
from ews.features.ratios import only_where, ratio
from ews.features.window import KEYS, Spine, joined, monthly

FEATURES = (
    Feature("private_out_share_3m", "share", "none", ReasonCode.PRIVATE_LENDING,
            "Share of money paid out that went to private persons, last 3 months", "近3个月流向个人的出账占比"),
    Feature("private_in_share_3m", "share", "none", ReasonCode.PRIVATE_LENDING,
            "Share of money received that came from private persons, last 3 months", "近3个月来自个人的入账占比"),
    Feature("private_round_share_6m", "share", "higher", ReasonCode.PRIVATE_LENDING,
            "Share of round sums from and to private persons in all money moved over 6 months",
            "近6个月与个人整额往来占全部收付金额的比例"),
    Feature("private_fixed_day_months_6m", "count", "higher", ReasonCode.PRIVATE_LENDING,
            "Months of the last 6 in which the same person was paid, always on the same days of the month",
            "近6个月固定日期向同一个人付款的月数"),
)  # fmt: skip

ROUND_FROM_FEN, ROUND_STEP_FEN = 1_000_000, 100_000
"""A sum is round from 10,000 CNY in whole thousands (practice, to verify)."""
SAME_DAYS = 2
"""Interest due on the 20th is paid on the 19th or 21st where a weekend lies between."""


def private_persons(spine: Spine, postings: ir.Table) -> ir.Table:
    """Return the round sums moved with private persons (fen) and how many months the same one was paid on fixed days.

    Days are counted within the month, so that payments about the end of a month may be missed.
    """
    postings = within_reach(spine, postings, months=HALF)
    persons = postings.filter(is_for(postings, "private_person"))
    size = persons.amount.abs()
    persons = persons.mutate(
        round_sum=ibis.ifelse((size >= ROUND_FROM_FEN) & (size % ROUND_STEP_FEN == 0), size, 0),
        day=only_where(persons.amount < 0, persons.occurred_at.day()),
    )
    cells = monthly(
        spine, persons, day="occurred_at", months=HALF, by=("counterparty_id",),
        round_sum=lambda rows: rows.round_sum.sum(),
        first_day=lambda rows: rows.day.min(), last_day=lambda rows: rows.day.max(),
    )  # fmt: skip
    each = cells.group_by(*KEYS, "counterparty_id").aggregate(
        round_sum=cells.round_sum.sum(),
        months=cells.first_day.count(),
        spread=cells.last_day.max() - cells.first_day.min(),
    )
    is_named = each.counterparty_id.notnull() & (each.months > 0)
    found = each.group_by(*KEYS).aggregate(
        round_sum_6=each.round_sum.sum(),
        persons_named=is_named.sum(),
        persons_unnamed=(each.counterparty_id.isnull() & (each.months > 0)).sum(),
        fixed_day_months=each.months.max(where=is_named & (each.spread <= SAME_DAYS)),
    )
    return joined(spine, found)


def values(sight: Sight) -> dict[str, ir.Value]:
    """Return the columns of FEATURES from the flow sums and those of `private_persons`."""
    table = sight.table
    moved = table.earned_6 + table.spent_6
    told = ((table.persons_named > 0) | (table.persons_unnamed == 0)).fill_null(True)
    return {
        "private_out_share_3m": sight.within(QUARTER, ratio(table.private_3, table.spent_3)),
        "private_in_share_3m": sight.within(QUARTER, ratio(table.private_in_3, table.earned_3)),
        "private_round_share_6m": sight.within(HALF, ratio(table.round_sum_6.fill_null(0), moved)),
        "private_fixed_day_months_6m": sight.within(HALF, only_where(told, table.fixed_day_months.fill_null(0))),
    }
