"""The network against one bank's real one: 19,665 parties, 14,307 guarantees, 7,406 components."""

import numpy as np
import pytest

from ews.simulation.draws import Draws
from ews.simulation.latent.network import connect_borrowers
from ews.simulation.latent.population import Role, populate
from ews.simulation.latent.shape import shape_of
from tests.simulation.economies import MONTHS

PEOPLE = populate(43_700, MONTHS, Draws(7))
NETWORK = connect_borrowers(PEOPLE, MONTHS, Draws(7))
SHAPE = shape_of(NETWORK)


def test_the_network_has_the_size_and_density_of_the_real_one():
    assert SHAPE.parties == pytest.approx(19_665, rel=0.03)
    assert SHAPE.guarantees / SHAPE.parties == pytest.approx(14_307 / 19_665, rel=0.03)
    assert SHAPE.components == pytest.approx(7_406, rel=0.03)


def test_pairs_dominate_then_come_components_of_3_to_13_and_ten_large_ones():
    assert SHAPE.pairs == pytest.approx(6_786, rel=0.03)
    assert SHAPE.small == pytest.approx(610, rel=0.12)
    real = [539, 98, 95, 93, 89, 61, 51, 47, 45, 45]
    assert list(SHAPE.large) == pytest.approx(real, rel=0.08)


def test_few_vouch_for_each_other_or_in_a_circle():
    assert 5 <= SHAPE.mutual <= 40
    assert 8 <= SHAPE.circles <= 35
    assert 3 <= SHAPE.largest_circle <= 7


def test_degrees_are_mostly_one_with_heavy_tails():
    assert SHAPE.received_one / SHAPE.parties == pytest.approx(9_324 / 19_665, abs=0.03)
    assert SHAPE.given_one / SHAPE.parties == pytest.approx(8_956 / 19_665, abs=0.03)
    assert 50 <= SHAPE.most_received <= 120
    assert 40 <= SHAPE.most_given <= 120


def test_amounts_are_skewed_and_in_whole_ten_thousands():
    assert np.all(NETWORK.amount % 1_000_000 == 0)
    assert SHAPE.percentile_99_amount_fen > 30 * SHAPE.median_amount_fen


def test_controllers_vouching_for_their_own_firm_are_a_part_and_no_more():
    own = NETWORK.own
    assert 0.2 < own.mean() < 0.4
    assert np.all(PEOPLE.role[NETWORK.guarantor[own]] == Role.CONTROLLER)
    assert np.all(PEOPLE.head[NETWORK.guarantor[own]] == NETWORK.borrower[own])


def test_nobody_guarantees_themselves_or_the_same_party_twice():
    assert not np.any(NETWORK.guarantor == NETWORK.borrower)
    pairs = np.stack([NETWORK.guarantor, NETWORK.borrower])
    assert np.unique(pairs, axis=1).shape == pairs.shape


def test_a_guarantee_starts_when_both_are_customers_and_ends_later():
    joined = np.maximum(PEOPLE.joined[NETWORK.guarantor], PEOPLE.joined[NETWORK.borrower])
    both_stock = PEOPLE.stock[NETWORK.guarantor] & PEOPLE.stock[NETWORK.borrower]
    assert np.all((NETWORK.starts >= joined) | both_stock)
    assert np.all(NETWORK.ends >= NETWORK.starts + 36)
    assert NETWORK.starts.max() < MONTHS.count


def test_a_guarantee_is_in_force_from_its_first_month_to_before_its_last():
    edge = int(np.flatnonzero(NETWORK.starts > 0)[0])
    first, end = int(NETWORK.starts[edge]), int(NETWORK.ends[edge])
    assert [bool(NETWORK.in_force(month)[edge]) for month in (first - 1, first, end - 1, end)] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("size", [1, 2, 5, 30])
def test_a_tiny_population_has_a_network_of_its_own_people(size):
    people = populate(size, MONTHS, Draws(1))
    network = connect_borrowers(people, MONTHS, Draws(1))
    assert np.all(np.concatenate([network.guarantor, network.borrower]) < size)
