from datetime import date

import pytest

from ews.features.repayment_history import family as repayment_history
from tests.books import book_of
from tests.features.cases import told
from tests.features.observed import observed

AS_OF = date(2026, 6, 30)
BORROWER = {"borrower_id": "B1", "kind": "firm"}
LOAN = {"loan_id": "L1", "borrower_id": "B1", "product": "business", "opened_on": date(2025, 12, 10)}
WIDE = (date(2000, 1, 1), date(2030, 12, 31))


def due(day: date, loan: str = "L1") -> dict[str, object]:
    known = date(2025, 1, 1)
    return {"loan_id": loan, "due_on": day, "component": "principal", "due_amount": 100, "known_on": known}


def paid(day: date, loan: str = "L1") -> dict[str, object]:
    return {"payment_id": f"Y{day}{loan}", "loan_id": loan, "paid_on": day, "paid_amount": 100}


def repaid(items, payments, loans=(LOAN,), covered=WIDE, **tables) -> dict[str, float | None]:
    rows = {"borrowers": [BORROWER], "loans": loans, "instalments": items, "payments": payments, **tables}
    return observed(repayment_history, book_of(rows, covered=covered), AS_OF)


ITEMS = [
    # due, paid, months since late, months since 30 days late
    (date(2026, 1, 10), date(2026, 1, 11), 60, 60),  # 1 day late: never past due at the end of a day
    (date(2026, 1, 10), date(2026, 1, 12), 5, 60),
    (date(2026, 1, 10), date(2026, 2, 9), 4, 60),  # 29 days past due on the last evening
    (date(2026, 1, 10), date(2026, 2, 10), 4, 4),
    (date(2025, 12, 20), date(2026, 6, 1), 1, 1),  # last late on 31 May
    (date(2026, 6, 1), None, 0, 60),
    (date(2026, 5, 31), None, 0, 0),
    (date(2023, 1, 10), date(2023, 6, 10), 36, 36),  # longer ago than the windows of other features
]


def test_without_a_ledger_months_since_late_are_counted_from_the_items():
    names = ("months_since_late", "months_since_late30", "months_late_ever", "late30_weighted_share")
    cases = [
        {"loans": [LOAN], "instalments": [due(due_on)], "payments": [paid(paid_on)] if paid_on else []}
        for due_on, paid_on, *_ in ITEMS
    ]
    assert told(repayment_history, cases, names) == [(since, since30, None, None) for *_, since, since30 in ITEMS]


def test_a_loan_of_which_nothing_fell_due_yet_tells_no_lateness():
    assert repaid([due(date(2026, 7, 10))], [])["months_since_late"] is None


def test_statements_speak_for_their_loan_and_items_for_loans_without_statements():
    ledger = [{"loan_id": "L1", "stated_on": AS_OF, "balance": 1, "dpd": 0}]
    items = [due(date(2026, 3, 10)), due(date(2026, 3, 10), "L2")]
    payments = [paid(date(2026, 5, 20)), paid(date(2026, 4, 10), "L2")]
    second = {**LOAN, "loan_id": "L2"}
    assert repaid(items[:1], payments[:1], ledger=ledger)["months_since_late"] == 60
    assert repaid(items, payments, (LOAN, second), ledger=ledger)["months_since_late"] == 2
    unknown = [{**ledger[0], "known_on": date(2026, 7, 1)}]
    assert repaid(items[:1], payments[:1], ledger=unknown)["months_since_late"] == 1


@pytest.mark.parametrize(
    ("opened_on", "covered_from", "missed"),
    [
        (date(2025, 12, 10), date(2025, 12, 10), 1),
        (date(2025, 12, 10), date(2025, 12, 11), None),  # the payments begin in the middle of the loan
        (date(2025, 10, 10), date(2000, 1, 1), 1),
        (date(2025, 10, 9), date(2000, 1, 1), None),  # more than 3 months: items before it were not delivered
        (date(2026, 1, 11), date(2000, 1, 1), None),  # due before the payout
        (None, date(2000, 1, 1), None),
    ],
)
def test_the_first_item_of_the_extract_is_the_first_instalment_only_where_the_loan_began_in_it(
    opened_on, covered_from, missed
):
    loan = {**LOAN, "opened_on": opened_on, "known_on": date(2025, 1, 1)}
    seen = repaid([due(date(2026, 1, 10))], [paid(date(2026, 1, 18))], (loan,), (covered_from, AS_OF))
    assert seen["first_instalment_missed"] == missed


def test_a_loan_whose_beginning_is_seen_and_was_paid_in_time_missed_no_first_instalment():
    items = [due(date(2026, 1, 10)), due(date(2026, 2, 10))]
    assert repaid(items, [paid(date(2026, 1, 10))])["first_instalment_missed"] == 0
