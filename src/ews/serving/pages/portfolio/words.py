"""Words: how lists and filters of the book are told, on the page and in files, in both languages."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from ews.domain.levels import Tier, WarningLevel
from ews.domain.reasons import ReasonCode
from ews.domain.text import Language, Text
from ews.monitoring.filters import LEFT, NEW, NON_PERFORMING, NOT_KNOWN, WARNED, Movement
from ews.serving.pages.called import Called

COLUMNS: Mapping[str, Text] = {
    "borrower_id": Text("Id", "客户编号"),
    "name": Text("Name", "客户名称"),
    "branch_id": Text("Branch", "机构"),
    "officer_id": Text("Officer", "客户经理"),
    "industry": Text("Industry", "行业"),
    "region": Text("Region", "地区"),
    "level": Text("Level", "预警等级"),
    "former_level": Text("Level before", "上次预警等级"),
    "top_reason": Text("Main reason", "首要原因"),
    "exposure_fen": Text("Exposure", "敞口"),
    "former_exposure_fen": Text("Exposure before", "上次敞口"),
    "pd": Text("Probability of default", "违约概率"),
    "former_pd": Text("Probability before", "上次违约概率"),
    "grade": Text("Grade", "等级"),
    "former_grade": Text("Grade before", "上次等级"),
    "tier": Text("Tier", "五级分类"),
    "former_tier": Text("Tier before", "上次五级分类"),
    "stage": Text("Stage", "减值阶段"),
    "expected_loss_fen": Text("Expected loss", "预期损失"),
    "former_expected_loss_fen": Text("Expected loss before", "上次预期损失"),
    "provision_fen": Text("Indicative provision", "参考拨备"),
    "in_default": Text("In default", "已违约"),
    "former_in_default": Text("In default before", "上次已违约"),
}
"""Columns of a list in the order of a file."""

FILTERS: Mapping[str, Text] = {
    "branch": COLUMNS["branch_id"],
    "officer": COLUMNS["officer_id"],
    "industry": COLUMNS["industry"],
    "region": COLUMNS["region"],
    "reason": COLUMNS["top_reason"],
    **{name: COLUMNS[name] for name in ("tier", "grade", "level", "stage")},
    **{f"former_{name}": COLUMNS[f"former_{name}"] for name in ("tier", "grade", "level")},
    "former_stage": Text("Stage before", "上次减值阶段"),
    "movement": Text("Movement", "变动"),
    "text": Text("Id or name", "编号或名称"),
    "in_default": COLUMNS["in_default"],
    "former_in_default": COLUMNS["former_in_default"],
    "exposure": COLUMNS["exposure_fen"],
    "at_least": Text("Exposure from", "敞口不低于"),
    "work": Text("Step", "环节"),
    "circle": Text("Guarantee circle of", "担保圈，含"),
}

MOVEMENTS: Mapping[Movement, Text] = {
    Movement.NEWLY_WARNED: Text("newly warned", "新增预警"),
    Movement.LEVEL_UP: Text("level up", "预警升级"),
    Movement.LEVEL_DOWN: Text("level down", "预警降级"),
    Movement.GRADE_WORSE: Text("grade worse", "等级下调"),
    Movement.GRADE_BETTER: Text("grade better", "等级上调"),
    Movement.TIER_WORSE: Text("tier worse", "分类下迁"),
    Movement.TIER_BETTER: Text("tier better", "分类上迁"),
    Movement.DEFAULTED: Text("newly in default", "新增违约"),
    Movement.CURED: Text("cured", "违约转正常"),
    Movement.NEW: Text("new in the book", "新进组合"),
    Movement.LEFT: Text("left the book", "已退出组合"),
}
WORKS: Mapping[str, Text] = {
    "by_model": Text("grade warns", "模型提示"),
    "by_rules": Text("rule signal holds", "规则信号成立"),
    "handed_out": Text("warning handed out", "已下发预警"),
    "acknowledged": Text("warning acknowledged", "已签收"),
    "verified_true": Text("verified true", "核实属实"),
    "verified_false": Text("verified false", "核实为误报"),
}
_SPECIAL: Mapping[str, Text] = {
    NOT_KNOWN: Text("not known", "未知"),
    NON_PERFORMING: Text("non-performing", "不良"),
    WARNED: Text("any warning", "有预警"),
    LEFT: Text("left the book", "已退出组合"),
    NEW: Text("new in the book", "新进组合"),
    "yes": Text("yes", "是"),
    "no": Text("no", "否"),
    "known": Text("known", "已知"),
    "unknown": Text("not known", "未知"),
}
_BRANCH = frozenset({"branch", "branch_id"})
_PEOPLE = _BRANCH | {"officer", "officer_id"}
_RAW = frozenset({*("branch", "branch_id", "officer", "officer_id", "industry", "region"), *("text", "circle")})
"""Told as they are in the book, or as somebody wrote them."""
_WORDS: Mapping[str, Mapping[Any, Text]] = {
    "tier": {one.value: one.text for one in Tier},
    "level": {one.value: one.text for one in WarningLevel},
    "movement": MOVEMENTS,
    "work": WORKS,
    "reason": {one.value: one.text for one in ReasonCode},
    "top_reason": {one.value: one.text for one in ReasonCode},
}
_STAGE = Text("stage {}", "第 {} 阶段")
_YUAN = Text("{:,} yuan", "{:,} 元")


class Chip(NamedTuple):
    """A filter in words; `name` is that in the address."""

    name: str
    label: str
    value: str


def chips(filters: Mapping[str, str], language: Language, called: Called) -> list[Chip]:
    """Return the filters of an address in words."""
    return [
        Chip(name, FILTERS[name].in_(language), value_text(name, value, language, called))
        for name, value in filters.items()
    ]


def value_text(name: str, value: str | None, language: Language, called: Called | None = None) -> str:
    """Return the value of a filter or of a word of the book; None is what the book does not tell.

    Branches and officers go by their ids where nobody tells how they are `called`.
    """
    if value is None:
        return _SPECIAL[NOT_KNOWN].in_(language)
    if called is not None and value != NOT_KNOWN and name in _PEOPLE:
        return called.branch(value) if name in _BRANCH else called.officer(value)
    known = _text(name.removeprefix("former_"), value)
    return value if known is None else known.in_(language)


def _text(name: str, value: str) -> Text | None:
    if name in _RAW:
        return _SPECIAL[NOT_KNOWN] if value == NOT_KNOWN and name not in {"text", "circle"} else None
    if name == "stage" and value.isdecimal():
        return Text(*(one.format(value) for one in (_STAGE.en, _STAGE.zh)))
    if name == "at_least":
        return Text(*(one.format(int(value)) for one in (_YUAN.en, _YUAN.zh)))
    return _WORDS.get(name, {}).get(value) or _SPECIAL.get(value)
