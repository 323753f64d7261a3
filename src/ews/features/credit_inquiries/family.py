"""Credit inquiries: who else was asked for credit, as far as credit reports tell.

Grain   one row per (borrower_id, as_of)
Reads   inquiries; bureau_reports says how far the bank sees; loans for credit granted by the bank itself
Window  months counted back from as_of
Seen    with bureau_reports: inquiries up to the day of the newest pull. A later one stands in a later report only,
        whatever day it is said to be known on
Counted applications: post-loan reviews and the borrower's own look-ups are left out, an unknown purpose counts
Nulls   with bureau_reports: no report was pulled within the window, or it begins before the extract. What came
        after the pull is unknown: days_since_bureau_report says how old the view is. The acceleration needs a pull
        in its 3 months. Without bureau_reports: a window that the extract of inquiries does not cover
"""

import ibis
import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.domain.text import Text
from ews.events.book import Book
from ews.features.ratios import change, only_where
from ews.features.window import KEYS, Spine, is_covered, joined, reaches_back, rows_within

TITLE = Text("Credit inquiries", "征信查询")

READS = (("inquiries",),)

FEATURES = (
    Feature("inquiries_1m", "count", "higher", ReasonCode.CREDIT_SOUGHT,
            "Credit inquiries of the last month", "近1个月征信查询次数"),
    Feature("inquiries_3m", "count", "higher", ReasonCode.CREDIT_SOUGHT,
            "Credit inquiries of the last 3 months", "近3个月征信查询次数"),
    Feature("inquiries_6m", "count", "higher", ReasonCode.CREDIT_SOUGHT,
            "Credit inquiries of the last 6 months", "近6个月征信查询次数"),
    Feature("inquiries_12m", "count", "higher", ReasonCode.CREDIT_SOUGHT,
            "Credit inquiries of the last 12 months", "近12个月征信查询次数"),
    Feature("inquiry_acceleration", "change", "higher", ReasonCode.CREDIT_SOUGHT,
            "Monthly inquiries, last 3 months against all 12, minus 1 (0 is steady, 3 is all of them recent)",
            "近3个月月均查询较近12个月月均变化（0为平稳，3为全部集中于近3个月）"),
    Feature("inquiry_institutions_6m", "count", "higher", ReasonCode.CREDIT_SOUGHT,
            "Institutions that inquired in the last 6 months", "近6个月查询机构数"),
    Feature("nonbank_inquiries_6m", "count", "higher", ReasonCode.CREDIT_SOUGHT,
            "Inquiries by lenders other than banks in the last 6 months", "近6个月非银行机构查询次数"),
    Feature("days_since_inquiry", "days", "lower", ReasonCode.CREDIT_SOUGHT,
            "Days since the last inquiry; 366 means none in 12 months", "距最近一次查询天数（366表示近12个月无查询）"),
    Feature("inquiries_without_loan_6m", "count", "higher", ReasonCode.CREDIT_REFUSED,
            "Inquiries of the last 6 months beyond the loans and cards granted by this bank",
            "近6个月查询次数超出本行新增授信笔数"),
    Feature("days_since_bureau_report", "days", "none", ReasonCode.CREDIT_SOUGHT,
            "Days since the last credit report was pulled", "距最近一次征信报告天数"),
)  # fmt: skip

YEAR = 12
NONE_IN_A_YEAR = 366
NOT_AN_APPLICATION = ("post_loan", "self")
NONBANKS = ("consumer_finance", "microloan", "platform")
WINDOWS = (1, 3, 6, 12)


