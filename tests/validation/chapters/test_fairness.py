"""Whether groups fare differently."""

import numpy as np
import pandas as pd
import pytest

from ews.validation.chapters.fairness import age_bands, fairness, most_risky
from ews.validation.results import Verdict
from tests.validation import made


def by_test(results):
    return {(one.test, one.about): one for one in results}


def halves(rows):
    return pd.DataFrame({"SEX": np.where(np.arange(len(rows)) % 2, "1", "2")})


def test_groups_dealt_at_random_fare_alike():
    rows = made.examined(2_000, true_pd=True)
    found = by_test(fairness(rows, halves(rows), replicates=60))
    judged = {one.verdict for (test, _), one in found.items() if test != "fairness_selection"}
    assert judged == {Verdict.PASSED}
    assert len(found) == 8
    assert found["fairness_opportunity", "SEX:1"].value == pytest.approx(-found["fairness_opportunity", "SEX:2"].value)


def test_figures_by_hand():
    rows = made.examined(300)
    groups = halves(rows)
    chosen, ours = most_risky(rows.pd, 0.07), (groups["SEX"] == "1").to_numpy()
    bad = rows.outcome == 1
    found = by_test(fairness(rows, groups, replicates=20))
    assert chosen.sum() == round(0.07 * len(rows))
    assert found["fairness_selection", "SEX:1"].value == pytest.approx(chosen[ours].mean())
    seen = chosen[ours & bad].mean() - chosen[~ours & bad].mean()
    assert found["fairness_opportunity", "SEX:1"].value == pytest.approx(seen)
    assert (found["fairness_auc", "SEX:1"].n, found["fairness_auc", "SEX:1"].defaults) == (450, int(bad[ours].sum()))


def test_a_group_whose_pds_are_pressed_down_is_found():
    rows = made.examined(2_000, true_pd=True)
    groups = halves(rows)
    ours = (groups["SEX"] == "1").to_numpy()
    found = by_test(fairness(made.with_pd(rows, np.where(ours, rows.pd / 3, rows.pd)), groups, replicates=60))
    assert found["fairness_opportunity", "SEX:1"].verdict is Verdict.FAILED
    assert found["fairness_opportunity", "SEX:1"].high < -0.1
    assert found["fairness_calibration", "SEX:1"].verdict is Verdict.FAILED
    assert found["fairness_calibration", "SEX:2"].verdict is Verdict.PASSED


def test_a_group_of_few_says_nothing():
    rows = made.examined(300)
    groups = pd.DataFrame({"MARRIAGE": np.where(np.arange(len(rows)) < 15, "3", "1")})
    found = by_test(fairness(rows, groups, replicates=20))
    judged = {
        found[test, "MARRIAGE:3"].verdict for test in ("fairness_auc", "fairness_calibration", "fairness_opportunity")
    }
    assert judged == {Verdict.TOO_FEW}


@pytest.mark.parametrize(
    ("age", "band"), [(29, "under_30"), (30, "30_39"), (39, "30_39"), (40, "40_49"), (50, "50_and_over")]
)
def test_ages_by_decade(age, band):
    assert age_bands(np.array([float(age)])) == [band]
