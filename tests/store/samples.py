"""Batches and decisions as small as can be, for the tests of store and serving."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from ews.domain.decisions import Before, Decision, Evidence, Held, LoanDecision, Reason
from ews.domain.levels import Tier, WarningLevel
from ews.store.engine import Store
from ews.store.publications import Batch, DecisionRow
from ews.store.publish import Published, publish

JUNE = date(2026, 6, 30)
JULY = date(2026, 7, 31)
NOON = datetime(2026, 8, 1, 12)


def decision(borrower_id: str = "B1", **changed: Any) -> Decision:
    """Return a borrower with an orange warning, one reason and one loan."""
    usual: dict[str, Any] = {
        "batch_id": "b1",
        "portfolio": "sme",
        "borrower_id": borrower_id,
        "as_of": JUNE,
        "known_by": JUNE,
        "name": f"Firm {borrower_id}",
        "industry": "retail",
        "region": "Hangzhou",
        "branch_id": "branch-1",
        "officer_id": "officer-1",
        "in_default": False,
        "horizon_months": 12,
        "pd": 0.25,
        "log_odds": -1.0986122886681098,
        "base_log_odds": -3.0,
        "grade": "G6",
        "tier": Tier.SPECIAL_MENTION,
        "level": WarningLevel.ORANGE,
        "exposure_fen": 31_200_000,
        "before": Before("b0", date(2026, 5, 31), 0.1, "G5", Tier.PASS, WarningLevel.NONE),
        "reasons": (
            Reason("PAYS_LATE", 0.4013877113318902, ()),
            Reason("INFLOW_FELL", 1.5, (Evidence("inflow_change_3m", -0.6, 0.93),)),
        ),
        "loans": (
            LoanDecision(
                "L1",
                "business",
                31_200_000,
                3,
                Tier.SPECIAL_MENTION,
                (Held("tier_rule", "OVERDUE", "special_mention", {"dpd": 3}),),
            ),
        ),
        "held": (Held("signal", "INFLOW_HALVED", "orange", {"inflow_change_3m": -0.6}),),
        "blind": ("card_overdraft",),
        "model_id": "m1",
        "policy_hash": "p1",
    }
    return Decision(**{**usual, **changed})


def row(borrower_id: str, **changed: Any) -> DecisionRow:
    return DecisionRow.of(decision(borrower_id, **changed))


def batch(batch_id: str, rows: Iterable[DecisionRow], **changed: Any) -> Batch:
    """Return a batch whose counts fit `rows`."""
    listed = list(rows)
    usual: dict[str, Any] = {
        "batch_id": batch_id,
        "portfolio": "sme",
        "as_of": JUNE,
        "known_by": JUNE,
        "book_id": "book",
        "model_id": "m1",
        "policy_hash": "p1",
        "code_version": "0.1.0+abc",
        "predecessor_id": None,
        "compared_id": None,
        "borrowers_in": len(listed),
        "scored": len(listed),
        "in_default": sum(one.in_default for one in listed),
        "rejected": 0,
        "out_of_scope": 0,
        "exposure_fen": sum(one.exposure_fen or 0 for one in listed),
        "exposure_unknown": 0,
        "directory": f"decisions/{batch_id}",
        "summary": {"红": 1},
    }
    return Batch(**{**usual, **changed})


def published(store: Store, batch_id: str, rows: Iterable[DecisionRow], **changed: Any) -> Published:
    """Publish `rows` at noon."""
    listed = list(rows)
    return publish(store, batch(batch_id, listed, **changed), listed, published_at=NOON)
