from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from ews.events.book import Book
from ews.features.window import spine_on
from ews.outcomes.definition import Definition
from ews.outcomes.horizon import months_later
from ews.outcomes.maturity import Maturity, maturity
from tests.books import book_of

EXTRACTED_ON = date(2026, 6, 30)
DAYS = (date(2025, 3, 31), date(2025, 12, 31))


def book() -> Book:
    """Return five borrowers: one defaults and one leaves in February 2026, three stay."""
    names = [f"B{number}" for number in range(5)]
    months = [months_later(date(2025, 1, 31), number) for number in range(18)]
    left, late = date(2026, 2, 28), date(2026, 2, 28)
    ledger = [
        {
            "loan_id": name,
            "stated_on": day,
            "balance": 0 if name == "B1" and day >= left else 500,
            "dpd": 91 if name == "B0" and day == late else 0,
        }
        for name in names
        for day in months
    ]
    loans = [
        {"loan_id": name, "borrower_id": name, "product": "business", "opened_on": date(2024, 1, 1)} for name in names
    ]
    borrowers = [{"borrower_id": name, "kind": "firm"} for name in names]
    content: Mapping[str, Sequence[Mapping[str, Any]]] = {"borrowers": borrowers, "loans": loans, "ledger": ledger}
    return book_of(content, covered=(date(2024, 1, 1), EXTRACTED_ON), extracted_on=EXTRACTED_ON)


def clock(known_by: date = EXTRACTED_ON) -> Maturity:
    content = book()
    return maturity(content, spine_on(content, DAYS).table, Definition(), known_by=known_by)


def test_a_snapshot_is_mature_when_its_horizon_has_ended_and_half_decided_before():
    old, young = clock().snapshots
    assert (old.at_risk, old.mature, old.defaulted, old.left, old.survived, old.open) == (5, 5, 1, 1, 3, 0)
    assert (young.at_risk, young.mature, young.defaulted, young.left, young.survived, young.open) == (5, 0, 1, 1, 0, 3)
    assert (old.share_mature, young.share_mature, young.share_decided) == (1, 0, 0.4)
    assert (old.matures_on, young.matures_on) == (date(2026, 3, 31), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("known_by", "decided", "mature"),
    [(date(2026, 1, 31), 0, 0), (date(2026, 2, 28), 2, 0), (date(2026, 3, 31), 5, 5)],
)
def test_the_clock_goes_with_what_is_known(known_by, decided, mature):
    old = clock(known_by).snapshots[0]
    assert (old.at_risk - old.open, old.mature) == (decided, mature)


def test_what_will_be_mature_when():
    told = clock()
    assert [told.share_mature_by(day) for day in (date(2026, 6, 30), date(2026, 12, 30), date(2026, 12, 31))] == [
        0.5,
        0.5,
        1,
    ]
    assert told.reach == EXTRACTED_ON
    content = told.as_dict()
    assert (content["share_mature"], content["snapshots"][1]["matures_on"]) == (0.5, "2026-12-31")


def test_every_borrower_at_risk_is_counted_once():
    for one in clock(date(2026, 2, 28)).snapshots:
        assert one.at_risk == one.defaulted + one.left + one.survived + one.open


def test_a_list_without_dates_is_mature_as_soon_as_it_is_known():
    outcomes = [{"borrower_id": "B1", "kind": "default", "known_on": date(2026, 5, 1)}]
    content = book_of(
        {"borrowers": [{"borrower_id": "B1", "kind": "firm"}], "outcomes": outcomes}, extracted_on=EXTRACTED_ON
    )
    listed = Definition(use_dpd=False, outcome_kinds=("default",))
    told = maturity(content, spine_on(content, [date(2026, 3, 31)]).table, listed, known_by=EXTRACTED_ON)
    assert [(one.at_risk, one.mature, one.defaulted) for one in told.snapshots] == [(1, 1, 1)]
