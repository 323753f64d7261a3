import numpy as np
import pytest

from ews.domain.errors import SettingsError
from ews.simulation.draws import Draws
from ews.simulation.latent.course import Cause
from ews.simulation.latent.network import connect_borrowers
from ews.simulation.latent.population import populate
from ews.simulation.latent.world_a import live
from ews.simulation.latent.world_a.hazard import recovery, strain
from ews.simulation.latent.world_a.shock import Shock, after, world_in
from ews.simulation.latent.world_a.world import CHANNELS, DIVERSION, RELUCTANCE, SQUEEZE, TRADE, WORLD_A
from ews.simulation.latent.worlds import live_through
from tests.simulation.economies import MONTHS

SHOCK = Shock(18)


@pytest.fixture(scope="module")
def village():
    draws = Draws(77)
    people = populate(1_500, MONTHS, draws)
    return people, connect_borrowers(people, MONTHS, draws)


@pytest.fixture(scope="module")
def courses(village):
    with pytest.MonkeyPatch.context() as patched:  # the expected pd of a few months is enough, and it is dear
        patched.setattr(live, "months_told", lambda _, months: np.arange(months.count) % 8 == 1)
        return [live.live_in_world_a(*village, MONTHS, Draws(77), shock=shock) for shock in (None, SHOCK)]


@pytest.mark.parametrize(("month", "is_other"), [(17, False), (18, True), (19, True)])
def test_the_world_is_another_one_from_the_month_on(month, is_other):
    assert world_in(month, WORLD_A, SHOCK) == (after(WORLD_A) if is_other else WORLD_A)
    assert world_in(month, WORLD_A, None) == WORLD_A


def test_nobody_foresees_a_shock(courses):
    without, shocked = courses
    for name in ("trade", "squeeze", "diversion", "arrears", "cause", "expected_pd"):
        before = [getattr(course, name)[:, : SHOCK.after_months] for course in (without, shocked)]
        assert np.array_equal(*before, equal_nan=name not in {"arrears", "cause"}), name


def test_after_a_shock_trade_and_cash_are_worse_and_more_default(courses):
    without, shocked = courses
    late = slice(SHOCK.after_months + 6, None)
    for name in ("trade", "squeeze"):
        shift = np.nanmean(getattr(shocked, name)[:, late]) - np.nanmean(getattr(without, name)[:, late])
        assert shift > 0.05, name
    assert shocked.defaults()[:, late].sum() > 1.5 * without.defaults()[:, late].sum()


def test_after_a_shock_most_defaults_are_of_those_who_would_not_pay(courses):
    shares = [_causes_of_default(course).count(Cause.UNWILLING) / len(_causes_of_default(course)) for course in courses]
    assert shares[0] < 0.3
    assert shares[1] > 0.6


@pytest.mark.parametrize("column", [SQUEEZE, TRADE])
def test_after_a_shock_weak_affairs_tell_less_of_who_defaults(courses, column):
    without, shocked = (_gap(course, column) for course in courses)
    assert shocked < without / 2


def test_after_a_shock_money_that_went_elsewhere_tells_more_of_who_defaults(courses):
    without, shocked = (_gap(course, DIVERSION) for course in courses)
    assert shocked > without + 0.2


@pytest.mark.parametrize(
    ("squeeze", "reluctance", "before", "now"),
    [
        (0.0, 0.0, 0.52, 0.95),
        (2.0, 0.0, 0.52 * np.exp(-0.5), 0.95),
        (0.0, 1.0, 0.52 * np.exp(-0.45), 0.95 * np.exp(-3.0)),
    ],
)
def test_after_a_shock_who_wants_money_catches_up_and_who_is_unwilling_does_not(squeeze, reluctance, before, now):
    channels = np.array([[0.0], [squeeze], [0.0], [0.0], [reluctance]])
    for world, expected in ((WORLD_A, before), (after(WORLD_A), now)):
        own, _ = recovery(strain(channels, world), 1, np.ones(1), world)
        assert own == pytest.approx(expected)


def test_after_a_shock_owners_who_diverted_lose_heart_and_their_firms_keep_their_cash():
    world = after(WORLD_A)
    assert [world.pull[RELUCTANCE][DIVERSION], world.pull[SQUEEZE][DIVERSION]] == [0.12, 0.0]
    assert [WORLD_A.pull[RELUCTANCE][DIVERSION], WORLD_A.pull[SQUEEZE][DIVERSION]] == [0.0, 0.05]


def test_the_other_world_knows_no_shock(village):
    with pytest.raises(SettingsError, match="World 'B' knows no shock"):
        live_through("B", *village, MONTHS, Draws(77), shock=SHOCK)


def _causes_of_default(course):
    """Return the causes of the defaults long enough after the shock to have begun after it."""
    late = slice(SHOCK.after_months + 6, None)
    return course.cause[:, late][course.defaults()[:, late]].tolist()


def _gap(course, column):
    """Return by how much those who pay and default within 6 months lie above those who pay and do not."""
    channel = getattr(course, CHANNELS[column])
    soon = course.defaulted_within(6)
    days = slice(SHOCK.after_months + 4, course.arrears.shape[1] - 6)
    pays, bad, level = (values[:, days] for values in (course.arrears == 0, soon, channel))
    return float(np.mean(level[pays & bad]) - np.mean(level[pays & ~bad]))
