"""Card overdraft (信用卡透支): how far cards are drawn, how they are paid back, and what cash is drawn on them.

Grain   one row per (borrower_id, as_of)
Reads   card_statements
Window  the last 1, 3, 6 and 12 statements of each card, the newest of all cards added up, then the ones before;
        a card without a statement for 3 months is left out
Paid    a payment is set against the balance of the statement before it. Who pays all of it back month after month
        uses the card to pay, not to borrow
Nulls   no card with a recent statement; a card without a limit above 0 is left out of utilisation, a payment
        without the statement before it out of what was paid back; what no statement tells stays null. A trend
        needs 4 statements of the last 6, a change of limits a card with a limit then and now
"""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.domain.text import Text
from ews.events.book import Book
from ews.features.ratios import change, only_where, ratio
from ews.features.window import KEYS, Spine, joined, statements

TITLE = Text("Card overdraft", "信用卡透支")

READS = (("card_statements",),)

FEATURES = (
    Feature("card_utilisation", "share", "higher", ReasonCode.CARD_NEAR_LIMIT,
            "Card balances as a share of the limits", "信用卡额度使用率"),
    Feature("card_utilisation_mean_6m", "share", "higher", ReasonCode.CARD_NEAR_LIMIT,
            "Mean utilisation over the last 6 statements", "近6期信用卡平均使用率"),
    Feature("card_utilisation_max_12m", "share", "higher", ReasonCode.CARD_NEAR_LIMIT,
            "Highest utilisation of the last 12 statements", "近12期信用卡最高使用率"),
    Feature("card_utilisation_change_3m", "change", "higher", ReasonCode.CARD_NEAR_LIMIT,
            "Utilisation of the last 3 statements against the 3 before", "近3期信用卡使用率较前3期变化"),
    Feature("card_months_above_80_6m", "count", "higher", ReasonCode.CARD_NEAR_LIMIT,
            "Statements of the last 6 with more than 80 % of the limits drawn", "近6期使用率超过80%的期数"),
    Feature("card_months_above_95_6m", "count", "higher", ReasonCode.CARD_NEAR_LIMIT,
            "Statements of the last 6 with more than 95 % of the limits drawn", "近6期使用率超过95%的期数"),
    Feature("card_months_above_80_12m", "count", "higher", ReasonCode.CARD_NEAR_LIMIT,
            "Statements of the last 12 with more than 80 % of the limits drawn", "近12期使用率超过80%的期数"),
    Feature("card_utilisation_trend_6m", "ratio", "higher", ReasonCode.CARD_NEAR_LIMIT,
            "Rise of utilisation per statement over the last 6 (slope; 0.1 is ten points a month)",
            "近6期信用卡使用率每期升幅（斜率，0.1为每月升10个百分点）"),
    Feature("card_worst_utilisation", "ratio", "higher", ReasonCode.CARD_NEAR_LIMIT,
            "Balance of the card drawn furthest as a share of its limit", "使用率最高的单卡使用率"),
    Feature("cards_near_limit", "count", "higher", ReasonCode.CARD_NEAR_LIMIT,
            "Cards with 80 % or more of the limit drawn", "使用率达到80%的信用卡数"),
    Feature("card_limit_change_6m", "change", "lower", ReasonCode.CARD_NEAR_LIMIT,
            "Limits of the cards against those of 6 statements ago", "信用卡额度较6期前变化"),
    Feature("card_over_limit_6m", "count", "higher", ReasonCode.CARD_NEAR_LIMIT,
            "Card statements over the limit among the last 6", "近6期信用卡超限次数"),
    Feature("card_paid_share_1m", "share", "lower", ReasonCode.CARD_MINIMUM_ONLY,
            "Share of the balances that the newest payments paid back", "最近一期账单余额偿还比例"),
    Feature("card_paid_share_3m", "share", "lower", ReasonCode.CARD_MINIMUM_ONLY,
            "Share of the balances that the last 3 payments paid back", "近3期账单余额偿还比例"),
    Feature("card_paid_share_change_3m", "change", "lower", ReasonCode.CARD_MINIMUM_ONLY,
            "Share paid back by the last 3 payments against the 3 before", "近3期账单偿还比例较前3期变化"),
    Feature("card_paid_full_share_12m", "share", "lower", ReasonCode.CARD_MINIMUM_ONLY,
            "Share of the balances of the last 12 statements that were paid back in full", "近12期账单全额还清占比"),
    Feature("card_minimum_only_6m", "count", "higher", ReasonCode.CARD_MINIMUM_ONLY,
            "Balances of the last 6 statements on which hardly more than the minimum was paid",
            "近6期仅还最低还款额次数"),
    Feature("card_unpaid_6m", "count", "higher", ReasonCode.CARD_MINIMUM_ONLY,
            "Balances of the last 6 statements on which nothing was paid", "近6期未还款次数"),
    Feature("card_paid_6m", "fen", "none", ReasonCode.CARD_MINIMUM_ONLY,
            "Paid on cards over the last 6 statements", "近6期信用卡还款金额"),
    Feature("card_cash_advance_3m", "fen", "higher", ReasonCode.CARD_CASH,
            "Cash drawn on cards over the last 3 statements", "近3期信用卡取现金额"),
    Feature("card_cash_share_3m", "share", "higher", ReasonCode.CARD_CASH,
            "Share of cash in what was charged to cards over the last 3 statements", "近3期取现占信用卡支出比例"),
    Feature("card_cash_months_6m", "count", "higher", ReasonCode.CARD_CASH,
            "Card statements of the last 6 with cash drawn", "近6期有取现的账单数"),
    Feature("card_charged_3m", "fen", "none", ReasonCode.CARD_NEAR_LIMIT,
            "Charged to cards over the last 3 statements", "近3期信用卡新增支出金额"),
    Feature("cards_drawn", "count", "higher", ReasonCode.CARD_NEAR_LIMIT,
            "Cards with a balance", "有欠款的信用卡数"),
    Feature("card_balance", "fen", "none", ReasonCode.CARD_NEAR_LIMIT,
            "Card balances", "信用卡账单余额"),
    Feature("card_balance_change_3m", "change", "none", ReasonCode.CARD_NEAR_LIMIT,
            "Balances of the last 3 statements against the 3 before", "近3期信用卡余额较前3期变化"),
    Feature("card_limit", "fen", "none", ReasonCode.CARD_NEAR_LIMIT,
            "Card limits", "信用卡授信额度"),
)  # fmt: skip

