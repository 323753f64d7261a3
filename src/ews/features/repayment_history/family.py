"""Repayment history: how the borrower's loans are and were repaid, and how they follow on each other.

Grain   one row per (borrower_id, as_of)
Reads   loans with ledger, or with instalments and payments; account flows for the ratio to inflow
Window  the last 3, 6 and 12 ledger statements of each loan; the whole known ledger month by month; items by the
        month in which they fell due
Late    dpd above 0 on a statement; an item is late by the days from due to covered in full, or to as_of.
        months_since_* follow the statements, and the items of loans that no statement speaks of
Nulls   what only the ledger tells is null without it, what only items tell is null where none fell due. months_since_*
        is 60 where statements or items are known and none was so late. first_instalment_missed is null where the
        extract does not show the beginning of any loan with items in the year. A borrower without loans owes 0 and
        has no dpd; debt is null where no live loan tells its balance
"""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.domain.text import Text
from ews.events.arrears import loan_states
from ews.events.book import Book
from ews.events.owners import with_borrower
from ews.features.account_flows.family import inflow_12m
from ews.features.ratios import only_where, ratio
from ews.features.repayment_history.lateness import items_with_lateness
from ews.features.window import KEYS, Spine, joined, lag_of, monthly, statements

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
    Feature("months_late_12m", "count", "higher", ReasonCode.PAYS_LATE,
            "Statements of the last 12 with a repayment overdue", "近12期逾期期数"),
    Feature("late_share_12m", "share", "higher", ReasonCode.PAYS_LATE,
            "Share of the loans' last 12 statements with a repayment overdue", "近12期账单逾期占比"),
    Feature("months_late_ever", "count", "higher", ReasonCode.PAYS_LATE,
            "Months with a repayment overdue, since the ledger begins", "历史逾期月数"),
    Feature("months_late30_ever", "count", "higher", ReasonCode.ARREARS,
            "Months with a repayment 30 days overdue, since the ledger begins", "历史逾期30天以上月数"),
    Feature("months_late60_ever", "count", "higher", ReasonCode.ARREARS,
            "Months with a repayment 60 days overdue, since the ledger begins", "历史逾期60天以上月数"),
    Feature("late30_weighted_share", "share", "higher", ReasonCode.ARREARS,
            "Share of statements 30 days overdue, recent ones weighing more", "逾期30天以上占比（近期加权）"),
    Feature("late_days_mean_6m", "days", "higher", ReasonCode.PAYS_LATE,
            "Mean days late of what fell due in the last 6 months", "近6个月到期款项平均迟还天数"),
    Feature("partial_payments_6m", "count", "higher", ReasonCode.PAYS_LATE,
            "Items of the last 6 months paid late and in parts", "近6个月分次迟还笔数"),
    Feature("first_instalment_missed", "flag", "higher", ReasonCode.PAYS_LATE,
            "A first instalment of the last 12 months came more than 7 days late", "近12个月内首期还款逾期超过7天"),
    Feature("new_loans_6m", "count", "higher", ReasonCode.BORROWS_TO_REPAY,
            "Loans paid out in the last 6 months", "近6个月新发放贷款笔数"),
    Feature("replaced_loans_12m", "count", "higher", ReasonCode.BORROWS_TO_REPAY,
            "Loans of the last 12 months that repaid another", "近12个月借新还旧笔数"),
    Feature("debt_outstanding", "fen", "none", ReasonCode.DEBT_HEAVY,
            "Debt outstanding at this bank", "本行贷款余额"),
    Feature("debt_to_inflow", "ratio", "higher", ReasonCode.DEBT_HEAVY,
            "Debt outstanding as a multiple of the money received in 12 months", "贷款余额与近12个月入账之比"),
    Feature("months_to_maturity", "months", "none", ReasonCode.SEASONING,
            "Months until the next loan matures", "距最近到期贷款月数"),
    Feature("months_on_book", "months", "none", ReasonCode.SEASONING,
            "Months since the first loan", "首笔贷款以来月数"),
)  # fmt: skip

