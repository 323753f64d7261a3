"""Late months: what the ledger says of arrears, by statement and by month back.

Grain   one row per spine row whose borrower has ledger rows
Reads   ledger
Window  the last 3 and 12 statements of each loan; the whole known ledger month by month, spells and cures the last 60
Worse   recent lateness is worse the more there is of it, and so are 30 days at any time. Mild lateness over a whole
        history has no direction: who was a few days late for years and never worse is safer than who just began
Bits    months of the last 60 with arrears are the bits of a whole number, month k as 2^k: so what follows on what is
        read off by counting bits, without sorting the months of every snapshot
"""

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.events.book import Book
from ews.events.owners import with_borrower
from ews.features.ratios import only_where, ratio
from ews.features.repayment_history.nulls import nulls
from ews.features.window import KEYS, Spine, monthly, statements

FEATURES = (
    Feature("months_late_3m", "count", "higher", ReasonCode.PAYS_LATE,
            "Statements of the last 3 with a repayment overdue", "近3期逾期期数"),
    Feature("months_late_12m", "count", "higher", ReasonCode.PAYS_LATE,
            "Statements of the last 12 with a repayment overdue", "近12期逾期期数"),
    Feature("late_share_12m", "share", "higher", ReasonCode.PAYS_LATE,
            "Share of the loans' last 12 statements with a repayment overdue", "近12期账单逾期占比"),
    Feature("late_streak", "months", "none", ReasonCode.PAYS_LATE,
            "Months on end with a repayment overdue, up to the newest statement", "截至最近一期连续逾期月数"),
    Feature("months_late_ever", "count", "none", ReasonCode.PAYS_LATE,
            "Months with a repayment overdue, since the ledger begins", "历史逾期月数"),
    Feature("months_late30_6m", "count", "higher", ReasonCode.ARREARS,
            "Months of the last 6 with a repayment 30 days overdue", "近6个月逾期30天以上月数"),
    Feature("months_late30_24m", "count", "higher", ReasonCode.ARREARS,
            "Months of the last 24 with a repayment 30 days overdue", "近24个月逾期30天以上月数"),
    Feature("months_late30_ever", "count", "higher", ReasonCode.ARREARS,
            "Months with a repayment 30 days overdue, since the ledger begins", "历史逾期30天以上月数"),
    Feature("months_late60_ever", "count", "higher", ReasonCode.ARREARS,
            "Months with a repayment 60 days overdue, since the ledger begins", "历史逾期60天以上月数"),
    Feature("dpd_max_ever", "days", "higher", ReasonCode.ARREARS,
            "Most days past due at a month end, since the ledger begins", "台账所及最大逾期天数"),
    Feature("late30_weighted_share", "share", "higher", ReasonCode.ARREARS,
            "Share of statements 30 days overdue, recent ones weighing more", "逾期30天以上占比（近期加权）"),
    Feature("late_weighted_share", "share", "none", ReasonCode.PAYS_LATE,
            "Share of statements with a repayment overdue, recent ones weighing more", "逾期占比（近期加权）"),
    Feature("late30_of_late_share", "share", "higher", ReasonCode.ARREARS,
            "Share of the months overdue in which it was 30 days or more", "逾期月份中达到30天以上的占比"),
    Feature("months_since_first_late30", "months", "none", ReasonCode.ARREARS,
            "Months since a repayment was first 30 days overdue, as far as the ledger reaches",
            "距首次逾期30天以上月数（以台账所及为限）"),
    Feature("late_spells_60m", "count", "none", ReasonCode.PAYS_LATE,
            "Times a repayment became overdue, again after a month in order, in 60 months",
            "近60个月由正常转为逾期的次数"),
    Feature("late30_spells_60m", "count", "higher", ReasonCode.ARREARS,
            "Times a repayment came to be 30 days overdue, again after a month below, in 60 months",
            "近60个月恶化至逾期30天以上的次数"),
    Feature("months_since_cure", "months", "none", ReasonCode.PAYS_LATE,
            "Months since arrears last fell to a lower bucket; 60 where none is known",
            "距最近一次逾期好转月数（无记录为60）"),
)  # fmt: skip

YEAR, QUARTER = 12, 3
EVER = 12 * 200
MOST = 60
"""Months read as bits; and what stands for longer ago, or never as far as the book knows."""
BUCKETS = (1, 30, 60, 90)
HALF_WEIGHT_MONTHS = 6
"""A statement of so many months ago weighs half."""

_YEARLY = ("late_share_12m", "months_late_3m", "months_late_12m")
_LAGS = ("told", "oldest_lag", "late_lag", "late30_lag")
_TAPE = ("tape_dpd_3", "tape_dpd_6", "tape_dpd_12")


def _bits_set(bits: int) -> int:  # type: ignore[empty-body] # the engine has the body
    """Return how many bits are set, by the engine's own function."""


bit_count: Callable[[ir.IntegerValue], ir.IntegerValue] = ibis.udf.scalar.builtin(_bits_set, name="bit_count")


