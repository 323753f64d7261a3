"""A batch of June as small as can be: B1 and B2 of branch-1, B9 of branch-2; B1's two loans at different tiers."""

from dataclasses import replace
from datetime import date
from typing import Any

from ews.domain.decisions import Decision, Held, LoanDecision
from ews.domain.levels import Tier, WarningLevel
from ews.store.cases import Case, open_case
from ews.store.engine import Store, writing
from ews.store.publications import DecisionRow
from tests.casework.conftest import MONDAY
from tests.store.samples import JUNE, decision, published

PASS, SPECIAL, SUBSTANDARD, DOUBTFUL = (
    Tier.PASS,
    Tier.SPECIAL_MENTION,
    Tier.SUBSTANDARD,
    Tier.DOUBTFUL,
)
OVERDUE_90 = Held("tier_rule", "OVERDUE_90", "substandard", {"dpd": 120})


def loan(loan_id: str, tier: Tier, floor: Tier, proposal: Tier, *held: Held, **more: Any) -> LoanDecision:
    usual = {
        "stage": 2,
        "expected_loss_fen": 1_000,
        "provision_general_fen": 200,
        "provision_specific_fen": 30,
        "provision_standard_fen": 4,
    }
    return LoanDecision(
        loan_id, "business", 1_000_000, 0, tier, held, floor=floor, proposal=proposal, **{**usual, **more}
    )


L1 = loan("L1", SPECIAL, PASS, SPECIAL)
"""Proposed by the model alone, so that people may state a better tier."""
L2 = loan("L2", SUBSTANDARD, SUBSTANDARD, PASS, OVERDUE_90)
"""Held by law."""


def borrower(borrower_id: str = "B1", **changed: Any) -> Decision:
    usual: dict[str, Any] = {"loans": (L1, L2), "tier": SUBSTANDARD, "batch_id": "june"}
    return decision(borrower_id, **{**usual, **changed})


def with_june(store: Store) -> dict[str, Decision]:
    """Publish June and return its records."""
    rows = [
        borrower("B1"),
        borrower("B2", loans=(loan("L3", PASS, PASS, PASS),), tier=PASS, level=WarningLevel.NONE),
        borrower("B9", branch_id="branch-2", officer_id="officer-9"),
    ]
    publish_day(store, "june", rows, JUNE)
    return {one.borrower_id: one for one in rows}


def publish_day(store: Store, batch_id: str, rows: list[Decision], as_of: date) -> None:
    listed = [DecisionRow.of(replace(one, batch_id=batch_id, as_of=as_of)) for one in rows]
    published(store, batch_id, listed, as_of=as_of)


def stored(store: Store, draft: Case, verb: str = "open", **content: Any) -> Case:
    """Store a case of any kind as it is, with its first act, by the officer."""
    with writing(store) as connection:
        made = open_case(connection, draft, verb=verb, user_id="officer", at=MONDAY, content=content)
    assert made is not None
    return made[0]
