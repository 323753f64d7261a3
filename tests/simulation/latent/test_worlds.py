"""What holds in every world, and that worlds differ."""

from itertools import pairwise

import numpy as np
import pytest

from ews.domain.errors import SettingsError
from ews.simulation.draws import Draws
from ews.simulation.latent.course import ABSENT, DEFAULT_AT, Cause, Course
from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.horizon import HORIZON
from ews.simulation.latent.innocents import INNOCENT
from ews.simulation.latent.worlds import WORLDS, live_through
from ews.simulation.truth import auc, causes_within
from tests.simulation.economies import MONTHS, Economy, make_economy
from tests.simulation.latent.fakes import OtherLuck

YEARLY = np.arange(3, MONTHS.count - HORIZON, HORIZON)
CHANNELS = ("trade", "squeeze", "appetite", "diversion", "reluctance")


@pytest.fixture(scope="session", params=sorted(WORLDS))
def world(request, economy, economy_b) -> Economy:
    economies: dict[str, Economy] = {"A": economy, "B": economy_b}
    return economies[request.param]


def pooled(world: Economy) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return expected pd, whether default followed, and arrears, at snapshots a year apart: no default counts twice."""
    expected = world.course.expected_pd[:, YEARLY].astype(float)
    there = ~np.isnan(expected)
    happened = world.course.defaulted_within(HORIZON)[:, YEARLY]
    return expected[there], happened[there], world.course.arrears[:, YEARLY][there]


def test_about_three_in_a_hundred_default_a_year(world):
    course = world.course
    sound = (course.arrears >= 0) & (course.arrears < DEFAULT_AT) & world.people.borrows[:, None]
    later = slice(4, None)
    assert 0.025 < course.defaults()[:, later].sum() / sound[:, later].sum() * 12 < 0.037


def test_the_expected_pd_is_told_for_whoever_borrows_and_is_not_in_default(world):
    sound = (world.course.arrears >= 0) & (world.course.arrears < DEFAULT_AT)
    told = ~np.isnan(world.course.expected_pd)
    assert np.array_equal(told, sound & world.people.borrows[:, None])
    assert 0 < world.course.expected_pd[told].min() <= world.course.expected_pd[told].max() <= 1


def test_the_expected_pd_is_calibrated_by_decile(world):
    expected, happened, _ = pooled(world)
    cuts = np.quantile(expected, np.linspace(0, 1, 11))
    # shocks in common move whole years: hence a floor under the sampling error
    for low, high in pairwise(cuts):
        band = (expected >= low) & (expected <= high)
        mean = expected[band].mean()
        error = (mean * (1 - mean) / band.sum()) ** 0.5
        assert happened[band].mean() == pytest.approx(mean, abs=3.5 * error + 0.2 * mean)
    assert happened.mean() == pytest.approx(expected.mean(), rel=0.15)


def test_the_expected_pd_is_calibrated_for_each_number_of_months_in_arrears(world):
    expected = world.course.expected_pd[:, : MONTHS.count - HORIZON]
    happened = world.course.defaulted_within(HORIZON)[:, : MONTHS.count - HORIZON]
    for months in range(DEFAULT_AT):
        there = ~np.isnan(expected) & (world.course.arrears[:, : MONTHS.count - HORIZON] == months)
        assert happened[there].mean() == pytest.approx(expected[there].mean(), rel=0.15)


def test_the_expected_pd_ranks_defaults_honestly(world):
    expected, happened, arrears = pooled(world)
    overall, not_late = auc(expected, happened), auc(expected[arrears == 0], happened[arrears == 0])
    assert overall is not None
    assert not_late is not None
    assert 0.68 < not_late < 0.82
    assert overall > not_late


def test_sudden_defaults_come_without_precursors_and_the_others_with_them(world):
    cause = causes_within(world.course.cause, HORIZON)[:, YEARLY]
    expected = world.course.expected_pd[:, YEARLY]
    sound = ~np.isnan(expected) & (world.course.arrears[:, YEARLY] == 0)
    spared = expected[sound & (cause == Cause.NONE)].mean()
    assert expected[sound & (cause == Cause.SUDDEN)].mean() < 1.35 * spared
    assert expected[sound & (cause > Cause.NONE) & (cause < Cause.SUDDEN)].mean() > 2 * spared


def test_a_cause_stands_in_the_month_of_default_and_nowhere_else(world):
    assert np.array_equal(world.course.cause != Cause.NONE, world.course.defaults())


def test_arrears_grow_by_one_end_at_once_or_end_with_the_borrower(world):
    before, after = world.course.arrears[:, :-1], world.course.arrears[:, 1:]
    late = before > 0
    assert np.all(np.isin(after[late] - before[late], [1]) | (after[late] == 0) | (after[late] == ABSENT))
    assert set(after[(before == 0)].tolist()) == {ABSENT, 0, 1}


def test_who_does_not_borrow_is_never_in_arrears(world):
    assert world.course.arrears[~world.people.borrows].max() == 0


def test_many_catch_up_some_are_cured_after_default_and_some_fall_back(world):
    arrears = world.course.arrears.astype(int)
    before, after = arrears[:, :-1], arrears[:, 1:]
    caught_up = (before > 0) & (before < DEFAULT_AT) & (after == 0)
    assert caught_up.sum() > 150
    assert ((before >= DEFAULT_AT) & (after == 0)).sum() > 20
    assert (world.course.defaults().sum(axis=1) > 1).sum() >= 2
    recovered = np.cumsum(caught_up, axis=1)[:, :-1] > 0
    late_again = (arrears[:, 1:-1] == 0) & (arrears[:, 2:] == 1)
    paying = (arrears[:, 1:-1] == 0) & world.people.borrows[:, None]
    assert late_again[recovered & paying].mean() > 2 * late_again[~recovered & paying].mean()


def test_the_written_off_leave_long_after_the_default(world):
    before, after = world.course.arrears[:, :-1], world.course.arrears[:, 1:]
    gone = before[(before > 0) & (after == ABSENT)]
    assert len(gone) > 30
    assert gone.min() >= DEFAULT_AT + 12


def test_channels_are_there_while_the_borrower_is(world):
    present = world.course.arrears != ABSENT
    for name in CHANNELS:
        assert np.array_equal(~np.isnan(getattr(world.course, name)), present)


def test_guarantors_called_default_more_often_in_the_year_after(world):
    called = world.course.episodes.of(Kind.CALL)
    soon = called.month < MONTHS.count - HORIZON
    guarantor, month = called.borrower[soon], called.month[soon] - 1
    paid = world.people.borrows[guarantor] & (world.course.arrears[guarantor, month] == 0)
    happened = world.course.defaulted_within(HORIZON)[guarantor[paid], month[paid]]
    assert paid.sum() > 60
    assert happened.mean() > 2 * 0.03


def test_calls_name_a_debtor_who_defaulted_the_month_before(world):
    called = world.course.episodes.of(Kind.CALL)
    assert np.all(world.course.arrears[called.other, called.month - 1] == DEFAULT_AT)


def test_bullets_that_mature_are_behind_evergreens_exits_and_renewals(world):
    found = world.course.episodes.of(Kind.EVERGREEN, Kind.EXIT, Kind.RENEWAL)
    assert all(world.people.matures(month)[who] for who, month in zip(found.borrower, found.month, strict=True))
    assert np.all(found.of(Kind.EVERGREEN).size > 1)


def test_the_rescued_and_shown_out_are_not_renewed_in_the_same_month(world):
    renewed = world.course.episodes.of(Kind.RENEWAL)
    moved = world.course.episodes.of(Kind.EVERGREEN, Kind.EXIT, Kind.CUT, Kind.BRIDGE)
    months = MONTHS.count
    assert not np.intersect1d(renewed.borrower * months + renewed.month, moved.borrower * months + moved.month).size


def test_everything_of_interest_happens(world):
    there = set(world.course.episodes.kind.tolist())
    missing = {kind.name for kind in Kind if kind not in there}
    assert missing <= {"CUT"}


@pytest.mark.parametrize("name", sorted(WORLDS))
def test_innocents_and_marks_raise_no_hazard(name):
    village = make_economy(1_500, world=name)
    other = OtherLuck(village.draws, ("innocents.", "marks."))
    again = live_through(name, village.people, village.network, MONTHS, other)
    assert np.array_equal(again.arrears, village.course.arrears)
    assert np.array_equal(again.expected_pd, village.course.expected_pd, equal_nan=True)
    for channel in CHANNELS:
        assert np.array_equal(getattr(again, channel), getattr(village.course, channel), equal_nan=True)
    assert not np.array_equal(again.episodes.of(*INNOCENT).borrower, village.course.episodes.of(*INNOCENT).borrower)


@pytest.mark.parametrize("name", sorted(WORLDS))
def test_the_same_seed_gives_the_same_course_to_the_last_bit(name):
    first, second = (make_economy(400, world=name).course for _ in range(2))
    for matrix in ("arrears", "cause", "expected_pd", *CHANNELS):
        assert getattr(first, matrix).tobytes() == getattr(second, matrix).tobytes()
    for column in ("borrower", "month", "kind", "months", "size", "other"):
        assert getattr(first.episodes, column).tobytes() == getattr(second.episodes, column).tobytes()


def shares(course: Course) -> np.ndarray:
    counts = np.bincount(course.cause[course.cause > 0], minlength=max(Cause) + 1)
    return np.asarray(counts / counts.sum())


def test_a_fifth_of_the_defaults_of_world_a_is_sudden_and_world_b_has_another_mix(economy, economy_b):
    a, b = shares(economy.course), shares(economy_b.course)
    assert a[Cause.SUDDEN] == pytest.approx(0.2, abs=0.06)
    assert b[Cause.SUDDEN] < a[Cause.SUDDEN] - 0.03
    assert np.abs(a - b).sum() > 0.2


def test_the_channels_of_worlds_hang_together_differently(economy, economy_b):
    def link(course: Course, one: str, other: str) -> float:
        values = [getattr(course, name)[:, 24] for name in (one, other)]
        there = ~np.isnan(values[0])
        return float(np.corrcoef(values[0][there], values[1][there])[0, 1])

    assert link(economy.course, "squeeze", "appetite") < link(economy_b.course, "squeeze", "appetite") - 0.15


def test_an_unknown_world_is_refused_with_those_there_are(economy):
    with pytest.raises(SettingsError, match=r"There is no world 'C'\. Choose one of A, B\."):
        live_through("C", economy.people, economy.network, MONTHS, Draws(1))
