"""Connected: a small book of firms that guarantee each other and belong to groups, some of them past due."""

from datetime import date
from typing import Any

from ews.events.book import Book
from ews.features.window import Spine, spine_on
from tests.books import book_of

AS_OF = date(2026, 6, 30)


def guarantee(guarantor: str, borrower: str, amount: int | None = 100, **more: Any) -> dict[str, Any]:
    return {"guarantee_id": f"{guarantor}-{borrower}", "guarantor_id": guarantor, "borrower_id": borrower,
            "amount": amount, "starts_on": date(2025, 1, 1), **more}  # fmt: skip


def tied(one: str, other: str, kind: str = "controller") -> dict[str, Any]:
    return {"from_id": one, "to_id": other, "kind": kind, "starts_on": date(2020, 1, 1)}


def book(dpd: dict[str, int | None], *, groups: dict[str, str] | None = None, **tables: list[dict[str, Any]]) -> Book:
    """Return firms with the days past due of their only loan, None for a firm without one."""
    of = groups or {}
    loans = [{"loan_id": f"L{firm}", "borrower_id": firm, "product": "business", "principal": 1000,
              "opened_on": date(2025, 1, 1), "matures_on": date(2028, 1, 1)} for firm, late in dpd.items()
             if late is not None]  # fmt: skip
    ledger = [{"loan_id": f"L{firm}", "stated_on": AS_OF, "balance": 900, "dpd": late} for firm, late in dpd.items()
              if late is not None]  # fmt: skip
    firms = [{"borrower_id": firm, "kind": "firm", "name": f"企业{firm}", "branch_id": "S01",
              "group_id": of.get(firm)} for firm in dpd]  # fmt: skip
    return book_of({"borrowers": firms, "loans": loans, "ledger": ledger, **tables})


def spine_of(whole: Book, *borrowers: str) -> Spine:
    """Return the spine of the day, of `borrowers` only where some are named."""
    spine = spine_on(whole, [AS_OF])
    if not borrowers:
        return spine
    return Spine(spine.table.filter(spine.table.borrower_id.isin(borrowers)), spine.days)
