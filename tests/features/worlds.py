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
"""Connected with nobody by a guarantee, and of another industry and region than the others."""
PEER_GROUPS = {
    each: {"industry": "far", "region": "far"} if each == STRANGER else {"industry": "near", "region": "near"}
    for each in BORROWERS
}
CONNECTED = ("B1", "B2", "B3", "P1", "OUTSIDER")
"""Who controls, is married to or owns a share of whom; and who guarantees for whom, but P1."""
SCHEDULED = (0, 1, 4)
"""Numbers of the loans with instalments; loan 0 has no ledger, loan 4 was never paid on its first days."""

Row = dict[str, Any]
World = dict[str, list[Row]]


def world(seed: int) -> World:
    """Return the rows of a world; keys are unique per version, corrections keep the day a row happened."""
    rng = random.Random(seed)  # noqa: S311 - test data
    rows: World = {"borrowers": [{"borrower_id": each, "kind": "firm", **PEER_GROUPS[each]} for each in BORROWERS]}
    for name, (count, make) in MAKERS.items():
        unique: dict[tuple[Any, ...], Row] = {}
        for number in range(count):
            row = make(rng, number)
            unique[tuple(row[key] for key in table(name).key)] = row
        rows[name] = [version for row in unique.values() for version in _versions(rng, name, row)]
    _add_terms(random.Random(seed), rows)  # noqa: S311 - test data
    _add_habits(random.Random(seed), rows)  # noqa: S311 - test data
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
        "counterparty_id": rng.choice((None, "K1", "K2", "K3", "B1", "B2", "A2")),
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
    whose = _borrower(number + 1)
    return {"outcome_id": f"{whose}|{kind}", "borrower_id": whose, "kind": kind, "occurred_on": _day(rng)}


