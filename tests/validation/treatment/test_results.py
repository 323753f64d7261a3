import numpy as np
import pytest

from ews.validation.results import Verdict
from ews.validation.treatment.bounds import Assumption
from ews.validation.treatment.measured import TREATMENT_TESTS
from ews.validation.treatment.results import least_and_most, treatment_results


def made(effect: float, *, stretch: float = 1.0, rows: int = 4000):
    """Return pd, outcome, treated and circles made up so that `effect` of the defaults of the treated are averted."""
    rng = np.random.default_rng(3)
    true = rng.beta(1, 15, rows)
    y0 = rng.random(rows) < true
    treated = rng.random(rows) < 3 * true
    outcome = np.where(treated & (rng.random(rows) < effect), False, y0).astype(np.int8)
    return np.clip(true * stretch, 0, 1), outcome, treated, np.arange(rows) // 2


def results_of(effect: float, stretch: float = 1.0):
    return treatment_results(*made(effect, stretch=stretch), replicates=60)


def test_every_result_is_of_a_test_that_is_declared_and_every_test_has_one():
    found = results_of(0.5)
    assert {one.test for one in found} == {test.code for test in TREATMENT_TESTS}
    assert len({(one.test, one.about) for one in found}) == len(found)


def test_treated_and_untreated_are_told_apart_and_add_up():
    pd, outcome, treated, _ = made(0.5)
    rate = {one.about: one for one in results_of(0.5) if one.test == "treated_rate"}
    assert rate["treated"].value == pytest.approx(outcome[treated].mean())
    assert rate["untreated"].value == pytest.approx(outcome[~treated].mean())
    assert rate["treated"].n + rate["untreated"].n == len(pd)
    assert (rate["treated"].defaults or 0) + (rate["untreated"].defaults or 0) == outcome.sum()


@pytest.mark.parametrize(
    ("effect", "stretch", "verdict"),
    [(0.0, 1.0, "passed"), (0.9, 1.0, "passed"), (0.9, 0.4, "failed"), (0.0, 6.0, "failed")],
)
def test_a_right_pd_is_within_the_bounds_whatever_the_effect_and_a_wrong_one_beyond_them_is_not(
    effect, stretch, verdict
):
    found = next(one for one in results_of(effect, stretch=stretch) if one.test == "mean_pd_within_bounds")
    assert found.verdict == Verdict(verdict)


def test_the_bounds_are_told_with_their_assumption_and_what_sampling_adds():
    found = results_of(0.5)
    least, most = least_and_most(found, "untreated_rate", Assumption.NO_HARM)
    assert least is not None
    assert most is not None
    assert least < most
    one = next(one for one in found if one.test == "untreated_rate_least" and one.about == "assumed:no_harm")
    assert one.note is not None
    assert "makes nobody default" in one.note.en
    assert one.low is not None
    assert one.high is not None
    assert one.low < least < one.high


def test_too_few_defaulters_are_no_verdict():
    pd, _, treated, circles = made(0.0, rows=200)
    outcome = np.zeros(200, np.int8)
    outcome[:9] = 1
    found = {one.test: one for one in treatment_results(pd, outcome, treated, circles, replicates=40)}
    assert found["mean_pd_within_bounds"].verdict is Verdict.TOO_FEW


def test_with_nobody_treated_their_side_says_nothing():
    pd, outcome, treated, circles = made(0.0, rows=500)
    found = treatment_results(pd, outcome, np.zeros_like(treated), circles, replicates=40)
    side = {one.test: one.verdict for one in found if one.about == "treated"}
    assert set(side.values()) == {Verdict.TOO_FEW}
    assert {one.value for one in found if one.test.startswith("averted")} == {None}
