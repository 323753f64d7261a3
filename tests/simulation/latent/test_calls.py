import numpy as np
import pytest

from ews.simulation.draws import Draws
from ews.simulation.latent.calls import MOST_MONTHS_OF_TURNOVER, calls_upon, cost_per_guarantor, costs, note_calls
from ews.simulation.latent.diary import Diary
from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.network import Network

NETWORK = Network(
    guarantor=np.array([0, 0, 1]),
    borrower=np.array([2, 3, 3]),
    starts=np.array([0, 0, 5]),
    ends=np.array([10, 10, 10]),
    amount=np.array([1, 1, 1]),
    own=np.zeros(3, bool),
)
COST = np.array([1.0, 2.0, 4.0])
ALL = np.ones(4, bool)


def called(debtors: list[int], month: int, present=ALL):
    return calls_upon(NETWORK, COST, np.isin(np.arange(4), debtors), month, present)


@pytest.mark.parametrize(
    ("debtors", "month", "guarantors"),
    [([2], 4, [0]), ([3], 4, [0]), ([3], 5, [0, 1]), ([3], 10, []), ([0, 1], 5, []), ([2, 3], 5, [0, 0, 1])],
)
def test_only_guarantees_in_force_for_the_defaulted_are_called(debtors, month, guarantors):
    assert called(debtors, month).guarantor.tolist() == guarantors


def test_a_guarantor_who_is_gone_is_not_called():
    assert called([3], 5, np.array([False, True, True, True])).guarantor.tolist() == [1]


def test_costs_of_several_calls_add_up():
    assert cost_per_guarantor(called([2, 3], 5), 4).tolist() == [3.0, 4.0, 0.0, 0.0]


def test_a_call_names_the_debtor_and_lasts():
    diary = Diary()
    note_calls(called([3], 5), 6, 4, diary)
    found = diary.episodes(12)
    assert (found.kind.tolist(), found.other.tolist(), found.size.tolist()) == ([Kind.CALL] * 2, [3, 3], [2.0, 4.0])
    assert (found.month.tolist(), found.months.tolist()) == ([6, 6], [4, 4])


def test_a_call_costs_a_share_of_the_amount_in_months_of_turnover(economy):
    cost = costs(economy.network, economy.people, Draws(1))
    whole = economy.network.amount / economy.people.turnover[economy.network.guarantor]
    capped = cost == MOST_MONTHS_OF_TURNOVER
    assert np.all((cost[~capped] >= 0.3 * whole[~capped]) & (cost[~capped] <= 0.9 * whole[~capped]))
    assert 0 < capped.mean() < 0.5
