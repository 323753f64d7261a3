import numpy as np
import pytest

from ews.domain.exhibits import Standing
from ews.scoring.exhibits.headlines import HEADLINES, standings_of
from ews.scoring.peers import WHOLE_BOOK, Peers

LEVELS = np.arange(101.0)
PEERS = Peers(
    {("firm/trade", "inflow_3m"): LEVELS * 10, (WHOLE_BOOK, "inflow_3m"): LEVELS, (WHOLE_BOOK, "dpd_max_12m"): LEVELS}
)
SIZES = {WHOLE_BOOK: 500, "firm/trade": 40}


def standings(group, **features):
    return {each.feature: each for each in standings_of(PEERS, group, SIZES, features)}


def test_a_value_stands_among_its_own_trade_and_lower_inflow_is_worse():
    (found,) = [standings("firm/trade", inflow_3m=200.0)["inflow_3m"]]
    assert found == Standing("inflow_3m", 200.0, 100, 250, 500, 750, 900, 80 / 101, "firm/trade", 40)


@pytest.mark.parametrize("group", ["firm/trade", "firm/none"])
def test_without_peers_of_the_trade_the_whole_book_is_the_measure(group):
    found = standings(group, dpd_max_12m=90.0)["dpd_max_12m"]
    assert found == Standing("dpd_max_12m", 90.0, 10, 25, 50, 75, 90, 90 / 101, WHOLE_BOOK, 500)


def test_what_is_unknown_has_no_place_but_its_peers_are_told():
    found = standings("firm/trade")["inflow_3m"]
    assert (found.value, found.worse_than, found.p50) == (None, None, 500)


def test_all_headlines_are_told_also_without_any_peers():
    found = standings("firm/trade", card_utilisation=0.5)
    assert tuple(found) == HEADLINES
    assert found["card_utilisation"] == Standing("card_utilisation", 0.5, *[None] * 6, WHOLE_BOOK, 500)
