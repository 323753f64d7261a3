"""Small trades: borrowers of an industry and region, each with an account and a loan, so that peers can be counted."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

import pytest

from ews.events.book import Book
from ews.features import scripts, statements
from ews.features.peers import groups
from tests.books import book_of

AS_OF = date(2026, 6, 30)
WIDE = (date(2000, 1, 1), date(2030, 12, 31))

Row = dict[str, Any]


@cache
def scripts_for(_least: int) -> Any:
    """Return what writes statements and keeps them apart from those for another number of peers."""
    return cache(scripts.written)


def need_peers(patched: pytest.MonkeyPatch, least: int) -> None:
    """Let `least` peers be enough, with statements that were written for as many."""
    patched.setattr(statements, "script_of", scripts_for(least))
    patched.setattr(groups, "LEAST_PEERS", least)


def borrower(name: str, industry: str | None = "mill", region: str | None = "north", **more: Any) -> Row:
    return {"borrower_id": name, "kind": "firm", "industry": industry, "region": region, **more}


def loan(name: str, **more: Any) -> Row:
    return {"loan_id": f"L{name}", "borrower_id": name, "product": "business", "opened_on": date(2023, 1, 1), **more}


def stated(name: str, dpd: int | None, on: date = AS_OF) -> Row:
    return {"loan_id": f"L{name}", "stated_on": on, "balance": 1_000, "dpd": dpd}


def month(back: int) -> date:
    """Return the 10th of the month `back` months before June 2026."""
    index = 2026 * 12 + 5 - back
    return date(index // 12, index % 12 + 1, 10)


def posting(name: str, back: int, amount: int, category: str = "sales", number: int = 0) -> Row:
    day = month(back)
    return {
        "posting_id": f"P{name}{back}{amount}{category}{number}",
        "account_id": f"A{name}",
        "occurred_at": datetime(day.year, day.month, day.day, 12),
        "amount": amount,
        "category": category,
    }


def inflows(name: str, recent: int, before: int) -> list[Row]:
    """Return postings: `recent` in the last 3 months, `before` in the same 3 a year before."""
    return [posting(name, 1, recent), posting(name, 13, before)]


def book(
    borrowers: Sequence[Row],
    *,
    postings: Sequence[Row] = (),
    statements: Sequence[Row] = (),
    outcomes: Sequence[Row] = (),
    loans: Sequence[Row] | None = None,
    covered: tuple[date, date] = WIDE,
) -> Book:
    names = dict.fromkeys(row["borrower_id"] for row in borrowers)
    tables: Mapping[str, Sequence[Row]] = {
        "borrowers": borrowers,
        "accounts": [{"account_id": f"A{each}", "borrower_id": each, "opened_on": date(2020, 1, 1)} for each in names],
        "transactions": postings,
        "loans": [loan(each) for each in names] if loans is None else loans,
        "ledger": statements,
        "outcomes": outcomes,
    }
    return book_of(tables, covered=covered)
