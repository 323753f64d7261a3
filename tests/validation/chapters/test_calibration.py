"""Whether as many default as the pds say."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss

from ews.outcomes.horizon import months_later
from ews.validation.chapters.calibration import (
    calibration,
    jeffreys_of_grades,
    jeffreys_of_portfolio,
    reliability_table,
    without_overlap,
)
from ews.validation.jeffreys import jeffreys_p
from ews.validation.results import Verdict
from tests.validation import made

MONTHS = tuple(months_later(date(2023, 1, 31), step) for step in range(26))


def by_test(results):
    return {(one.test, one.about): one for one in results}


@given(chosen=st.sets(st.sampled_from(MONTHS), min_size=1, max_size=8))
@settings(max_examples=30, deadline=None)
def test_no_month_of_a_borrower_counts_twice(chosen):
    apart = without_overlap(made.examined(4, sorted(chosen)))
    for _, rows in apart.rows.groupby("borrower_id"):
        days = sorted(rows["as_of"])
        assert all(months_later(day, 12) <= later for day, later in pairwise(days))
    assert max(chosen) in set(apart.rows["as_of"])


def test_the_portfolio_is_tested_whole_and_by_cohort():
    rows = made.examined()
    found = by_test(jeffreys_of_portfolio(rows))
    assert list(found) == [
        ("jeffreys_portfolio", about) for about in ("whole", "cohort:2024-06-30", "cohort:2025-06-30")
    ]
    whole = found["jeffreys_portfolio", "whole"]
    apart = rows.rows[rows.rows["as_of"] != date(2024, 12, 31)]
    assert (whole.n, whole.defaults) == (len(apart), int(apart["outcome"].sum()))
    assert whole.value == pytest.approx(jeffreys_p(float(apart["pd"].mean()), whole.defaults, whole.n))


def test_true_pds_pass_and_halved_ones_fail():
    right = made.examined(2_000, true_pd=True)
    found = by_test(calibration(right, replicates=40))
    tests = ("jeffreys_portfolio", "calibration_slope", "calibration_intercept", "brier_skill")
    assert {found[test, "whole"].verdict for test in tests} == {Verdict.PASSED}
    low = by_test(calibration(made.with_pd(right, right.pd / 2), replicates=40))
    assert low["jeffreys_portfolio", "whole"].verdict is Verdict.FAILED
    assert low["calibration_intercept", "whole"].verdict is Verdict.FAILED
    assert low["calibration_intercept", "whole"].value > 0.6  # near log 2


def test_pds_that_are_too_extreme_fail_by_their_slope():
    right = made.examined(2_000, true_pd=True)
    odds = np.log(right.pd / (1 - right.pd))
    extreme = made.with_pd(right, 1 / (1 + np.exp(-(2 * odds + odds.mean() * -1))))
    found = by_test(calibration(extreme, replicates=40))["calibration_slope", "whole"]
    assert found.value == pytest.approx(0.5, abs=0.06)
    assert found.verdict is Verdict.FAILED


def test_grades_are_judged_together_and_say_what_happened():
    right = made.examined(2_000, true_pd=True)
    weak = np.where(right.rows["grade"] == "G2", right.pd * 0.55, right.pd)
    rows = replace(right, rows=right.rows.assign(pd=weak))  # the grades stay
    found = by_test(jeffreys_of_grades(rows))
    assert found["jeffreys_grade", "grade:G2"].verdict is Verdict.FAILED
    assert found["jeffreys_grade", "grade:G3"].verdict is Verdict.PASSED
    assert "after Holm" in found["jeffreys_grade", "grade:G2"].note.en
    assert found["jeffreys_grade", "grade:G2"].power_at == 1.5


def test_a_grade_of_few_borrowers_says_nothing():
    found = by_test(jeffreys_of_grades(made.examined(60, true_pd=True)))
    assert found["jeffreys_grade", "grade:G1"].verdict is Verdict.TOO_FEW
    assert found["jeffreys_grade", "grade:G1"].power < 0.5


def test_the_skill_is_what_brier_gains_over_the_default_rate():
    rows = made.examined()
    found = by_test(calibration(rows, replicates=20))["brier_skill", "whole"]
    plain = brier_score_loss(rows.outcome, np.full(len(rows), rows.outcome.mean()))
    assert found.value == pytest.approx(1 - brier_score_loss(rows.outcome, rows.pd) / plain)


def test_the_table_holds_every_row_once_and_rises():
    rows = made.examined()
    table = reliability_table(rows)
    assert (table["rows"].sum(), table["defaults"].sum()) == (len(rows), rows.defaults)
    assert table["mean_pd"].is_monotonic_increasing
    assert ((table["low"] <= table["rate"]) & (table["rate"] <= table["high"])).all()
    assert len(reliability_table(rows.subset(np.zeros(len(rows), dtype=bool)))) == 0
