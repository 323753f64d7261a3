from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from ews.validation.challenge import TESTS, compare, figures, unseen
from ews.validation.results import Verdict

ROWS = 600


def world(seed: int = 1, rows: int = ROWS):
    """Return the true chance of each row, what became of it, and whose it is: two rows a borrower."""
    rng = np.random.default_rng(seed)
    truth = 1 / (1 + np.exp(2.2 - 1.5 * rng.normal(size=rows)))
    return (
        truth,
        (rng.random(rows) < truth).astype(np.int8),
        np.array([f"B{k // 2}" for k in range(rows)], dtype=object),
    )


TRUTH, OUTCOME, WHO = world()
BLURRED = 1 / (1 + np.exp(-(np.log(TRUTH / (1 - TRUTH)) + 1.5 * np.random.default_rng(3).normal(size=ROWS))))


def by_test(challenger, champion):
    return {one.test: one for one in compare(challenger, champion, OUTCOME, WHO, replicates=60)}


def test_figures_are_those_of_another_implementation():
    found = figures(BLURRED, OUTCOME)
    assert found["auc"] == pytest.approx(roc_auc_score(OUTCOME, BLURRED))
    assert found["log_loss"] == pytest.approx(log_loss(OUTCOME, BLURRED))
    assert found["brier"] == pytest.approx(brier_score_loss(OUTCOME, BLURRED))


def test_differences_are_those_of_the_figures_and_above_zero_where_the_challenger_is_better():
    found, ours, theirs = by_test(TRUTH, BLURRED), figures(TRUTH, OUTCOME), figures(BLURRED, OUTCOME)
    assert found["challenger_auc"].value == pytest.approx(ours["auc"] - theirs["auc"])
    assert found["challenger_log_loss"].value == pytest.approx(theirs["log_loss"] - ours["log_loss"])
    assert found["challenger_captured"].value == pytest.approx(ours["captured_5pct"] - theirs["captured_5pct"])
    off = abs(theirs["calibration_intercept"]) - abs(ours["calibration_intercept"])
    assert found["challenger_calibration"].value == pytest.approx(off)
    assert min(found[name].low for name in ("challenger_auc", "challenger_log_loss")) > 0


def test_a_worse_challenger_fails_what_must_hold():
    found = by_test(BLURRED, TRUTH)
    assert {found[name].verdict for name in ("challenger_auc", "challenger_log_loss")} == {Verdict.FAILED}


def test_a_challenger_that_says_the_same_is_not_worse():
    found = by_test(BLURRED, BLURRED)
    assert {one.value for one in found.values()} == {0.0}
    assert {one.verdict for one in found.values()} <= {Verdict.PASSED, Verdict.TOLD}


@pytest.mark.parametrize("outcome", [np.zeros(40, np.int8), np.ones(40, np.int8), np.zeros(0, np.int8)])
def test_of_one_class_nothing_is_said(outcome):
    rows = len(outcome)
    found = compare(TRUTH[:rows], BLURRED[:rows], outcome, WHO[:rows])
    assert [one.test for one in found] == list(TESTS)
    assert {one.verdict for one in found if one.limit is not None} == {Verdict.TOO_FEW}


@given(st.integers(0, 2**16))
def test_the_order_of_the_rows_changes_no_value(seed):
    order = np.random.default_rng(seed).permutation(ROWS)
    told = [
        [one.value for one in compare(TRUTH[rows], BLURRED[rows], OUTCOME[rows], WHO[rows], replicates=2)]
        for rows in (np.arange(ROWS), order)
    ]
    assert told[0] == pytest.approx(told[1])


@pytest.mark.parametrize(
    ("day", "is_unseen"), [(date(2025, 6, 29), False), (date(2025, 6, 30), True), (date(2025, 7, 1), True)]
)
def test_a_row_is_unseen_from_the_last_day_on_of_which_a_label_was_known(day, is_unseen):
    assert unseen(np.array([day], dtype=object), date(2025, 6, 30)).tolist() == [is_unseen]
