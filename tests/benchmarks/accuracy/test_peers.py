import logging
import os

import numpy as np
import pandas as pd
import pytest

from benchmarks.accuracy import peers
from benchmarks.accuracy.peers import PLAIN, _is_no_solver_notice, logistic_on_bins
from ews.validation.power import auc

pytestmark = pytest.mark.filterwarnings("ignore:Setting an item of incompatible dtype")  # optbinning 1.0 on pandas 3


@pytest.mark.parametrize("name", PLAIN)
def test_every_peer_tells_who_defaults_with_nulls_and_constants_among_the_columns(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(peers, "LIGHTGBM", {**peers.LIGHTGBM, "n_estimators": 50})
    monkeypatch.setattr(peers, "CATBOOST", {**peers.CATBOOST, "iterations": 50})
    rng = np.random.default_rng(5)
    trait = rng.normal(size=3_000)
    columns = pd.DataFrame({"trait": trait + rng.normal(size=3_000), "constant": 1.0, "unknown": np.nan})
    columns.loc[::7, "trait"] = np.nan
    outcome = (rng.random(3_000) < 1 / (1 + np.exp(2 - 2 * trait))).astype(np.int8)
    found = PLAIN[name](columns[:2_000], outcome[:2_000], columns[2_000:])
    assert found.shape == (1_000,)
    assert (found > 0).all()
    assert (found < 1).all()
    assert auc(found, outcome[2_000:]) > 0.65
    assert os.listdir() == []  # noqa: PTH208 - what a library may have left in the working directory


def test_the_scorecard_sees_a_status_that_one_row_in_a_hundred_has():
    rng = np.random.default_rng(6)
    late = rng.random(12_000) < 0.01
    columns = pd.DataFrame({"late": late.astype(float), "noise": rng.normal(size=12_000)})
    outcome = (rng.random(12_000) < np.where(late, 0.5, 0.02)).astype(np.int8)
    found = logistic_on_bins(columns[:8_000], outcome[:8_000], columns[8_000:])
    assert found[late[8_000:]].min() > found[~late[8_000:]].max()


@pytest.mark.parametrize(
    ("message", "is_shown"),
    [("Encountered unexpected exception importing solver HIGHS: x", False), ("The problem is unbounded", True)],
)
def test_only_the_notice_on_solvers_that_nobody_asked_for_is_silenced(message, is_shown):
    record = logging.LogRecord("__cvxpy__", logging.INFO, "", 0, message, None, None)
    assert _is_no_solver_notice(record) is is_shown
