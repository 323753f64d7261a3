import numpy as np

from ews.simulation.latent.episodes import Kind
from ews.simulation.rows.calls import calls_of, monthly_calls
from tests.simulation.rows.courses import Episode, episodes_of

CALL = Episode(5, 3, Kind.CALL, months=4, size=2.0, other=190)


def test_a_call_is_known_to_the_blocks_of_both_sides_and_no_other(place):
    episodes = episodes_of((CALL, Episode(6, 3, Kind.BRIDGE, other=190)))
    sides = {bounds: calls_of(episodes, place.people, bounds) for bounds in ((0, 100), (150, 250), (250, 300))}
    assert [calls.guarantor.tolist() for calls in sides.values()] == [[5], [5], []]
    assert sides[0, 100].borrower.tolist() == [190]
    monthly = 2.0 * place.people.turnover[5] / 4
    assert abs(int(sides[150, 250].monthly[0]) - monthly) <= 5_000


def test_what_is_called_is_spread_over_its_months(place):
    calls = calls_of(episodes_of((CALL,)), place.people, (0, 100))
    due = monthly_calls(calls, calls.guarantor, (100, 6))
    assert due[5].tolist() == [0, 0, 0, *[int(calls.monthly[0])] * 3]
    assert due.sum() == due[5].sum()


def test_calls_on_others_are_left_out(place):
    calls = calls_of(episodes_of((CALL,)), place.people, (0, 100))
    assert not monthly_calls(calls, np.array([-1]), (100, 6)).any()
    assert not monthly_calls(calls, np.array([100]), (100, 6)).any()
