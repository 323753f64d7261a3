import numpy as np
import pytest

from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.population import Role
from tests.simulation.rows.courses import Episode, Plan, Written, borrower_id


@pytest.mark.parametrize("which", ["calm", "wild"])
def test_an_inquiry_is_known_from_the_next_pull_that_holds_inquiries(which, request):
    wrong = request.getfixturevalue(which).value("""
        WITH first AS (
            SELECT inquiry_id, borrower_id, inquired_on, min(known_on) AS known_on FROM inquiries GROUP BY ALL
        ),
        following AS (
            SELECT i.inquiry_id, i.known_on, min(r.pulled_on) AS pulled_on FROM first i LEFT JOIN bureau_reports r
            ON r.borrower_id = i.borrower_id AND r.pulled_on >= i.inquired_on AND r.scope IN ('full', 'inquiries')
            GROUP BY ALL
        )
        SELECT count(*) FROM following WHERE pulled_on IS DISTINCT FROM known_on
    """)
    assert wrong == 0


def test_the_firms_report_and_mostly_its_controllers_are_pulled_with_each_new_loan(calm):
    new = "FROM loans l WHERE product <> 'card' AND opened_on >= DATE '2023-07-01' AND newest"
    pulled = "SELECT 1 FROM bureau_reports r WHERE r.pulled_on = l.opened_on AND scope = 'full' AND r.borrower_id ="
    assert calm.value(f"SELECT count(*) {new} AND NOT EXISTS ({pulled} l.borrower_id)") == 0
    share = calm.value(f"""
        SELECT avg((EXISTS ({pulled} o.from_id))::INT) FROM loans l
        JOIN (SELECT DISTINCT from_id, to_id FROM relations WHERE kind = 'controller') o ON o.to_id = l.borrower_id
        WHERE product <> 'card' AND opened_on >= DATE '2023-07-01' AND newest
        AND l.borrower_id NOT IN (SELECT to_id FROM relations WHERE kind = 'affiliate')
    """)
    assert share == pytest.approx(0.8, abs=0.1)


def test_pulls_are_sparse(place, calm):
    years = int(place.block().present[place.people.borrows].sum()) / 12
    assert 0.5 < calm.value("SELECT count(*) FROM bureau_reports") / years < 2.5


@pytest.mark.parametrize("kind", [Kind.CHECK, Kind.FALSE_FINDING])
def test_a_check_pulls_a_report(place, kind):
    who = place.of_role(Role.ALONE)
    checked, calm = (Written(place, plan, of=who) for plan in (Plan((Episode(who, 20, kind),)), Plan()))
    pulls = "SELECT pulled_on FROM bureau_reports"
    new = set(checked.rows(pulls)) - set(calm.rows(pulls))
    assert [str(day)[:7] for (day,) in new] == ["2025-03"]


def test_the_bank_pulls_more_reports_of_those_in_visible_trouble(calm, at_two):
    count = "SELECT count(*) FROM bureau_reports"
    assert at_two("squeeze").value(count) > 1.8 * calm.value(count)


def test_a_few_pulls_were_not_authorised_and_not_all_hold_everything(wild):
    share, scopes = wild.rows("SELECT avg((NOT authorised)::INT), count(DISTINCT scope) FROM bureau_reports")[0]
    assert share == pytest.approx(0.03, abs=0.015)
    assert scopes == 3


def test_those_who_seek_credit_ask_more_lenders_and_fewer_banks(calm, at_two):
    asked = "SELECT count(*), avg((institution_kind = 'bank')::INT) FROM inquiries"
    (usual, banks), (many, fewer) = calm.rows(asked)[0], at_two("appetite").rows(asked)[0]
    assert many > 2.5 * usual
    assert fewer < banks - 0.1


def test_growth_asks_banks_for_some_months(place):
    firms = [int(number) for number in place.people.number[place.people.firm & place.people.stock]]
    plan = Plan(tuple(Episode(number, 12, Kind.EXPANSION, months=6) for number in firms))
    ids = ", ".join(f"'{borrower_id(number)}'" for number in firms)
    during = f"""
        SELECT count(*) FROM inquiries WHERE borrower_id IN ({ids})
        AND inquired_on BETWEEN '2024-07-01' AND '2024-12-31'
    """
    grown, calm = (Written(place, each).value(during) for each in (plan, Plan()))
    assert grown > 2 * calm


def test_what_was_asked_after_the_last_pull_is_not_in_the_book(calm):
    behind = calm.value("""
        SELECT count(*) FROM inquiries i JOIN (
            SELECT borrower_id, max(pulled_on) AS last FROM bureau_reports GROUP BY ALL
        ) USING (borrower_id) WHERE inquired_on > last
    """)
    assert behind == 0
    assert np.isfinite(calm.value("SELECT count(*) FROM inquiries"))
