"""Reports: how far the bank sees into what other institutions know.

Grain   views: one row per (borrower_id, as_of, known_by); pulls: one per report known
Reads   bureau_reports; without it the extracts of what a report holds stand for themselves
Seen    only reports pulled with consent count: what an unauthorised pull showed must not be used. A pull that does not
        say is taken as authorised, a report that does not say what it holds as a full one
"""

import ibis
import ibis.expr.types as ir

from ews.events.book import Book
from ews.features.window import KEYS, Spine, rows_within

SHOWS_NOT = {"inquiries": "debts", "debts": "inquiries"}
"""The scope of a report that does not hold what is asked for."""


def pulls(book: Book, spine: Spine, *, of: str, months: int | None = None) -> ir.Table:
    """Return the known reports that hold `of` ("inquiries" or "debts"): keys, pulled_on and lag."""
    reports = book.table("bureau_reports")
    holds = (reports.scope != SHOWS_NOT[of]).fill_null(True) & reports.authorised.fill_null(True)
    rows = rows_within(spine, reports.filter(holds), day="pulled_on", months=months)
    return rows.select(*KEYS, "pulled_on", "lag")


def newest_report(book: Book, spine: Spine) -> ir.Table:
    """Return pulled_on, report_lag (months) and days_since_report of the newest report that shows inquiries."""
    if not book.has("bureau_reports"):
        nulls = {"pulled_on": "date", "days_since_report": "int64", "report_lag": "int32"}
        return spine.table.select(*KEYS, **{name: ibis.null(kind) for name, kind in nulls.items()})
    rows = pulls(book, spine, of="inquiries")
    newest = rows.group_by(*KEYS).aggregate(pulled_on=rows.pulled_on.max(), report_lag=rows.lag.min())
    days = newest.as_of.delta(newest.pulled_on, unit="day").cast("int64")
    return newest.select(*KEYS, "pulled_on", "report_lag", days_since_report=days)
