"""How far columns lie from the training, and how often chance alone raises an alarm."""

from datetime import date

import numpy as np
import pytest

from ews.models.reference import Bands, Sample
from ews.monitoring.health.alarm_rate import STATED, alarm_rate
from ews.monitoring.health.shifts import Moved, column_shifts, counts_in, usual_psi
from ews.outcomes.horizon import months_later
from ews.validation.stability import counts_by_band, edges_of

RATE = alarm_rate(12, 100)
DAY = date(2025, 6, 30)


def sample(values, days=(DAY,), borrowers=None, name="f"):
    """Return the reference of one column; `values` by day."""
    edges = edges_of(np.concatenate(values))
    counts = tuple(tuple(counts_by_band(one, edges).values()) for one in values)
    rows = sum(map(len, values))
    return Sample(tuple(days), rows, borrowers or rows, {name: Bands(tuple(edges.tolist()), counts)})


def moved(reference, now, rate=RATE):
    (found,) = column_shifts(reference, lambda _: now, rate)
    return found


NORMAL = np.random.default_rng(1).normal(size=20_000)


def test_values_are_counted_as_the_reference_was():
    edges = edges_of(NORMAL)
    values = np.append(NORMAL[:100], [np.nan, edges[3]])
    assert counts_in(values, tuple(edges)).tolist() == list(counts_by_band(values, edges).values())


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NORMAL[:5000], Moved.STABLE),
        (NORMAL[:5000] + 0.4, Moved.MOVED),
        (NORMAL[:5000] + 0.8, Moved.MOVED_FAR),
        (np.where(np.arange(5000) % 5 == 0, np.nan, NORMAL[:5000]), Moved.MOVED_FAR),
        (np.full(5000, np.nan), Moved.VANISHED),
        (None, Moved.VANISHED),
        (np.full(5000, 3.0), Moved.CONSTANT),
        (NORMAL[:60] + 0.3, Moved.TOO_FEW),
        (np.empty(0), Moved.TOO_FEW),
    ],
)
def test_a_column_is_told_by_how_far_it_lies_and_how_many_are_there(now, expected):
    assert moved(sample([NORMAL]), now).moved is expected


def test_the_shares_of_the_unknown_are_told():
    then = np.where(np.arange(1000) % 10 == 0, np.nan, NORMAL[:1000])
    found = moved(sample([then]), np.where(np.arange(1000) % 4 == 0, np.nan, NORMAL[:1000]))
    assert (found.unknown_then, found.unknown_now) == (0.1, 0.25)


def test_a_column_that_never_said_anything_cannot_vanish():
    never = sample([np.full(500, np.nan)])
    assert moved(never, np.full(500, np.nan)).moved is Moved.STABLE
    assert moved(never, np.zeros(500)).moved is Moved.APPEARED


def test_a_season_that_was_seen_is_no_alarm_and_a_farther_move_is():
    """In every fourth quarter the values lie 0.7 higher."""
    days = tuple(months_later(date(2024, 1, 31), 3 * number) for number in range(8))
    values = [
        NORMAL[place * 2000 : (place + 1) * 2000] + (0.7 if day.month > 9 else 0) for place, day in enumerate(days)
    ]
    reference = sample(values, days)
    assert usual_psi(reference.columns["f"]) == pytest.approx(0.35, abs=0.05)
    now = NORMAL[16_000:] + 0.7
    assert moved(reference, now).moved is Moved.USUAL
    assert moved(reference, now + 0.7).moved is Moved.MOVED_FAR
    blind = Sample(days[:1] * 8, reference.rows, reference.borrowers, reference.columns)  # knows one quarter only
    assert moved(blind, now).moved is Moved.MOVED_FAR


@pytest.mark.parametrize("people", [150, 400, 5000])
def test_where_nothing_moved_no_more_years_raise_an_alarm_than_stated(people):
    """120 features of 10 bands, 12 batches a year, against a reference of 4,000 borrowers; 250 years."""
    columns, years, looks, base = 120, 250, 12, 4000
    rng = np.random.default_rng(people)
    rate = alarm_rate(looks, columns)
    share = np.full(10, 0.1)
    then = rng.multinomial(base, share, size=(years, 1, columns)) + 0.5
    now = rng.multinomial(people, share, size=(years, looks, columns)) + 0.5
    p, q = then / then.sum(axis=-1, keepdims=True), now / now.sum(axis=-1, keepdims=True)
    psi = ((p - q) * np.log(p / q)).sum(axis=-1)
    beyond = psi > max(rate.noise(10, base, people), 0.1)
    assert beyond.any(axis=(1, 2)).mean() <= STATED
    assert (psi > rate.noise(10, base, people)).any(axis=(1, 2)).mean() <= STATED  # without the limit too


def test_a_shift_of_one_feature_among_many_is_seen_in_its_first_batch():
    values = NORMAL.reshape(100, 200)
    reference = Sample((DAY,), 200, 200, {f"f{n}": sample([one]).columns["f"] for n, one in enumerate(values)})
    rng = np.random.default_rng(3)
    now = {f"f{n}": rng.normal(size=900) + (1.5 if n == 42 else 0) for n in range(100)}
    found = column_shifts(reference, now.get, alarm_rate(12, 101))
    assert [one.column for one in found if one.moved is not Moved.STABLE] == ["f42"]


def test_what_a_region_shares_is_as_many_observations_as_there_are_regions():
    """Twelve regions, each with a value of its own that all its borrowers have; another month, other values."""
    rng = np.random.default_rng(5)
    then, now = (np.repeat(rng.normal(size=12), 400) for _ in range(2))
    reference = sample([then])
    assert moved(reference, now).moved is Moved.MOVED_FAR
    (found,) = column_shifts(reference, lambda _: now, RATE, shared={"f"})
    assert found.moved is Moved.TOO_FEW
    assert found.noise == pytest.approx(RATE.noise(10, 12, 12))


def test_more_looks_a_year_make_each_of_them_stricter():
    monthly, nightly = alarm_rate(12, 100), alarm_rate(365, 100)
    assert monthly.of_look * monthly.looks == pytest.approx(STATED / 2) == pytest.approx(nightly.of_look * 365)
    assert nightly.noise(10, 4000, 5000) > monthly.noise(10, 4000, 5000)
    assert alarm_rate(3, 1).looks == 12
