import io
from dataclasses import replace
from datetime import date

import pytest
from rich.console import Console

from ews.cli import modelling, show
from ews.training.report import TrainingReport
from ews.validation.estimates import Estimate
from ews.validation.measures import Measures

DAY = date(2026, 6, 30)
MEASURES = Measures(1234, 17, {"auc": Estimate(0.8312, 0.7011, 0.9), "captured_10pct": Estimate(0.5, None, None)})
WITHOUT = Measures(1000, 0, {"auc": Estimate(None, None, None), "captured_10pct": Estimate(None, None, None)})
REPORT = TrainingReport(
    portfolio="firms", model_id="0" * 64, run_id="1" * 32, role="champion", split="time", counts=(),
    train_days=(DAY,), test_days=(DAY,), train_rows=5000, train_defaults=70, purged_days=(), rounds=9,
    labels_known_by=DAY, data_hash="h", measures=MEASURES, measures_at_0_dpd=WITHOUT, tracking_uri="t",
    registered_name="ews-firms", registered_version="1", seconds={},
)  # fmt: skip


def cells(report: TrainingReport, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    monkeypatch.setattr(show, "OUT", Console(width=80, file=(out := io.StringIO())))
    modelling.tell(report)
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in out.getvalue().splitlines()]


def test_rows_without_arrears_stand_beside_all_with_their_defaults(monkeypatch):
    rows = cells(REPORT, monkeypatch)
    assert ["样本 Rows", "1,234", "1,000"] in rows
    assert ["违约 Defaults", "17", "0"] in rows
    assert ["AUC", "0.8312", "其中无违约"] in rows
    assert ["", "[0.7011, 0.9000]", "no defaults among them"] in rows


def test_the_two_languages_stand_below_each_other_where_they_do_not_fit(monkeypatch):
    rows = cells(REPORT, monkeypatch)
    assert ["角色 Role", "冠军模型 champion"] in rows
    assert ["最高风险10%捕获率", "0.5000", "其中无违约"] in rows


def test_without_days_past_due_there_is_one_column(monkeypatch):
    assert ["违约 Defaults", "17"] in cells(replace(REPORT, measures_at_0_dpd=None), monkeypatch)
