import numpy as np
import pytest

from benchmarks.accuracy.paired import Part, difference, figures, subset

PART = Part(
    np.array(["a", "a", "b", "c"] * 10, dtype=object) + np.repeat([str(each) for each in range(10)], 4),
    np.array([0, 1, 0, 1] * 10, dtype=np.int8),
    {"ews": np.array([0.1, 0.9, 0.2, 0.3] * 10), "peer": np.array([0.1, 0.3, 0.9, 0.2] * 10)},
)


def test_figures_are_those_of_the_contender_named():
    assert figures([PART], "ews", ("auc",)) == {"auc": 1.0}
    assert figures([PART], "peer", ("auc",)) == {"auc": 0.5}


def test_a_difference_is_ours_minus_theirs_and_nothing_against_itself():
    assert difference([PART], "ews", "peer", "auc")["difference"] == pytest.approx(0.5)
    assert difference([PART], "ews", "ews", "auc") == {"difference": 0.0, "standard_error": 0.0}


def test_a_subset_keeps_rows_outcomes_and_scores_together():
    kept = subset(PART, np.isin(np.arange(40), [0, 3]))
    assert kept.groups.tolist() == ["a0", "c0"]
    assert kept.outcome.tolist() == [0, 1]
    assert kept.scores["peer"].tolist() == [0.1, 0.2]
