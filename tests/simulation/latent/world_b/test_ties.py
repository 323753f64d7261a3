import numpy as np

from ews.simulation.draws import Draws
from ews.simulation.latent.network import connect_borrowers
from ews.simulation.latent.population import populate
from ews.simulation.latent.world_b.ties import unit_ties
from tests.simulation.economies import MONTHS

PEOPLE = populate(300, MONTHS, Draws(2))
NETWORK = connect_borrowers(PEOPLE, MONTHS, Draws(2))


def test_all_members_of_a_unit_are_tied_to_each_other_besides_the_guarantees():
    ties, losses = unit_ties(PEOPLE, NETWORK, np.full(len(NETWORK), 0.7), 1.2)
    sizes = np.diff(PEOPLE.unit_borders)
    more = slice(len(NETWORK), None)
    assert len(ties) == len(NETWORK) + (sizes * (sizes - 1)).sum()
    assert np.array_equal(PEOPLE.unit[ties.guarantor[more]], PEOPLE.unit[ties.borrower[more]])
    assert not np.any(ties.guarantor == ties.borrower)
    pairs = np.stack([ties.guarantor[more], ties.borrower[more]])
    assert np.unique(pairs, axis=1).shape == pairs.shape
    assert set(losses[more].tolist()) == {1.2}
    assert set(losses[: len(NETWORK)].tolist()) == {0.7}


def test_ties_of_a_unit_hold_in_every_month():
    ties, _ = unit_ties(PEOPLE, NETWORK, np.zeros(len(NETWORK)), 1.2)
    assert np.all(ties.in_force(0)[len(NETWORK) :])
    assert np.all(ties.in_force(239)[len(NETWORK) :])
