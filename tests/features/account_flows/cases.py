"""Cases: several borrowers in one book, so that a family is built once for a whole table of them."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from ews.events.book import Book
from ews.features.account_flows import family
from ews.features.statements import worked_out
from ews.features.window import Spine, joined, spine_on
from tests.books import Rows, book_of
from tests.features.observed import frame

AS_OF = date(2026, 6, 30)
WIDE = (date(2000, 1, 1), date(2030, 12, 31))
ACCOUNT = {"account_id": "A1", "opened_on": date(2020, 1, 1)}

Cases = Mapping[str, Rows]
Told = dict[str, dict[str, Any]]


def posting(day: date, amount: int, *, account: str = "A1", hour: int = 12, **more: Any) -> dict[str, Any]:
    """Return a posting on account `account` of the case that it is put into."""
    at = datetime(day.year, day.month, day.day, hour)
    return {"account_id": account, "occurred_at": at, "amount": amount, **more}


def month(back: int, day: int = 10) -> date:
    """Return day `day` of the month `back` months before June 2026."""
    index = 2026 * 12 + 5 - back
    return date(index // 12, index % 12 + 1, day)


def book_with(cases: Cases, *, accounts: Rows = (ACCOUNT,), covered: tuple[date, date] = WIDE, **tables: Rows) -> Book:
    """Return a book with a borrower per case, who holds `accounts`, named `<case>-<account_id>`, and its postings."""
    held = [_of(case, row, borrower_id=case) for case in cases for row in accounts]
    postings = [
        {"posting_id": f"{case}-{number}", **_of(case, row)}
        for case, rows in cases.items()
        for number, row in enumerate(rows)
    ]
    borrowers = [{"borrower_id": case, "kind": "firm"} for case in cases]
    content = {"borrowers": borrowers, "accounts": held, "transactions": postings, **tables}
    return book_of(content, covered=covered)


def flows(cases: Cases, *, as_of: date = AS_OF, **more: Any) -> Told:
    """Return every feature of the family per case, None for null."""
    rows = frame(family, book_with(cases, **more), [as_of])
    return _told(rows[rows.borrower_id.isin(cases)], [feature.name for feature in family.FEATURES])


def part(book: Book, make: Callable[[Book, Spine], ir.Table], *columns: str, as_of: date = AS_OF) -> Told:
    """Return `columns` of what one part of the family makes, per borrower, None where it says nothing of one."""
    spine = spine_on(book, [as_of])
    rows: pd.DataFrame = joined(spine, worked_out(book, spine, make)).select("borrower_id", *columns).execute()
    return _told(rows, list(columns))


def _of(case: str, row: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {**row, "account_id": f"{case}-{row['account_id']}", **more}


def _told(rows: pd.DataFrame, columns: list[str]) -> Told:
    return {
        row["borrower_id"]: {name: None if pd.isna(row[name]) else float(row[name]) for name in columns}
        for row in rows.to_dict("records")
    }
