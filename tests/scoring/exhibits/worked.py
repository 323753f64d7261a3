"""Worked: exhibits of small books, as plain values."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from ews.domain.exhibits import MONTHS
from ews.events.book import Book
from ews.features.window import Spine, spine_on
from ews.scoring.exhibits.months import months_of, strips_of, with_items
from tests.books import Rows, book_of

AS_OF = date(2026, 6, 30)
SEEN = (date(2000, 1, 1), date(2030, 12, 31))


def cells(book: Book, day: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the months and the loans' month ends of everybody, in a fixed order."""
    spine = spine_on(book, [day])
    told = with_items(book, spine)
    strips = strips_of(told, spine)
    months = months_of(told, spine, strips).order_by("borrower_id", "lag").to_pyarrow().to_pandas()
    ends = strips.order_by("borrower_id", "loan_id", "lag").select("borrower_id", "loan_id", "lag", "dpd", "is_alive")
    return months, ends.to_pyarrow().to_pandas()


def months_told(
    rows: Mapping[str, Rows], name: str, *, as_of: date = AS_OF, covered: tuple[date, date] = SEEN
) -> dict[int, int]:
    """Return what `name` is of borrower B1, by lag; months of which it is unknown are left out."""
    book = book_of({"borrowers": [{"borrower_id": "B1", "kind": "firm"}], **rows}, covered=covered)
    months, _ = cells(book, as_of)
    assert months["lag"].tolist() == list(range(MONTHS))
    told = months[["lag", name]].dropna()
    return {int(lag): int(value) for lag, value in told.to_numpy().tolist()}


def loan(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "loan_id": f"L{number}",
        "borrower_id": "B1",
        "product": "business",
        "principal": 900,
        "opened_on": date(2024, 1, 10),
        "matures_on": date(2028, 1, 1),
        "repayment": "instalment",
        **more,
    }


def one_spine(book: Book, *borrowers: str, day: date = AS_OF) -> Spine:
    spine = spine_on(book, [day])
    return Spine(spine.table.filter(spine.table.borrower_id.isin(borrowers)), spine.days) if borrowers else spine
