from datetime import date, datetime

from ews.features.credit_inquiries import debts_elsewhere
from ews.features.credit_inquiries import family as credit_inquiries
from tests.features.cases import AS_OF, told

NAMES = [each.name for each in debts_elsewhere.FEATURES]
LOAN = {"loan_id": "L1", "borrower_id": "B1", "product": "business", "opened_on": date(2025, 1, 15)}
HERE = {
    "loans": [LOAN],
    "ledger": [{"loan_id": "L1", "stated_on": AS_OF, "dpd": 0, "balance": 500}],
    "accounts": [{"account_id": "A1", "borrower_id": "B1", "opened_on": date(2020, 1, 1)}],
    "transactions": [{"posting_id": "P1", "account_id": "A1", "occurred_at": datetime(2026, 1, 5), "amount": 400}],
    "inquiries": [],
}


def debt(institution: str, day: date, balance: int | None, dpd: int | None = 0, **more) -> dict[str, object]:
    return {
        "borrower_id": "B1",
        "institution_id": institution,
        "stated_on": day,
        "balance": balance,
        "dpd": dpd,
        **more,
    }


def pull(day: date, **more) -> dict[str, object]:
    return {"report_id": f"R{day}", "borrower_id": "B1", "pulled_on": day, **more}


def owed(*cases, covered_from: date = date(2000, 1, 1)) -> list[dict[str, float | None]]:
    rows = told(credit_inquiries, [{**HERE, **case} for case in cases], NAMES, covered=(covered_from, AS_OF))
    return [dict(zip(NAMES, row, strict=True)) for row in rows]


NOW, BEFORE = date(2026, 5, 20), date(2026, 2, 20)
DEBTS = [
    debt("X1", NOW, 600),
    debt("X2", date(2026, 4, 20), 200, 12),  # stated on a day of its own, 30 days before
    debt("X3", date(2026, 4, 19), 9_999, 99),  # not in the report any more
    debt("X4", NOW, 0, 50),  # paid back
    debt("X1", BEFORE, 100),
    debt("X3", BEFORE, 300),
    debt("X5", date(2026, 6, 10), 7_777),  # after the newest report
]


def test_two_reports_worked_by_hand():
    (seen,) = owed({"external_debts": DEBTS, "bureau_reports": [pull(BEFORE), pull(NOW)]})
    assert seen == {
        "external_debt": 800,
        "external_institutions": 2,
        "external_institutions_added": 1,
        "external_debt_change": 800 / 400 - 1,
        "external_dpd": 12,
        "external_debt_share": 800 / 1_300,
        "external_debt_to_inflow": 2,
    }


def test_only_authorised_reports_on_debts_of_the_last_year_that_are_known_show_them():
    cases = [
        [pull(NOW, authorised=False)],
        [pull(NOW, scope="inquiries")],
        [pull(NOW, known_on=date(2026, 7, 1))],
        [pull(date(2025, 6, 30))],
        [pull(NOW, scope="debts")],
        [pull(date(2025, 7, 1))],
    ]
    seen = owed(*({"external_debts": DEBTS, "bureau_reports": reports} for reports in cases))
    assert [each["external_debt"] for each in seen] == [None, None, None, None, 800, 0]


def test_a_report_less_than_3_months_older_is_not_compared_with():
    cases = [[pull(NOW), pull(day)] for day in (date(2026, 2, 20), date(2026, 2, 21))]
    seen = owed(*({"external_debts": DEBTS, "bureau_reports": reports} for reports in cases))
    assert [each["external_institutions_added"] for each in seen] == [1, None]
    assert [each["external_debt_change"] for each in seen] == [1, None]


def test_a_report_without_debts_says_that_there_are_none():
    (seen,) = owed({"external_debts": [], "bureau_reports": [pull(NOW)]})
    assert (seen["external_debt"], seen["external_institutions"], seen["external_dpd"]) == (0, 0, 0)
    assert (seen["external_debt_share"], seen["external_debt_change"]) == (0, None)


def test_a_report_older_than_the_extract_of_debts_shows_nothing():
    (seen,) = owed({"external_debts": DEBTS, "bureau_reports": [pull(NOW)]}, covered_from=date(2026, 5, 21))
    assert set(seen.values()) == {None}


def test_without_a_table_of_reports_a_day_with_statements_is_one():
    (seen,) = owed({"external_debts": DEBTS})
    assert (seen["external_debt"], seen["external_institutions_added"]) == (7_777 + 600, 1)


def test_a_balance_that_no_row_tells_makes_the_debt_unknown_but_not_the_institution():
    debts = [debt("X1", NOW, None, None), debt("X2", NOW, 100, None)]
    (seen,) = owed({"external_debts": debts, "bureau_reports": [pull(NOW)]})
    assert (seen["external_debt"], seen["external_institutions"], seen["external_dpd"]) == (None, 2, None)