YEAR, HALF, QUARTER = 12, 6, 3
EVER = 12 * 200
NEVER_LATE = 60
"""Longer ago, or never as far as the book knows: one value, so that more is better without a break."""
FIRST_MISSED_ABOVE_DAYS = 7
"""Up to 7 days late can be a technical matter (Order [2023] No. 1)."""
HALF_WEIGHT_MONTHS = 6


def build(book: Book, spine: Spine) -> ir.Table:
    """Return the spine with the columns of FEATURES."""
    table = joined(
        spine, _loans(book, spine), _ledger_year(book, spine), _ledger_ever(book, spine), _items(book, spine),
        inflow_12m(book, spine),
    )  # fmt: skip
    told = (table.told > 0).fill_null(False) | (table.items_told > 0).fill_null(False)
    is_late = (table.dpd_now > 0).fill_null(False)
    is_late30 = (table.dpd_now >= 30).fill_null(False)
    late_lag = ibis.least(table.late_lag, table.item_late_lag)
    late30_lag = ibis.least(table.late30_lag, table.item_late30_lag)
    debt = ibis.ifelse(table.live_loans.fill_null(0) == 0, 0, table.live_balance)
    values: dict[str, ir.Value] = {
        **{
            f"dpd_max_{months}m": ibis.greatest(table.dpd_now, table[f"tape_dpd_{months}"], table[f"item_dpd_{months}"])
            for months in (QUARTER, HALF, YEAR)
        },
        "months_since_late": only_where(told, _months_since(is_late, late_lag)),
        "months_since_late30": only_where(told, _months_since(is_late30, late30_lag)),
        "late_share_12m": ratio(table.late_rows, table.told_rows),
        "late30_weighted_share": ratio(table.late30_weight, table.told_weight),
        "late_days_mean_6m": ratio(table.late_days, table.items_6m),
        "debt_outstanding": debt,
        "debt_to_inflow": ratio(debt, table.inflow_12m),
        "months_on_book": ibis.greatest(table.opened_lag, table.oldest_lag),
        "new_loans_6m": _opened(table, table.new_loans),
        "replaced_loans_12m": _opened(table, table.replaced_loans),
    }
    for name in (feature.name for feature in FEATURES if feature.name not in values):
        values[name] = table[name]
    return table.select(*KEYS, **{feature.name: values[feature.name] for feature in FEATURES})


def _months_since(is_now: ir.BooleanValue, lag: ir.IntegerValue) -> ir.Value:
    return ibis.ifelse(is_now, 0, ibis.least(lag.fill_null(NEVER_LATE), NEVER_LATE))


def _opened(table: ir.Table, count: ir.IntegerValue) -> ir.Value:
    """Return `count`, null where the borrower has loans and none tells when it was paid out."""
    return only_where(table.opened_lag.notnull() | table.loans.isnull(), count.fill_null(0))


def _loans(book: Book, spine: Spine) -> ir.Table:
    states = loan_states(book, spine.table)
    opened = lag_of(states.opened_on, states.as_of)
    left = lag_of(states.as_of, ibis.greatest(states.matures_on, states.as_of))
    return states.group_by(*KEYS).aggregate(
        loans=states.count(),
        live_loans=states.live.sum(),
        live_balance=states.balance.sum(where=states.live),
        dpd_now=states.dpd.max(),
        opened_lag=opened.max(),
        new_loans=((opened < HALF) & (states["product"] != "card")).sum(),
        replaced_loans=((opened < YEAR) & states.replaces_loan_id.notnull()).sum(),
        months_to_maturity=left.min(where=states.live & states.matures_on.notnull()),
    )


