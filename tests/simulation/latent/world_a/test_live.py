from dataclasses import replace

import numpy as np
import pytest

from ews.simulation.draws import Draws
from ews.simulation.latent.course import Cause, Course
from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.horizon import HORIZON
from ews.simulation.latent.network import connect_borrowers
from ews.simulation.latent.population import populate
from ews.simulation.latent.world_a.live import live_in_world_a
from ews.simulation.latent.world_a.world import WORLD_A, WorldA
from tests.simulation.economies import MONTHS


def life(size: int, world: WorldA) -> Course:
    people = populate(size, MONTHS, Draws(77))
    network = connect_borrowers(people, MONTHS, Draws(77))
    return live_in_world_a(people, network, MONTHS, Draws(77), world=world)


@pytest.fixture(scope="module")
def apart() -> Course:
    """No shocks in common beyond the unit, hence nearly independent fates with the same chances."""
    shares = tuple((0.0, 0.0, 0.0, unit, 1 - unit) for *_, unit, _ in WORLD_A.shares)
    return life(8_000, replace(WORLD_A, shares=shares))


def test_the_expected_pd_is_calibrated_by_decile_within_sampling_error(apart):
    snapshots = np.arange(3, MONTHS.count - HORIZON, HORIZON)
    expected = apart.expected_pd[:, snapshots].astype(float)
    there = ~np.isnan(expected)
    scores, happened = expected[there], apart.defaulted_within(HORIZON)[:, snapshots][there]
    decile = np.clip(np.searchsorted(np.quantile(scores, np.linspace(0, 1, 11)), scores) - 1, 0, 9)
    for band in (decile == place for place in range(10)):
        error = (scores[band] * (1 - scores[band])).sum() ** 0.5
        # members of a unit are not quite independent
        assert happened[band].sum() == pytest.approx(scores[band].sum(), abs=3.5 * error)
    assert happened.sum() == pytest.approx(scores.sum(), abs=3 * (scores * (1 - scores)).sum() ** 0.5)


def test_without_stops_of_its_own_only_sudden_defaults_are_left():
    never = (-99.0, 0.0)
    world = replace(
        WORLD_A, trade_rate=never, cash_rate=never, bullet_rate=(-99.0, 0.0, 0.0), refused_rate=never,
        diversion_rate=never, unwilling_rate=never, cut_rate=0.0, exit_share=0.0,
    )  # fmt: skip
    course = life(1_500, world)
    assert set(course.cause[course.defaults()].tolist()) == {Cause.SUDDEN}
    sudden = course.episodes.of(Kind.FRAUD, Kind.ACCIDENT)
    in_time = sudden.month < MONTHS.count - 3
    assert np.all(course.arrears[sudden.borrower[in_time], sudden.month[in_time] + 3] == 4)


def test_a_call_raises_the_squeeze_of_the_guarantor_in_the_months_after(apart):
    calls = apart.episodes.of(Kind.CALL)
    told = (calls.size > 1) & (calls.month < MONTHS.count - 3)
    who, month = calls.borrower[told], calls.month[told]
    rise = apart.squeeze[who, month + 2] - apart.squeeze[who, month - 1]
    assert np.isfinite(rise).sum() > 30
    assert np.nanmean(rise) > 0.5


def test_causes_of_default_are_behind_the_channel_that_is_grave(apart):
    def before(cause: Cause, channel: str) -> float:
        who, month = np.nonzero((apart.cause == cause) & (np.arange(MONTHS.count) >= 4))
        return float(np.nanmean(getattr(apart, channel)[who, month - 4]))

    for cause, channel in (
        (Cause.TRADE, "trade"),
        (Cause.CARDS, "squeeze"),
        (Cause.SPECULATION, "diversion"),
        (Cause.UNWILLING, "reluctance"),
    ):
        assert before(cause, channel) > np.nanmean(getattr(apart, channel)) + 0.6
        assert before(Cause.SUDDEN, channel) < np.nanmean(getattr(apart, channel)) + 0.5
