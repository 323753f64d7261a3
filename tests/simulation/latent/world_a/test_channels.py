import numpy as np
import pytest

from ews.simulation.draws import Draws
from ews.simulation.latent.population import populate
from ews.simulation.latent.world_a.channels import Affairs, first_affairs, long_run, moved, outlook, with_calls
from ews.simulation.latent.world_a.world import SQUEEZE, TRADE, WORLD_A
from tests.simulation.economies import MONTHS

PEOPLE = populate(4_000, MONTHS, Draws(8))


def after(affairs: Affairs, months: int) -> Affairs:
    for month in range(months):
        affairs = moved(affairs, PEOPLE, month, WORLD_A, Draws(8))
    return affairs


def affairs_of(off: float = 0.0, pool: float = 0.0) -> Affairs:
    nothing = np.zeros(len(PEOPLE))
    return Affairs(np.zeros((5, len(PEOPLE))), np.full((5, len(PEOPLE)), off), nothing + pool, nothing, nothing)


def test_the_stock_stands_as_in_the_long_run_and_newcomers_better():
    affairs = first_affairs(PEOPLE, WORLD_A, Draws(8))
    spread = np.sqrt(np.diag(long_run(WORLD_A)))
    assert affairs.off[:, PEOPLE.stock].std(axis=1) == pytest.approx(spread, rel=0.06)
    assert affairs.off[TRADE, ~PEOPLE.stock].mean() == pytest.approx(-0.3, abs=0.06)


def test_the_spread_stays_that_of_the_long_run():
    affairs = after(first_affairs(PEOPLE, WORLD_A, Draws(8)), 60)
    assert affairs.off.std(axis=1) == pytest.approx(np.sqrt(np.diag(long_run(WORLD_A))), rel=0.12)


def test_a_difference_fades_as_the_pull_says():
    keeps, _, _ = outlook(WORLD_A, 12, 2)
    apart = after(affairs_of(1.0), 5).off - after(affairs_of(0.0), 5).off
    assert apart[:, 0] == pytest.approx(keeps[4] @ np.ones(5))


def test_a_call_drains_into_squeeze_over_the_months_and_the_outlook_knows_it():
    _, drained, _ = outlook(WORLD_A, 12, 2)
    for months in (1, 3, 12):
        rise = after(affairs_of(pool=2.0), months).off - after(affairs_of(), months).off
        assert rise[:, 0] == pytest.approx(2.0 * drained[months - 1])
    assert drained[0, SQUEEZE] == pytest.approx(0.3)
    assert np.argmax(drained[:, SQUEEZE]) in (2, 3)
    assert not np.any(drained[:, TRADE])


def test_what_a_call_drained_is_told_apart_from_other_squeeze():
    with_pool, without = after(affairs_of(pool=2.0), 4), after(affairs_of(), 4)
    assert with_pool.drained == pytest.approx((with_pool.off - without.off)[SQUEEZE])


@pytest.mark.parametrize(("cost", "pool"), [(0.0, 0.0), (3.0, 7 * (1 - np.exp(-1))), (1e9, 7.0)])
def test_a_call_adds_to_the_pool_by_its_cost_up_to_a_limit(cost, pool):
    assert with_calls(affairs_of(), np.full(len(PEOPLE), cost), WORLD_A).pool[0] == pytest.approx(pool)


def test_members_of_a_unit_fare_alike_but_not_the_same():
    affairs = after(first_affairs(PEOPLE, WORLD_A, Draws(8)), 30)
    member = np.flatnonzero(PEOPLE.head != PEOPLE.number)
    head = PEOPLE.head[member]
    together = np.corrcoef(affairs.off[TRADE, member], affairs.off[TRADE, head])[0, 1]
    strangers = np.corrcoef(affairs.off[TRADE, member], affairs.off[TRADE, np.roll(head, 500)])[0, 1]
    assert 0.6 < together < 0.95
    assert abs(strangers) < 0.3


def test_the_representative_shocks_have_the_spread_of_the_worlds():
    _, _, noise = outlook(WORLD_A, 12, 1024)
    assert noise.mean(axis=2) == pytest.approx(np.zeros((12, 5)), abs=1e-5)
    assert noise[0].std(axis=1) == pytest.approx(np.array(WORLD_A.shock_sd), rel=0.03)
    left = np.linalg.matrix_power(np.array(WORLD_A.pull), 12)
    year = long_run(WORLD_A) - left @ long_run(WORLD_A) @ left.T
    assert noise[11].var(axis=1) == pytest.approx(np.diag(year), rel=0.05)


def test_few_representative_shocks_keep_the_mean_of_exponential_rates():
    _, _, few = outlook(WORLD_A, 12, 64)
    _, _, many = outlook(WORLD_A, 12, 4096)
    for channel in (TRADE, SQUEEZE):
        assert np.exp(1.5 * few[:, channel]).mean() == pytest.approx(np.exp(1.5 * many[:, channel]).mean(), rel=0.05)


def test_shares_of_the_shocks_add_up_to_all_of_it():
    assert [sum(shares) for shares in WORLD_A.shares] == pytest.approx([1.0] * 5)