def _relation(rng: random.Random, number: int) -> Row:
    one, other = rng.sample(CONNECTED, 2)
    return {
        "from_id": one,
        "to_id": other,
        "kind": ("controller", "affiliate", "spouse", "shareholder")[number % 4],
        "share": rng.choice((None, 0.1, 0.3, 0.8)),
        "starts_on": START + timedelta(days=rng.randrange(LENGTH_DAYS // 2)),
        "ends_on": rng.choice((None, None, START + timedelta(days=LENGTH_DAYS))),
    }


def _finding(rng: random.Random, number: int) -> Row:
    return {
        "finding_id": f"F{number}",
        "borrower_id": _borrower(number),
        "found_on": _day(rng),
        "field": rng.choice(("guarantee_called", "guarantee_called", "other")),
        "value": rng.choice((None, "yes", "no")),
    }


def _external_debt(rng: random.Random, number: int) -> Row:
    return {
        "borrower_id": _borrower(number),
        "institution_id": rng.choice(("X1", "X2", "X3")),
        "stated_on": _day(rng),
        "balance": rng.choice((None, *[rng.randint(0, 5_000)] * 8)),
        "dpd": rng.choice((None, 0, 0, 0, 31)),
    }


def _collateral(rng: random.Random, number: int) -> Row:
    return {
        "collateral_id": f"K{number}",
        "loan_id": f"L{number % 7 + 1}",
        "kind": rng.choice(("residential", "equipment", "stock")),
        "value": rng.choice((None, *[rng.randint(1, 9_000)] * 5)),
        "valued_on": START + timedelta(days=rng.randrange(60)),
        "insured_to": rng.choice((None, START + timedelta(days=rng.randrange(300, 900)))),
        "seized_on": rng.choice((None, None, _day(rng))),
    }


def _public_event(rng: random.Random, number: int) -> Row:
    return {
        "event_id": f"E{number}",
        "borrower_id": _borrower(number),
        "occurred_on": _day(rng),
        "kind": rng.choice(("lawsuit", "enforcement", "dishonest_debtor", "penalty", "closure", "disaster_area")),
        "amount": rng.choice((None, *[rng.randint(0, 9_000)] * 8)),
    }


def _add_terms(rng: random.Random, rows: World) -> None:
    """Add to rows that were drawn what more they say, each version for itself; loan 2 is never past due."""
    for row in rows["loans"]:
        _add_loan_terms(rng, row)
    for row in rows["ledger"]:
        row["dpd"] = 0 if row.get("dpd") and row["loan_id"] == "L2" else row.get("dpd")
    for row in rows["instalments"]:
        row["component"] = "interest" if row["due_on"].day % 3 == 0 else "principal"
        row["due_amount"] *= 3 if row["loan_id"] == "L4" else 1
    for row in rows["bureau_reports"]:
        row["authorised"] = rng.choice((None, True, True, False))
    for row in [row for row in rows["inquiries"] if row.get("purpose") == "loan_approval"]:
        row["purpose"] = rng.choice(("loan_approval", "card_approval", "guarantee_review"))
    cut_on = START + timedelta(days=300)
    for row in [row for row in rows["card_statements"] if row["card_id"] == "C1" and row["stated_on"] > cut_on]:
        row["credit_limit"] = row.get("credit_limit") and 700
    rows["collateral"] += _valued_again(rng, rows["collateral"])


def _add_loan_terms(rng: random.Random, row: Row) -> None:
    number = int(row["loan_id"][1:])
    amounts = (100, 200) if number in SCHEDULED else [rng.randrange(2_000, 9_000)] * 4
    row["principal"] = rng.choice((None, *amounts))
    row["security"] = rng.choice((None, "none", "guarantee", "mortgage"))
    row["restructured_on"] = rng.choice((None, None, START + timedelta(days=rng.randrange(200, 700))))
    if number in (2, 3, 6, 7):
        row["product"] = "business"
    if number >= len(BORROWERS) and (row.get("replaces_loan_id") or number in (6, 7)):
        row["replaces_loan_id"] = f"L{number - len(BORROWERS)}"  # of the same borrower


def _valued_again(rng: random.Random, pieces: list[Row]) -> list[Row]:
    again = timedelta(days=400)
    return [
        {
            **row,
            "valued_on": row["valued_on"] + again,
            "known_on": row["known_on"] + again,
            "value": rng.randint(1, 9_000),
        }
        for row in pieces
        if row.get("value") and not row.get("withdrawn")
    ]


HABITS = (
    # category, day of the month, amounts, counterparty
    ("wage", 10, (-700, -500), None),
    ("utility", 12, (-300, -200), None),
    ("private_person", 20, (-1_000_000, -1_234_567), "K4"),
    ("private_person", 24, (400, 1_300), "K5"),
    ("cash", 26, (100, 200), None),
    ("loan_service", 28, (-1_000, -800), None),
    ("loan_payout", 1, (2_500, 5_000), None),
    ("securities", 2, (-600, -400), None),
    ("private_person", 3, (-1_300, -900), "K5"),
    ("purchase", 4, (-800, -700), "K6"),
    ("other", 15, (300, 760), "K6"),
)
"""What the first two borrowers do nearly every month."""


def _add_habits(rng: random.Random, rows: World) -> None:
    """Add postings that come month after month, and the sales that two borrowers declare each year."""
    for month in range(26):
        for number, (category, day, amounts, counterparty) in enumerate(HABITS):
            posting = {
                "posting_id": f"H{month}-{number}",
                "account_id": rng.choice(("A0", "A0", "A0", "A1")),
                "occurred_at": datetime.combine(_month_end(month).replace(day=day), datetime.min.time()),
                "amount": rng.choice(amounts),
                "category": category,
                "counterparty_id": counterparty,
            }
            if rng.random() < 0.8:
                rows["transactions"].extend(_versions(rng, "transactions", posting))
    for number in range(6):
        finding = {"finding_id": f"S{number}", "borrower_id": _borrower(number % 2), "found_on": _day(rng)}
        finding |= {"field": "declared_sales_12m", "value": rng.choice(("none", "20000", str(rng.randint(1, 90_000))))}
        rows["findings"].extend(_versions(rng, "findings", finding))


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
    "external_debts": (120, _external_debt),
    "collateral": (8, _collateral),
    "public_events": (40, _public_event),
    "relations": (7, _relation),
    "findings": (12, _finding),
}


_SIDES = {"guarantees": ("guarantor_id", "borrower_id"), "relations": ("from_id", "to_id")}


def without(rows: World, borrower: str) -> World:
    """Return `rows` without what belongs to `borrower`."""
    accounts = {row["account_id"] for row in rows["accounts"] if row["borrower_id"] == borrower}
    loans = {row["loan_id"] for row in rows["loans"] if row["borrower_id"] == borrower}

    def belongs(row: Row) -> bool:
        return row.get("borrower_id") == borrower or row.get("account_id") in accounts or row.get("loan_id") in loans

    return {name: [row for row in content if not belongs(row)] for name, content in rows.items()}


def loosely_tied(rows: World, seed: int) -> World:
    """Return `rows` with few guarantees and relations among all parties, so that some hang together and some do not."""
    rng = random.Random(seed)  # noqa: S311 - test data
    parties = (*BORROWERS, "P1", "OUTSIDER")
    tied = {name: [MAKERS[name][1](rng, number) for number in range(3)] for name in ("guarantees", "relations")}
    for name, (one, other) in _SIDES.items():
        for row in tied[name]:
            row[one], row[other] = rng.sample(parties, 2)
    versions = {name: [each for row in made for each in _versions(rng, name, row)] for name, made in tied.items()}
    return {**rows, **versions}


def circle_of(rows: World, borrower: str, day: date) -> set[str]:
    """Return who hangs together with `borrower` through guarantees valid and known on `day`, found step by step."""
    newest: dict[str, Row] = {}
    for row in sorted(rows["guarantees"], key=lambda row: row["known_on"]):
        if row["known_on"] <= day:
            newest[row["guarantee_id"]] = row
    pairs = [
        {row["guarantor_id"], row["borrower_id"]}
        for row in newest.values()
        if not row.get("withdrawn") and row["starts_on"] <= day <= (row.get("ends_on") or day)
    ]
    circle, before = {borrower}, set[str]()
    while circle != before:
        before, circle = circle, circle.union(*(pair for pair in pairs if pair & circle))
    return circle


def only(rows: World, kept: set[str]) -> World:
    """Return `rows` without what belongs to, or ties to, a party that is not `kept`."""
    for borrower in set(BORROWERS) - kept:
        rows = without(rows, borrower)
    tied = {
        name: [row for row in rows[name] if {row[one], row[other]} <= kept] for name, (one, other) in _SIDES.items()
    }
    return {**rows, **tied}


def known_by(rows: World, day: date) -> World:
    """Return the rows that had happened and were known at the end of `day`; a schedule is known ahead."""

    def is_known(name: str, row: Row) -> bool:
        happened = row.get(table(name).happened or "")
        happened = happened.date() if isinstance(happened, datetime) else happened
        has_happened = happened is None or happened <= day or name == "instalments"
        return row.get("known_on", day) <= day and has_happened

    return {name: [row for row in content if is_known(name, row)] for name, content in rows.items()}
