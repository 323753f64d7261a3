from datetime import date

from tests.scoring.exhibits.worked import months_told

ROWS = [
    {"inquiry_id": str(number), "borrower_id": "B1", "inquired_on": on, "purpose": purpose}
    for number, (on, purpose) in enumerate(
        [
            (date(2026, 6, 2), "loan_approval"),
            (date(2026, 4, 2), "loan_approval"),
            (date(2026, 4, 20), "card_approval"),
            (date(2026, 4, 21), "post_loan"),
            (date(2026, 4, 22), "self"),
            (date(2026, 3, 1), None),
        ]
    )
]
SEEN = (date(2026, 2, 1), date(2026, 6, 30))


def test_applications_count_and_look_backs_do_not():
    assert months_told({"inquiries": ROWS}, "inquiries", covered=SEEN) == {0: 1, 1: 0, 2: 2, 3: 1, 4: 0}


def test_with_reports_months_after_the_newest_one_are_unknown():
    reports = [
        {"report_id": "R1", "borrower_id": "B1", "pulled_on": date(2026, 4, 20)},
        {"report_id": "R2", "borrower_id": "B1", "pulled_on": date(2026, 6, 20), "authorised": False},
    ]
    told = months_told({"inquiries": ROWS, "bureau_reports": reports}, "inquiries", covered=SEEN)
    assert told == {2: 2, 3: 1, 4: 0}


def test_without_any_report_nothing_is_known():
    assert months_told({"inquiries": ROWS, "bureau_reports": []}, "inquiries", covered=SEEN) == {}
