"""The report of a training: what was learnt from what, and how it does on rows that it did not see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ews.domain.text import Text
from ews.training.snapshots import Kind
from ews.training.table import SnapshotCount
from ews.validation.measures import Measures

Role = Literal["champion", "challenger"]

SPLIT_TEXT: Mapping[Kind, Text] = {
    "time": Text("later months, one horizon apart", "按时间外推，间隔一个表现期"),
    "borrower": Text("other borrowers on the same day", "同一时点的其他借款人"),
    "cross_fit": Text(
        "cross-fitted, every borrower by models that did not see it", "交叉拟合，每户由未见过它的模型检验"
    ),
}
ROLE_TEXT: Mapping[Role, Text] = {
    "champion": Text("champion", "冠军模型"),
    "challenger": Text("challenger", "挑战者模型"),
}
MEASURE_TEXT: Mapping[str, Text] = {
    "auc": Text("AUC", "AUC"),
    "ks": Text("KS", "KS"),
    "brier": Text("Brier score", "Brier 分数"),
    "log_loss": Text("Log-loss", "对数损失"),
    "calibration_slope": Text("Calibration slope", "校准斜率"),
    "calibration_intercept": Text("Calibration intercept", "校准截距"),
    "captured_5pct": Text("Defaulters in the riskiest 5 %", "最高风险5%捕获率"),
    "captured_10pct": Text("Defaulters in the riskiest 10 %", "最高风险10%捕获率"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A line to be shown: what it is and its value, both in both languages."""

    text: Text
    value: Text


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """`measures` is over all test rows, `measures_at_0_dpd` over those without arrears, None where dpd is unknown.

    Where the run could not be recorded, `tracking_fault` says why; run and registration are None then.
    `seconds` says how long each step took; it is for people and enters no model.
    """

    portfolio: str
    model_id: str
    run_id: str | None
    role: Role
    split: Kind
    counts: tuple[SnapshotCount, ...]
    train_days: tuple[date, ...]
    test_days: tuple[date, ...]
    train_rows: int
    train_defaults: int
    purged_days: tuple[date, ...]
    rounds: int
    labels_known_by: date
    data_hash: str
    measures: Measures
    measures_at_0_dpd: Measures | None
    tracking_uri: str
    registered_name: str | None
    registered_version: str | None
    seconds: Mapping[str, float]
    tracking_fault: str | None = None

    def figures(self) -> tuple[Figure, ...]:
        """Return what a person wants to read, in order."""
        test = self.measures
        known = (
            _figure("Model", "模型", self.model_id[:12]),
            *self._run(),
            Figure(Text("Role", "角色"), ROLE_TEXT[self.role]),
            _figure("Training rows (defaults)", "训练样本（违约）", f"{self.train_rows:,} ({self.train_defaults:,})"),
            _figure("Training snapshots", "训练时点", _span(self.train_days)),
            Figure(Text("Tested on", "检验方式"), SPLIT_TEXT[self.split]),
            _figure("Test rows (defaults)", "检验样本（违约）", f"{test.rows:,} ({test.defaults:,})"),
            _figure("Test snapshots", "检验时点", _span(self.test_days)),
            _figure("Labels known by", "标签获知截止日", self.labels_known_by.isoformat()),
            _figure("Rounds", "迭代轮数", str(self.rounds)),
        )
        return known + _measured(test, "", "") + _measured(self.measures_at_0_dpd, " at 0 dpd", "（无逾期）")

    def _run(self) -> tuple[Figure, ...]:
        if self.run_id is None:
            return (Figure(Text("MLflow run", "MLflow 运行"), _NOT_RECORDED),)
        return (
            _figure("MLflow run", "MLflow 运行", self.run_id),
            _figure("Registered as", "登记为", f"{self.registered_name} v{self.registered_version}"),
        )


_NOT_RECORDED = Text("could not be recorded", "未能记录")


def _measured(measures: Measures | None, en: str, zh: str) -> tuple[Figure, ...]:
    if measures is None:
        return ()
    return tuple(
        _figure(f"{MEASURE_TEXT[name].en}{en}", f"{MEASURE_TEXT[name].zh}{zh}", str(estimate))
        for name, estimate in measures.estimates.items()
    )


def _figure(en: str, zh: str, value: str) -> Figure:
    return Figure(Text(en, zh), Text(value, value))


def _span(days: tuple[date, ...]) -> str:
    return f"{days[0]}" if len(days) == 1 else f"{days[0]} … {days[-1]} ({len(days)})"


def metrics_of(measures: Measures | None, prefix: str) -> dict[str, float]:
    """Return measures by their names in MLflow, each with the ends of its interval."""
    if measures is None:
        return {}
    found: dict[str, float] = {f"{prefix}_rows": measures.rows, f"{prefix}_defaults": measures.defaults}
    for name, estimate in measures.estimates.items():
        ends = {"": estimate.value, "_low": estimate.low, "_high": estimate.high}
        found |= {f"{prefix}_{name}{end}": value for end, value in ends.items() if value is not None}
    return found
