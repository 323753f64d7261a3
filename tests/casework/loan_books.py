"""Batches for tests of tasks: borrowers with one loan, published at two in the morning of a day."""

from datetime import date, datetime
from typing import Any

from ews.casework.desk import Desk
from ews.domain.decisions import Before, Decision, LoanDecision
from ews.domain.levels import Tier, WarningLevel
from ews.store.cases import Case, CaseFilter, find_cases
from ews.store.engine import Store, reading
from ews.store.publications import DecisionRow
from ews.store.publish import publish
from tests.store.samples import batch, decision

JUNE = date(2026, 6, 30)
PUBLISHED = datetime(2026, 7, 1, 2)


def loan(loan_id: str = "L1", **changed: Any) -> LoanDecision:
    """Return a loan that asks for nothing: long paid out, no payment known to come, nothing late."""
    usual: dict[str, Any] = {"opened_on": date(2025, 1, 10), "repayment": "instalment", "expected_loss_fen": 5_000_00}
    return LoanDecision(loan_id, "business", 31_200_000, changed.pop("dpd", 0), Tier.PASS, (), **{**usual, **changed})


def quiet(borrower_id: str = "B1", *loans: LoanDecision, **changed: Any) -> Decision:
    """Return a borrower without warning whose loans are as given, compared with a batch of a month before."""
    before = Before("b0", date(2026, 5, 31), 0.1, "G5", Tier.PASS, WarningLevel.NONE)
    usual = {"level": WarningLevel.NONE, "loans": loans or (loan(),), "before": before, "assess": ()}
    return decision(borrower_id, **{**usual, **changed})


def bring_out(
    store: Store, batch_id: str, *decisions: Decision, at: datetime = PUBLISHED, as_of: date = JUNE, rejected: int = 0
) -> None:
    """Publish the decisions as the newest batch."""
    rows = [DecisionRow.of(one) for one in decisions]
    counted = batch(batch_id, rows, as_of=as_of, rejected=rejected, borrowers_in=len(rows) + rejected)
    publish(store, counted, rows, published_at=at)


def tasks(desk: Desk, kind: str | None = None, *, state: str | None = None) -> list[Case]:
    """Return the tasks by number, of one type and in one state if these are given."""
    with reading(desk.store) as connection:
        found = find_cases(connection, CaseFilter(kinds=("task",)))
    return [one for one in found if kind in {None, one.body["type"]} and state in {None, one.state}]


def only(desk: Desk, kind: str) -> Case:
    (found,) = tasks(desk, kind)
    return found
