from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.validation.earliness.capacity import UNLIMITED, Capacity
from ews.validation.earliness.figures import HEADLINE, by_chance, hear, quantile_statistic
from tests.validation.earliness.made import Borrower, history_of

FAILED = date(2025, 3, 31)
RUN = (FAILED - timedelta(days=91), FAILED + timedelta(days=300))
DEFAULTED = {"late": [RUN], "defaults": [FAILED]}


def value(borrowers, name, capacity=UNLIMITED):
    history = history_of(borrowers)
    heard = hear(history, capacity, 90).figures[name]
    return heard.statistic(np.ones(len(history.circles)))


def figure(borrowers, name, capacity=UNLIMITED):
    return hear(history_of(borrowers), capacity, 90).figures[name]


def test_the_headline_is_a_share_of_exposure_not_of_borrowers():
    borrowers = {
        "B1": Borrower(**DEFAULTED, flagged=[20], exposure=300.0),
        "B2": Borrower(**DEFAULTED, flagged=[22], exposure=100.0),
        "B3": Borrower(flagged=[20], exposure=900.0),
        "B4": Borrower(**DEFAULTED, flagged=[20], exposure=None),
    }
    assert value(borrowers, HEADLINE) == 0.75
    assert value(borrowers, "defaults_flagged_early") == pytest.approx(2 / 3)
    assert value(borrowers, "exposure_late") == 0.25
    assert value(borrowers, "exposure_flagged_at_all") == 1.0
    assert value(borrowers, "median_lead_days") == 121
    assert value(borrowers, "lead_days_p10") == 60


def test_weights_count_borrowers_as_often_as_they_were_drawn():
    borrowers = {
        "B1": Borrower(**DEFAULTED, flagged=[20], exposure=300.0),
        "B2": Borrower(**DEFAULTED, exposure=100.0),
    }
    assert figure(borrowers, HEADLINE).statistic(np.array([1.0, 3.0])) == 0.5
    assert np.isnan(figure(borrowers, "median_lead_days").statistic(np.array([0.0, 1.0])))


def test_an_open_warning_counts_only_where_it_is_asked_for():
    borrowers = {"B1": Borrower(**DEFAULTED, flagged=range(37)), "B2": Borrower(**DEFAULTED)}
    assert value(borrowers, HEADLINE) == 0.0
    assert value(borrowers, "exposure_flagged_early_or_open") == 0.5
    assert figure(borrowers, HEADLINE).n == 1


def test_the_precision_of_a_level_counts_its_places_whose_horizon_is_known():
    borrowers = {
        "B1": Borrower(**DEFAULTED, flagged=[14, 15, 24], level=3),
        "B2": Borrower(flagged=[14, 35], level=3),
        "B3": Borrower(flagged=[14], level=2),
    }
    assert value(borrowers, "precision_red") == 0.5  # batches 15 and 24 of B1 hit, 14 of both do not
    assert figure(borrowers, "precision_red").n == 4
    assert figure(borrowers, "precision_red").defaults == 2
    assert value(borrowers, "precision_red_0dpd") == pytest.approx(1 / 3)  # in batch 24 B1 was late
    assert value(borrowers, "precision_red_new") == 0.0  # in batch 15 B1 was on the list before
    assert value(borrowers, "precision_orange") == 0.0
    assert np.isnan(value(borrowers, "precision_yellow"))
    assert value(borrowers, "precision_list") == pytest.approx(2 / 5)


def test_the_list_is_a_share_of_the_borrowers_not_in_default():
    borrowers = {"B1": Borrower(**DEFAULTED, flagged=range(37)), "B2": Borrower()}
    assert value(borrowers, "share_on_list") == pytest.approx(27 / (27 + 37))


@pytest.mark.parametrize(
    ("flagged", "flaps"),
    [([3, 4, 5], 0), ([3, 5], 1), ([3, 9], 1), ([3, 10], 0), ([3, 5, 7, 8, 10], 3), ([0, 36], 0), ([], 0)],
)
def test_a_flap_is_on_off_and_on_again_within_six_batches(flagged, flaps):
    years = (date(2025, 12, 31) - date(2022, 12, 31)).days / 365.25
    assert value({"B1": Borrower(flagged=flagged)}, "flaps_per_year") == pytest.approx(flaps / years)


def test_a_list_by_chance_fills_its_places_and_is_the_same_for_the_same_seed():
    history = history_of({f"B{number:03}": Borrower() for number in range(200)})
    places = by_chance(history, 3).places(Capacity())
    assert {int((places[history.batch == batch] > 0).sum()) for batch in range(37)} == {14}
    assert places.tolist() == by_chance(history, 3).places(Capacity()).tolist()
    assert places.tolist() != by_chance(history, 4).places(Capacity()).tolist()


@given(
    values=st.lists(st.integers(-50, 200), min_size=1, max_size=30),
    times=st.lists(st.integers(0, 3), min_size=30, max_size=30),
    share=st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9]),
)
def test_quantiles_are_those_of_numpy_on_the_rows_repeated(values, times, share):
    weights = np.array(times[: len(values)], float)
    found = quantile_statistic(np.array(values, float), np.arange(len(values)), share)(weights)
    repeated = np.repeat(values, weights.astype(int))
    if not len(repeated):
        assert np.isnan(found)
    else:
        assert found == pytest.approx(np.quantile(repeated, share, method="averaged_inverted_cdf"))
