from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from ews.features.window import spine_on
from ews.policy.dated import Dated
from ews.scoring.customer_types import customer_types, with_types
from ews.scoring.dues import dues
from tests.policy.policies import POLICY
from tests.scoring.paid_loans import book_with, loan, served
from tests.scoring.paid_loans import dues as due_days

DAY = date(2026, 6, 30)
LOANS = pd.DataFrame([{"borrower_id": "B1", "loan_id": "L1", "dpd": 0}])
PAID = {
    "borrower_id": "B1", "loan_id": "L1", "late_bits": 0, "worst_days": 0, "first_missed_lately": None,
    "is_seen": True, "is_told": True,
}  # fmt: skip


def type_of(*paid: dict[str, object], loans: pd.DataFrame = LOANS) -> str | None:
    rows = pd.DataFrame([{**PAID, **row} for row in paid])
    return customer_types(loans, rows, POLICY, DAY).get("B1")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({}, "A"),
        ({"late_bits": 0b010, "worst_days": 1}, "B"),
        ({"late_bits": 0b001, "worst_days": 30}, "B"),
        ({"late_bits": 0b001, "worst_days": 31}, "C"),
        ({"late_bits": 0b101, "worst_days": 2}, "C"),
        ({"late_bits": 0b111, "worst_days": 2}, "C"),
        ({"first_missed_lately": True}, "C"),
        ({"first_missed_lately": False}, "A"),
    ],
)
def test_the_type_follows_the_late_months(row, code):
    assert type_of(row) == code


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"is_told": False}, None),
        ({"is_told": False, "late_bits": 0b001, "worst_days": 9}, None),
        ({"is_told": False, "late_bits": 0b011, "worst_days": 9}, "C"),
        ({"is_told": False, "first_missed_lately": True}, "C"),
        ({"is_seen": False}, None),
    ],
    ids=["nothing-told", "once-or-more", "habitual-for-certain", "missed-for-certain", "nothing-fell-due"],
)
def test_there_is_no_type_where_it_cannot_be_known(row, code):
    assert type_of(row) == code


@pytest.mark.parametrize(("dpd", "code"), [(0, "A"), (12, "B"), (31, "C"), (None, None)])
def test_what_is_past_due_today_counts_too(dpd, code):
    assert type_of({}, loans=LOANS.assign(dpd=[dpd])) == code


@pytest.mark.parametrize(
    ("bits", "code"), [((0b010, 0b010), "B"), ((0b010, 0b001), "C"), ((0b000, 0b100), "B"), ((0, 0), "A")]
)
def test_loans_late_in_the_same_month_are_late_once_and_a_repaid_loan_counts(bits, code):
    both = [{"loan_id": f"L{number}", "late_bits": one, "worst_days": 5} for number, one in enumerate(bits, start=1)]
    assert type_of(*[{**row, "worst_days": 5 if row["late_bits"] else 0} for row in both]) == code


def test_a_live_loan_of_which_nothing_is_told_leaves_the_type_open():
    loans = pd.concat([LOANS, LOANS.assign(loan_id="L2")])
    assert type_of({}, {"loan_id": "L2", "is_told": False}, loans=loans) is None
    assert type_of({}, loans=loans) is None


def test_without_types_of_the_day_nobody_has_one():
    later = replace(POLICY, casework=Dated(((date(2026, 7, 1), POLICY.casework.on(DAY)),)))
    rows = pd.DataFrame([PAID])
    assert customer_types(LOANS, rows, later, DAY) == {}
    borrowers = with_types(pd.DataFrame({"borrower_id": ["B1"], "pd": [0.1]}), LOANS, rows, later, DAY)
    assert borrowers["customer_type"].isna().tolist() == [True]


@pytest.mark.parametrize(
    ("paid", "code"),
    [({}, "A"), ({4: date(2025, 6, 2)}, "B"), ({3: date(2025, 5, 1), 5: date(2025, 6, 28)}, "C"), ({0: None}, "C")],
)
def test_a_loan_paid_from_its_first_instalment_on_has_the_type_of_its_payments(paid, code):
    day = date(2025, 6, 30)
    book = book_with([loan("L1")], served("L1", due_days(6), paid))
    found = dues(book, spine_on(book, [day])).to_pandas()
    policy = replace(POLICY, casework=Dated(((date(2020, 1, 1), POLICY.casework.on(DAY)),)))
    assert customer_types(LOANS, found, policy, day) == {"B1": code}
