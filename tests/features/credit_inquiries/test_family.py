from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.features.credit_inquiries import family as credit_inquiries
from tests.books import book_of
from tests.features.cases import told
from tests.features.observed import frame, observed
from tests.features.worlds import BORROWERS, known_by, world

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
    seen = asked(INQUIRIES, bureau_reports=[pull(date(2026, 6, 25))], loans=loans)
    assert {name: value for name, value in seen.items() if value is not None} == {
        "inquiries_1m": 1,
        "inquiries_3m": 2,
        "inquiries_6m": 4,
        "inquiries_12m": 5,
        "inquiry_acceleration": pytest.approx(2 / 3 / (5 / 12) - 1),
        "inquiry_institutions_6m": 2,
        "nonbank_inquiries_6m": 2,
        "small_lender_inquiries_12m": 2,
        "loan_inquiries_6m": 1,
        "card_inquiries_6m": 1,
        "guarantee_reviews_12m": 0,
        "days_since_inquiry": 10,
        "inquiries_without_loan_6m": 3,
        "days_since_bureau_report": 5,
    }


PULLED = {
    date(2026, 6, 30): (0, 0, 0, 0, 366),
    date(2026, 5, 31): (None, 0, 0, 0, 366),
    date(2026, 3, 31): (None, None, 0, 0, 366),
    date(2025, 12, 31): (None, None, None, 0, 366),
    date(2025, 6, 30): (None, None, None, None, None),
    date(2026, 7, 1): (None, None, None, None, None),
}


def test_a_window_that_no_report_reaches_is_unknown_not_empty():
    names = [*(f"inquiries_{months}m" for months in (1, 3, 6, 12)), "days_since_inquiry", "inquiry_acceleration"]
    cases = [{"inquiries": [], "bureau_reports": [pull(day)]} for day in PULLED]
    assert told(credit_inquiries, cases, names) == [(*seen, None) for seen in PULLED.values()]


@pytest.mark.parametrize(
    ("inquired_on", "in_6m", "days_since"), [(date(2026, 4, 15), 1, 76), (date(2026, 4, 16), 0, 366)]
)
def test_an_inquiry_after_the_newest_report_stands_only_in_a_later_one(inquired_on, in_6m, days_since):
    seen = asked([inquiry(inquired_on)], bureau_reports=[pull(date(2026, 4, 15)), pull(date(2026, 7, 1))])
    assert (seen["inquiries_1m"], seen["inquiries_6m"], seen["days_since_inquiry"]) == (None, in_6m, days_since)


def test_a_report_pulled_in_time_but_known_late_shows_nothing_yet():
    reports = [pull(date(2026, 3, 1)), pull(date(2026, 6, 1), known_on=date(2026, 7, 1))]
    assert asked([inquiry(date(2026, 5, 20))], bureau_reports=reports)["inquiries_6m"] == 0


def test_acceleration_is_unknown_where_no_report_reaches_the_last_3_months():
    asked_before = [inquiry(date(2026, 3, 1))]
    assert asked(asked_before, bureau_reports=[pull(date(2026, 3, 31))])["inquiry_acceleration"] is None
    assert asked(asked_before, bureau_reports=[pull(date(2026, 4, 1))])["inquiry_acceleration"] == -1


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 10_000), later=st.lists(st.integers(1, 60), min_size=1, max_size=4))
def test_inquiries_after_the_newest_report_and_reports_after_as_of_change_nothing(seed, later):
    as_of = date(2025, 3, 31)
    rows = world(seed)
    newest = _newest_reports(known_by(rows, as_of)["bureau_reports"])
    unseen = [
        inquiry(newest[who] + timedelta(days=days), number, borrower_id=who, inquiry_id=f"UNSEEN{who}{number}")
        for who in BORROWERS
        for number, days in enumerate(later)
    ]
    pulls = [
        pull(as_of + timedelta(days=days), borrower_id=who, report_id=f"LATER{who}{days}", known_on=date(2025, 1, 1))
        for who in BORROWERS
        for days in set(later)
    ]
    more = {
        **rows,
        "inquiries": [*rows["inquiries"], *unseen],
        "bureau_reports": [*rows["bureau_reports"], *pulls],
    }
    pd.testing.assert_frame_equal(
        frame(credit_inquiries, book_of(more), [as_of]),
        frame(credit_inquiries, book_of(rows), [as_of]),
        check_exact=True,
    )


def _newest_reports(reports) -> dict[str, date]:
    """Return the newest day on which any version of a report of each borrower was pulled, long ago without one."""
    return {
        who: max((row["pulled_on"] for row in reports if row["borrower_id"] == who), default=date(2024, 1, 1))
        for who in BORROWERS
    }


def test_a_report_on_debts_alone_shows_no_inquiries():
    assert asked([], bureau_reports=[pull(AS_OF, scope="debts")])["inquiries_12m"] is None
    assert asked([], bureau_reports=[pull(AS_OF, scope="inquiries")])["inquiries_12m"] == 0


def test_a_report_pulled_without_consent_shows_nothing():
    reports = [pull(date(2026, 5, 1)), pull(date(2026, 6, 25), authorised=False)]
    seen = asked(INQUIRIES, bureau_reports=reports)
    assert (seen["inquiries_1m"], seen["inquiries_3m"], seen["days_since_bureau_report"]) == (None, 1, 60)


def test_reviews_by_lenders_and_of_guarantors_are_no_appetite_for_loans():
    reviews = [inquiry(date(2026, 6, 1), number, purpose="post_loan") for number in range(5)]
    as_guarantor = inquiry(date(2026, 6, 1), 9, purpose="guarantee_review")
    seen = asked([*reviews, as_guarantor], bureau_reports=[pull(AS_OF)])
    assert (seen["inquiries_1m"], seen["loan_inquiries_6m"], seen["guarantee_reviews_12m"]) == (1, 0, 1)


def test_without_a_table_of_reports_the_extract_says_what_is_covered():
    seen = asked(INQUIRIES, covered=(date(2026, 1, 1), AS_OF))
    assert (seen["inquiries_6m"], seen["inquiries_12m"], seen["days_since_bureau_report"]) == (4, None, None)


def test_who_asked_is_unknown_where_no_inquiry_says_it():
    seen = asked([inquiry(date(2026, 6, 1))])
    assert (seen["inquiry_institutions_6m"], seen["nonbank_inquiries_6m"]) == (None, None)
    assert (seen["inquiries_3m"], seen["inquiries_without_loan_6m"]) == (1, None)
    purposes = ("loan_inquiries_6m", "card_inquiries_6m", "guarantee_reviews_12m", "small_lender_inquiries_12m")
    assert [seen[name] for name in purposes] == [None] * 4