YEAR, HALF, QUARTER = 12, 6, 3
NEAR_LIMIT, AT_LIMIT = 0.8, 0.95
NEAR_LIMIT_TENTHS = 8
LEAST_FOR_TREND = 4
MINIMUM_TENTHS = 11
"""Up to 1.1 times the minimum counts as the minimum only: people round it up."""


def build(book: Book, spine: Spine) -> ir.Table:
    """Return the spine with the columns of FEATURES."""
    rows = _rows(book, spine)
    table = joined(spine, rows.group_by(*KEYS).aggregate(**_drawn(rows), **_paid(rows)))
    used = [ratio(table[f"drawn_{ordinal}"], table[f"limit_{ordinal}"]) for ordinal in range(YEAR)]
    used_recently = ratio(table.drawn_recent, table.limit_recent)
    used_before = ratio(table.drawn_before, table.limit_before)
    values: dict[str, ir.Value] = {
        "card_utilisation": used[0],
        "card_utilisation_mean_6m": _mean(used[:HALF]),
        "card_utilisation_max_12m": ibis.greatest(*used),
        "card_utilisation_change_3m": change(used_recently, 1, used_before, 1),
        "card_utilisation_trend_6m": _trend(used[:HALF]),
        "card_months_above_80_6m": _count_above(used[:HALF], NEAR_LIMIT),
        "card_months_above_80_12m": _count_above(used, NEAR_LIMIT),
        "card_months_above_95_6m": _count_above(used[:HALF], AT_LIMIT),
        "card_limit_change_6m": change(table.limit_of_both, 1, table.limit_half_ago, 1),
        "card_balance_change_3m": change(table.owed_recent, 1, table.owed_before, 1),
        "card_paid_share_1m": ratio(table.paid_back_newest, table.to_pay_back_newest),
        "card_paid_share_3m": ratio(table.paid_back, table.to_pay_back),
        "card_paid_share_change_3m": ratio(table.paid_back, table.to_pay_back)
        / only_where(table.paid_back_before > 0, ratio(table.paid_back_before, table.to_pay_back_before))
        - 1.0,
        "card_paid_full_share_12m": ratio(table.paid_full, table.balances_owed),
        "card_cash_share_3m": ratio(table.cash_charged, table.charged),
    }
    for name in (feature.name for feature in FEATURES if feature.name not in values):
        values[name] = table[name]
    return table.select(*KEYS, **{feature.name: values[feature.name] for feature in FEATURES})


def _rows(book: Book, spine: Spine) -> ir.Table:
    """Return the statements of the last year, each with what it says about the one before."""
    rows = statements(spine, book.table("card_statements"), entity="card_id", count=YEAR + 1)
    newest_first = ibis.window(group_by=[*KEYS, "card_id"], order_by="ordinal")
    rows = rows.mutate(
        owed=rows.balance.lead().over(newest_first),
        minimum_owed=rows.minimum_due.lead().over(newest_first),
        limit_before=rows.credit_limit.lead(HALF).over(newest_first),
    )
    has_limit = (rows.credit_limit > 0) & rows.balance.notnull()
    owes = (rows.owed > 0) & rows.paid.notnull()
    # What the balance rose by and was paid; fees and interest are charges too, a refund takes them back
    charge = rows.balance - rows.owed + rows.paid
    tells_charge = charge.notnull() & rows.cash_advance.notnull()
    rows = rows.mutate(
        drawn=only_where(has_limit, ibis.greatest(rows.balance, 0)),
        limit=only_where(has_limit, rows.credit_limit),
        is_near=only_where(has_limit, rows.balance * 10 >= rows.credit_limit * NEAR_LIMIT_TENTHS),
        is_over=rows.balance > rows.credit_limit,
        paid_back=only_where(owes, ibis.least(rows.paid, rows.owed)),
        to_pay_back=only_where(owes, rows.owed),
        is_unpaid=only_where(owes, rows.paid == 0),
        is_paid_full=only_where(owes, rows.paid >= rows.owed),
        # 10 * paid <= 11 * minimum in whole numbers; a minimum that equals the balance is no sign
        is_minimum=only_where(owes, (rows.paid * 10 <= rows.minimum_owed * MINIMUM_TENTHS) & (rows.paid < rows.owed)),
        spent=only_where(charge.notnull(), ibis.greatest(charge, 0)),
        cash_charged=only_where(tells_charge, rows.cash_advance),
        charged=only_where(tells_charge, ibis.greatest(charge, rows.cash_advance)),
    )
    return rows.filter(rows.ordinal < YEAR)


