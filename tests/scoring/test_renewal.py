from datetime import date
from typing import Any

import pytest

from tests.scoring.paid_loans import book_with, dues, facts_of, loan, served

DAY, RENEWED = date(2026, 6, 30), date(2026, 1, 5)
OLD, NEW = dues(12), dues(24, first=date(2026, 1, 20))


def renewal(name: str, old: dict[str, Any] | None = None, new: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    return [
        loan(f"{name}-old", f"B-{name}", **{"matures_on": RENEWED, **(old or {})}),
        loan(f"{name}", f"B-{name}", opened_on=RENEWED, replaces_loan_id=f"{name}-old", **(new or {})),
    ]


def of(name: str, number: str, **facts: Any) -> dict[str, Any]:
    return {"borrower_id": f"B-{name}", f"{number}_id": f"{number}-{name}", **facts}


@pytest.fixture(scope="module")
def renewed() -> dict[str, dict[str, Any]]:
    """Every kind of renewal in one book; balances are told by the ledger."""
    kinds = {
        "clean": renewal("clean"),
        "larger": renewal("larger", new={"principal": 10_001}),
        "late": renewal("late"),
        "a_week_late": renewal("a_week_late"),
        "dishonest": renewal("dishonest"),
        "sued": renewal("sued"),
        "misused": renewal("misused"),
        "large": renewal("large"),
        "medium": renewal("medium"),
        "medium_consumer": renewal("medium_consumer", new={"product": "consumer"}),
        "consumer": renewal("consumer", new={"product": "consumer"}),
        "medium_later": renewal("medium_later", old={"matures_on": date(2027, 9, 30)}),
        "owes_much": renewal("owes_much"),
        "untold": renewal("untold"),
        "card": renewal("card", new={"product": "card"}),
    }
    found = {"size": "firm_size"}
    sizes = {"large": "large", "medium": "medium", "medium_consumer": "medium", "medium_later": "medium"}
    parts = [
        served(f"{name}-old", OLD, {"late": {6: date(2025, 7, 28)}, "a_week_late": {6: date(2025, 7, 27)}}.get(name))
        for name in kinds
    ]
    owed = {"owes_much": 1_000_000_001, "untold": None}
    book = book_with(
        [*(row for rows in kinds.values() for row in rows), loan("none", "B-none")],
        *parts,
        *(served(name, NEW) for name in (*kinds, "none")),
        ledger=[
            {"loan_id": name, "stated_on": date(2026, 6, 28), "balance": owed.get(name, 5_000), "dpd": 0}
            for name in (*kinds, "none")
        ],
        findings=[
            *(of(name, "finding", found_on=RENEWED, field=found["size"], value=size) for name, size in sizes.items()),
            of("misused", "finding", found_on=date(2026, 2, 1), field="use_of_funds", value="diverted"),
        ],
        public_events=[
            of("dishonest", "event", occurred_on=date(2025, 12, 1), kind="dishonest_debtor"),
            of("sued", "event", occurred_on=date(2025, 12, 1), kind="lawsuit"),
        ],
    )
    return facts_of(book, DAY)


@pytest.mark.parametrize(
    ("name", "repays_old", "qualifies"),
    [
        ("none", False, False),
        ("clean", True, True),
        ("larger", True, False),
        ("late", True, False),  # 8 days
        ("a_week_late", True, True),
        ("dishonest", True, False),
        ("sued", True, True),
        ("misused", True, False),
        ("large", True, False),
        ("medium", True, True),
        ("medium_consumer", True, False),
        ("consumer", True, False),  # the exception is for business loans
        ("medium_later", True, False),
        ("owes_much", True, False),
        ("untold", True, False),
        ("card", False, False),
    ],
)
def test_renewals_that_the_rules_except(
    name: str, repays_old: bool, qualifies: bool, renewed: dict[str, dict[str, Any]]
):
    row = renewed[name]
    assert (row["repays_old"], row["qualifying_renewal"]) == (repays_old, qualifies)
