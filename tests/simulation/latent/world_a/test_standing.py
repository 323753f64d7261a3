from dataclasses import replace

import numpy as np
import pytest

from ews.simulation.draws import Draws
from ews.simulation.latent.course import ABSENT, DEFAULT_AT, Cause
from ews.simulation.latent.diary import Diary
from ews.simulation.latent.episodes import Episodes, Kind
from ews.simulation.latent.population import populate
from ews.simulation.latent.world_a.hazard import SEASON, chances, cut_and_exit, rates, recovery, traits, visibility
from ews.simulation.latent.world_a.standing import Month, Standing, standing_moved
from ews.simulation.latent.world_a.world import SQUEEZE, WORLD_A, WorldA
from tests.simulation.economies import MONTHS

SIZE = 40_000
PEOPLE = replace(populate(SIZE, MONTHS, Draws(9)), borrows=np.ones(SIZE, bool))
TRAITS = traits(PEOPLE, Draws(9))


def start(arrears: int, *, fragile: bool = False, doomed: bool = False) -> Standing:
    nobody = Standing.nobody(SIZE)
    return replace(nobody, arrears=np.full(SIZE, arrears), fragile=np.full(SIZE, fragile), doomed=np.full(SIZE, doomed))


def step(now: Standing, squeeze: float = 0.0, due: float = 0.0, world: WorldA = WORLD_A) -> tuple[Standing, Episodes]:
    channels = np.zeros((5, SIZE))
    channels[SQUEEZE] = squeeze
    causes = np.tile(np.arange(1, 7)[:, None], SIZE)
    month = Month(5, channels, np.full(SIZE, due), 1.0, causes)
    diary = Diary()
    after = standing_moved(now, month, PEOPLE, TRAITS, world, Draws(9), diary)
    return after, diary.episodes(12)


def expected(squeeze: float, due: float, *, fragile: bool) -> dict[str, float]:
    channels = np.zeros((5, SIZE))
    channels[SQUEEZE] = squeeze
    due_now = np.full(SIZE, due)
    found = rates(channels, due_now, TRAITS.risk, WORLD_A)
    now = chances(found, visibility(channels, WORLD_A), due_now, 1.0, TRAITS.cuts, WORLD_A)[fragile]
    return {name: float(getattr(now, name).mean()) for name in ("stop", "patch", "pushed", "weakened", "left")}


@pytest.mark.parametrize(
    ("squeeze", "due", "fragile"), [(0.0, 0.0, False), (2.0, 1.0, False), (2.5, 1.0, True), (1.0, 0.0, True)]
)
def test_fates_come_with_their_chances(squeeze, due, fragile):
    after, episodes = step(start(0, fragile=fragile), squeeze, due)
    now = expected(squeeze, due, fragile=fragile)
    exact = {"abs": 4 * (0.25 / SIZE) ** 0.5 * 0.5}
    assert (after.arrears == 1).mean() == pytest.approx(now["stop"] + now["pushed"] + WORLD_A.sudden_rate, **exact)
    assert (after.arrears == ABSENT).mean() == pytest.approx(now["left"], **exact)
    rescued = now["patch"] + now["weakened"]
    assert len(episodes.of(Kind.BRIDGE, Kind.EVERGREEN, Kind.CUT)) / SIZE >= rescued - exact["abs"]
    stays = (after.arrears == 0) & after.fragile
    if not fragile:
        assert stays.mean() == pytest.approx(rescued, **exact)


def test_the_bank_exits_and_cuts_as_often_as_its_officers_would():
    _, episodes = step(start(0), 2.0, 1.0)
    channels = np.zeros((5, SIZE))
    channels[SQUEEZE] = 2.0
    cut, exits = cut_and_exit(visibility(channels, WORLD_A), np.ones(SIZE), TRAITS.cuts, WORLD_A)
    now = expected(2.0, 1.0, fragile=False)
    paying = 1 - now["stop"] - now["patch"]
    assert len(episodes.of(Kind.EXIT)) / SIZE == pytest.approx(exits.mean() * paying, rel=0.05)
    assert len(episodes.of(Kind.CUT)) / SIZE == pytest.approx(cut.mean() * paying, rel=0.15)


