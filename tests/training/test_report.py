from dataclasses import replace
from datetime import date

from ews.training.report import MEASURE_TEXT, TrainingReport
from ews.validation.estimates import Estimate
from ews.validation.measures import Measures, measure

REPORT = TrainingReport(
    portfolio="firms",
    model_id="0123456789abcdef" * 4,
    run_id="run",
    role="challenger",
    split="time",
    counts=(),
    train_days=(date(2023, 6, 30), date(2023, 8, 31)),
    test_days=(date(2024, 8, 31),),
    train_rows=12_345,
    train_defaults=678,
    purged_days=(),
    rounds=250,
    labels_known_by=date(2024, 8, 31),
    data_hash="d",
    measures=Measures(900, 30, {"auc": Estimate(0.8123, 0.75, 0.9)}),
    measures_at_0_dpd=Measures(800, 9, {"auc": Estimate(0.7, None, None)}),
    tracking_uri="sqlite:///mlflow.db",
    registered_name="ews-firms",
    registered_version="2",
    seconds={},
)


def test_the_figures_are_told_in_both_languages():
    told = {figure.text.en: (figure.text.zh, figure.value.en, figure.value.zh) for figure in REPORT.figures()}
    assert told["Training rows (defaults)"] == ("训练样本（违约）", "12,345 (678)", "12,345 (678)")
    assert told["Training snapshots"][1] == "2023-06-30 … 2023-08-31 (2)"
    assert told["Test snapshots"][1] == "2024-08-31"
    assert told["Role"][1:] == ("challenger", "挑战者模型")
    assert told["AUC"][1] == "0.8123 [0.7500, 0.9000]"
    assert told["AUC at 0 dpd"] == ("AUC（无逾期）", "0.7000", "0.7000")


def test_without_days_past_due_there_is_nothing_said_of_those_at_0():
    told = replace(REPORT, measures_at_0_dpd=None).figures()
    assert not [figure for figure in told if "0 dpd" in figure.text.en]


def test_every_measure_has_words():
    assert set(measure([0.1, 0.2], [0, 1], ["a", "b"], replicates=2).estimates) == set(MEASURE_TEXT)
