"""From a value and its limit to a verdict."""

import pytest

from ews.domain.text import Text
from ews.validation.estimates import Estimate
from ews.validation.limits import LEAST_DEFAULTS
from ews.validation.results import Limit, Result, Verdict
from ews.validation.verdicts import counted, measured, p_value, told, untold

NOTHING = Estimate(None, None, None)


@pytest.mark.parametrize(
    ("estimate", "verdict"),
    [
        (Estimate(0.80, 0.75, 0.85), Verdict.PASSED),
        (Estimate(0.71, 0.70, 0.72), Verdict.PASSED),
        (Estimate(0.71, 0.69, 0.73), Verdict.PASSED),  # across the limit, but a fall to 0.65 would have shown
        (Estimate(0.69, 0.67, 0.71), Verdict.WATCH),
        (Estimate(0.66, 0.62, 0.699), Verdict.FAILED),
        (Estimate(0.75, 0.60, 0.90), Verdict.TOO_FEW),
        (Estimate(0.65, 0.50, 0.80), Verdict.TOO_FEW),
        (Estimate(0.75, None, None), Verdict.TOO_FEW),
        (NOTHING, Verdict.TOO_FEW),
    ],
)
def test_an_interval_against_the_limit_of_the_auc(estimate, verdict):
    found = measured("auc", estimate, n=1_000, defaults=100)
    assert (found.verdict, found.limit, found.side) == (verdict, 0.70, Limit.AT_LEAST)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(-0.1, 0.1, Verdict.PASSED), (-0.5, -0.3, Verdict.FAILED), (0.3, 0.5, Verdict.FAILED), (0.2, 0.3, Verdict.WATCH)],
)
def test_a_limit_for_both_signs(low, high, verdict):
    found = measured("calibration_intercept", Estimate((low + high) / 2, low, high), n=1_000, defaults=100)
    assert found.verdict is verdict


def test_power_is_a_half_where_the_fault_is_as_large_as_the_interval_is_wide_to_one_side():
    found = measured("auc", Estimate(0.72, 0.67, 0.77), n=1_000, defaults=100)  # far lies 0.05 below the limit
    assert found.power == pytest.approx(0.5)
    assert found.power_at == 0.65


@pytest.mark.parametrize(
    ("defaults", "verdict"), [(LEAST_DEFAULTS - 1, Verdict.TOO_FEW), (LEAST_DEFAULTS, Verdict.PASSED)]
)
def test_a_narrow_interval_from_few_defaults_says_nothing(defaults, verdict):
    assert measured("auc", Estimate(1.0, 1.0, 1.0), n=1_000, defaults=defaults).verdict is verdict
    assert measured("auc", Estimate(1.0, 1.0, 1.0), n=1_000, defaults=1_000 - defaults).verdict is verdict


def test_among_many_only_the_proven_fail():
    weak = Estimate(-0.2, -0.3, -0.1)
    assert measured("segment_gap", weak, n=900, defaults=90, proven=False).verdict is Verdict.WATCH
    assert measured("segment_gap", weak, n=900, defaults=90, proven=True).verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("p", "adjusted", "power", "verdict"),
    [
        (0.049, None, 0.9, Verdict.FAILED),
        (0.05, None, 0.9, Verdict.PASSED),
        (0.01, 0.2, 0.9, Verdict.WATCH),
        (0.001, 0.01, 0.1, Verdict.FAILED),
        (0.4, 1.0, 0.49, Verdict.TOO_FEW),
        (0.4, 1.0, None, Verdict.PASSED),
        (None, None, 0.9, Verdict.TOO_FEW),
    ],
)
def test_a_p_value(p, adjusted, power, verdict):
    found = p_value("jeffreys_grade", p, n=100, adjusted=adjusted, power=power)
    assert (found.verdict, found.limit) == (verdict, 0.05)
    assert found.power_at == (None if power is None else 1.5)


def test_a_p_value_may_have_a_milder_limit():
    assert p_value("auc_change", 0.07, n=100, power=0.9).verdict is Verdict.WATCH


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (0.05, Verdict.PASSED),
        (0.051, Verdict.WATCH),
        (-0.2, Verdict.WATCH),
        (-0.201, Verdict.FAILED),
        (None, Verdict.TOO_FEW),
    ],
)
def test_a_count_between_two_limits(value, verdict):
    assert counted("null_share", value, n=100).verdict is verdict


def test_what_has_no_limit_is_told():
    assert told("brier", 0.1, n=5) == Result("brier", "whole", 0.1, Verdict.TOLD, 5)
    assert told("brier", None, n=5).verdict is Verdict.TOO_FEW
    assert measured("brier", Estimate(0.1, None, None), n=5).verdict is Verdict.TOLD
    note = Text("First.", "首次。")
    assert untold("auc_change", n=5, note=note) == Result("auc_change", "whole", None, Verdict.TOLD, 5, note=note)


def test_a_test_that_needs_a_limit_says_where_to_add_it():
    with pytest.raises(ValueError, match=r"Test 'brier' has no limit. Add one to limits.toml"):
        counted("brier", 1.0, n=5)
