"""Debts elsewhere (他行负债): what the borrower owes to other institutions, as far as reports tell.

Grain   one row per spine row with a view
Reads   external_debts; bureau_reports says when the bank looked; loans and account flows for what it is set against
View    the newest report that holds debts, of the last 12 months: what institutions stated in the 31 days up to it,
        each with its newest statement. A debt that the report no longer holds is paid off. Before: the newest report
        at least 3 months older. Without bureau_reports a day with statements is a report
Nulls   no view, or one before the extract of debts begins; what compares is null without a report before
"""

from datetime import date

import ibis
import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.events.book import Book
from ews.features.account_flows.family import inflow_12m
from ews.features.credit_inquiries.reports import pulls
from ews.features.ratios import change, only_where, ratio
from ews.features.states import states_on
from ews.features.window import KEYS, Spine, joined, rows_within

FEATURES = (
    Feature("external_debt", "fen", "none", ReasonCode.LOANS_ELSEWHERE,
            "Debt at other institutions, by the newest credit report", "他行负债余额（最近一次征信报告）"),
    Feature("external_institutions", "count", "higher", ReasonCode.LOANS_ELSEWHERE,
            "Other institutions that the borrower owes", "有负债的他行机构数"),
    Feature("external_institutions_added", "count", "higher", ReasonCode.LOANS_ELSEWHERE,
            "Institutions owed now that were not at least 3 months before", "较3个月以前报告新增的他行机构数"),
    Feature("external_debt_change", "change", "higher", ReasonCode.LOANS_ELSEWHERE,
            "Debt at other institutions against the report at least 3 months before", "他行负债较3个月以前报告的变化"),
    Feature("external_dpd", "days", "higher", ReasonCode.LOANS_ELSEWHERE,
            "Most days past due at another institution", "他行贷款最大逾期天数"),
    Feature("external_debt_share", "share", "higher", ReasonCode.LOANS_ELSEWHERE,
            "Share of all known debt that is owed elsewhere", "他行负债占全部已知负债比例"),
    Feature("external_debt_to_inflow", "ratio", "higher", ReasonCode.LOANS_ELSEWHERE,
            "Debt at other institutions as a multiple of the money received in 12 months",
            "他行负债与近12个月入账之比"),
)  # fmt: skip

YEAR = 12
BEFORE_MONTHS = 3
ONE_REPORT_DAYS = 31
"""Institutions state their debts on days of their own, at least once a month."""


def debts_elsewhere(book: Book, spine: Spine) -> ir.Table:
    """Return FEATURES and `viewed_on`, the day of the newest report that holds debts."""
    if not book.has("external_debts"):
        names = (each.name for each in FEATURES)
        return spine.table.select(*KEYS, viewed_on=ibis.null("date"), **{name: ibis.null("float64") for name in names})
    table = joined(spine, views(book, spine), _sums(book, spine), _owed_here(book, spine), inflow_12m(book, spine))
    debt = only_where(table.untold.fill_null(0) == 0, table.now.fill_null(0))
    had_report = table.before_on.notnull()
    values = {
        "external_debt": debt,
        "external_institutions": table.institutions.fill_null(0),
        "external_institutions_added": only_where(had_report, table.added.fill_null(0)),
        "external_debt_change": only_where(had_report, change(debt, 1, table.before.fill_null(0), 1)),
        "external_dpd": only_where(table.institutions.isnull() | table.dpd.notnull(), table.dpd.fill_null(0)),
        "external_debt_share": ratio(debt, debt + table.owed_here),
        "external_debt_to_inflow": ratio(debt, table.inflow_12m),
    }
    sees = table.viewed_on.notnull()
    return table.select(*KEYS, "viewed_on", **{name: only_where(sees, value) for name, value in values.items()})


def views(book: Book, spine: Spine) -> ir.Table:
    """Return viewed_on and before_on per spine row that has a view of debts elsewhere."""
    rows = debt_reports(book, spine, months=2 * YEAR)
    newest = rows.pulled_on.max(where=rows.lag < YEAR).over(ibis.window(group_by=KEYS))
    rows = rows.mutate(viewed_on=newest)
    is_older = rows.pulled_on <= (rows.viewed_on - ibis.interval(months=BEFORE_MONTHS)).cast("date")
    found = rows.group_by(*KEYS).aggregate(viewed_on=rows.viewed_on.max(), before_on=rows.pulled_on.max(where=is_older))
    return found.filter(found.viewed_on.notnull())


def debt_reports(book: Book, spine: Spine, *, months: int) -> ir.Table:
    """Return the reports that hold debts, from the day on which their extract begins: keys, pulled_on, lag."""
    if book.has("bureau_reports"):
        rows = pulls(book, spine, of="debts", months=months)
    else:
        stated = rows_within(spine, book.table("external_debts"), day="stated_on", months=months)
        rows = stated.select(*KEYS, "lag", pulled_on="stated_on").distinct()
    start, _ = book.covered("external_debts") or (date.max, date.max)
    return rows.filter(rows.pulled_on >= ibis.literal(start))


def _sums(book: Book, spine: Spine) -> ir.Table:
    """Return what the report of the view and the one before it add up to."""
    rows = rows_within(spine, book.table("external_debts"), day="stated_on", months=2 * YEAR + 1)
    rows = rows.inner_join(views(book, spine), KEYS)
    is_now, is_before = _in_report(rows, rows.viewed_on), _in_report(rows, rows.before_on)
    each = rows.group_by(*KEYS, "institution_id").aggregate(
        rows_now=is_now.sum(),
        rows_before=is_before.fill_null(False).sum(),
        now=rows.balance.argmax(rows.stated_on, where=is_now),
        before=rows.balance.argmax(rows.stated_on, where=is_before),
        dpd=rows.dpd.argmax(rows.stated_on, where=is_now),
    )
    owes = (each.rows_now > 0) & (each.now.isnull() | (each.now > 0))
    owed = (each.rows_before > 0) & (each.before.isnull() | (each.before > 0))
    return (
        each.filter(owes | owed)
        .group_by(*KEYS)
        .aggregate(
            now=each.now.sum(),
            before=each.before.sum(),
            untold=(owes & each.now.isnull()).sum(),
            institutions=owes.sum(),
            added=(owes & ~owed).sum(),
            dpd=each.dpd.max(),
        )
    )


def _in_report(rows: ir.Table, pulled_on: ir.DateValue) -> ir.BooleanValue:
    return (rows.stated_on <= pulled_on) & (rows.stated_on > pulled_on - ibis.interval(days=ONE_REPORT_DAYS))


def _owed_here(book: Book, spine: Spine) -> ir.Table:
    if not book.has("loans"):
        return spine.table.select(*KEYS, owed_here=ibis.null("int64"))
    states = states_on(book, spine)
    owed = states.group_by(*KEYS).aggregate(live=states.live.sum(), balance=states.balance.sum(where=states.live))
    table = joined(spine, owed)
    return table.select(*KEYS, owed_here=ibis.ifelse(table.live.fill_null(0) == 0, 0, table.balance))
