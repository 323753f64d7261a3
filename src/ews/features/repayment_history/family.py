"""Repayment history: how the borrower's loans are and were repaid, and how they follow on each other.

Grain   one row per (borrower_id, as_of)
Reads   loans with ledger, or with instalments and payments
Window  the last 3, 6 and 12 ledger statements of each loan; the whole known ledger month by month; items by the
        month in which they fell due
Late    dpd above 0 on a statement; an item is late by the days from due to covered in full, or to as_of.
        months_since_* follow the statements, and the items of loans that no statement speaks of
Parts   late_months (ledger), punctuality (items), renewals (loans that follow on each other)
Nulls   what only the ledger tells is null without it, what only items tell is null where none fell due. months_since_*
        is 60 where statements or items are known and none was so late. A borrower without loans has no dpd
"""

import ibis
import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.domain.text import Text
from ews.events.book import Book
from ews.features.ratios import only_where
from ews.features.repayment_history import late_months, punctuality, renewals
from ews.features.repayment_history.lateness import items_with_lateness
from ews.features.states import states_on
from ews.features.steps import step
from ews.features.window import KEYS, Spine, joined

TITLE = Text("Repayment history", "还款记录")

READS = (("loans", "ledger"), ("loans", "instalments", "payments"))

FEATURES = (
    Feature("dpd_now", "days", "higher", ReasonCode.ARREARS,
            "Days past due now", "当前逾期天数"),
    Feature("dpd_max_3m", "days", "higher", ReasonCode.ARREARS,
            "Most days past due in the last 3 months", "近3个月最大逾期天数"),
    Feature("dpd_max_6m", "days", "higher", ReasonCode.ARREARS,
            "Most days past due in the last 6 months", "近6个月最大逾期天数"),
    Feature("dpd_max_12m", "days", "higher", ReasonCode.ARREARS,
            "Most days past due in the last 12 months", "近12个月最大逾期天数"),
    Feature("months_since_late", "months", "lower", ReasonCode.PAYS_LATE,
            "Months since a repayment was last overdue; 60 where none is known", "距最近一次逾期月数（无记录为60）"),
    Feature("months_since_late30", "months", "lower", ReasonCode.ARREARS,
            "Months since a repayment was last 30 days overdue; 60 where none is known",
            "距最近一次逾期30天以上月数（无记录为60）"),
    *late_months.FEATURES,
    *punctuality.FEATURES,
    *renewals.FEATURES,
)  # fmt: skip

NEVER_LATE = 60
"""Longer ago, or never as far as the book knows: one value, so that more is better without a break."""


def build(book: Book, spine: Spine) -> ir.Table:
    """Return the spine with the columns of FEATURES."""
    states = states_on(book, spine)
    has_items = book.has("instalments") and book.has("payments")
    items = step(items_with_lateness(book, spine)) if has_items else None
    table = joined(
        spine,
        states.group_by(*KEYS).aggregate(dpd_now=states.dpd.max()),
        late_months.statements_of_the_year(book, spine),
        late_months.months_of_the_ledger(book, spine),
        punctuality.punctuality(spine, items),
        renewals.renewals(book, spine, states, items),
    )
    told = (table.told > 0).fill_null(False) | (table.items_told > 0).fill_null(False)
    values: dict[str, ir.Value] = {
        **{
            f"dpd_max_{months}m": ibis.greatest(table.dpd_now, table[f"tape_dpd_{months}"], table[f"item_dpd_{months}"])
            for months in (3, 6, 12)
        },
        "months_since_late": only_where(told, _months_since(table, 1, table.late_lag, table.item_late_lag)),
        "months_since_late30": only_where(told, _months_since(table, 30, table.late30_lag, table.item_late30_lag)),
    }
    for name in (feature.name for feature in FEATURES if feature.name not in values):
        values[name] = table[name]
    return table.select(*KEYS, **{feature.name: values[feature.name] for feature in FEATURES})


def _months_since(table: ir.Table, days: int, *lags: ir.IntegerValue) -> ir.Value:
    is_now = (table.dpd_now >= days).fill_null(False)
    return ibis.ifelse(is_now, 0, ibis.least(ibis.least(*lags).fill_null(NEVER_LATE), NEVER_LATE))
