"""A book of ledgers: firms whose days past due grow for some months before they default."""

from datetime import date
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from ews.events.book import Book
from ews.events.manifest import Manifest, TableEntry
from ews.outcomes.horizon import months_later
from tests.books import ENGINE, stored

FIRST, MONTHS = date(2022, 1, 31), 42
LAST = months_later(FIRST, MONTHS - 1)
RECIPE = {
    "horizon_months": 6,
    "snapshot_every_months": 3,
    "first_snapshot": "2022-06-30",
    "folds": 2,
    "fold_repeats": 1,
    "learning_rate": 0.1,
    "max_rounds": 40,
    "patience": 10,
}


def ledger_book(borrowers: int = 160, *, seed: int = 1, recipe: dict[str, Any] | None = None) -> Book:
    """Return a book in which half of the borrowers default once, after arrears that come and go elsewhere too."""
    rng = np.random.default_rng(seed)
    names = [f"B{k:03d}" for k in range(borrowers)]
    tables = {
        "borrowers": stored("borrowers", [{"borrower_id": name, "kind": "firm"} for name in names]),
        "loans": stored("loans", [_loan(name) for name in names]),
        "ledger": _ledger(names, rng),
    }
    entries = {name: TableEntry("", "", len(rows), 0, FIRST, LAST) for name, rows in tables.items()}
    manifest = Manifest("ledgers", LAST, entries, {**RECIPE, **(recipe or {})})
    return Book(
        manifest,
        ENGINE,
        {name: ENGINE.create_table(ibis.util.gen_name(name), rows, temp=True) for name, rows in tables.items()},
    )


def _loan(name: str) -> dict[str, Any]:
    return {"loan_id": f"L{name}", "borrower_id": name, "product": "business", "opened_on": date(2021, 1, 1)}


def _ledger(names: list[str], rng: np.random.Generator) -> pa.Table:
    rows = []
    for name in names:
        falls = int(rng.integers(8, 80))  # in half of the cases beyond the book's end
        for month in range(MONTHS):
            late = 30 * (month - falls + 4) - 20 if month >= falls - 3 else int(rng.choice([0, 0, 0, 0, 0, 12]))
            rows.append((f"L{name}", months_later(FIRST, month), 100_000 - 1_000 * month, max(0, min(late, 400))))
    loan, day, balance, dpd = zip(*rows, strict=True)
    days = pa.array(day, pa.date32())
    unset = pa.nulls(len(rows), pa.date32())
    return pa.table(
        {
            "loan_id": pa.array(loan),
            "stated_on": days,
            "balance": pa.array(balance, pa.int64()),
            "dpd": pa.array(dpd, pa.int64()),
            "known_on": days,
            "known_until": unset,
        }
    )