def _drawn(rows: ir.Table) -> dict[str, ir.Scalar]:
    by_ordinal = {
        f"{name}_{ordinal}": rows[name].sum(where=rows.ordinal == ordinal)
        for ordinal in range(YEAR)
        for name in ("drawn", "limit")
    }
    is_newest, is_recent = rows.ordinal == 0, rows.ordinal < QUARTER
    is_before = (rows.ordinal >= QUARTER) & (rows.ordinal < HALF)
    owed = only_where(rows.balance.notnull(), ibis.greatest(rows.balance, 0))
    has_both = is_newest & rows.credit_limit.notnull() & (rows.limit_before > 0)
    return {
        **by_ordinal,
        **{f"{name}_recent": rows[name].sum(where=is_recent) for name in ("drawn", "limit")},
        **{f"{name}_before": rows[name].sum(where=is_before) for name in ("drawn", "limit")},
        "card_worst_utilisation": ratio(rows["drawn"], rows["limit"]).max(where=is_newest),
        "cards_near_limit": rows.is_near.sum(where=is_newest),
        "limit_of_both": rows.credit_limit.sum(where=has_both),
        "limit_half_ago": rows.limit_before.sum(where=has_both),
        "cards_drawn": (rows.balance > 0).sum(where=is_newest),
        "card_balance": owed.sum(where=is_newest),
        "owed_recent": owed.sum(where=is_recent),
        "owed_before": owed.sum(where=is_before),
        "card_limit": rows.credit_limit.sum(where=is_newest),
    }


def _paid(rows: ir.Table) -> dict[str, ir.Scalar]:
    in_half, in_quarter = rows.ordinal < HALF, rows.ordinal < QUARTER
    before = in_half & ~in_quarter
    return {
        "card_over_limit_6m": rows.is_over.sum(where=in_half),
        "card_minimum_only_6m": rows.is_minimum.sum(where=in_half),
        "card_unpaid_6m": rows.is_unpaid.sum(where=in_half),
        "card_paid_6m": rows.paid.sum(where=in_half),
        "paid_full": rows.is_paid_full.sum(),
        "balances_owed": rows.is_paid_full.count(),
        "card_cash_months_6m": (rows.cash_advance > 0).sum(where=in_half),
        "card_charged_3m": rows.spent.sum(where=in_quarter),
        **{f"{name}_newest": rows[name].sum(where=rows.ordinal == 0) for name in ("paid_back", "to_pay_back")},
        **{f"{name}_before": rows[name].sum(where=before) for name in ("paid_back", "to_pay_back")},
        "card_cash_advance_3m": rows.cash_advance.sum(where=in_quarter),
        **{name: rows[name].sum(where=in_quarter) for name in ("paid_back", "to_pay_back", "cash_charged", "charged")},
    }


def _mean(values: Sequence[ir.FloatingValue]) -> ir.FloatingValue:
    """Return the mean of the values that are not null, added in this order for every row."""
    total, told = ibis.literal(0.0), ibis.literal(0)
    for value in values:
        total = total + value.fill_null(0.0)
        told = told + value.notnull().cast("int64")
    return ratio(total, told)


def _count_above(values: Sequence[ir.FloatingValue], threshold: float) -> ir.Value:
    """Return how many values lie above `threshold`, null where all are null."""
    above, told = ibis.literal(0), ibis.literal(value=False)
    for value in values:
        above = above + (value > threshold).fill_null(False).cast("int64")
        told = told | value.notnull()
    return only_where(told, above)


def _trend(values: Sequence[ir.FloatingValue]) -> ir.Value:
    """Return the least-squares rise per statement of `values`, newest first; null below LEAST_FOR_TREND values."""
    n, at, at_at, value_sum, at_value = (ibis.literal(0.0) for _ in range(5))
    for ordinal, value in enumerate(values):
        told = value.notnull().cast("float64")
        n, at, at_at = n + told, at - ordinal * told, at_at + ordinal * ordinal * told
        value_sum, at_value = value_sum + value.fill_null(0.0), at_value - ordinal * value.fill_null(0.0)
    return only_where(n >= LEAST_FOR_TREND, (n * at_value - at * value_sum) / (n * at_at - at * at))
