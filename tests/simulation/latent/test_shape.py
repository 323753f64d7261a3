import numpy as np

from ews.simulation.latent.network import Network
from ews.simulation.latent.shape import shape_of


def network_of(*edges: tuple[int, int]) -> Network:
    guarantor, borrower = (np.array([edge[end] for edge in edges], dtype=np.int64) for end in (0, 1))
    size = len(edges)
    amount = 1_000_000 * np.arange(1, size + 1)
    return Network(guarantor, borrower, np.zeros(size, int), np.full(size, 9), amount, np.zeros(size, bool))


def test_a_pair_a_mutual_pair_and_a_circle_of_three_with_a_tail():
    shape = shape_of(network_of((0, 1), (2, 3), (3, 2), (4, 5), (5, 6), (6, 4), (7, 4)))
    assert (shape.parties, shape.guarantees, shape.components) == (8, 7, 3)
    assert (shape.pairs, shape.small, shape.large) == (2, 1, ())
    assert (shape.mutual, shape.circles, shape.largest_circle) == (1, 2, 3)
    assert (shape.most_received, shape.most_given) == (2, 1)
    assert (shape.received_one, shape.given_one) == (5, 7)
    assert shape.median_amount_fen == 4_000_000


def test_a_hub_of_twenty_is_a_large_component():
    shape = shape_of(network_of(*((0, other) for other in range(1, 20))))
    assert (shape.large, shape.most_given, shape.most_received) == ((20,), 19, 1)


def test_no_guarantees_have_a_shape_too():
    shape = shape_of(network_of())
    assert (shape.parties, shape.components, shape.most_given, shape.median_amount_fen) == (0, 0, 0, 0)
