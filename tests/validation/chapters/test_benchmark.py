"""The model beside simpler ones."""

import numpy as np
import pytest

from ews.validation.calibration import log_loss
from ews.validation.chapters.benchmark import benchmark, beside
from ews.validation.contenders import CONTENDERS
from ews.validation.power import auc
from ews.validation.results import Verdict
from ews.validation.tested import Taught
from tests.validation import made


def test_each_contender_has_both_figures():
    found = benchmark(made.examined(), made.taught(), replicates=20)
    assert [(one.test, one.about) for one in found] == [
        (test, f"benchmark:{name}") for name in CONTENDERS for test in ("benchmark_auc", "benchmark_log_loss")
    ]
    assert found[0].verdict is Verdict.PASSED


def test_the_difference_is_ours_less_theirs():
    rows = made.examined()
    other = np.random.default_rng(1).random(len(rows)) * 0.3
    order, loss = beside(rows, other, "dice", replicates=20)
    assert order.value == pytest.approx(auc(rows.pd, rows.outcome) - auc(other, rows.outcome))
    assert loss.value == pytest.approx(log_loss(other, rows.outcome) - log_loss(rows.pd, rows.outcome))
    assert order.low > 0
    assert loss.low > 0
    assert (order.about, order.verdict, loss.verdict) == ("benchmark:dice", Verdict.PASSED, Verdict.PASSED)


def test_a_model_worse_than_a_simple_one_fails():
    rows = made.examined()
    dull = made.with_pd(rows, np.random.default_rng(1).random(len(rows)) * 0.3)
    order, loss = beside(dull, rows.pd, "better", replicates=20)
    assert (order.verdict, loss.verdict) == (Verdict.FAILED, Verdict.FAILED)


def test_where_one_class_taught_there_is_no_benchmark():
    taught = made.taught(30)
    single = Taught(taught.features, taught.rows.assign(outcome=0), taught.matrix)
    found = benchmark(made.examined(30), single)
    assert {(one.value, one.verdict) for one in found} == {(None, Verdict.TOO_FEW)}
    assert len(found) == 2 * len(CONTENDERS)


def test_a_model_beside_itself_differs_by_nothing():
    rows = made.examined(300)
    order, loss = beside(rows, rows.pd, "itself", replicates=20)
    assert (order.value, loss.value) == (0, 0)
    assert (order.verdict, loss.verdict) == (Verdict.PASSED, Verdict.PASSED)
