"""Whether defaulters score above others."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from ews.validation.chapters.discrimination import InitialPower, auc_change, discrimination
from ews.validation.delong import aucs
from ews.validation.power import auc, ks
from ews.validation.results import Verdict
from tests.validation import made


def by_test(results):
    return {(one.test, one.about): one for one in results}


def test_the_figures_are_those_of_the_single_statistics():
    rows = made.examined()
    found = by_test(discrimination(rows, replicates=40))
    assert found["auc", "whole"].value == pytest.approx(auc(rows.pd, rows.outcome))
    assert found["ks", "whole"].value == pytest.approx(ks(rows.pd, rows.outcome))
    for end in ("value", "low", "high"):
        assert getattr(found["gini", "whole"], end) == pytest.approx(2 * getattr(found["auc", "whole"], end) - 1)
    assert found["gini", "whole"].verdict is found["auc", "whole"].verdict is Verdict.PASSED
    assert [about for test, about in found if test == "auc_cohort"] == [f"cohort:{day}" for day in made.TESTED_ON]


def test_among_borrowers_without_arrears_only_they_count():
    rows = made.examined()
    calm = (rows.rows["dpd"] == 0).to_numpy()
    found = by_test(discrimination(rows, replicates=40))["auc_0_dpd", "whole"]
    assert (found.n, found.defaults) == (int(calm.sum()), int(rows.outcome[calm].sum()))
    assert found.value == pytest.approx(auc(rows.pd[calm], rows.outcome[calm]))


def test_a_model_that_knows_nothing_fails():
    rows = made.examined()
    blind = made.with_pd(rows, np.random.default_rng(1).random(len(rows)))
    found = by_test(discrimination(blind, replicates=40))
    assert {found[test, "whole"].verdict for test in ("auc", "gini", "ks", "auc_0_dpd")} == {Verdict.FAILED}


def test_the_fall_since_the_initial_validation_by_hand():
    rows = made.examined()
    now = aucs([rows.pd], rows.outcome, rows.circles)
    error = np.sqrt(now.covariance[0, 0] + 0.01**2)
    found = auc_change(rows, InitialPower(0.80, 0.01))
    assert found.value == pytest.approx(norm.sf((0.80 - now.values[0]) / error))
    assert found.power == pytest.approx(norm.cdf(0.05 / error - norm.ppf(0.95)))
    assert (found.verdict, found.limit, found.power_at) == (Verdict.FAILED, 0.05, 0.05)


def test_a_certain_initial_auc_makes_the_test_sharper():
    rows = made.examined()
    now = auc(rows.pd, rows.outcome)
    certain, unsure = (auc_change(rows, InitialPower(now + 0.02, error)) for error in (0.0, 0.03))
    assert certain.value < unsure.value
    assert certain.power > unsure.power
    assert auc_change(rows, InitialPower(now)).value == pytest.approx(0.5)


def test_a_first_validation_has_nothing_to_compare_with():
    found = auc_change(made.examined(60), None)
    assert (found.value, found.verdict) == (None, Verdict.TOLD)
    assert "nothing to compare" in found.note.en


def test_a_handful_of_defaults_is_too_few():
    rows = made.examined(30)
    few = replace(rows, rows=rows.rows.assign(outcome=[1, 1, *[0] * (len(rows) - 2)]))
    found = by_test(discrimination(few, InitialPower(0.8), replicates=40))
    wanted = [found[test, "whole"].verdict for test in ("auc", "gini", "ks", "auc_0_dpd", "auc_change")]
    assert set(wanted) == {Verdict.TOO_FEW}