def statements_of_the_year(book: Book, spine: Spine) -> ir.Table:
    """Return what the last 12 statements of each loan say, and the most days past due on the last 3, 6 and 12."""
    if not book.has("ledger"):
        return nulls(spine, dict.fromkeys((*_YEARLY, *_TAPE), "int64"))
    rows = statements(spine, with_borrower(book, "ledger"), entity="loan_id", count=YEAR)
    rows = rows.filter(rows.dpd.notnull())
    found = rows.group_by(*KEYS).aggregate(
        months_late_3m=rows.ordinal.nunique(where=(rows.dpd > 0) & (rows.ordinal < QUARTER)),
        months_late_12m=rows.ordinal.nunique(where=rows.dpd > 0),
        late_rows=(rows.dpd > 0).sum(),
        told_rows=rows.count(),
        **{f"tape_dpd_{months}": rows.dpd.max(where=rows.ordinal < months) for months in (3, 6, 12)},
    )
    return found.select(*KEYS, *_YEARLY[1:], *_TAPE, late_share_12m=ratio(found.late_rows, found.told_rows))


def months_of_the_ledger(book: Book, spine: Spine) -> ir.Table:
    """Return the other FEATURES, and told, oldest_lag, late_lag, late30_lag: months counted back from as_of."""
    if not book.has("ledger"):
        columns = (*_LAGS, *(each.name for each in FEATURES if each.name not in _YEARLY))
        return nulls(spine, dict.fromkeys(columns, "int64"))
    cells = monthly(
        spine, with_borrower(book, "ledger"), day="stated_on", months=EVER,
        told=lambda rows: rows.dpd.count(),
        late=lambda rows: (rows.dpd > 0).sum().fill_null(0),
        late30=lambda rows: (rows.dpd >= 30).sum().fill_null(0),
        worst=lambda rows: rows.dpd.max(),
    )  # fmt: skip
    # Whole numbers, so that sums do not depend on their order
    weight = (ibis.literal(HALF_WEIGHT_MONTHS * 1_000_000) / (cells.lag + HALF_WEIGHT_MONTHS)).floor().cast("int64")
    table = cells.group_by(*KEYS).aggregate(
        told=cells.told.sum(),
        oldest_lag=cells.lag.max(),
        newest_lag=cells.lag.min(where=cells.told > 0),
        clean_lag=cells.lag.min(where=cells.late == 0),
        late_lag=cells.lag.min(where=cells.late > 0),
        late30_lag=cells.lag.min(where=cells.late30 > 0),
        dpd_max_ever=cells.worst.max(),
        months_since_first_late30=cells.lag.max(where=cells.late30 > 0),
        late_weight=(cells.late * weight).sum(),
        late30_weight=(cells.late30 * weight).sum(),
        told_weight=(cells.told * weight).sum(),
        months_late_ever=(cells.worst > 0).sum(),
        months_late30_6m=(cells.worst >= 30).sum(where=cells.lag < 6),
        months_late30_24m=(cells.worst >= 30).sum(where=cells.lag < 24),
        months_late30_ever=(cells.worst >= 30).sum(),
        months_late60_ever=(cells.worst >= 60).sum(),
        **_bits(cells),
    )
    return table.select(*KEYS, *_LAGS, **_values(table))


def _values(table: ir.Table) -> dict[str, ir.Value]:
    streak = ibis.greatest(ibis.coalesce(table.clean_lag, table.oldest_lag + 1) - table.newest_lag, 0)
    counts = [each.name for each in FEATURES if each.name in table.columns]
    return {
        **{name: table[name] for name in counts},
        "late_streak": only_where(table.told > 0, streak),
        "late30_weighted_share": ratio(table.late30_weight, table.told_weight),
        "late_weighted_share": ratio(table.late_weight, table.told_weight),
        "late30_of_late_share": ratio(table.months_late30_ever, table.months_late_ever),
        "late_spells_60m": only_where(table.told > 0, _begun(table, 1)),
        "late30_spells_60m": only_where(table.told > 0, _begun(table, 30)),
        "months_since_cure": only_where(table.told > 0, _since_cure(table)),
    }


def _bits(cells: ir.Table) -> dict[str, ir.Scalar]:
    """Return the months of each bucket as bits, in their own place and one month later, where they would show again."""
    here, later = _bit(cells.lag), _bit(cells.lag - 1)
    bits: dict[str, ir.Scalar] = {"told_bits": here.sum(where=(cells.lag < MOST) & (cells.told > 0)).fill_null(0)}
    for days in BUCKETS:
        is_so = (cells.lag < MOST) & (cells.worst >= days)
        bits[f"at_{days}"] = here.sum(where=is_so).fill_null(0)
        bits[f"after_{days}"] = later.sum(where=is_so & (cells.lag > 0)).fill_null(0)
    return bits


def _bit(lag: ir.IntegerValue) -> ir.IntegerValue:
    # A bare 1 is a short whole number to the engine: 2^lag is 2^60 moved down
    return ibis.literal(2**MOST, "int64") >> (MOST - ibis.greatest(ibis.least(lag, MOST), 0))


def _begun(table: ir.Table, days: int) -> ir.IntegerValue:
    """Return how many months are in the bucket while the month before them is not."""
    here, after = table[f"at_{days}"], table[f"after_{days}"]
    return bit_count(here) - bit_count(here & after)


def _since_cure(table: ir.Table) -> ir.Value:
    """Return the lag of the newest month that stands in a lower bucket than the month before it."""
    lags = []
    for days in BUCKETS:
        after = table[f"after_{days}"]
        # In the bucket a month before, told of now, and no longer in it; the lowest bit is the newest month
        cured = (after & table.told_bits) - (after & table.told_bits & table[f"at_{days}"])
        lags.append(ibis.ifelse(cured > 0, bit_count((cured & -cured) - 1), MOST))
    return ibis.least(*lags)
