from dataclasses import replace

import numpy as np
import pytest

from ews.simulation.draws import Draws
from ews.simulation.latent.population import populate
from ews.simulation.latent.world_b.cash import Cash
from ews.simulation.latent.world_b.signs import Signs, first_signs, for_newcomers, months_low, moved
from ews.simulation.latent.world_b.world import BAD, EXTRACTING, SLACK
from tests.simulation.economies import MONTHS

PEOPLE = populate(3_000, MONTHS, Draws(2))
WILLING = np.zeros(len(PEOPLE), bool)
TRADE, SQUEEZE, APPETITE, DIVERSION, RELUCTANCE = range(5)


def cash_of(business: int = SLACK, liquidity: float = 4.5) -> Cash:
    size = len(PEOPLE)
    return Cash(np.zeros(12, int), np.zeros(10, bool), np.full(size, business), np.full(size, liquidity))


def shown(cash: Cash, unwilling=WILLING, months: int = 24) -> np.ndarray:
    signs = first_signs(PEOPLE, cash_of(), WILLING, Draws(2))
    for month in range(months):
        signs = moved(signs, PEOPLE, cash, unwilling, month, Draws(2))
    return np.asarray(signs.channels.mean(axis=1))


@pytest.mark.parametrize(
    ("cash", "unwilling", "channel", "level"),
    [
        (cash_of(BAD), WILLING, TRADE, 1.9),
        (cash_of(liquidity=0.5), WILLING, SQUEEZE, 1.9),
        (cash_of(liquidity=0.5), WILLING, APPETITE, 2.0),
        (cash_of(EXTRACTING), WILLING, DIVERSION, 2.0),
        (cash_of(), ~WILLING, RELUCTANCE, 2.1),
    ],
)
def test_each_channel_comes_to_show_what_is_behind_it(cash, unwilling, channel, level):
    assert shown(cash, unwilling)[channel] == pytest.approx(level, abs=0.1)
    assert shown(cash_of())[channel] < level - 1


def test_squeeze_shows_at_once_and_trade_with_delay():
    poor, bad = shown(cash_of(liquidity=0.5), months=1), shown(cash_of(BAD), months=1)
    assert poor[SQUEEZE] > 0.45 * 1.9
    assert bad[TRADE] < 0.35 * 1.9


def test_swings_keep_their_spread():
    signs = first_signs(PEOPLE, cash_of(), WILLING, Draws(2))
    before = signs.swings.std(axis=1)
    for month in range(30):
        signs = moved(signs, PEOPLE, cash_of(), WILLING, month, Draws(2))
    assert signs.swings.std(axis=1) == pytest.approx(before, rel=0.08)


def test_newcomers_show_their_own_state():
    blank = Signs(np.full((5, len(PEOPLE)), 9.0), np.zeros((5, len(PEOPLE))))
    new = PEOPLE.joined == 3
    channels = for_newcomers(blank, PEOPLE, cash_of(), WILLING, 3).channels
    assert np.all(channels[:, ~new] == 9.0)
    assert channels[SQUEEZE, new] == pytest.approx(-0.4)


def test_months_of_low_money_are_counted_until_it_is_back():
    low = replace(cash_of(), liquidity=np.where(PEOPLE.number % 2 == 0, 1.0, 2.0))
    assert months_low(np.full(len(PEOPLE), 4), low, 1.5)[:2].tolist() == [5, 0]
