from dataclasses import replace

import numpy as np
import pytest

from ews.simulation.draws import Draws
from ews.simulation.latent.course import ABSENT, DEFAULT_AT, Cause
from ews.simulation.latent.diary import Diary
from ews.simulation.latent.episodes import Episodes, Kind
from ews.simulation.latent.population import populate
from ews.simulation.latent.world_b.cash import Cash
from ews.simulation.latent.world_b.standing import Month, Standing, liquidity_lost, standing_moved
from ews.simulation.latent.world_b.world import BAD, SLACK, WORLD_B
from tests.simulation.economies import MONTHS

SIZE = 10_000
PEOPLE = replace(populate(SIZE, MONTHS, Draws(9)), borrows=np.ones(SIZE, bool))
QUIET = replace(WORLD_B, sudden_rate=0.0, leave_rate=0.0, turns_unwilling=0.0)


def start(arrears: int, *, unwilling: bool = False, refusing: bool = False) -> Standing:
    return replace(
        Standing.nobody(SIZE),
        arrears=np.full(SIZE, arrears),
        unwilling=np.full(SIZE, unwilling),
        refusing=np.full(SIZE, refusing),
    )


def step(
    now: Standing, liquidity: float, *, due: bool = False, business: int = SLACK, world=QUIET
) -> tuple[Standing, Cash, Episodes]:
    cash = Cash(np.zeros(12, int), np.zeros(10, bool), np.full(SIZE, business), np.full(SIZE, liquidity))
    diary = Diary()
    month = Month(5, np.full(SIZE, due), np.full(SIZE, Cause.TRADE))
    after, left = standing_moved(now, cash, month, PEOPLE, world, Draws(3), diary)
    return after, left, diary.episodes(12)


@pytest.mark.parametrize(("liquidity", "arrears"), [(0.01, 0), (-0.01, 1), (-2.0, 1), (6.0, 0)])
def test_without_liquidity_nothing_is_paid(liquidity, arrears):
    after, _, _ = step(start(0), liquidity)
    assert set(after.arrears.tolist()) == {arrears}
    assert set(after.cause.tolist()) == {Cause.TRADE if arrears else Cause.NONE}


def test_the_bank_rolls_over_some_of_the_bullets_that_cannot_be_paid():
    after, cash, episodes = step(start(0), -0.5, due=True)
    rolled = after.arrears == 0
    assert rolled.mean() == pytest.approx(0.25, abs=0.02)
    assert set(cash.liquidity[rolled].tolist()) == {0.8}
    assert np.array_equal(episodes.of(Kind.EVERGREEN).borrower, np.flatnonzero(rolled))


def test_the_last_money_for_a_bullet_is_borrowed():
    assert len(step(start(0), 0.9, due=True)[2].of(Kind.BRIDGE)) == SIZE
    assert len(step(start(0), 1.1, due=True)[2].of(Kind.BRIDGE)) == 0
    assert len(step(start(0), 0.9)[2].of(Kind.BRIDGE)) == 0


@pytest.mark.parametrize(("liquidity", "business", "share"), [(1.4, BAD, 0.25), (1.6, BAD, 0.0), (1.4, SLACK, 0.0)])
def test_bad_business_with_little_money_is_not_renewed(liquidity, business, share):
    after, _, episodes = step(start(0), liquidity, due=True, business=business)
    assert len(episodes.of(Kind.EXIT)) / SIZE == pytest.approx(share, abs=0.02)
    assert (after.arrears == 1).mean() == pytest.approx(share / 2, abs=0.02)
    assert (after.arrears == ABSENT).mean() == pytest.approx(share / 2, abs=0.02)


@pytest.mark.parametrize(
    ("months", "liquidity", "pays"), [(1, 0.61, True), (1, 0.59, False), (3, 1.81, True), (3, 1.79, False)]
)
def test_who_has_enough_for_the_arrears_pays_and_has_less_then(months, liquidity, pays):
    world = replace(QUIET, relief=(0.0, 0.0, 0.0))
    after, cash, _ = step(start(months), liquidity, world=world)
    assert set(after.arrears.tolist()) == {0 if pays else months + 1}
    assert cash.liquidity[0] == pytest.approx(liquidity - 0.4 * months if pays else liquidity)


def test_relief_comes_from_the_second_month_on_and_brings_money():
    for months, share in ((1, 0.0), (2, 0.06), (3, 0.10)):
        after, cash, episodes = step(start(months), -1.0)
        assert len(episodes.of(Kind.RELIEF)) / SIZE == pytest.approx(share, abs=0.01)
        assert np.all(cash.liquidity[after.arrears == 0] == 1.2)


def test_the_unwilling_stop_with_money_on_the_account_and_come_round_or_default():
    refuses, _, _ = step(start(0, unwilling=True), 5.0, world=replace(QUIET, turns_back=0.0))
    stopped = refuses.arrears == 1
    assert stopped.mean() == pytest.approx(0.10, abs=0.01)
    assert set(refuses.cause[stopped].tolist()) == {Cause.UNWILLING}
    later, _, _ = step(start(2, unwilling=True, refusing=True), 5.0)
    assert (later.arrears == 0).mean() == pytest.approx(0.22, abs=0.02)
    assert not later.refusing[later.arrears == 0].any()


def test_the_sudden_vanish_for_good():
    after, _, episodes = step(start(0), 5.0, world=replace(QUIET, sudden_rate=0.05))
    sudden = after.arrears == 1
    assert sudden.mean() == pytest.approx(0.05, abs=0.01)
    assert np.array_equal(after.doomed, sudden)
    assert len(episodes.of(Kind.FRAUD, Kind.ACCIDENT)) == sudden.sum()
    again, _, _ = step(replace(after, arrears=np.where(sudden, 3, 0)), 6.0)
    assert set(again.arrears[sudden].tolist()) == {DEFAULT_AT}


def test_defaults_are_cured_now_and_then_or_written_off():
    cured, cash, _ = step(start(DEFAULT_AT), -1.0)
    paying = cured.arrears == 0
    assert paying.mean() == pytest.approx(0.015, abs=0.005)
    assert np.all(cash.liquidity[paying] == 1.5)
    late, _, _ = step(start(DEFAULT_AT + 21), -1.0)
    assert set(late.arrears.tolist()) == {ABSENT, 0}


def test_losses_stop_at_the_floor():
    cash = Cash(np.zeros(12, int), np.zeros(10, bool), np.zeros(2, int), np.array([3.0, -1.0]))
    assert liquidity_lost(cash, np.array([1.0, 5.0]), WORLD_B).liquidity.tolist() == [2.0, -2.0]
