"""Told: a result in the words and figures of its reader, in one language."""

from collections.abc import Mapping

from ews.casework.paper.paper import Cell, Tone
from ews.cli.validate.catalogue import BY_CODE
from ews.domain.text import Language, Text
from ews.features.catalogue import FAMILIES, family_name, feature
from ews.validation.contenders import NAMES
from ews.validation.results import WHOLE, Limit, Result, Verdict
from ews.validation.segmenting import KINDS, WORDS
from ews.validation.treatment.bounds import Assumption

NOTHING = "—"
VERDICT_TEXT: Mapping[Verdict, Text] = {
    Verdict.PASSED: Text("passed", "通过"),
    Verdict.WATCH: Text("watch", "关注"),
    Verdict.FAILED: Text("failed", "不通过"),
    Verdict.TOO_FEW: Text("too few", "样本不足"),
    Verdict.TOLD: Text("told", "仅列示"),
}
TONES: Mapping[Verdict, Tone] = {
    Verdict.PASSED: "kept",
    Verdict.WATCH: "orange",
    Verdict.FAILED: "late",
    Verdict.TOO_FEW: "",
    Verdict.TOLD: "",
}
_SYSTEMS = {
    "rules_alone": Text("the policy without the pd", "仅规则（无模型）"),
    "dpd_alone": Text("days past due alone", "仅逾期天数"),
    "pd_alone": Text("the highest pd, without a policy", "仅违约概率（无策略）"),
    "chance": Text("a list drawn by chance", "随机清单"),
}
_FATES = {
    "early": Text("flagged early", "提前预警"),
    "too_soon": Text("late too soon", "逾期过早"),
    "crowded_out": Text("crowded out", "容量不足"),
    "late": Text("flagged too late", "预警过晚"),
    "unseen": Text("not seen", "未识别"),
}
_LEVELS = {
    "red": Text("red", "红色"),
    "orange": Text("orange", "橙色"),
    "yellow": Text("yellow", "黄色"),
    "list": Text("all levels", "全部等级"),
    "0 dpd": Text("0 dpd", "无逾期"),
    "new": Text("new on the list", "新入清单"),
}
_OTHER = {
    WHOLE: Text("whole", "整体"),
    "treated": Text("treated", "已处置"),
    "untreated": Text("not treated", "未处置"),
    "other": Text("others, each small", "其他（各自占比小）"),
}
_FAMILY_TEXT = {family_name(family): family.TITLE for family in FAMILIES}
_WHOLE_UNITS = frozenset({"rows", "days", "features"})
_SMALL = 0.0005


def title(result: Result, language: Language) -> str:
    """Return the name of the test."""
    return BY_CODE[result.test].title.in_(language)


def about(result: Result, language: Language) -> str:
    """Return what was looked at, empty for the whole."""
    if result.about == WHOLE:
        return ""
    kind, colon, name = result.about.partition(":")
    if not colon:
        return _parts(result.about, language)
    return _named(kind, name, language)


def _named(kind: str, name: str, language: Language) -> str:
    told: Text | None = {"feature": _feature(name), "family": _FAMILY_TEXT.get(name), "benchmark": NAMES.get(name)}.get(
        kind
    )
    if told is None:
        told = {"system": _SYSTEMS.get(name), "fate": _FATES.get(name), "assumed": _assumed(name)}.get(kind)
    if told is not None:
        return told.in_(language)
    if kind == "level":
        return _parts(name, language)
    if kind in KINDS:
        return f"{KINDS[kind].in_(language)}{_colon(language)}{_word(name, language)}"
    return _plain(kind, name, language)


def value(result: Result) -> Cell:
    """Return the value with its interval below."""
    unit = BY_CODE[result.test].unit
    between = ""
    if result.low is not None and result.high is not None:
        between = f"{figure(result.low, unit)} … {figure(result.high, unit)}"
    return Cell(figure(result.value, unit), small=between, is_number=True)


def limit(result: Result) -> Cell:
    if result.limit is None or result.side is None:
        return Cell(NOTHING, is_number=True)
    sign = "≥" if result.side is Limit.AT_LEAST else "≤"
    return Cell(f"{sign} {figure(result.limit, BY_CODE[result.test].unit)}", is_number=True)


def verdict(result: Result, language: Language) -> Cell:
    return verdict_cell(result.verdict, language)


def verdict_cell(found: Verdict, language: Language) -> Cell:
    return Cell(VERDICT_TEXT[found].in_(language), TONES[found])


def counted(result: Result, language: Language) -> Cell:
    """Return rows and, below, the defaulters among them."""
    small = ""
    if result.defaults is not None:
        small = f"违约 {result.defaults:,}" if language is Language.ZH else f"{result.defaults:,} defaults"
    return Cell(f"{result.n:,}", small=small, is_number=True)


def power(result: Result) -> Cell:
    if result.power is None:
        return Cell(NOTHING, is_number=True)
    far = "" if result.power_at is None else f"@ {result.power_at:g}"
    return Cell(f"{result.power:.0%}", small=far, is_number=True)


def figure(number: float | None, unit: str) -> str:
    """Return a number as its unit is read: shares in per cent, p-values and scores with their decimals."""
    if number is None:
        return NOTHING
    if unit == "share":
        return f"{number:.1%}" if abs(number) >= _SMALL or number == 0 else f"{number:.3%}"
    if unit in _WHOLE_UNITS:
        return f"{number:,.0f}"
    if unit == "p":
        return "<0.001" if number < _SMALL else f"{number:.3f}"
    return f"{number:,.0f}" if number == int(number) else f"{number:.3f}"


def _feature(name: str) -> Text | None:
    try:
        return feature(name).text
    except KeyError:
        return None


def _assumed(name: str) -> Text | None:
    return Assumption(name).text if name in tuple(Assumption) else None


def _word(name: str, language: Language) -> str:
    told = WORDS.get(name) or _OTHER.get(name)
    return name if told is None else told.in_(language)


def _parts(name: str, language: Language) -> str:
    parts = [_LEVELS.get(part) or _OTHER.get(part) or Text(part, part) for part in name.split(", ")]
    return ("，" if language is Language.ZH else ", ").join(part.in_(language) for part in parts)


def _plain(kind: str, name: str, language: Language) -> str:
    kinds = {
        "cohort": Text("snapshot", "时点"),
        "grade": Text("grade", "等级"),
        "band": Text("band", "分段"),
        "cell": Text("from grade to grade", "等级迁徙"),
        "seed": Text("seed", "种子"),
        "draw": Text("drawn anew, seed", "重抽样，种子"),
        "quantile": Text("quantile", "分位"),
    }
    told = kinds.get(kind, Text(kind, kind)).in_(language)
    return f"{told} {name.replace('>', ' → ')}"


def _colon(language: Language) -> str:
    return "：" if language is Language.ZH else ": "