def build(book: Book, spine: Spine) -> ir.Table:
    """Return the spine with the columns of FEATURES."""
    reports = _reports(book, spine)
    table = joined(spine, reports, _applications(book, spine, reports), _granted(book, spine))
    sees = {months: _sees(book, table, months) for months in WINDOWS}
    counts = {months: table[f"n_{months}m"].fill_null(0) for months in WINDOWS}
    values = {f"inquiries_{months}m": only_where(sees[months], count) for months, count in counts.items()}
    half_year = {
        "inquiry_institutions_6m": _told(table.institutions, table.n_with_institution, table.n_6m),
        "nonbank_inquiries_6m": _told(table.nonbanks, table.n_with_kind, table.n_6m),
        "inquiries_without_loan_6m": _beyond(counts[6], table.granted),
    }
    year = {
        "inquiry_acceleration": only_where(sees[3], change(counts[3], 3, counts[YEAR], YEAR)),
        "days_since_inquiry": table.days_since.fill_null(NONE_IN_A_YEAR),
    }
    values |= {name: only_where(sees[6], value) for name, value in half_year.items()}
    values |= {name: only_where(sees[YEAR], value) for name, value in year.items()}
    values["days_since_bureau_report"] = table.days_since_report
    return table.select(*KEYS, **{feature.name: values[feature.name] for feature in FEATURES})


def _reports(book: Book, spine: Spine) -> ir.Table:
    """Return the day and age of the newest report that shows inquiries."""
    if not book.has("bureau_reports"):
        nulls = {"pulled_on": "date", "days_since_report": "int64", "report_lag": "int32"}
        return spine.table.select(*KEYS, **{name: ibis.null(kind) for name, kind in nulls.items()})
    pulls = book.table("bureau_reports")
    pulls = rows_within(spine, pulls.filter((pulls.scope != "debts").fill_null(True)), day="pulled_on", months=None)
    newest = pulls.group_by(*KEYS).aggregate(pulled_on=pulls.pulled_on.max(), report_lag=pulls.lag.min())
    age = newest.as_of.delta(newest.pulled_on, unit="day").cast("int64")
    return newest.select(*KEYS, "pulled_on", "report_lag", days_since_report=age)


def _sees(book: Book, table: ir.Table, months: int) -> ir.BooleanValue:
    if not book.has("bureau_reports"):
        return is_covered(book, "inquiries", table.as_of, months=months)
    reaches = reaches_back(book, "inquiries", table.as_of, months=months)
    return (table.report_lag < months).fill_null(False) & reaches


def _applications(book: Book, spine: Spine, reports: ir.Table) -> ir.Table:
    """Return who asked, as far as the newest report shows it."""
    inquiries = book.table("inquiries")
    asked = inquiries.filter(inquiries.purpose.isnull() | inquiries.purpose.notin(NOT_AN_APPLICATION))
    asked = rows_within(spine, asked, day="inquired_on", months=YEAR)
    if book.has("bureau_reports"):
        asked = asked.inner_join(reports.select(*KEYS, "pulled_on"), KEYS)
        asked = asked.filter(asked.inquired_on <= asked.pulled_on)
    in_half_year = asked.lag < 6
    return asked.group_by(*KEYS).aggregate(
        **{f"n_{months}m": (asked.lag < months).sum() for months in WINDOWS},
        days_since=asked.as_of.delta(asked.inquired_on, unit="day").min(),
        institutions=asked.institution_id.nunique(where=in_half_year),
        n_with_institution=(in_half_year & asked.institution_id.notnull()).sum(),
        nonbanks=(in_half_year & asked.institution_kind.isin(NONBANKS)).sum(),
        n_with_kind=(in_half_year & asked.institution_kind.notnull()).sum(),
    )


def _granted(book: Book, spine: Spine) -> ir.Table:
    """Return the loans and cards that the bank itself opened in the last 6 months; 0 where it opened none."""
    if not book.has("loans"):
        return spine.table.select(*KEYS, granted=ibis.null("int64"))
    opened = rows_within(spine, book.table("loans"), day="opened_on", months=6)
    opened = opened.group_by(*KEYS).aggregate(granted=opened.count())
    table = joined(spine, opened)
    return table.select(*KEYS, granted=table.granted.fill_null(0))


def _told(value: ir.IntegerValue, told: ir.IntegerValue, asked: ir.IntegerValue) -> ir.Value:
    """Return `value`, 0 where nobody asked, null where someone asked and no row says who."""
    return only_where((told > 0).fill_null(False) | (asked.fill_null(0) == 0), value.fill_null(0))


def _beyond(asked: ir.IntegerValue, granted: ir.IntegerValue) -> ir.Value:
    return only_where(granted.notnull(), ibis.greatest(asked - granted, 0))
