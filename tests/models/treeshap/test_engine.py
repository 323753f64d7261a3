import logging
import subprocess
import sys

import lightgbm as lgb
import numpy as np
import pytest

from ews.domain.errors import ModelError
from ews.models.frozen import explain, log_odds
from ews.models.treeshap.engine import engine_of
from tests.models.boosters import booster_text, frame, small_model


def lightgbm_tells(model, rows):
    told = lgb.Booster(model_str=model.booster).predict(rows.to_numpy(), pred_contrib=True)
    return model.slope * np.asarray(told)[:, :-1]


def without_a_split_count(text):
    """Return a text that LightGBM reads, though a count of it contradicts another."""
    line = next(line for line in text.splitlines() if line.startswith("internal_count="))
    return text.replace(line, line[:15] + "9" + line[16:], 1)  # LightGBM wants the text as long as it was


def test_a_booster_as_it_should_be_has_an_engine_and_says_nothing(caplog):
    assert engine_of(booster_text(21)) is not None
    assert not caplog.records


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("version=v4", "version=v5", 1), "version v5"),
        (without_a_split_count, "rows arrive at a split"),
    ],
)
def test_where_the_reader_is_at_a_loss_lightgbm_answers_and_the_log_says_why(caplog, change, said):
    model = small_model(booster=change(booster_text(22)))
    with caplog.at_level(logging.WARNING):
        told = explain(model, frame())
    assert said in caplog.text
    assert np.array_equal(told.by_feature, lightgbm_tells(model, frame()))


def test_an_engine_whose_answers_differ_from_lightgbms_is_not_used(caplog, monkeypatch):
    monkeypatch.setattr("ews.models.treeshap.program._gauss_legendre", lambda points: (np.full(points, 0.4),) * 2)
    with caplog.at_level(logging.WARNING):
        assert engine_of(booster_text(23)) is None
    assert "contributions differ from LightGBM's by" in caplog.text


def test_many_rows_have_the_log_odds_that_each_has_among_few():
    rows = frame(5_000)
    whole = log_odds(small_model(), rows)
    assert log_odds(small_model(), rows.iloc[1_000:1_100]).tobytes() == whole[1_000:1_100].tobytes()


def test_reasons_of_a_model_of_several_outputs_are_refused():
    rows = frame()
    data = lgb.Dataset(rows.to_numpy(), label=np.arange(len(rows)) % 3)
    settings = {"objective": "multiclass", "num_class": 3, "verbosity": -1, "min_data_in_leaf": 2}
    fitted = lgb.train(settings, data, num_boost_round=1)
    with pytest.raises(ModelError, match="has 3 outputs"):
        explain(small_model(booster=fitted.model_to_string()), rows)


def test_the_compiler_is_imported_only_when_reasons_are_asked_for():
    code = "import sys, ews.models.frozen; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
