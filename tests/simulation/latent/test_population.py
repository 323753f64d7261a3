import numpy as np
import pytest

from ews.simulation.draws import Draws
from ews.simulation.latent.population import populate
from ews.simulation.latent.world import World
from tests.simulation.economies import MONTHS


def test_seven_in_ten_are_firms_and_there_from_the_start(economy):
    assert economy.people.firm.mean() == pytest.approx(0.7, abs=0.02)
    assert economy.people.stock.mean() == pytest.approx(0.7, abs=0.02)


def test_those_not_there_from_the_start_join_over_the_months(economy):
    joined = economy.people.joined[~economy.people.stock]
    assert (joined.min(), joined.max()) == (1, MONTHS.count - 1)


def test_an_officer_belongs_to_one_branch_and_a_branch_to_one_region(economy):
    people = economy.people
    assert len(set(zip(people.officer, people.branch, strict=True))) == len(set(people.officer))
    assert len(set(zip(people.branch, people.region, strict=True))) == len(set(people.branch))
    assert len(set(people.branch)) == 20_000 // 250
    assert len(set(people.officer)) == 20_000 // 200


def test_items_fall_due_from_the_5th_to_the_25th(economy):
    assert (economy.people.due_day.min(), economy.people.due_day.max()) == (5, 25)


def test_a_borrower_is_the_same_in_a_larger_population():
    small, large = (populate(size, MONTHS, World(), Draws(2)) for size in (50, 500))
    assert small.turnover.tolist() == large.turnover[:50].tolist()
    assert small.joined.tolist() == large.cut(0, 50).joined.tolist()


def test_a_book_of_one_month_has_no_newcomers():
    one_month = type(MONTHS)(MONTHS.start, 1)
    assert np.all(populate(100, one_month, World(), Draws(2)).stock)
