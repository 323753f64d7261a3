from datetime import date

import pytest

from ews.features import credit_inquiries
from tests.books import book_of
from tests.features.observed import observed

AS_OF = date(2026, 6, 30)
BORROWER = {"borrower_id": "B1", "kind": "firm"}


def inquiry(day: date, number: int = 0, **more) -> dict[str, object]:
    return {"inquiry_id": f"I{day}{number}", "borrower_id": "B1", "inquired_on": day, "known_on": day, **more}


def pull(day: date, **more) -> dict[str, object]:
    return {"report_id": f"R{day}", "borrower_id": "B1", "pulled_on": day, **more}


def asked(inquiries, covered=(date(2000, 1, 1), date(2030, 12, 31)), **tables) -> dict[str, float | None]:
    book = book_of({"borrowers": [BORROWER], "inquiries": inquiries, **tables}, covered=covered)
    return observed(credit_inquiries, book, AS_OF)


INQUIRIES = [
    inquiry(date(2026, 6, 20), institution_id="X1", institution_kind="microloan", purpose="loan_approval"),
    inquiry(date(2026, 6, 20), 1, purpose="post_loan"),
    inquiry(date(2026, 6, 1), 2, purpose="self"),
    inquiry(date(2026, 4, 1), institution_id="X2", institution_kind="bank", purpose="card_approval"),
    inquiry(date(2026, 3, 31), institution_id="X1", institution_kind="platform"),
    inquiry(date(2026, 1, 1)),
    inquiry(date(2025, 7, 1), institution_id="X3", institution_kind="bank"),
    inquiry(date(2025, 6, 30), institution_id="X4", institution_kind="bank"),
]


def test_a_year_worked_by_hand():
    loans = [
        {"loan_id": "L1", "borrower_id": "B1", "product": "business", "opened_on": date(2026, 1, 1)},
        {"loan_id": "L2", "borrower_id": "B1", "product": "card", "opened_on": date(2025, 12, 31)},
    ]
    assert asked(INQUIRIES, bureau_reports=[pull(date(2026, 6, 25))], loans=loans) == {
        "inquiries_1m": 1,
        "inquiries_3m": 2,
        "inquiries_6m": 4,
        "inquiries_12m": 5,
        "inquiry_acceleration": pytest.approx(2 / 3 / (5 / 12) - 1),
        "inquiry_institutions_6m": 2,
        "nonbank_inquiries_6m": 2,
        "days_since_inquiry": 10,
        "inquiries_without_loan_6m": 3,
        "days_since_bureau_report": 5,
    }


@pytest.mark.parametrize(
    ("pulled_on", "seen"),
    [
        (date(2026, 6, 30), [0, 0, 0, 0]),
        (date(2026, 5, 31), [None, 0, 0, 0]),
        (date(2026, 3, 31), [None, None, 0, 0]),
        (date(2025, 12, 31), [None, None, None, 0]),
        (date(2025, 6, 30), [None, None, None, None]),
        (date(2026, 7, 1), [None, None, None, None]),
    ],
)
def test_a_window_that_no_report_reaches_is_unknown_not_empty(pulled_on, seen):
    values = asked([], bureau_reports=[pull(pulled_on)])
    assert [values[f"inquiries_{months}m"] for months in (1, 3, 6, 12)] == seen
    assert values["days_since_inquiry"] == (366 if seen[3] == 0 else None)
    assert values["inquiry_acceleration"] is None


def test_a_report_on_debts_alone_shows_no_inquiries():
    assert asked([], bureau_reports=[pull(AS_OF, scope="debts")])["inquiries_12m"] is None
    assert asked([], bureau_reports=[pull(AS_OF, scope="inquiries")])["inquiries_12m"] == 0


def test_without_a_table_of_reports_the_extract_says_what_is_covered():
    seen = asked(INQUIRIES, covered=(date(2026, 1, 1), AS_OF))
    assert (seen["inquiries_6m"], seen["inquiries_12m"], seen["days_since_bureau_report"]) == (4, None, None)


def test_who_asked_is_unknown_where_no_inquiry_says_it():
    seen = asked([inquiry(date(2026, 6, 1))])
    assert (seen["inquiry_institutions_6m"], seen["nonbank_inquiries_6m"]) == (None, None)
    assert (seen["inquiries_3m"], seen["inquiries_without_loan_6m"]) == (1, None)
