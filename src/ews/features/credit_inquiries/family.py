"""Credit inquiries: who else was asked for credit, as far as credit reports tell.

Grain   one row per (borrower_id, as_of)
Reads   inquiries; bureau_reports says how far the bank sees; loans for credit granted by the bank itself;
        external_debts for what is owed elsewhere
Window  months counted back from as_of
Seen    with bureau_reports: inquiries up to the day of the newest authorised pull. A later one stands in a later
        report only, whatever day it is said to be known on
Counted applications: post-loan reviews, this bank's own among them, show a lender's suspicion and not the borrower's
        appetite, and are left out as the borrower's own look-ups are; an unknown purpose counts
Parts   reports (how far the bank sees), refusals, debts_elsewhere
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
from ews.features.credit_inquiries import debts_elsewhere, refusals
from ews.features.credit_inquiries.reports import newest_report
from ews.features.ratios import change, only_where
from ews.features.steps import step
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
    Feature("small_lender_inquiries_12m", "count", "higher", ReasonCode.CREDIT_SOUGHT,
            "Inquiries by microlenders and online platforms in the last 12 months",
            "近12个月小贷公司及网络平台查询次数"),
    Feature("loan_inquiries_6m", "count", "higher", ReasonCode.CREDIT_SOUGHT,
            "Inquiries for a loan in the last 6 months", "近6个月贷款审批查询次数"),
    Feature("card_inquiries_6m", "count", "higher", ReasonCode.CREDIT_SOUGHT,
            "Inquiries for a card in the last 6 months", "近6个月信用卡审批查询次数"),
    Feature("guarantee_reviews_12m", "count", "higher", ReasonCode.GUARANTEES_HEAVY,
            "Inquiries on the borrower as a guarantor in the last 12 months", "近12个月担保资格审查查询次数"),
    Feature("days_since_inquiry", "days", "lower", ReasonCode.CREDIT_SOUGHT,
            "Days since the last inquiry; 366 means none in 12 months", "距最近一次查询天数（366表示近12个月无查询）"),
    Feature("inquiries_without_loan_6m", "count", "higher", ReasonCode.CREDIT_REFUSED,
            "Inquiries of the last 6 months beyond the loans and cards granted by this bank",
            "近6个月查询次数超出本行新增授信笔数"),
    *refusals.FEATURES,
    Feature("days_since_bureau_report", "days", "none", ReasonCode.CREDIT_SOUGHT,
            "Days since the last credit report was pulled", "距最近一次征信报告天数"),
    *debts_elsewhere.FEATURES,
)  # fmt: skip

YEAR, HALF, QUARTER = 12, 6, 3
NONE_IN_A_YEAR = 366
NOT_AN_APPLICATION = ("post_loan", "self")
NONBANKS = ("consumer_finance", "microloan", "platform")
SMALL_LENDERS = ("microloan", "platform")
WINDOWS = (1, 3, 6, 12)


def build(book: Book, spine: Spine) -> ir.Table:
    """Return the spine with the columns of FEATURES."""
    reports = newest_report(book, spine)
    asked = step(_asked(book, spine, reports))
    debts = step(debts_elsewhere.debts_elsewhere(book, spine))
    refused = refusals.refusals(book, spine, asked, debts)
    table = joined(spine, reports, _counts(asked), _granted(book, spine), debts, refused)
    sees = {months: _sees(book, table, months) for months in WINDOWS}
    values = _applications(table, sees)
    values["inquiries_without_loan_6m"] = only_where(sees[HALF], _beyond(_count(table, HALF), table.granted))
    values["inquiries_refused_12m"] = only_where(sees[YEAR], table.inquiries_refused_12m)
    values["days_since_bureau_report"] = table.days_since_report
    for name in (feature.name for feature in FEATURES if feature.name not in values):
        values[name] = table[name]
    return table.select(*KEYS, **{feature.name: values[feature.name] for feature in FEATURES})


def applications(book: Book, spine: Spine) -> ir.Table:
    """Return the spine with the features that count who asked and what for, without what came of it."""
    reports = newest_report(book, spine)
    table = joined(spine, reports, _counts(step(_asked(book, spine, reports))))
    return table.select(*KEYS, **_applications(table, {months: _sees(book, table, months) for months in WINDOWS}))


def _applications(table: ir.Table, sees: dict[int, ir.BooleanValue]) -> dict[str, ir.Value]:
    counts = {months: _count(table, months) for months in WINDOWS}
    values: dict[str, ir.Value] = {
        f"inquiries_{months}m": only_where(sees[months], count) for months, count in counts.items()
    }
    values |= {name: only_where(sees[HALF], value) for name, value in _half_year(table, counts[HALF]).items()}
    values |= {name: only_where(sees[YEAR], value) for name, value in _year(table, counts).items()}
    values["inquiry_acceleration"] = only_where(sees[QUARTER], values["inquiry_acceleration"])
    return values


def _count(table: ir.Table, months: int) -> ir.IntegerValue:
    return table[f"n_{months}m"].fill_null(0)


def _half_year(table: ir.Table, asked: ir.IntegerValue) -> dict[str, ir.Value]:
    return {
        "inquiry_institutions_6m": _told(table.institutions, table.n_with_institution, asked),
        "nonbank_inquiries_6m": _told(table.nonbanks, table.n_with_kind, asked),
        "loan_inquiries_6m": _told(table.for_loans, table.n_with_purpose, asked),
        "card_inquiries_6m": _told(table.for_cards, table.n_with_purpose, asked),
    }


def _year(table: ir.Table, counts: dict[int, ir.IntegerValue]) -> dict[str, ir.Value]:
    return {
        "inquiry_acceleration": change(counts[QUARTER], QUARTER, counts[YEAR], YEAR),
        "small_lender_inquiries_12m": _told(table.small_lenders, table.n_with_kind_12m, counts[YEAR]),
        "guarantee_reviews_12m": _told(table.as_guarantor, table.n_with_purpose_12m, counts[YEAR]),
        "days_since_inquiry": table.days_since.fill_null(NONE_IN_A_YEAR),
    }


def _sees(book: Book, table: ir.Table, months: int) -> ir.BooleanValue:
    if not book.has("bureau_reports"):
        return is_covered(book, "inquiries", table.as_of, months=months)
    reaches = reaches_back(book, "inquiries", table.as_of, months=months)
    return (table.report_lag < months).fill_null(False) & reaches


def _asked(book: Book, spine: Spine, reports: ir.Table) -> ir.Table:
    """Return the applications of the last 12 months, as far as the newest report shows them."""
    inquiries = book.table("inquiries")
    asked = inquiries.filter(inquiries.purpose.isnull() | inquiries.purpose.notin(NOT_AN_APPLICATION))
    asked = rows_within(spine, asked, day="inquired_on", months=YEAR)
    if book.has("bureau_reports"):
        asked = asked.inner_join(reports.select(*KEYS, "pulled_on"), KEYS)
        asked = asked.filter(asked.inquired_on <= asked.pulled_on)
    columns = ("inquiry_id", "inquired_on", "institution_id", "institution_kind", "purpose", "lag")
    return asked.select(*KEYS, *columns)


def _counts(asked: ir.Table) -> ir.Table:
    """Return who asked, and what for."""
    in_half_year = asked.lag < HALF
    has_kind, has_purpose = asked.institution_kind.notnull(), asked.purpose.notnull()
    return asked.group_by(*KEYS).aggregate(
        **{f"n_{months}m": (asked.lag < months).sum() for months in WINDOWS},
        days_since=asked.as_of.delta(asked.inquired_on, unit="day").min(),
        institutions=asked.institution_id.nunique(where=in_half_year),
        n_with_institution=(in_half_year & asked.institution_id.notnull()).sum(),
        nonbanks=(in_half_year & asked.institution_kind.isin(NONBANKS)).sum(),
        small_lenders=asked.institution_kind.isin(SMALL_LENDERS).sum(),
        for_loans=(in_half_year & (asked.purpose == "loan_approval")).sum(),
        for_cards=(in_half_year & (asked.purpose == "card_approval")).sum(),
        as_guarantor=(asked.purpose == "guarantee_review").sum(),
        n_with_kind=(in_half_year & has_kind).sum(),
        n_with_kind_12m=has_kind.sum(),
        n_with_purpose=(in_half_year & has_purpose).sum(),
        n_with_purpose_12m=has_purpose.sum(),
    )


def _granted(book: Book, spine: Spine) -> ir.Table:
    """Return the loans and cards that the bank itself opened in the last 6 months; 0 where it opened none."""
    if not book.has("loans"):
        return spine.table.select(*KEYS, granted=ibis.null("int64"))
    opened = rows_within(spine, book.table("loans"), day="opened_on", months=HALF)
    opened = opened.group_by(*KEYS).aggregate(granted=opened.count())
    table = joined(spine, opened)
    return table.select(*KEYS, granted=table.granted.fill_null(0))


def _told(value: ir.IntegerValue, told: ir.IntegerValue, asked: ir.IntegerValue) -> ir.Value:
    """Return `value`, 0 where nobody asked, null where someone asked and no row says who."""
    return only_where((told > 0).fill_null(False) | (asked.fill_null(0) == 0), value.fill_null(0))


def _beyond(asked: ir.IntegerValue, granted: ir.IntegerValue) -> ir.Value:
    return only_where(granted.notnull(), ibis.greatest(asked - granted, 0))
