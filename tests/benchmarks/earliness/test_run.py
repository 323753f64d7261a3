import json
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.earliness import run as running
from benchmarks.earliness.failures import EDGES, _counts
from benchmarks.earliness.world import batch_months, compared, others
from benchmarks.worlds import Size
from ews.validation.earliness.results import RULES_ALONE
from tests.benchmarks.earliness.made import FAILED, lived_by_hand
from tests.validation.earliness.made import day

REAL = {"auc": 0.9, "intervals": {"auc": [0.85, 0.95]}}


@pytest.fixture(scope="module")
def lived():
    return lived_by_hand()


@pytest.fixture(scope="module")
def found(lived):
    return running.told(lived, compared(lived, replicates=60))


def test_batches_end_a_month_before_the_book_does():
    days = batch_months(FAILED)
    assert (len(days), str(days[0]), str(days[-1])) == (24, "2023-03-31", "2025-02-28")


def test_the_figures_of_the_issue_come_first_and_are_those_of_the_whole_system(found):
    assert list(found)[:4] == ["exposure_flagged_90d_early", "beyond_rules_alone", "precision_red", "median_lead_days"]
    # 42 borrowers have 2 places at yellow, none above: the first two by name of those flagged are on the list
    assert found["exposure_flagged_90d_early"] == pytest.approx(2 / 12)
    assert found["beyond_rules_alone"] == pytest.approx(1 / 12)
    assert found["precision_red"] is None
    assert found["median_lead_days"] == (FAILED - day(17)).days - 91
    assert found["fates"] == {
        "defaults": 12, "early": 2, "too_soon": 0, "crowded_out": 4, "late": 0, "unseen": 6,
    }  # fmt: skip


def test_every_figure_has_an_interval_around_it(found):
    outside = [
        name
        for name, (low, high) in found["intervals"].items()
        if low is not None and not low - 1e-12 <= found[name] <= high + 1e-12
    ]
    assert outside == []
    assert found["intervals"]["precision_red"] == [None, None]


def test_other_systems_stand_beside_it(found, lived):
    assert set(found["others"]) == set(found["beyond"]) == set(others(lived))
    assert found["others"][RULES_ALONE]["exposure_flagged_90d_early"] == pytest.approx(1 / 12)
    assert found["others"]["dpd_alone"]["exposure_flagged_90d_early"] == 0.0
    gap = found["beyond"][RULES_ALONE]["exposure_flagged_90d_early"]
    assert gap["value"] == found["beyond_rules_alone"]


def test_failures_are_told_by_cause_lead_and_rank(found):
    assert {cause: one["defaults"] for cause, one in found["by_cause"].items()} == {"CHANCE": 6, "FLOWS": 6}
    assert sum(one["early"] for one in found["by_cause"].values()) == 2
    assert found["leads"] == {"-inf to 0": 0, "0 to 30": 0, "30 to 90": 0, "90 to 180": 0, "180 to inf": 2, "never": 10}
    ranks = found["ranks_not_early"]["unseen"]
    assert sum(ranks["model"].values()) == 6
    assert ranks["model"] == ranks["truth"]


def test_a_value_on_an_edge_belongs_to_the_span_above_and_the_last_to_the_last():
    found = _counts(pd.Series([0.0, 0.02, 0.069, 0.07, 1.0, None]), EDGES)
    assert list(found.values()) == [1, 2, 1, 0, 1]


def test_worlds_and_real_data_are_printed_as_one_object_or_as_tables(lived, monkeypatch, capsys):
    monkeypatch.setattr(running, "live", lambda *_: lived)
    monkeypatch.setattr(running.real, "measure", lambda *_, **__: REAL)
    running.run(("A",), Size(600, 48, 7), Path(), as_json=True, replicates=10)
    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["A", "credit_record"]
    assert told["credit_record"]["auc"] == 0.9
    running.run(("A",), Size(600, 48, 7), None, as_json=False, replicates=10)
    shown = capsys.readouterr().out
    assert "world A: 12 defaults" in shown
    assert "credit_record" not in shown
