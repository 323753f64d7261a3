"""Books of loans whose every payment is said, and what scoring makes of their facts on a day."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ews.events.book import Book
from ews.features.statements import worked_out
from ews.features.window import Spine, spine_on
from ews.policy.tiers import judge_debtor, judge_own, settle
from ews.scoring.debtor_facts import with_debtor_facts
from ews.scoring.facts import own_loan_facts
from ews.scoring.loan_states import loan_states, named
from ews.scoring.overrides import OVERRIDES
from ews.scoring.ruled import Ruled
from ews.scoring.states import LOANS, NOTHING, States
from tests.books import Rows, book_of
from tests.policy.policies import POLICY

OPENED = date(2025, 1, 10)
FIRM = {"kind": "firm", "retail": False}


def dues(count: int, *, every: int = 1, first: date = date(2025, 1, 20)) -> list[date]:
    return [
        date(
            first.year + (first.month - 1 + every * number) // 12,
            (first.month - 1 + every * number) % 12 + 1,
            first.day,
        )
        for number in range(count)
    ]


def loan(loan_id: str, borrower_id: str = "B1", **facts: Any) -> dict[str, Any]:
    return {
        "loan_id": loan_id,
        "borrower_id": borrower_id,
        "product": "business",
        "principal": 10_000,
        "opened_on": OPENED,
        "repayment": "instalment",
        "security": "none",
        **facts,
    }


def served(loan_id: str, due_on: Sequence[date], paid_on: Mapping[int, date | None] | None = None) -> dict[str, Rows]:
    """Return instalments of 100 on `due_on`, each paid on its day but those whose number is in `paid_on`."""
    days = [(paid_on or {}).get(number, day) for number, day in enumerate(due_on)]
    return {
        "instalments": [
            {"loan_id": loan_id, "due_on": day, "component": "principal", "due_amount": 100, "known_on": OPENED}
            for day in due_on
        ],
        "payments": [
            {"payment_id": f"{loan_id}-{number}", "loan_id": loan_id, "paid_on": day, "paid_amount": 100}
            for number, day in enumerate(days)
            if day is not None
        ],
    }


def stated(loan_id: str, rows: Mapping[date, tuple[int | None, int | None]]) -> dict[str, Rows]:
    """Return ledger rows: balance and dpd by day."""
    return {
        "ledger": [
            {"loan_id": loan_id, "stated_on": day, "balance": balance, "dpd": dpd}
            for day, (balance, dpd) in rows.items()
        ]
    }


def book_with(loans: Rows, *parts: Mapping[str, Rows], **tables: Rows) -> Book:
    names = {row["borrower_id"] for row in loans}
    rows: dict[str, list[Mapping[str, Any]]] = {
        "borrowers": [{"borrower_id": name, **FIRM} for name in sorted(names)],
        "loans": list(loans),
    }
    for part in (*parts, tables):
        for name, content in part.items():
            rows.setdefault(name, []).extend(content)
    return book_of(rows, covered=(date(2024, 1, 1), date(2030, 12, 31)))


def spine_of(book: Book, day: date) -> Spine:
    return spine_on(book, [day])


def facts_on(book: Book, day: date, before: States = NOTHING) -> ir.Table:
    """Return the own facts of all live loans."""
    spine = spine_on(book, [day])
    default = spine.table.select("borrower_id", "as_of", listed_default=ibis.literal(value=False))
    given = book.beside(default=book.kept(default), left=book.kept(before.loans))
    return worked_out(given, spine, Ruled(own_loan_facts, POLICY, POLICY.hash, day, day))


def facts_of(book: Book, day: date, before: States = NOTHING) -> dict[str, dict[str, Any]]:
    return {row["loan_id"]: row for row in facts_on(book, day, before).to_pyarrow().to_pylist()}


def settled_on(book: Book, day: date, before: States = NOTHING) -> tuple[dict[str, dict[str, Any]], States]:
    """Return the settled loans of `day` and what it leaves for the next batch."""
    facts = facts_on(book, day, before)
    features = facts.select("borrower_id", "as_of", external_dpd=ibis.null("float64")).distinct()
    judged = judge_debtor(
        with_debtor_facts(book, (day,), judge_own(facts, POLICY, day), features, POLICY, day), POLICY, day
    )
    judged = book.engine.create_table(ibis.util.gen_name("judged"), judged, temp=True)
    proposed = facts.select(
        "borrower_id", "as_of", model_tier_rank=ibis.literal(0, "int8"), model_held=ibis.literal([], "array<string>")
    ).distinct()
    overrides = _table(book, OVERRIDES.empty_table())
    settled = settle(judged, proposed, overrides, _table(book, before.loans), POLICY, day).order_by("loan_id")
    frame = settled.to_pandas()
    states = States(loan_states(frame, before, day, named(book, before)), NOTHING.episodes, NOTHING.levels)
    return {row["loan_id"]: row for row in frame.to_dict("records")}, states


def months_ends(first: date, count: int) -> list[date]:
    days = []
    for number in range(1, count + 1):
        following = first.month - 1 + number
        days.append(date(first.year + following // 12, following % 12 + 1, 1) - timedelta(days=1))
    return days


def _table(book: Book, rows: pa.Table) -> ir.Table:
    return book.engine.create_table(ibis.util.gen_name("given"), rows, temp=True)


def state_of(*rows: Mapping[str, Any]) -> States:
    return States(pa.Table.from_pylist(list(rows), LOANS), NOTHING.episodes, NOTHING.levels)
