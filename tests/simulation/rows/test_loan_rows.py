from datetime import date

import pytest

from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.main_loans import BULLET
from ews.simulation.latent.population import Role
from tests.simulation.rows.courses import Episode, Plan, Written


@pytest.mark.parametrize("which", ["calm", "wild"])
def test_loans_mature_after_they_open_and_their_ids_tell_the_borrower(which, request):
    written = request.getfixturevalue(which)
    assert written.value("SELECT count(*) FROM loans WHERE matures_on <= opened_on") == 0
    wrong = "substr(loan_id, 2, 7) <> right(borrower_id, 7) AND product <> 'card'"
    assert written.value(f"SELECT count(*) FROM loans WHERE {wrong}") == 0


def test_a_replaced_loan_is_one_of_the_borrowers_that_ended(wild):
    wrong = wild.value("""
        SELECT count(*) FROM loans n LEFT JOIN loans o ON o.loan_id = n.replaces_loan_id
        WHERE n.replaces_loan_id IS NOT NULL
            AND (o.borrower_id IS DISTINCT FROM n.borrower_id OR o.opened_on >= n.opened_on)
    """)
    assert wrong == 0
    assert wild.value("SELECT count(*) FROM loans WHERE replaces_loan_id IS NOT NULL") > 10


def test_an_eased_loan_is_known_as_restructured_from_that_day_on(place):
    firm = place.of_role(Role.FIRM, borrows=True, repayment=BULLET, term=12)
    month = int(place.people.anchor[firm]) + 4
    written = Written(place, Plan((Episode(firm, month, Kind.RELIEF),)), of=firm)
    before, after = written.rows(f"""
        SELECT matures_on, restructured_on, known_on, opened_on FROM loans
        WHERE loan_id = 'L{firm + 1:07d}02' ORDER BY known_on
    """)
    assert before[1] is None
    assert after[1] == after[2] > before[2]
    assert (after[0].year * 12 + after[0].month) - (before[0].year * 12 + before[0].month) == 6
    assert date(2023, 7, 1) < after[1] < before[0]


def test_some_purposes_were_mended_weeks_later(calm):
    mended = calm.rows("""
        SELECT f.purpose, n.purpose, n.known_on - f.opened_on FROM loans f JOIN loans n USING (loan_id)
        WHERE n.known_on > f.known_on AND n.restructured_on IS NULL
    """)
    assert {first for first, _, _ in mended} == {"流动资金周转"}
    assert all(then != "流动资金周转" and 5 <= days < 55 for _, then, days in mended)
