from math import log

from ews.serving.pages.model.measures import measure_sets, value_of

METRICS = {
    "test_rows": 1000.0,
    "test_defaults": 50.0,
    "test_auc": 0.8123,
    "test_auc_low": 0.78,
    "test_auc_high": 0.84,
    "test_captured_10pct": 0.426,
    "test_calibration_intercept": log(1.25),
    "test_calibration_intercept_low": log(1.1),
    "test_at_0_dpd_rows": 900.0,
    "test_at_0_dpd_defaults": 0.0,
}


def test_a_number_is_told_in_plain_words_with_its_interval():
    found = value_of(METRICS, "auc")
    assert (found.value, found.low, found.high) == ("0.812", "0.780", "0.840")
    assert "in 81 of 100 cases" in found.plain.en
    assert "81 次" in found.plain.zh


def test_how_far_the_chances_are_off_is_told_as_times():
    found = value_of(METRICS, "calibration_intercept")
    assert (found.value, found.low, found.high) == ("×1.25", "×1.10", None)


def test_the_rows_of_the_test_stand_beside_those_without_arrears():
    every, calm = measure_sets(METRICS)
    assert (every.rows, every.defaults, calm.rows, calm.defaults) == (1000, 50, 900, 0)
    assert [one.name for one in every.measures] == ["auc", "captured_10pct", "calibration_intercept"]
    assert calm.measures == ()


def test_where_nothing_was_kept_there_is_nothing_to_tell():
    assert measure_sets(None) == ()
    assert value_of(None, "auc") is None
