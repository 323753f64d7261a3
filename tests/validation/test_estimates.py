import numpy as np
import pytest
from numpy.typing import NDArray

from ews.validation.estimates import Estimate, Floats, Statistic, draws, estimates
from ews.validation.measures import measure


def width_of_mean(values: Floats, groups: NDArray[np.int64]) -> float:
    statistics: dict[str, Statistic] = {"mean": lambda weights: float((weights * values).sum() / weights.sum())}
    found = estimates(statistics, groups, replicates=1_000)["mean"]
    assert found.low is not None
    assert found.high is not None
    return found.high - found.low


def test_rows_of_one_borrower_are_drawn_together():
    for weights in draws(np.array(["a", "a", "b", "c", "c"]), replicates=30, seed=1):
        assert weights[0] == weights[1]
        assert weights[3] == weights[4]
        assert weights[0] + weights[2] + weights[3] == 3


def test_the_same_seed_gives_the_same_interval():
    values = np.arange(50.0)
    statistics = {"mean": lambda weights: float((weights * values).sum() / weights.sum())}
    first, again = (estimates(statistics, np.arange(50), seed=3)["mean"] for _ in range(2))
    other = estimates(statistics, np.arange(50), seed=4)["mean"]
    assert first == again
    assert first.value == 24.5
    assert first != other


def test_the_interval_of_a_mean_is_about_two_standard_errors_wide():
    values = np.random.default_rng(2).normal(size=2_000)
    assert width_of_mean(values, np.arange(2_000)) == pytest.approx(2 * 1.96 / np.sqrt(2_000), rel=0.1)


def test_rows_that_repeat_a_borrower_do_not_narrow_the_interval():
    values = np.random.default_rng(2).normal(size=200)
    together = width_of_mean(np.repeat(values, 10), np.repeat(np.arange(200), 10))
    assert together == pytest.approx(width_of_mean(values, np.arange(200)), rel=1e-9)


def test_too_few_defaults_give_no_interval_and_none_give_no_value():
    pd, borrowers = np.linspace(0.1, 0.9, 30), np.arange(30)
    one = measure(pd, [1] + [0] * 29, borrowers).estimates["auc"]
    assert (one.value, one.low, one.high) == (0.0, None, None)
    assert measure(pd, [0] * 30, borrowers).estimates["auc"] == Estimate(None, None, None)


def test_measures_of_no_rows_are_undefined():
    found = measure([], [], [])
    assert (found.rows, found.defaults) == (0, 0)
    assert set(found.estimates.values()) == {Estimate(None, None, None)}


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (Estimate(0.5, 0.25, 0.75), "0.5000 [0.2500, 0.7500]"),
        (Estimate(0.5, None, None), "0.5000"),
        (Estimate(None, None, None), "undefined"),
    ],
)
def test_an_estimate_reads_as_value_and_interval(estimate, text):
    assert str(estimate) == text
