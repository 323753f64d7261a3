"""Small random worlds: every event table, with rows known late, corrected and taken back."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from ews.events.schemas import CATEGORIES, table

START = date(2024, 1, 1)
LENGTH_DAYS = 800
BORROWERS = ("B1", "B2", "B3", "B4")
STRANGER = "B4"
"""Connected with nobody by a guarantee."""
SCHEDULED = (0, 1, 4)
"""Numbers of the loans with instalments; loan 0 has no ledger, loan 4 was never paid on its first days."""

Row = dict[str, Any]
World = dict[str, list[Row]]


def world(seed: int) -> World:
    """Return the rows of a world; keys are unique per version, corrections keep the day a row happened."""
    rng = random.Random(seed)  # noqa: S311 - test data
    rows: World = {"borrowers": [{"borrower_id": each, "kind": "firm"} for each in BORROWERS]}
    for name, (count, make) in MAKERS.items():
        unique: dict[tuple[Any, ...], Row] = {}
        for number in range(count):
            row = make(rng, number)
            unique[tuple(row[key] for key in table(name).key)] = row
        rows[name] = [version for row in unique.values() for version in _versions(rng, name, row)]
    return rows


def _versions(rng: random.Random, name: str, row: Row) -> list[Row]:
    happened = row[table(name).happened or ""]
    day = happened.date() if isinstance(happened, datetime) else happened
    first = day + timedelta(days=rng.choice((0, 0, 0, 0, 5, 45)))
    if name == "instalments":
        first = day - timedelta(days=100)
    versions = [{**row, "known_on": first}]
    if rng.random() < 0.15:
        amended = {
            column: value // 2 if isinstance(value, int) else value
            for column, value in row.items()
            if value is not None
        }
        later = first + timedelta(days=rng.randint(1, 200))
        versions.append({**amended, "known_on": later, "withdrawn": rng.random() < 0.3})
    return versions


def _day(rng: random.Random) -> date:
    return START + timedelta(days=rng.randrange(LENGTH_DAYS))


def _borrower(number: int) -> str:
    return BORROWERS[number % len(BORROWERS)]


def _month_end(index: int) -> date:
    month = START.month - 1 + index
    return date(START.year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)


def _account(rng: random.Random, number: int) -> Row:
    opened = START - timedelta(days=rng.choice((0, 400)))
    closed = START + timedelta(days=430) if number == 5 else None
    return {"account_id": f"A{number}", "borrower_id": _borrower(number), "opened_on": opened, "closed_on": closed}


def _posting(rng: random.Random, number: int) -> Row:
    at = datetime.combine(_day(rng), datetime.min.time()) + timedelta(hours=rng.randrange(24))
    return {
        "posting_id": f"P{number}",
        "account_id": f"A{number % 6}",
        "occurred_at": at,
        "amount": rng.randint(-10_000, 10_000),
        "balance_after": rng.choice((None, rng.randint(-3_000, 9_000))),
        "category": rng.choice((None, *CATEGORIES)),
        "counterparty_id": rng.choice((None, "K1", "K2", "K3")),
    }


def _loan(rng: random.Random, number: int) -> Row:
    return {
        "loan_id": f"L{number}",
        "borrower_id": _borrower(number),
        "product": rng.choice(("business", "card")),
        "opened_on": START + timedelta(days=60 * number + rng.randrange(60)),
        "matures_on": START + timedelta(days=rng.randrange(400, 900)),
        "repayment": rng.choice(("instalment", "bullet")),
        "replaces_loan_id": rng.choice((None, "L0")),
    }


def _statement(rng: random.Random, number: int) -> Row:
    return {
        "loan_id": f"L{number % 7 + 1}",
        "stated_on": _month_end(rng.randrange(26)),
        "balance": rng.choice((None, rng.randint(0, 5_000))),
        "dpd": rng.choice((None, 0, 0, 12, 35, 70)),
    }


def _due(rng: random.Random, number: int) -> Row:
    loan = SCHEDULED[number % len(SCHEDULED)]
    return {
        "loan_id": f"L{loan}",
        "due_on": START + timedelta(days=60 * (loan + 1) + 30 * rng.randrange(20)),
        "component": "principal",
        "due_amount": rng.randint(0, 100),
    }


def _payment(rng: random.Random, number: int) -> Row:
    loan = SCHEDULED[number % len(SCHEDULED)]
    return {
        "payment_id": f"Y{number}",
        "loan_id": f"L{loan}",
        "paid_on": START + timedelta(days=350 + rng.randrange(450)) if loan == 4 else _day(rng),
        "paid_amount": rng.randint(0, 120),
    }


def _report(rng: random.Random, number: int) -> Row:
    scope = rng.choice((None, "full", "debts"))
    return {"report_id": f"R{number}", "borrower_id": _borrower(number), "pulled_on": _day(rng), "scope": scope}


def _inquiry(rng: random.Random, number: int) -> Row:
    return {
        "inquiry_id": f"I{number}",
        "borrower_id": _borrower(number),
        "inquired_on": _day(rng),
        "institution_id": rng.choice((None, "X1", "X2")),
        "institution_kind": rng.choice((None, "bank", "microloan")),
        "purpose": rng.choice((None, "loan_approval", "post_loan")),
    }


def _guarantee(rng: random.Random, number: int) -> Row:
    guarantor, borrower = rng.sample(("B1", "B2", "B3", "OUTSIDER"), 2)
    return {
        "guarantee_id": f"G{number}",
        "guarantor_id": guarantor,
        "borrower_id": borrower,
        "amount": rng.choice((None, *[rng.randint(1, 5_000)] * 5)),
        "starts_on": _day(rng),
        "ends_on": rng.choice((None, START + timedelta(days=LENGTH_DAYS))),
    }


def _card(rng: random.Random, number: int) -> Row:
    return {
        "card_id": f"C{number % 6}",
        "borrower_id": _borrower(number % 6),
        "stated_on": _month_end(rng.randrange(26)),
        "credit_limit": rng.choice((None, 0, 1_000, 5_000, 5_000)),
        "balance": rng.choice((None, *[rng.randint(-100, 6_000)] * 5)),
        "minimum_due": rng.choice((None, 100, 2_000)),
        "paid": rng.choice((None, 0, *[rng.randint(0, 3_000)] * 4)),
        "cash_advance": rng.choice((None, 0, 0, 500)),
    }


def _outcome(rng: random.Random, number: int) -> Row:
    kind = rng.choice(("dpd_90", "write_off", "default", "restructured"))
    return {"borrower_id": _borrower(number + 1), "kind": kind, "occurred_on": _day(rng)}


MAKERS: dict[str, tuple[int, Callable[[random.Random, int], Row]]] = {
    "accounts": (6, _account),
    "transactions": (250, _posting),
    "loans": (8, _loan),
    "ledger": (120, _statement),
    "instalments": (80, _due),
    "payments": (80, _payment),
    "bureau_reports": (100, _report),
    "inquiries": (120, _inquiry),
    "guarantees": (14, _guarantee),
    "card_statements": (160, _card),
    "outcomes": (2, _outcome),
}


def without(rows: World, borrower: str) -> World:
    """Return `rows` without what belongs to `borrower`."""
    accounts = {row["account_id"] for row in rows["accounts"] if row["borrower_id"] == borrower}
    loans = {row["loan_id"] for row in rows["loans"] if row["borrower_id"] == borrower}

    def belongs(row: Row) -> bool:
        return row.get("borrower_id") == borrower or row.get("account_id") in accounts or row.get("loan_id") in loans

    return {name: [row for row in content if not belongs(row)] for name, content in rows.items()}


def known_by(rows: World, day: date) -> World:
    """Return the rows that had happened and were known at the end of `day`."""

    def is_known(name: str, row: Row) -> bool:
        happened = row.get(table(name).happened or "")
        happened = happened.date() if isinstance(happened, datetime) else happened
        return row.get("known_on", day) <= day and (happened is None or happened <= day)

    return {name: [row for row in content if is_known(name, row)] for name, content in rows.items()}
