import numpy as np
import pytest

from ews.models.flavour import _load_pyfunc, pip_requirements
from ews.models.frozen import log_odds, predict_pd
from ews.models.storage import save_model
from tests.models.boosters import frame, small_model


def test_what_mlflow_loads_serves_the_pd_of_the_model(tmp_path):
    save_model(small_model(), tmp_path)
    served = _load_pyfunc(str(tmp_path)).predict(frame(), params=None)
    assert list(served.columns) == ["pd", "log_odds"]
    assert np.array_equal(served["pd"], predict_pd(small_model(), frame()))
    assert np.array_equal(served["log_odds"], log_odds(small_model(), frame()))


@pytest.mark.parametrize("name", ["ews", "lightgbm", "numpy", "pandas", "scipy"])
def test_requirements_are_pinned(name):
    assert any(line.startswith(f"{name}==") and len(line) > len(name) + 2 for line in pip_requirements())
