"""All tests together."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ews.validation.battery import Effort, Initial, battery
from ews.validation.catalogue import BY_CODE
from ews.validation.chapters.discrimination import InitialPower
from ews.validation.results import Verdict
from tests.validation import made

QUICK = Effort(replicates=20, refit_seeds=(5,))


def everything(rows, taught, **changes):
    groups = pd.DataFrame({"SEX": np.where(np.arange(len(rows)) % 2, "1", "2")})
    initial = Initial(InitialPower(0.72, 0.01), (200, 400, 200, 100))
    return battery(rows, taught, fit=made.fit, initial=initial, groups=groups, effort=QUICK, **changes)


def test_every_test_of_the_catalogue_is_made_once_per_thing_looked_at():
    found = everything(made.examined(400), made.taught(400))
    gate = {"unseen_defaults", "same_target", *(code for code in BY_CODE if code.startswith("challenger_"))}
    lineage = {"rows_reconcile", "hashes_differ"}  # the caller's
    assert {one.test for one in found} == set(BY_CODE) - gate - lineage
    keys = [(one.test, one.about) for one in found]
    assert len(keys) == len(set(keys))


def test_no_figure_is_a_nan_and_the_same_rows_give_the_same_results():
    rows, taught = made.examined(200), made.taught(200)
    first = everything(rows, taught)
    assert first == everything(rows, taught)
    figures = [end for one in first for end in (one.value, one.low, one.high, one.power) if end is not None]
    assert np.isfinite(figures).all()


def test_a_verdict_of_passed_or_failed_has_a_limit():
    for one in everything(made.examined(200), made.taught(200)):
        if one.verdict in (Verdict.PASSED, Verdict.FAILED, Verdict.WATCH) and one.value is not None:
            assert (one.limit is not None) == (one.side is not None) == True, one.test  # noqa: E712 - both at once


@pytest.mark.parametrize("outcome", [0, 1])
def test_one_class_says_nothing_and_breaks_nothing(outcome):
    rows, taught = made.examined(60), made.taught(60)
    single = replace(rows, rows=rows.rows.assign(outcome=outcome))
    found = {(one.test, one.about): one.verdict for one in everything(single, taught)}
    tests = (
        "auc",
        "gini",
        "ks",
        "auc_0_dpd",
        "auc_change",
        "calibration_slope",
        "calibration_intercept",
        "brier_skill",
    )
    assert {found[test, "whole"] for test in tests} == {Verdict.TOO_FEW}
    assert {verdict for (test, _), verdict in found.items() if test.startswith(("segment_auc", "segment_gap"))} == {
        Verdict.TOO_FEW
    }


def test_no_rows_say_nothing_and_break_nothing():
    rows, taught = made.examined(60), made.taught(60)
    nobody = rows.subset(np.zeros(len(rows), dtype=bool))
    found = battery(nobody, taught, effort=QUICK)
    judged = {one.test for one in found if one.verdict in (Verdict.WATCH, Verdict.FAILED)}
    assert judged == set()
    assert {one.verdict for one in found if one.test == "auc"} == {Verdict.TOO_FEW}


def test_features_that_nobody_knows_break_nothing():
    rows, taught = made.examined(60), made.taught(60)
    blind = replace(rows, matrix=np.full_like(rows.matrix, np.nan))
    found = {one.test: one for one in battery(blind, taught, effort=QUICK)}
    assert found["feature_vanished"].value == len(made.NAMES)
    assert found["monotone_breaches"].verdict is Verdict.PASSED
