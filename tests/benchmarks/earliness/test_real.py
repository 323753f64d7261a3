import numpy as np
import pandas as pd
import pytest

from benchmarks.accuracy.credit_record import _grid, _rows
from benchmarks.accuracy.paired import Part
from benchmarks.earliness.real import PLACES, figures
from ews.validation.power import auc, captured


def made(rows=400):
    rng = np.random.default_rng(5)
    status = rng.choice([-1, 0, 1], rows, p=[0.5, 0.4, 0.1])
    score = rng.random(rows) + 0.3 * status
    outcome = (rng.random(rows) < 0.1 + 0.2 * (score > 0.9)).astype(np.int8)
    ahead = np.where(outcome == 1, rng.integers(1, 7, rows), np.nan)
    part = Part(np.arange(rows).astype(object) // 2, outcome, {"ews": score})
    return part, pd.DataFrame({"status_0": status, "months_ahead": ahead})


def test_each_part_is_measured_on_its_own_rows():
    part, rows = made()
    found = figures(part, rows, replicates=20)
    score, status = part.scores["ews"], rows["status_0"].to_numpy()
    for end, own in (("", status < 9), ("_below_30dpd", status < 1), ("_active", status == 0)):
        assert found[f"auc{end}"] == pytest.approx(auc(score[own], part.outcome[own]))
        assert found[f"captured_5pct{end}"] == pytest.approx(captured(score[own], part.outcome[own], share=0.05))
        assert found[f"rows{end}"] == own.sum()
        low, high = found["intervals"][f"auc{end}"]
        assert low < found[f"auc{end}"] < high


def test_defaulters_of_each_month_ahead_are_looked_for_among_all_rows():
    part, rows = made()
    found = figures(part, rows, replicates=5)
    third = (rows["months_ahead"] == 3).to_numpy()
    assert found["captured_7pct_3_months_ahead"] == pytest.approx(captured(part.scores["ews"], third, share=PLACES))


def test_months_ahead_are_those_to_the_first_month_past_sixty_days():
    raw = pd.DataFrame(
        [("A1", month, status) for month, status in enumerate("00001235", start=-10)]
        + [("A2", month, "0") for month in range(-10, -2)]
        + [("A3", month, "C") for month in range(-10, -6)],
        columns=["id", "months_balance", "status"],
    )
    rows = _rows(_grid(raw), -8).set_index("account")
    assert rows["months_ahead"].fillna(0).to_dict() == {"A1": 3, "A2": 0, "A3": 0}
    assert rows["outcome"].to_dict() == {"A1": 1, "A2": 0, "A3": 0}
