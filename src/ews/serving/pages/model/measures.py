"""Measures of a model's test in plain words: what each number says, with the interval in which it may well lie."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp

from ews.domain.text import Text

SETS: Mapping[str, Text] = {
    "test": Text("All borrowers of the test", "检验样本全部客户"),
    "test_at_0_dpd": Text("Those who paid on time on that day", "当日无逾期的客户"),
}
SPLITS: Mapping[str, Text] = {
    "time": Text("later months than it learnt from, one horizon apart", "晚于训练期的月份，间隔一个表现期"),
    "borrower": Text("other borrowers on the same day", "同一时点的其他借款人"),
    "cross_fit": Text("every borrower by models that had not seen it", "交叉拟合，每户由未见过它的模型检验"),
}
_PLAIN: Mapping[str, Text] = {
    "auc": Text(
        "Of one borrower who defaults later and one who does not, the model ranks the first as riskier in {value} of "
        "100 cases; 50 is chance.",
        "任取一户后来违约、一户未违约的客户，100 次中有 {value} 次模型把前者排得更危险；50 次等于碰运气。",
    ),
    "captured_5pct": Text(
        "Among the riskiest 5 % are {value}% of all who default later.",
        "风险最高的 5% 客户中，集中了后来违约客户的 {value}%。",
    ),
    "captured_10pct": Text(
        "Among the riskiest 10 % are {value}% of all who default later.",
        "风险最高的 10% 客户中，集中了后来违约客户的 {value}%。",
    ),
    "ks": Text(
        "At the best threshold the model catches {value} more of 100 defaulters than of 100 others.",
        "在最佳分界处，模型识别的违约客户比例比其他客户高 {value} 个百分点。",
    ),
    "calibration_intercept": Text(
        "There were {value} times as many defaults as expected; 1 is perfect.",
        "实际违约约为预期的 {value} 倍；1 为理想。",
    ),
    "calibration_slope": Text(
        "1 is perfect; below 1 the chances are told too extreme, above 1 too alike.",
        "1 为理想；小于 1 说明概率拉得过开，大于 1 说明区分不足。",
    ),
    "brier": Text(
        "Mean squared distance between chance and outcome; smaller is better.", "概率与结果的均方差，越小越好。"
    ),
    "log_loss": Text("Mean surprise at the outcomes; smaller is better.", "对数损失，越小越好。"),
}
NAMES: Mapping[str, Text] = {
    "auc": Text("Ranking (AUC)", "排序能力（AUC）"),
    "captured_5pct": Text("Caught in the riskiest 5 %", "最高风险 5% 捕获率"),
    "captured_10pct": Text("Caught in the riskiest 10 %", "最高风险 10% 捕获率"),
    "ks": Text("Separation (KS)", "区分度（KS）"),
    "calibration_intercept": Text("Level of the chances", "概率水平"),
    "calibration_slope": Text("Spread of the chances (slope)", "概率离散度（校准斜率）"),
    "brier": Text("Brier score", "Brier 分数"),
    "log_loss": Text("Log-loss", "对数损失"),
}
_DIGITS = {"brier": 4, "log_loss": 4, "calibration_slope": 2}
FIRST = ("auc", "captured_10pct", "calibration_intercept")
"""What everybody should know of a model."""


@dataclass(frozen=True, slots=True)
class Measure:
    """`low` and `high` bound the 95 % interval, null where too few defaulted to tell; texts are in the unit shown."""

    name: str
    label: Text
    plain: Text
    value: str
    low: str | None
    high: str | None


@dataclass(frozen=True, slots=True)
class MeasureSet:
    """The measures over one kind of rows."""

    name: str
    text: Text
    rows: int | None
    defaults: int | None
    measures: tuple[Measure, ...]

    def named(self, name: str) -> Measure | None:
        return next((one for one in self.measures if one.name == name), None)


def measure_sets(metrics: Mapping[str, float] | None) -> tuple[MeasureSet, ...]:
    """Return the measures that are known, by kind of rows; none where nobody kept them."""
    known = metrics or {}
    sets = (_set(name, text, known) for name, text in SETS.items())
    return tuple(one for one in sets if one.measures or one.rows)


def value_of(metrics: Mapping[str, float] | None, name: str) -> Measure | None:
    """Return one measure over all rows of the test."""
    return _measure("test", name, metrics or {})


def _set(prefix: str, text: Text, known: Mapping[str, float]) -> MeasureSet:
    found = (_measure(prefix, name, known) for name in NAMES)
    rows, defaults = (known.get(f"{prefix}_{what}") for what in ("rows", "defaults"))
    return MeasureSet(
        prefix,
        text,
        None if rows is None else int(rows),
        None if defaults is None else int(defaults),
        tuple(one for one in found if one is not None),
    )


def _measure(prefix: str, name: str, known: Mapping[str, float]) -> Measure | None:
    value = known.get(f"{prefix}_{name}")
    if value is None:
        return None
    ends = (known.get(f"{prefix}_{name}_{end}") for end in ("low", "high"))
    low, high = (None if one is None else _text(name, one) for one in ends)
    told = _spoken(name, value)
    plain = Text(*(text.replace("{value}", told) for text in (_PLAIN[name].en, _PLAIN[name].zh)))
    return Measure(name, NAMES[name], plain, _text(name, value), low, high)


def _text(name: str, value: float) -> str:
    if name.startswith("captured"):
        return f"{100 * value:.0f}%"
    if name == "calibration_intercept":
        return f"×{exp(value):.2f}"
    return f"{value:.{_DIGITS.get(name, 3)}f}"


def _spoken(name: str, value: float) -> str:
    """Return the number as the sentence wants it: of 100, or times."""
    return f"{exp(value):.2f}" if name == "calibration_intercept" else f"{100 * value:.0f}"
