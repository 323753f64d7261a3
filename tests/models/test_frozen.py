from datetime import date

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit, logit

from ews.domain.errors import ModelError
from ews.models.frozen import added, explain, log_odds, pd_of, predict_pd
from tests.models.boosters import FEATURES, booster_text, frame, small_model

numbers = st.one_of(st.floats(-1e9, 1e9), st.just(float("nan")), st.sampled_from([float("inf"), float("-inf")]))


def test_the_pd_is_the_calibrated_margin_of_the_booster():
    rows = frame()
    margin = np.asarray(lgb.Booster(model_str=booster_text()).predict(rows.to_numpy(), raw_score=True))
    assert predict_pd(small_model(), rows) == pytest.approx(expit(0.8 * margin - 0.3))


@given(matrix=arrays(np.float64, st.tuples(st.integers(1, 12), st.just(4)), elements=numbers))
@settings(max_examples=60, deadline=None)
def test_base_and_reasons_add_up_to_the_log_odds_of_the_served_pd(matrix):
    rows = pd.DataFrame(matrix, columns=list(FEATURES))
    told = explain(small_model(), rows)
    served = logit(predict_pd(small_model(), rows))
    assert told.base_log_odds + told.by_reason.sum(axis=1) == pytest.approx(served, abs=1e-9)
    assert told.base_log_odds + told.by_feature.sum(axis=1) == pytest.approx(log_odds(small_model(), rows), abs=1e-9)


def test_a_reason_holds_the_sum_of_its_features():
    told = explain(small_model(), frame())
    assert told.codes == ("INFLOW_FELL", "CREDIT_SOUGHT", "CARD_NEAR_LIMIT")
    assert told.by_reason[:, 1] == pytest.approx(told.by_feature[:, 1] + told.by_feature[:, 3])
    assert told.by_reason[:, 0] == pytest.approx(told.by_feature[:, 0])


def test_contributions_scale_with_the_slope_and_the_base_shifts_with_the_intercept():
    plain, scaled = (explain(small_model(slope=slope, intercept=0.0), frame()) for slope in (1.0, 2.0))
    shifted = explain(small_model(slope=1.0, intercept=0.5), frame())
    assert scaled.by_feature == pytest.approx(2 * plain.by_feature)
    assert scaled.base_log_odds == pytest.approx(2 * plain.base_log_odds)
    assert shifted.base_log_odds == pytest.approx(plain.base_log_odds + 0.5)


def test_columns_are_found_by_name_whatever_their_order_and_whatever_else_is_there():
    rows = frame()
    other = rows[list(reversed(FEATURES))].assign(borrower_id="B1", something=1.0)
    assert np.array_equal(predict_pd(small_model(), other), predict_pd(small_model(), rows))


def test_nullable_columns_of_arrow_and_pandas_count_as_unknown_where_null():
    rows = frame()
    arrow = rows.convert_dtypes(dtype_backend="pyarrow")
    assert np.array_equal(predict_pd(small_model(), arrow), predict_pd(small_model(), rows))


def test_one_borrower_alone_has_the_pd_and_reasons_it_has_in_the_book():
    rows = frame()
    alone = rows.iloc[[4]]
    assert predict_pd(small_model(), alone)[0] == predict_pd(small_model(), rows)[4]
    assert np.array_equal(explain(small_model(), alone).by_reason[0], explain(small_model(), rows).by_reason[4])


@pytest.mark.parametrize("count", [1, 2, 9])
def test_a_matrix_is_told_the_same_as_its_frame(count):
    rows = frame().iloc[:count]
    told, (by_feature, base) = explain(small_model(), rows), added(small_model(), rows.to_numpy())
    assert np.array_equal(by_feature, told.by_feature)
    assert base == told.base_log_odds
    assert np.array_equal(pd_of(small_model(), rows.to_numpy()), predict_pd(small_model(), rows))


def test_no_rows_have_no_pd_but_the_base_is_known():
    nobody = frame().iloc[:0]
    told = explain(small_model(), nobody)
    assert predict_pd(small_model(), nobody).shape == (0,)
    assert told.by_reason.shape == (0, 3)
    assert told.base_log_odds == explain(small_model(), frame()).base_log_odds


def test_a_missing_feature_is_named():
    with pytest.raises(ModelError, match=r"needs 2 feature\(s\) that are not there: inquiries_3m, dpd_now"):
        predict_pd(small_model(), frame()[["inflow_3m", "card_utilisation"]])


def test_a_feature_that_is_text_is_named():
    with pytest.raises(ModelError, match="'dpd_now' holds values of type"):
        explain(small_model(), frame().assign(dpd_now="late"))


@pytest.mark.parametrize("slope", [0.0, -1.0, float("nan")])
def test_a_model_whose_calibration_does_not_rise_is_refused(slope):
    with pytest.raises(ModelError, match="must be above 0"):
        small_model(slope=slope)


def test_a_feature_without_a_reason_is_refused():
    with pytest.raises(ModelError, match="4 features but 3 reasons"):
        small_model(reasons=("A", "B", "C"))


def test_a_booster_that_is_no_booster_is_a_model_error():
    with pytest.raises(ModelError, match="cannot be read"):
        predict_pd(small_model(booster="tree\nversion=v4\nnonsense"), frame())


CHANGES = {
    "portfolio": "other",
    "booster": booster_text(19),
    "slope": 0.81,
    "intercept": -0.31,
    "labels_known_by": date(2025, 7, 31),
    "horizon_months": 6,
    "definition": {"default_above_dpd": 60},
    "catalogue_version": "0124",
    "reference": {"rows": 401},
    "reasons": ("INFLOW_FELL", "CREDIT_SOUGHT", "CARD_NEAR_LIMIT", "ARREARS"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_id_changes_with_everything_that_the_model_holds(name):
    assert small_model().model_id == small_model().model_id
    assert small_model(**{name: CHANGES[name]}).model_id != small_model().model_id