def _ledger_year(book: Book, spine: Spine) -> ir.Table:
    """Return what the last 12 statements of each loan say."""
    if not book.has("ledger"):
        names = (
            "months_late_12m",
            "late_rows",
            "told_rows",
            *(f"tape_dpd_{months}" for months in (QUARTER, HALF, YEAR)),
        )
        return _nulls(spine, dict.fromkeys(names, "int64"))
    rows = statements(spine, with_borrower(book, "ledger"), entity="loan_id", count=YEAR)
    rows = rows.filter(rows.dpd.notnull())
    return rows.group_by(*KEYS).aggregate(
        months_late_12m=rows.ordinal.nunique(where=rows.dpd > 0),
        late_rows=(rows.dpd > 0).sum(),
        told_rows=rows.count(),
        **{f"tape_dpd_{months}": rows.dpd.max(where=rows.ordinal < months) for months in (QUARTER, HALF, YEAR)},
    )


def _ledger_ever(book: Book, spine: Spine) -> ir.Table:
    """Return what the whole known ledger says, by months back."""
    columns = ("told", "oldest_lag", "late_lag", "late30_lag", "late30_weight", "told_weight")
    ever = ("months_late_ever", "months_late30_ever", "months_late60_ever")
    if not book.has("ledger"):
        return _nulls(spine, dict.fromkeys((*columns, *ever), "int64"))
    cells = monthly(
        spine, with_borrower(book, "ledger"), day="stated_on", months=EVER,
        told=lambda rows: rows.dpd.count(),
        late=lambda rows: (rows.dpd > 0).sum(),
        late30=lambda rows: (rows.dpd >= 30).sum(),
        late60=lambda rows: (rows.dpd >= 60).sum(),
    )  # fmt: skip
    # Whole numbers, so that sums do not depend on their order: a statement of 6 months ago weighs half
    weight = (ibis.literal(HALF_WEIGHT_MONTHS * 1_000_000) / (cells.lag + HALF_WEIGHT_MONTHS)).floor().cast("int64")
    return cells.group_by(*KEYS).aggregate(
        told=cells.told.sum(),
        oldest_lag=cells.lag.max(),
        late_lag=cells.lag.min(where=cells.late > 0),
        late30_lag=cells.lag.min(where=cells.late30 > 0),
        late30_weight=(cells.late30 * weight).sum(),
        told_weight=(cells.told * weight).sum(),
        months_late_ever=(cells.late > 0).sum(),
        months_late30_ever=(cells.late30 > 0).sum(),
        months_late60_ever=(cells.late60 > 0).sum(),
    )


def _items(book: Book, spine: Spine) -> ir.Table:
    """Return how what fell due was paid; null where payments are not covered up to as_of."""
    columns = dict.fromkeys(
        ("items_6m", "late_days", "partial_payments_6m", "items_told", "item_late_lag", "item_late30_lag"), "int64"
    )
    columns |= {f"item_dpd_{months}": "int64" for months in (QUARTER, HALF, YEAR)}
    columns["first_instalment_missed"] = "boolean"
    if not (book.has("instalments") and book.has("payments")):
        return _nulls(spine, columns)
    items = items_with_lateness(book, spine)
    in_parts = items.begun_on.notnull() & (items.covered_on.isnull() | (items.covered_on > items.begun_on))
    first_missed = items.is_first & (items.late > FIRST_MISSED_ABOVE_DAYS)
    in_half, in_year, in_two_years = items.lag < HALF, items.lag < YEAR, items.lag < 2 * YEAR
    return items.group_by(*KEYS).aggregate(
        items_6m=in_half.sum(),
        late_days=items.late.sum(where=in_half),
        partial_payments_6m=((items.late > 0) & in_parts).sum(where=in_half),
        first_instalment_missed=first_missed.any(where=in_year & items.is_first.notnull()),
        items_told=items.is_alone.sum(),
        item_late_lag=items.late_lag.min(where=items.is_alone & (items.reached > 0)),
        item_late30_lag=items.late_lag.min(where=items.is_alone & (items.reached >= 30)),
        **{
            f"item_dpd_{months}": items.reached.max(where=in_two_years & (items.open_lag < months))
            for months in (QUARTER, HALF, YEAR)
        },
    )


def _nulls(spine: Spine, columns: Mapping[str, str]) -> ir.Table:
    return spine.table.select(*KEYS, **{name: ibis.null(kind) for name, kind in columns.items()})
