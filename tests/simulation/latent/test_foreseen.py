import numpy as np
import pytest

from ews.simulation.latent.foreseen import exposed, with_foreseen_calls
from ews.simulation.latent.network import Network

SOUND = np.ones(3, bool)


def network_of(*edges: tuple[int, int]) -> Network:
    guarantor, borrower = (np.array([edge[end] for edge in edges], dtype=np.int64) for end in (0, 1))
    size = len(edges)
    return Network(
        guarantor, borrower, np.zeros(size, int), np.full(size, 99), np.ones(size, int), np.zeros(size, bool)
    )


def by_month(*ends: float) -> np.ndarray:
    """Chances of default that grow evenly over four months."""
    return np.asarray(np.linspace(0, 1, 5)[1:, None] * np.array(ends))


def test_the_first_call_comes_when_the_debtor_defaults():
    found = exposed(network_of((0, 1)), np.array([2.0]), 0, SOUND, SOUND, by_month(0.1, 0.4, 0.0))
    assert found.guarantor.tolist() == [0]
    assert found.cost.tolist() == pytest.approx([2.0])
    assert found.called_in[:, 0].tolist() == pytest.approx([0.1, 0.09, 0.081, 0.0729])


def test_of_two_debtors_the_likelier_weighs_more_in_the_cost():
    found = exposed(network_of((0, 1), (0, 2)), np.array([1.0, 5.0]), 0, SOUND, SOUND, by_month(0, 0.3, 0.1))
    assert found.cost[0] == pytest.approx(2.0)
    assert found.called_in[0, 0] == pytest.approx(1 - (1 - 0.075) * (1 - 0.025))


@pytest.mark.parametrize("who", [0, 1])
def test_who_is_in_default_or_borrows_nothing_is_not_exposed(who):
    others = np.arange(3) != who
    assert not len(exposed(network_of((0, 1)), np.ones(1), 0, others, SOUND, by_month(0, 0.4, 0)).guarantor)
    assert not len(exposed(network_of((0, 1)), np.ones(1), 0, SOUND, others, by_month(0, 0.4, 0)).guarantor)


def test_a_call_adds_what_it_makes_of_the_months_left():
    before = by_month(0.04, 0.4, 0.0)
    found = exposed(network_of((0, 1)), np.array([2.0]), 0, SOUND, SOUND, before)
    after = with_foreseen_calls(before, found, lambda guarantor, cost: by_month(0.44)[:, : len(guarantor)] * cost / 2)
    # a call in month 1 leaves 3 months: 0.33 - 0.03; in month 2: 0.2; in month 3: 0.1; in month 4 nothing
    assert after[0] == pytest.approx(0.04 + 0.1 * 0.3 + 0.09 * 0.2 + 0.081 * 0.1)
    assert after[1:].tolist() == pytest.approx([0.4, 0.0])


def test_without_guarantees_the_last_month_stands_and_nobody_is_asked():
    before = by_month(0.04, 0.4, 0.0)
    found = exposed(network_of(), np.zeros(0), 0, SOUND, SOUND, before)

    def asked(*_):
        raise AssertionError

    assert with_foreseen_calls(before, found, asked).tolist() == pytest.approx([0.04, 0.4, 0.0])
