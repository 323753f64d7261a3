"""What a family says about a borrower on a day, as plain values."""

from datetime import date

import pandas as pd

from ews.events.book import Book
from ews.features.catalogue import Family
from ews.features.statements import worked_out
from ews.features.window import spine_on


def frame(family: Family, book: Book, days: list[date]) -> pd.DataFrame:
    """Return the family's rows in a fixed order, every feature as float."""
    built = worked_out(book, spine_on(book, days), family.build)
    built = built.select(
        "borrower_id", "as_of", **{each.name: built[each.name].cast("float64") for each in family.FEATURES}
    )
    rows: pd.DataFrame = built.order_by("borrower_id", "as_of").execute()
    return rows.reset_index(drop=True)


def observed(family: Family, book: Book, as_of: date, borrower: str = "B1") -> dict[str, float | None]:
    """Return the features of one borrower, None for null."""
    rows = frame(family, book, [as_of])
    row = rows[rows.borrower_id == borrower].iloc[0]
    return {each.name: None if pd.isna(row[each.name]) else float(row[each.name]) for each in family.FEATURES}
