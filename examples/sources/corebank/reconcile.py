"""Reconcile a book with the general ledger: the balances of the loan subjects at every month end, to the fen.

    python examples/sources/corebank/reconcile.py --book bank/book --raw bank/raw

Reads   ZZYE.csv (总账余额: day, subject, balance), by itself and not through the SQL of the import; the book's ledger
        and loans as known at the extraction
Gives   one line per month end and subject that do not tie, and exit status 3; 0 where all tie
"""

import argparse
import csv
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from ews.events.book import Book, open_book

SUBJECTS = {"130301": "business", "130302": "mortgage", "130303": "consumer", "130304": "card", "130309": "other"}
DOES_NOT_TIE = 3

Balances = Mapping[tuple[date, str], int]
"""Fen per month end and product."""


def general_ledger(file: Path) -> Balances:
    """Return what the general ledger says."""
    with file.open(encoding="gb18030", newline="") as content:
        return {
            (datetime.strptime(row["RQ"], "%Y%m%d").date(), SUBJECTS[row["KMH"]]): _fen(row["YE"])
            for row in csv.DictReader(content)
        }


def book_balances(book: Book) -> Balances:
    """Return what the book's ledger adds up to."""
    ledger, loans = book.table("ledger"), book.table("loans")
    newest = ledger.filter(ledger.known_until.isnull(), ledger.balance.notnull())
    terms = loans.filter(loans.known_until.isnull()).select("loan_id", "product")
    sums = newest.join(terms, "loan_id").group_by("stated_on", "product").aggregate(balance=newest.balance.sum())
    return {(row["stated_on"], row["product"]): int(row["balance"]) for row in sums.to_pyarrow().to_pylist()}


def differences(told: Balances, held: Balances) -> list[tuple[date, str, int, int]]:
    """Return (month end, product, general ledger, book) wherever they differ; what one lacks is 0 there."""
    return [
        (day, product, told.get((day, product), 0), held.get((day, product), 0))
        for day, product in sorted({*told, *held})
        if told.get((day, product), 0) != held.get((day, product), 0)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare and tell."""
    parser = argparse.ArgumentParser(description="Reconcile a book with the general ledger. 与总账核对余额")
    parser.add_argument("--book", type=Path, required=True)
    parser.add_argument("--raw", type=Path, required=True)
    options = parser.parse_args(arguments)
    told, held = general_ledger(options.raw / "ZZYE.csv"), book_balances(open_book(options.book))
    found = differences(told, held)
    for day, product, there, here in found:
        sys.stdout.write(f"{day} {product}: 总账 {_yuan(there)}, 组合 {_yuan(here)}, 差额 {_yuan(here - there)}\n")
    sys.stdout.write(f"{len({*told, *held})} balances compared, {len(found)} do not tie 不平\n")
    return DOES_NOT_TIE if found else 0


def _fen(text: str) -> int:
    return int(Decimal(text.replace(",", "") or "0") * 100)


def _yuan(fen: int) -> str:
    return f"{Decimal(fen) / 100:,.2f}"


if __name__ == "__main__":
    sys.exit(main())