def test_larger_loans_need_a_maturing_one():
    _, ordinary = step(start(0), 2.5, 0.0)
    _, matures = step(start(0), 2.5, 1.0)
    assert len(ordinary.of(Kind.EVERGREEN)) == len(ordinary.of(Kind.EXIT)) == 0
    assert len(ordinary.of(Kind.BRIDGE)) > 0
    assert len(matures.of(Kind.EVERGREEN)) > 0
    assert np.all(matures.of(Kind.EVERGREEN).size >= 1.05)


@pytest.mark.parametrize("months", [1, 2, 3])
def test_those_in_arrears_recover_with_their_chance_and_are_fragile_then(months):
    after, episodes = step(start(months))
    own, relief = recovery(np.ones(SIZE), months, TRAITS.relieves, WORLD_A)
    recovered = after.arrears == 0
    assert recovered.mean() == pytest.approx((own + relief).mean(), abs=0.01)
    assert np.all(after.arrears[~recovered] == months + 1)
    assert np.array_equal(after.fragile, recovered)
    assert len(episodes.of(Kind.RELIEF)) / SIZE == pytest.approx(relief.mean(), abs=0.01)


def test_the_doomed_go_on_to_default_and_are_never_cured():
    after = start(1, doomed=True)
    for expected_arrears in (2, 3, 4, 5):
        after, _ = step(after)
        assert set(after.arrears.tolist()) == {expected_arrears}


def test_sudden_stops_have_their_cause_and_a_fraud_or_an_accident_behind_them():
    after, episodes = step(start(0), world=replace(WORLD_A, sudden_rate=0.02))
    sudden = after.cause == Cause.SUDDEN
    assert sudden.mean() == pytest.approx(0.02, abs=0.003)
    assert np.array_equal(np.sort(episodes.of(Kind.FRAUD, Kind.ACCIDENT).borrower), np.flatnonzero(sudden))
    assert len(episodes.of(Kind.FRAUD)) / sudden.sum() == pytest.approx(0.55, abs=0.06)
    assert np.array_equal(after.doomed, sudden)


def test_a_few_are_cured_after_default_and_the_others_written_off_in_time():
    after, _ = step(start(DEFAULT_AT))
    assert (after.arrears == 0).mean() == pytest.approx(0.02, abs=0.003)
    first, last = WORLD_A.write_off_after
    early, late = (step(start(DEFAULT_AT + months))[0] for months in (first - 1, last))
    assert not np.any(early.arrears == ABSENT)
    assert set(late.arrears.tolist()) == {ABSENT, 0}


def test_who_does_not_borrow_or_is_absent_stays_so():
    nobody, _ = step(start(ABSENT), 4.0, 1.0)
    assert set(nobody.arrears.tolist()) == {ABSENT}
    channels = np.full((5, SIZE), 4.0)
    month = Month(5, channels, np.ones(SIZE), 1.0, np.ones((6, SIZE), int))
    idle = replace(PEOPLE, borrows=np.zeros(SIZE, bool))
    after = standing_moved(start(0), month, idle, TRAITS, WORLD_A, Draws(9), Diary())
    assert not np.any(after.arrears)


def test_causes_come_by_their_share_in_the_rates():
    after, _ = step(start(0), 3.0, 1.0)
    stopped = after.cause[(after.arrears == 1) & ~after.doomed]
    channels = np.zeros((5, 1))
    channels[SQUEEZE] = 3.0
    now = np.array([float(rate[0]) for rate in rates(channels, np.ones(1), np.zeros(1), WORLD_A)])
    found = np.bincount(stopped, minlength=7)[1:7] / len(stopped)
    assert found == pytest.approx(now / now.sum(), abs=0.03)


def test_the_fragile_heal_in_their_time():
    after, _ = step(start(0, fragile=True), -3.0)
    pays = after.arrears == 0
    assert after.fragile[pays].mean() == pytest.approx(1 - WORLD_A.heal_rate, abs=0.01)


def test_seasons_change_the_chances_little_on_average():
    assert np.mean(SEASON) == pytest.approx(1.0, abs=0.01)
    assert max(SEASON) == SEASON[1]
