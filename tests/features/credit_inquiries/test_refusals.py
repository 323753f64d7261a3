from datetime import date

from ews.features.credit_inquiries import family as credit_inquiries
from tests.features.cases import told

NAMES = ("inquiries_refused_12m", "refused_share_12m")
FIRST, ASKED, SHOWN = date(2025, 12, 1), date(2026, 2, 1), date(2026, 6, 1)
LOAN = {"loan_id": "L1", "borrower_id": "B1", "product": "business"}


def inquiry(day: date = ASKED, **more) -> dict[str, object]:
    row = {"inquiry_id": f"I{day}", "borrower_id": "B1", "inquired_on": day, "purpose": "loan_approval"}
    return {**row, **more}


def pull(day: date, **more) -> dict[str, object]:
    return {"report_id": f"R{day}", "borrower_id": "B1", "pulled_on": day, **more}


def debt(day: date, balance: int, institution: str = "X1") -> dict[str, object]:
    return {"borrower_id": "B1", "institution_id": institution, "stated_on": day, "balance": balance}


def opened(day: date) -> dict[str, object]:
    return {**LOAN, "loan_id": f"L{day}", "opened_on": day}


PULLS = [pull(FIRST), pull(SHOWN)]
CASES = [
    # what the case has beside an inquiry in February and reports before and after it; refused, share
    ({}, 1, 1),
    ({"loans": [opened(date(2026, 5, 1))]}, 0, 0),
    ({"loans": [opened(date(2026, 5, 2))]}, 1, 1),  # more than 3 months later
    ({"loans": [opened(date(2026, 1, 31))]}, 1, 1),  # before it
    ({"external_debts": [debt(SHOWN, 100)]}, 0, 0),  # new since the first report
    ({"external_debts": [debt(FIRST, 100)]}, 1, 1),
    ({"external_debts": [debt(FIRST, 100), debt(SHOWN, 119)]}, 1, 1),
    ({"external_debts": [debt(FIRST, 100), debt(SHOWN, 120)]}, 0, 0),  # a fifth larger
    ({"external_debts": [debt(FIRST, 100), debt(SHOWN, 90), debt(SHOWN, 5, "X2")]}, 0, 0),
    ({"inquiries": [inquiry(purpose="guarantee_review")]}, 0, None),
    ({"inquiries": [inquiry(purpose=None)]}, 0, None),
    ({"inquiries": [inquiry(purpose="card_approval")]}, 1, 1),
    ({"inquiries": [inquiry(), inquiry(date(2026, 5, 2))]}, 2, 1),
    ({"inquiries": [inquiry(), inquiry(date(2026, 5, 3))]}, 1, 1),  # 29 days before the report: not judged
    ({"inquiries": [inquiry(date(2025, 11, 30))]}, 0, None),  # no report before it to compare with
    ({"inquiries": [inquiry(date(2025, 6, 30))], "bureau_reports": [pull(date(2025, 1, 1)), pull(SHOWN)]}, 0, None),
    ({"bureau_reports": [pull(FIRST), pull(SHOWN, scope="inquiries")]}, 0, None),
    ({"bureau_reports": [pull(SHOWN, scope="inquiries")]}, None, None),
]


def test_an_inquiry_that_nothing_followed_was_refused():
    base = {"inquiries": [inquiry()], "bureau_reports": PULLS, "loans": [], "external_debts": []}
    seen = told(credit_inquiries, [{**base, **more} for more, *_ in CASES], NAMES)
    assert seen == [(refused, share) for _, refused, share in CASES]


def test_one_grant_answers_the_offers_compared_before_it():
    three = [inquiry(day) for day in (ASKED, date(2026, 2, 3), date(2026, 2, 9))]
    later = inquiry(date(2026, 3, 9))
    case = {
        "inquiries": [*three, later],
        "bureau_reports": PULLS,
        "loans": [opened(date(2026, 2, 20))],
        "external_debts": [],
    }
    assert told(credit_inquiries, [case], NAMES) == [(1, 1 / 4)]


def test_without_the_debts_elsewhere_nobody_knows_who_was_refused():
    case = {"inquiries": [inquiry()], "bureau_reports": PULLS, "loans": []}
    assert told(credit_inquiries, [case], NAMES) == [(None, None)]
