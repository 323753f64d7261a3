"""Whether what is told about a pd is true of it."""

from dataclasses import replace

import numpy as np
import pytest

from ews.features.catalogue import FEATURES
from ews.models.frozen import Explanation, explain
from ews.validation.chapters.reasons import additivity, agreement, contradicted, protected, reasons
from ews.validation.refits import Remade, remade
from ews.validation.results import Verdict
from tests.validation import made


def by_test(results):
    return {one.test: one for one in results}


def test_reasons_add_up_to_the_served_pd():
    rows = made.examined(100)
    found = additivity(rows, explain(rows.model, rows.frame))
    assert found.value < 1e-12
    assert found.verdict is Verdict.PASSED


def test_a_reason_left_out_is_noticed():
    rows = made.examined(100)
    whole = explain(rows.model, rows.frame)
    less = Explanation(whole.base_log_odds, whole.codes[1:], whole.by_reason[:, 1:], whole.by_feature)
    found = additivity(rows, less)
    assert found.value == pytest.approx(np.abs(whole.by_reason[:, 0]).max())
    assert found.verdict is Verdict.FAILED


def test_with_cross_fitting_they_add_up_to_the_models_own_pd():
    rows = made.with_pd(made.examined(100), np.full(300, 0.5))
    assert additivity(rows, explain(rows.model, rows.frame)).verdict is Verdict.PASSED


def test_a_model_agrees_with_itself_and_less_with_others():
    rows = made.examined(200)
    same = Remade("seed", 1, rows.model)
    itself, *others = agreement(rows, (same, *remade(made.taught(2_500), made.fit, [5])), replicates=30)
    assert (itself.value, itself.low, itself.verdict) == (1, 1, Verdict.PASSED)
    assert [one.test for one in others] == ["reasons_seed", "reasons_refit"]
    assert all(0.3 < one.value < 1 and one.low < one.value < one.high for one in others)
    nothing = agreement(rows, [Remade("draw", 2, None, "Too few.")])
    assert [(one.test, one.value, one.verdict) for one in nothing] == [("reasons_refit", None, Verdict.TOO_FEW)]


def test_contributions_against_their_direction_are_counted_by_hand():
    rows = made.examined(1, made.TESTED_ON)  # three rows, medians in the middle
    matrix = np.zeros((3, len(made.NAMES)))
    matrix[:, 0] = [-1, 0, 1]  # inflow change: lower is worse
    matrix[:, 1] = [5, 6, 9]  # inquiries: higher is worse
    matrix[:, 6] = [1, 2, 3]  # months on book: no direction
    parts = np.zeros((3, len(made.NAMES)))
    parts[:, 0] = [0.2, 0.4, 0.1]  # raises though the inflow rose: one against, the median itself says nothing
    parts[:, 1] = [-0.1, 0.3, 0.0]  # nothing against; a contribution of nothing is none
    parts[:, 6] = [-1, 1, -1]
    whole = Explanation(0.0, (), np.zeros((3, 0)), parts)
    found = contradicted(replace(rows, matrix=matrix), whole)
    assert found.value == pytest.approx(1 / 3)
    assert (found.verdict, found.note.en.split(";")[0]) == (Verdict.TOLD, "1 of 3 contributions of directed features")


def test_no_feature_of_the_product_is_protected_and_one_that_were_would_be_named():
    assert (protected(FEATURES).value, protected(FEATURES).verdict) == (0, Verdict.PASSED)
    found = protected((*made.FEATURES, replace(FEATURES[0], name="owner_code", zh="实际控制人性别代码")))
    assert (found.value, found.verdict, found.note.en) == (1, Verdict.FAILED, "Named: owner_code.")


def test_first_reasons_survive_a_little_noise():
    found = by_test(reasons(made.examined(200), replicates=30))
    assert found["reasons_stable"].value > 0.8
    assert found["reasons_stable"].low < found["reasons_stable"].value
    assert set(found) == {"additivity", "reasons_stable", "sign_contradicted", "protected_features"}
