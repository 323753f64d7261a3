import pytest

from ews.simulation.latent.population import Role
from tests.simulation.rows.courses import Plan, Written, borrower_id


def test_debts_elsewhere_are_seen_on_the_days_of_reports_that_hold_them_and_no_other(wild):
    unseen = wild.value("""
        SELECT count(*) FROM external_debts d ANTI JOIN bureau_reports r
        ON r.borrower_id = d.borrower_id AND r.pulled_on = d.stated_on AND r.scope IN ('full', 'debts')
    """)
    assert unseen == 0
    assert wild.value("SELECT count(*) FROM external_debts") > 300


def per_report(written: Written) -> float:
    share = written.value("""
        SELECT (SELECT count(*) FROM external_debts) / count(*) FROM bureau_reports WHERE scope IN ('full', 'debts')
    """)
    return float(share)


def test_those_who_seek_credit_owe_more_lenders(calm, at_two):
    assert 0.4 < per_report(calm) < 2.5
    assert per_report(at_two("appetite")) > per_report(calm) + 0.8


def test_inquiries_of_those_short_of_cash_bring_no_more_lenders(calm, at_two):
    assert per_report(at_two("squeeze")) < per_report(calm)


def test_arrears_elsewhere_begin_within_two_months_of_those_here(place):
    people = place.people
    late = [int(n) for n in people.number[people.borrows & people.stock & (people.role == Role.ALONE)]][:80]
    written = Written(place, Plan(arrears={number: [0] * 20 + list(range(1, 17)) for number in late}))
    ids = ", ".join(f"'{borrower_id(number)}'" for number in late)
    rows = written.rows(f"""
        SELECT datediff('month', DATE '2025-03-01', stated_on) AS months, avg((dpd > 0)::INT), avg((dpd > 90)::INT)
        FROM external_debts WHERE borrower_id IN ({ids}) GROUP BY ALL ORDER BY months
    """)
    by_month = {months: (late_share, bad_share) for months, late_share, bad_share in rows}
    assert all(by_month[month][0] < 0.2 for month in by_month if month < -3)
    assert all(by_month[month] == (1.0, 1.0) for month in by_month if month >= 6)


def test_a_lender_has_one_row_in_a_report(wild):
    twice = "SELECT count(*) - count(DISTINCT (borrower_id, institution_id, stated_on)) FROM external_debts"
    assert wild.value(twice) == 0


def test_a_lender_stays_the_same_from_report_to_report(calm):
    shared = calm.value("""
        WITH reports AS (
            SELECT borrower_id, stated_on, list(institution_id) AS lenders FROM external_debts GROUP BY ALL
        ),
        pairs AS (
            SELECT lenders, lag(lenders) OVER (PARTITION BY borrower_id ORDER BY stated_on) AS before FROM reports
        )
        SELECT avg(len(list_intersect(lenders, before)) / least(len(lenders), len(before))) FROM pairs
        WHERE before IS NOT NULL
    """)
    assert shared == pytest.approx(1.0, abs=0.02)
