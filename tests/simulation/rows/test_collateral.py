from datetime import date

import numpy as np
import pytest

from ews.simulation.latent.episodes import Kind
from tests.simulation.rows.courses import Episode, Plan, Written, borrower_id


@pytest.fixture(scope="module")
def secured(calm):
    """Return numbers of borrowers with a mortgaged main loan that runs in March 2025."""
    rows = calm.rows("""
        SELECT DISTINCT right(l.borrower_id, 7)::INT - 1 FROM loans l JOIN collateral c USING (loan_id)
        WHERE l.opened_on < '2025-01-01' AND l.matures_on > '2025-06-01' AND security = 'mortgage'
    """)
    return sorted(number for (number,) in rows)


def test_every_loan_on_a_mortgage_or_pledge_has_its_collateral_and_no_other_has(wild):
    unlike = wild.value("""
        WITH secured AS (SELECT DISTINCT loan_id FROM loans WHERE security IN ('mortgage', 'pledge')),
        held AS (SELECT DISTINCT loan_id FROM collateral)
        SELECT (SELECT count(*) FROM secured ANTI JOIN held USING (loan_id))
            + (SELECT count(*) FROM held ANTI JOIN secured USING (loan_id))
    """)
    assert unlike == 0
    assert wild.value("SELECT count(*) FROM collateral") > 200


def test_homes_are_lent_at_half_to_nine_tenths_of_their_value(calm):
    least, most, kinds = calm.rows("""
        SELECT min(l.principal / c.value), max(l.principal / c.value), list(DISTINCT c.kind) FROM loans l
        JOIN collateral c USING (loan_id) WHERE l.product = 'mortgage' AND c.known_on = l.opened_on
    """)[0]
    assert 0.43 < least < most < 0.92
    assert kinds == ["residential"]


def test_values_are_rarely_told_anew(calm):
    years = "sum(DATE '2026-06-30' - opened_on) / 365"
    share = calm.value(f"""
        SELECT (SELECT count(DISTINCT (collateral_id, valued_on)) - count(DISTINCT collateral_id) FROM collateral)
            / (SELECT {years} FROM (
                SELECT DISTINCT c.loan_id, l.opened_on FROM collateral c JOIN loans l USING (loan_id)
                WHERE l.matures_on > DATE '2026-06-30'))
    """)
    assert 0.1 < share < 0.5


def test_insurance_runs_out_sooner_where_cash_is_short(calm, at_two):
    insured = """
        SELECT avg((insured_to > DATE '2026-06-30')::INT) FROM collateral c JOIN (
            SELECT DISTINCT loan_id, opened_on, matures_on FROM loans
        ) USING (loan_id) WHERE newest AND insured_to IS NOT NULL AND opened_on < '2025-01-01'
            AND matures_on > '2026-07-31'
    """
    assert at_two("squeeze").value(insured) < calm.value(insured) - 0.1


def test_land_and_claims_are_not_insured(calm):
    kinds = {kind for (kind,) in calm.rows("SELECT DISTINCT kind FROM collateral WHERE insured_to IS NOT NULL")}
    assert kinds <= {"residential", "commercial", "equipment", "stock"}
    assert len(kinds) >= 3


def test_a_seizure_is_known_days_later_and_of_the_loans_that_run(place, calm, secured):
    plan = Plan(tuple(Episode(number, 20, Kind.SEIZURE) for number in secured))
    seized = Written(place, plan).rows("""
        SELECT borrower_id, seized_on, known_on - seized_on FROM collateral JOIN (
            SELECT DISTINCT loan_id, borrower_id FROM loans
        ) USING (loan_id) WHERE seized_on IS NOT NULL
    """)
    assert {borrower for borrower, *_ in seized} == {borrower_id(number) for number in secured}
    assert all(date(2025, 3, 1) <= on <= date(2025, 3, 25) and 1 <= days <= 20 for _, on, days in seized)
    assert calm.value("SELECT count(*) FROM collateral WHERE seized_on IS NOT NULL") == 0


def test_versions_of_one_collateral_are_known_on_different_days(wild):
    assert wild.value("SELECT count(*) - count(DISTINCT (collateral_id, known_on)) FROM collateral") == 0
    assert np.isfinite(wild.value("SELECT min(value) FROM collateral"))
