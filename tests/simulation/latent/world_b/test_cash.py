import numpy as np
import pytest

from ews.simulation.draws import Draws
from ews.simulation.latent.population import populate
from ews.simulation.latent.world_b.cash import Cash, first_cash, moved, newcomers, temperaments
from ews.simulation.latent.world_b.world import (
    BAD,
    GOOD,
    SLACK,
    SLUMP,
    USUAL,
    WORLD_B,
    business_moves,
    climate_moves,
    trade_moves,
)
from tests.simulation.economies import MONTHS

PEOPLE = populate(20_000, MONTHS, Draws(12))
TEMPERAMENT = temperaments(PEOPLE, Draws(12))


def cash_of(business: int, liquidity: float, climate: int = USUAL, *, hit: bool = False) -> Cash:
    size = len(PEOPLE)
    return Cash(np.full(12, climate), np.full(10, hit), np.full(size, business), np.full(size, liquidity))


def after(cash: Cash, due: float = 0.0) -> Cash:
    return moved(cash, PEOPLE, TEMPERAMENT, np.full(len(PEOPLE), due), 3, WORLD_B, Draws(12))


@pytest.mark.parametrize("moves", [trade_moves(WORLD_B), climate_moves(WORLD_B), *business_moves(WORLD_B)])
def test_chances_of_going_anywhere_add_up_to_one(moves):
    assert moves.sum(axis=1) == pytest.approx(np.ones(len(moves)))
    assert moves.min() >= 0


def test_a_crisis_takes_trades_into_a_slump_besides_their_own_bad_luck():
    assert trade_moves(WORLD_B)[USUAL, SLUMP] == pytest.approx(0.006 + 0.994 * 0.02 * 0.35)


def test_business_turns_bad_sooner_in_a_slump_or_a_region_that_is_hit():
    usual, hit, slump = (business_moves(WORLD_B)[climate] for climate in (0, 1, 2))
    assert hit[SLACK, BAD] == slump[SLACK, BAD] == pytest.approx(2.2 * usual[SLACK, BAD])
    assert np.array_equal(hit[BAD], usual[BAD])


def test_liquidity_moves_by_drift_climate_and_the_way_back_home():
    one = int(np.flatnonzero(TEMPERAMENT == 0)[0])
    steady = TEMPERAMENT == 0
    change = after(cash_of(SLACK, 3.0)).liquidity[steady] - 3.0
    went = after(cash_of(SLACK, 3.0)).business[steady]
    expected = 0.12 * (4.7 - 3.0) - 0.02 - 0.004 * 3.0
    assert change[went == SLACK].mean() == pytest.approx(expected, abs=0.02)
    assert after(cash_of(SLACK, 3.0), due=1.0).liquidity[one] == pytest.approx(
        after(cash_of(SLACK, 3.0)).liquidity[one] - 0.5
    )


@pytest.mark.parametrize(("temperament", "sd"), [(0, 0.36), (1, 0.58), (2, 0.82)])
def test_the_wild_swing_more_than_the_steady(temperament, sd):
    change = after(cash_of(SLACK, 3.0)).liquidity[temperament == TEMPERAMENT]
    middle = np.diff(np.quantile(change, [0.1587, 0.8413]))[0] / 2
    assert middle == pytest.approx(sd, rel=0.08)


def test_liquidity_stays_within_floor_and_cap():
    assert after(cash_of(GOOD, 6.0)).liquidity.max() == 6.0
    assert after(cash_of(BAD, -2.0)).liquidity.min() == -2.0


def test_members_of_a_unit_share_their_business_and_half_of_their_swings():
    cash = after(cash_of(SLACK, 3.0))
    member = np.flatnonzero(PEOPLE.head != PEOPLE.number)
    assert np.array_equal(cash.business[member], cash.business[PEOPLE.head[member]])
    together = np.corrcoef(cash.liquidity[member], cash.liquidity[PEOPLE.head[member]])[0, 1]
    assert 0.25 < together < 0.55


def test_nobody_of_the_stock_has_run_out_when_the_book_begins():
    cash = first_cash(PEOPLE, TEMPERAMENT, WORLD_B, Draws(12))
    assert cash.liquidity.min() >= 0.4
    assert 3.5 < np.median(cash.liquidity) < 5.0
    assert np.bincount(cash.business, minlength=4).min() > 0.02 * len(PEOPLE)


def test_newcomers_have_money_and_no_bad_business():
    cash = newcomers(cash_of(BAD, 0.0), PEOPLE, 7, Draws(12))
    new = (PEOPLE.joined == 7) & ~PEOPLE.stock
    assert cash.liquidity[new].min() >= 1.5
    assert set(cash.business[new].tolist()) == {GOOD, SLACK}
    assert set(cash.liquidity[~new].tolist()) == {0.0}
