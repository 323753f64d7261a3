from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.simulation.draws import Draws
from ews.simulation.latent.course import DEFAULT_AT
from ews.simulation.latent.diary import Diary
from ews.simulation.latent.population import populate
from ews.simulation.latent.world_a.channels import Affairs, moved
from ews.simulation.latent.world_a.expected import State, default_by
from ews.simulation.latent.world_a.hazard import SEASON, Traits, traits
from ews.simulation.latent.world_a.standing import Month, Standing, standing_moved
from ews.simulation.latent.world_a.world import SQUEEZE, TRADE, WORLD_A, WorldA
from tests.simulation.economies import MONTHS

YEAR = tuple(1.0 for _ in range(12))
level = st.floats(-2, 3)


def state(
    size: int = 1,
    arrears: int = 0,
    *,
    fragile: bool = False,
    doomed: bool = False,
    due_in: int | None = None,
    pool: float = 0.0,
    months: int = 12,
    **off: float,
) -> State:
    away = np.zeros((5, size))
    for name, value in off.items():
        away[{"trade": TRADE, "squeeze": SQUEEZE}[name]] = value
    due = np.zeros((months, size))
    if due_in is not None:
        due[due_in - 1] = 1.0
    one = np.ones(size)
    return State(
        level=np.zeros((5, size)),
        off=away,
        pool=pool * one,
        traits=Traits(0 * one, one, one),
        arrears=np.full(size, arrears),
        fragile=np.full(size, fragile),
        doomed=np.full(size, doomed),
        due=due,
        season=YEAR[:months],
    )


def pd(found: State, world: WorldA = WORLD_A, paths: int = 64) -> float:
    return float(default_by(found, world, paths)[-1, 0])


NO_SHOCKS = replace(WORLD_A, shock_sd=(1e-9,) * 5, relief=(0.0, 0.0, 0.0))


@pytest.mark.parametrize(
    ("months", "arrears", "expected"),
    [
        (1, 3, 1 - 0.22),
        (1, 2, 0.0),
        (2, 2, (1 - 0.36) * (1 - 0.22)),
        (3, 1, (1 - 0.52) * (1 - 0.36) * (1 - 0.22)),
        (3, 0, 0.0),
    ],
)
def test_default_follows_the_fourth_month_missed(months, arrears, expected):
    assert pd(state(arrears=arrears, months=months), NO_SHOCKS) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(("arrears", "expected"), [(1, [0, 0, 1, 1]), (2, [0, 1, 1, 1]), (3, [1, 1, 1, 1])])
def test_the_doomed_default_for_certain_when_their_time_has_come(arrears, expected):
    assert default_by(state(arrears=arrears, doomed=True, months=4), WORLD_A)[:, 0].tolist() == expected


def test_the_chance_grows_month_by_month():
    found = default_by(state(squeeze=1.0), WORLD_A)[:, 0]
    assert np.all(np.diff(found) >= 0)
    assert not np.any(found[:3])
    assert found[3] > 0


@settings(deadline=None, max_examples=40)
@given(trade=level, squeeze=level, more=st.floats(0.05, 1.0), arrears=st.integers(0, 3))
def test_more_trouble_never_lowers_the_pd(trade, squeeze, more, arrears):
    base = pd(state(arrears=arrears, trade=trade, squeeze=squeeze))
    assert 0 <= base <= 1
    assert pd(state(arrears=arrears, trade=trade + more, squeeze=squeeze)) >= base - 1e-6
    assert pd(state(arrears=arrears, trade=trade, squeeze=squeeze + more)) >= base - 1e-6
    assert pd(state(arrears=arrears, trade=trade, squeeze=squeeze, pool=2.0)) >= base - 1e-6
    if arrears == 0:
        assert pd(state(trade=trade, squeeze=squeeze, fragile=True)) > base
        assert pd(state(arrears=1, trade=trade, squeeze=squeeze)) > base


def test_a_bullet_soon_is_worse_than_one_whose_default_would_come_too_late():
    none, late, soon = (pd(state(squeeze=1.5, due_in=due_in)) for due_in in (None, 11, 2))
    assert late == pytest.approx(none, rel=0.01)
    assert soon > 1.3 * none


def test_few_paths_do_nearly_as_well_as_many():
    size = 300
    spread = np.random.default_rng(1).normal(0, 0.9, (5, size))
    found = state(size)._replace(off=spread)
    few, many = (default_by(found, WORLD_A, paths)[-1] for paths in (64, 2048))
    assert few.mean() == pytest.approx(many.mean(), rel=0.02)
    assert np.corrcoef(few, many)[0, 1] > 0.998


@pytest.mark.parametrize(
    ("start", "due_in"),
    [
        ({"squeeze": 0.5, "trade": 0.5}, None),
        ({"squeeze": 2.0}, 3),
        ({"arrears": 1}, None),
        ({"arrears": 2, "squeeze": 1.0}, None),
        ({"fragile": True, "squeeze": 1.0}, 5),
    ],
)
def test_it_equals_the_share_that_defaults_when_the_world_goes_on(start, due_in):
    size = 24_000
    people = replace(populate(size, MONTHS, Draws(21)), borrows=np.ones(size, bool))
    # no shocks in common: everyone's fate is an independent draw
    alone = replace(WORLD_A, shares=((0, 0, 0, 0, 1),) * 5)
    party, draws = traits(people, Draws(21)), Draws(22)
    begin = state(size, due_in=due_in, **start)._replace(traits=party)
    affairs = Affairs(begin.level, begin.off, begin.pool, begin.pool, begin.pool)
    now = replace(Standing.nobody(size), arrears=begin.arrears, fragile=begin.fragile)
    defaulted = np.zeros(size, bool)
    for number in range(12):
        affairs = moved(affairs, people, number, alone, draws)
        month = Month(number, affairs.channels, begin.due[number], 1.0, np.ones((6, size), int))
        now = standing_moved(now, month, people, party, alone, draws, Diary())
        defaulted |= now.arrears == DEFAULT_AT
    expected = float(default_by(begin, alone)[-1].mean())
    assert defaulted.mean() == pytest.approx(expected, abs=3.5 * (expected / size) ** 0.5 + 0.02 * expected)


def test_the_season_is_part_of_it():
    calm, busy = (pd(state(squeeze=1.0)._replace(season=season)) for season in (YEAR, SEASON))
    assert busy == pytest.approx(calm, rel=0.15)
    assert busy != calm
