from datetime import date

from ews.features.repayment_history import family as repayment_history
from tests.features.cases import told

OLD = {
    "loan_id": "L1",
    "borrower_id": "B1",
    "product": "business",
    "principal": 1_000,
    "opened_on": date(2025, 3, 1),
    "matures_on": date(2026, 3, 1),
    "repayment": "bullet",
}
NEW = {**OLD, "loan_id": "L2", "opened_on": date(2026, 3, 10), "matures_on": date(2027, 3, 10)}
NAMES = ("loans_for_loans_12m", "larger_renewals_24m", "clean_renewals_24m", "renewal_ratio_24m")


def stated(day: date, dpd: int | None) -> dict[str, object]:
    return {"loan_id": "L1", "stated_on": day, "dpd": dpd, "balance": 1_000}


def paid(day: date, amount: int = 1_000, **more) -> dict[str, object]:
    return {"payment_id": f"Y{day}", "loan_id": "L1", "paid_on": day, "paid_amount": amount, **more}


CLEAN = [stated(date(2025, 9, 30), 0), stated(date(2026, 2, 28), 7)]
OUTSIDE_THE_YEAR = [stated(date(2025, 3, 10), 50), stated(date(2026, 3, 31), 50)]
RENEWED = [
    # principal of the new loan, ledger of the old one, expected
    (1_000, CLEAN, (0, 0, 1, 1)),
    (800, CLEAN, (0, 0, 1, 0.8)),
    (1_001, CLEAN, (1, 1, 0, 1.001)),
    (1_000, [*CLEAN, stated(date(2026, 1, 31), 8)], (1, 0, 0, 1)),
    (1_000, [*CLEAN, *OUTSIDE_THE_YEAR], (0, 0, 1, 1)),
    (1_000, [stated(date(2026, 2, 28), None)], (1, 0, 0, 1)),  # nobody tells how it was served
    (None, CLEAN, (1, 0, 0, None)),
]


def test_a_renewal_of_the_same_amount_after_a_clean_year_is_told_from_evergreening():
    cases = [
        {"loans": [OLD, {**NEW, "principal": principal, "replaces_loan_id": "L1"}], "ledger": ledger}
        for principal, ledger, _ in RENEWED
    ]
    assert told(repayment_history, cases, NAMES) == [expected for *_, expected in RENEWED]


def test_a_loan_said_to_replace_one_that_the_book_does_not_know_is_no_clean_renewal():
    assert told(repayment_history, [{"loans": [{**NEW, "replaces_loan_id": "L9"}], "ledger": []}], NAMES) == [
        (1, 0, 0, None)
    ]


def test_items_tell_how_the_old_loan_was_served_where_no_ledger_does():
    item = {"loan_id": "L1", "due_on": date(2026, 1, 20), "component": "interest", "due_amount": 10}
    cases = [
        {
            "loans": [OLD, {**NEW, "replaces_loan_id": "L1"}],
            "instalments": [{**item, "known_on": date(2025, 3, 1)}],
            "payments": [paid(paid_on, 10)],
        }
        for paid_on in (date(2026, 1, 27), date(2026, 1, 28))
    ]
    assert told(repayment_history, cases, ["clean_renewals_24m"]) == [(1,), (0,)]


REPAID = [
    (date(2026, 2, 22), 1_000, 0),
    (date(2026, 2, 23), 1_000, 1),  # 15 days before
    (date(2026, 3, 17), 1_000, 1),  # 7 days after
    (date(2026, 3, 18), 1_000, 0),
    (date(2026, 3, 1), 500, 1),
    (date(2026, 3, 1), 499, 0),
]


def test_a_new_loan_within_days_of_repaying_the_old_one_follows_it_although_nobody_says_so():
    larger = {**NEW, "principal": 1_500}
    cases = [
        {"loans": [OLD, larger], "instalments": [], "payments": [paid(paid_on, amount)]}
        for paid_on, amount, _ in REPAID
    ]
    expected = [(follows, follows, 0, 1.5 if follows else None) for *_, follows in REPAID]
    assert told(repayment_history, cases, NAMES) == expected


def test_a_payment_that_is_not_known_yet_makes_no_pair_and_a_card_never_does():
    late = paid(date(2026, 3, 1), known_on=date(2026, 7, 1))
    cases = [
        {"loans": [OLD, NEW], "instalments": [], "payments": [late]},
        {"loans": [OLD, {**NEW, "product": "card"}], "instalments": [], "payments": [paid(date(2026, 3, 1))]},
        {"loans": [OLD, NEW], "instalments": [], "payments": [paid(date(2026, 3, 1))]},
    ]
    assert told(repayment_history, cases, ["loans_for_loans_12m"]) == [(0,), (0,), (1,)]


def test_new_replaced_and_restructured_loans_are_counted_from_their_day():
    loans = [
        {**OLD, "loan_id": "L2", "opened_on": date(2026, 1, 1), "replaces_loan_id": "L1"},
        {**OLD, "loan_id": "L3", "opened_on": date(2025, 12, 31), "replaces_loan_id": "L1"},
        {**OLD, "loan_id": "L4", "opened_on": date(2025, 6, 30), "replaces_loan_id": "L1"},
        {**OLD, "loan_id": "L5", "opened_on": date(2026, 6, 1), "product": "card"},
        {**OLD, "loan_id": "L6", "opened_on": date(2026, 7, 1)},
        {**OLD, "loan_id": "L7", "opened_on": date(2020, 1, 1), "restructured_on": date(2024, 7, 1)},
        {**OLD, "loan_id": "L8", "opened_on": date(2020, 1, 1), "restructured_on": date(2024, 6, 30)},
        {**OLD, "loan_id": "L9", "opened_on": date(2020, 1, 1), "restructured_on": date(2026, 7, 1)},
    ]
    undated = [{**OLD, "opened_on": None, "known_on": date(2025, 1, 1)}]
    names = ("new_loans_6m", "replaced_loans_12m", "restructured_24m")
    cases = [{"loans": each, "ledger": []} for each in (loans, undated)]
    assert told(repayment_history, cases, names) == [(1, 2, 1), (None, None, None)]
