from typing import Any

import pytest

from ews.simulation.latent.course import ABSENT
from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.population import Role
from tests.simulation.rows.courses import Episode, Plan, Village, Written, borrower_id, village


def outcomes(place: Village, plan: Plan, of: int) -> list[tuple[Any, ...]]:
    return Written(place, plan, of=of).rows(f"""
        SELECT kind, occurred_on::VARCHAR, known_on - occurred_on FROM outcomes
        WHERE borrower_id = '{borrower_id(of)}' AND kind <> 'litigation'
    """)


@pytest.fixture(scope="module")
def dated() -> Village:
    return village(400, due_day=20)


def test_a_loan_is_written_off_on_the_due_day_of_the_month_in_which_it_goes(dated):
    who = dated.of_role(Role.ALONE, borrows=True)
    gone = Plan(arrears={who: [0, 0, *range(1, 23), ABSENT]})
    assert outcomes(dated, gone, who) == [("write_off", "2025-07-20", 0)]


def test_who_repays_all_and_leaves_is_closed_and_not_written_off(dated):
    who = dated.of_role(Role.ALONE, borrows=True)
    ((kind, on, late),) = outcomes(dated, Plan(arrears={who: [0] * 10 + [ABSENT]}), who)
    assert (kind, on) == ("closed", "2024-05-31")
    assert 0 <= late <= 60


def test_relief_is_a_restructuring(dated):
    who = dated.of_role(Role.FIRM, borrows=True)
    ((kind, on, _),) = outcomes(dated, Plan((Episode(who, 12, Kind.RELIEF),)), who)
    assert kind == "restructured"
    assert "2024-07-21" <= on <= "2024-07-25"


def test_some_defaults_are_taken_to_court_once(dated):
    people = dated.people
    who = [int(number) for number in people.number[people.borrows & people.stock & (people.role == Role.ALONE)]]
    twice = [0] * 4 + [1, 2, 3, 4, 5, 0, 0, 1, 2, 3, 4, 5, 6]
    sued = Written(dated, Plan(arrears={number: twice + [0] * 19 for number in who})).rows("""
        SELECT borrower_id, occurred_on::VARCHAR FROM outcomes WHERE kind = 'litigation'
    """)
    assert len(set(sued)) == len(sued) == pytest.approx(0.35 * len(who), rel=0.25)
    assert min(on for _, on in sued) >= "2024-04-28"
    assert max(on for _, on in sued) <= "2024-08-31"


def test_the_calm_have_no_outcomes(calm):
    assert calm.rows("SELECT DISTINCT kind FROM outcomes") == []
