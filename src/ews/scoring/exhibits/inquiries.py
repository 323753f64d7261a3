"""Inquiries: how often others asked, month by month, counted as the features of credit inquiries count.

Grain   one row per (borrower_id, as_of, known_by, lag)
Reads   inquiries, bureau_reports
Nulls   months after the one in which the newest authorised report was pulled, and months that the extract does not
        speak of; without bureau_reports only the latter
"""

import ibis
import ibis.expr.types as ir

from ews.domain.exhibits import MONTHS
from ews.events.book import Book
from ews.features.credit_inquiries.family import NOT_AN_APPLICATION
from ews.features.credit_inquiries.reports import newest_report
from ews.features.ratios import only_where
from ews.features.window import KEYS, Spine, rows_within
from ews.scoring.exhibits.lags import CELL, begins_before, grid, tells


def inquiry_months(book: Book, spine: Spine, ends: ir.Table) -> ir.Table:
    """Return CELL and inquiries."""
    cells = grid(spine, ends)
    bounds = book.covered("inquiries") if book.has("inquiries") else None
    if bounds is None:
        return cells.select(*CELL, inquiries=ibis.null("int64"))
    reports = newest_report(book, spine)
    asked = _asked(book, spine, reports)
    counted = asked.group_by(*CELL).aggregate(asked=asked.count())
    table = cells.left_join(reports, KEYS, rname="{name}_report").left_join(counted, CELL, rname="{name}_asked")
    if book.has("bureau_reports"):
        sees = (table.report_lag <= table.lag).fill_null(False) & begins_before(bounds[0], table)
    else:
        sees = tells(book, "inquiries", table)
    return table.select(*CELL, inquiries=only_where(sees, table.asked.fill_null(0)))


def _asked(book: Book, spine: Spine, reports: ir.Table) -> ir.Table:
    rows = book.table("inquiries")
    rows = rows.filter(rows.purpose.isnull() | rows.purpose.notin(NOT_AN_APPLICATION))
    rows = rows_within(spine, rows, day="inquired_on", months=MONTHS)
    if book.has("bureau_reports"):
        rows = rows.inner_join(reports.select(*KEYS, "pulled_on"), KEYS)
        rows = rows.filter(rows.inquired_on <= rows.pulled_on)
    return rows
