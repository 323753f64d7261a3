"""Refusals (查询未获授信): inquiries for loans and cards that nothing followed.

Grain   one row per spine row with inquiries that can be judged
Reads   inquiries for loans and cards, loans and cards opened here, external_debts, bureau_reports
Judged  inquiries of the last 12 months between two reports on debts elsewhere, the later one at least 30 days after
        the inquiry: only then would a loan granted elsewhere show
Granted a loan or card opened here within 3 months, or a debt elsewhere that is new or a fifth larger, up to the first
        report at least 30 days after the inquiry. One grant answers all inquiries before it: whoever compares three
        offers and takes one was not refused
Nulls   no view of debts elsewhere; the share also where no inquiry can be judged
"""

import ibis
import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.events.book import Book
from ews.features.credit_inquiries.debts_elsewhere import ONE_REPORT_DAYS, debt_reports
from ews.features.ratios import only_where, ratio
from ews.features.window import KEYS, Spine, joined, rows_within

FEATURES = (
    Feature("inquiries_refused_12m", "count", "higher", ReasonCode.CREDIT_REFUSED,
            "Inquiries for loans and cards of the last 12 months that no new loan, card or debt elsewhere followed",
            "近12个月贷款及信用卡审批查询后未见新增授信或他行负债的次数"),
    Feature("refused_share_12m", "share", "higher", ReasonCode.CREDIT_REFUSED,
            "Share of the inquiries for loans and cards of the last 12 months that nothing followed",
            "近12个月贷款及信用卡审批查询中未获授信的占比"),
)  # fmt: skip

YEAR = 12
FOR_CREDIT = ("loan_approval", "card_approval")
GRANTED_WITHIN_MONTHS = 3
SHOWS_AFTER_DAYS = 30
"""A loan granted elsewhere stands in the reports a month later (to verify)."""
NEW_FROM_TENTHS = 12
"""A debt that is a fifth larger than at its last statement was added to; less may be the use of a card."""


def refusals(book: Book, spine: Spine, asked: ir.Table, views: ir.Table) -> ir.Table:
    """Return FEATURES from the applications seen and `views` (viewed_on of debts elsewhere)."""
    if not (book.has("external_debts") and book.has("loans")):
        return spine.table.select(*KEYS, **{each.name: ibis.null("float64") for each in FEATURES})
    reports = debt_reports(book, spine, months=2 * YEAR)
    reports = reports.mutate(first_on=reports.pulled_on.min().over(ibis.window(group_by=KEYS)))
    both = asked.filter(asked.purpose.isin(FOR_CREDIT)).inner_join(reports.select(*KEYS, "pulled_on", "first_on"), KEYS)
    shows_from = (both.inquired_on + ibis.interval(days=SHOWS_AFTER_DAYS)).cast("date")
    both = both.filter(both.first_on <= both.inquired_on, both.pulled_on >= shows_from)
    judged = both.group_by(*KEYS, "inquiry_id", "inquired_on").aggregate(shown_on=both.pulled_on.min())
    granted = ibis.union(_opened_here(book, spine, judged), _risen_elsewhere(book, spine, judged), distinct=True)
    total = judged.group_by(*KEYS).aggregate(judged=judged.count())
    answered = granted.group_by(*KEYS).aggregate(granted=granted.count())
    table = joined(spine, views.select(*KEYS, "viewed_on"), total, answered)
    refused = table.judged.fill_null(0) - table.granted.fill_null(0)
    return table.select(
        *KEYS,
        inquiries_refused_12m=only_where(table.viewed_on.notnull(), refused),
        refused_share_12m=ratio(refused, table.judged),
    )


def _opened_here(book: Book, spine: Spine, judged: ir.Table) -> ir.Table:
    opened = rows_within(spine, book.table("loans"), day="opened_on", months=YEAR)
    both = judged.inner_join(opened.select(*KEYS, "opened_on"), KEYS)
    until = (both.inquired_on + ibis.interval(months=GRANTED_WITHIN_MONTHS)).cast("date")
    return both.filter(both.opened_on.between(both.inquired_on, until)).select(*KEYS, "inquiry_id")


def _risen_elsewhere(book: Book, spine: Spine, judged: ir.Table) -> ir.Table:
    both = judged.inner_join(_rises(book, spine), KEYS)
    return both.filter(both.stated_on.between(both.inquired_on, both.shown_on)).select(*KEYS, "inquiry_id")


def _rises(book: Book, spine: Spine) -> ir.Table:
    """Return the days on which a debt elsewhere was new or larger: new if a report before did not hold it."""
    reports = debt_reports(book, spine, months=2 * YEAR)
    first = reports.group_by(*KEYS).aggregate(first_on=reports.pulled_on.min())
    rows = rows_within(spine, book.table("external_debts"), day="stated_on", months=2 * YEAR)
    rows = rows.inner_join(first, KEYS)
    one_after_the_other = ibis.window(group_by=[*KEYS, "institution_id"], order_by="stated_on")
    rows = rows.mutate(had=rows.balance.lag().over(one_after_the_other))
    is_first = ibis.row_number().over(one_after_the_other) == 0
    rows = rows.mutate(is_new=is_first & (rows.stated_on > rows.first_on + ibis.interval(days=ONE_REPORT_DAYS)))
    is_larger = rows.balance * 10 >= rows.had * NEW_FROM_TENTHS
    has_risen = (rows.balance > 0) & (rows.is_new | is_larger.fill_null(False))
    return rows.filter(has_risen).select(*KEYS, "stated_on")
