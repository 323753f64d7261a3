"""The policy as a terminal shows it: its eight parts, each item with what it means, its source and its days."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text as Styled

from ews.cli.casework_page import calendar_items, casework_items, form_items
from ews.cli.lines import Lines
from ews.cli.policy_items import INDENT, ROLES, Item, source_text, told_lines, told_table
from ews.domain.errors import PolicyError
from ews.domain.levels import Tier
from ews.domain.text import Language, Text
from ews.policy.dated import Dated
from ews.policy.grades import scale_on
from ews.policy.parameters import Parameter
from ews.policy.playbook import ANY, Response, playbook_on
from ews.policy.policy import Policy
from ews.policy.provisions import StageRule
from ews.policy.rules import ELEMENTS, Signal, TierRule
from ews.scoring.wording import MISSING, money_text, percent_text

_UNITS = {"days": "{:,} 天 days", "months": "{:,} 个月 months", "count": "{:,}", "ratio": "{:g} 倍 times"}
_BASIS = {"law": "法规 law", "practice": "惯例 practice", "model": "模型 model"}
_OWNERS = {"officer": "客户经理 officer", "branch_risk": "支行风险 branch risk", "head_office": "总行 head office"}
_SOURCED = Parameter | TierRule | Signal | StageRule


def page(policy: Policy, day: date, only: str | None = None) -> Iterator[RenderableType]:
    """Yield the policy as it stands on `day`; `only` is one of its parts, a code, or the name of a parameter."""
    found = {key: (title, list(items(policy, day))) for key, (title, items) in PARTS.items()}
    if only is None or only in found:
        for key, (title, items) in found.items():
            if only in {None, key}:
                yield Styled(f"\n{title}", style="bold")
                yield from (item.shown for item in items)
        return
    named = [item for _, items in found.values() for item in items if item.label == only]
    if not named:
        raise unknown(only)
    yield from (item.shown for item in named)


def unknown(wanted: str) -> PolicyError:
    message = f"The policy has no '{wanted}'. Give one of {', '.join(PARTS)}, a code, or the name of a parameter."
    return PolicyError(message)


def value_text(parameter: Parameter, day: date) -> str:
    """Return the value on `day` in its unit, since when, and what is to come."""
    return _dated(parameter.values, day, lambda value: _amount(parameter.unit, value))


def _amount(unit: str, value: float) -> str:
    if unit == "fen":
        return f"{money_text(value, Language.ZH)} {value / 100:,.0f} CNY"
    if unit in {"share", "change"}:
        return percent_text(value, Language.ZH, "g" if unit == "share" else "+g")
    return _UNITS[unit].format(value)


def _dated(values: Dated[Any], day: date, told: Callable[[Any], str]) -> str:
    """Return the value in force on a day and the days on which it began and ends; those of always are left out."""
    parts = []
    for number, (start, value) in enumerate(values.values):
        following = values.values[number + 1 :]
        if following and following[0][0] <= day:
            continue
        since = "" if (start, number) == (values.values[0][0], 0) and start.year <= 1900 else f" (自 from {start})"
        parts.append(f"{told(value)}{since}")
    return "; ".join(parts)


def _parameters(policy: Policy, day: date) -> Iterator[Item]:
    for one in policy.parameters:
        lent = "" if one.in_force(day) else "; 生效前借用 lent to earlier days"
        yield _item(one.name, f"{one.name} = {value_text(one, day)}{lent}", one.meaning, one)


def _grades(policy: Policy, day: date) -> Iterator[Item]:
    scale = scale_on(policy.scales, day)
    rows = [
        (str(rank), one.code, percent_text(one.low, Language.ZH, ".2f"), percent_text(one.high, Language.ZH, ".2f"),
         f"{one.meaning.zh} {one.meaning.en}")
        for rank, one in enumerate(scale.grades, start=1)
    ]  # fmt: skip
    meaning = f"{scale.default_meaning.zh} {scale.default_meaning.en}"
    rows.append((str(scale.default_rank), scale.default_code, MISSING, MISSING, meaning))
    columns = ("rank 序号", "grade 等级", "pd from 下限", "below 上限", "meaning 含义")
    yield Item("", told_table(columns, rows, right=(0, 2, 3)))
    yield Item("", Padding(Lines(f"{scale.source}", "dim"), INDENT))


def _tier_rules(policy: Policy, day: date) -> Iterator[Item]:
    alone = policy.tier_rules
    head = f"by_days_past_due_alone  {_condition(alone.by_dpd_alone, day)}"
    source = source_text(alone.by_dpd_alone_source, None, alone.by_dpd_alone_confidence)
    yield Item(
        "by_days_past_due_alone", told_lines(head, f"脱期法：模型不影响分类 The model leaves the tier alone · {source}")
    )
    for rule in (*alone.loan, *alone.model):
        head = f"{rule.code}  {rule.floor.text.zh} {rule.floor.text.en}  {_condition(rule.when, day)}"
        yield _item(rule.code, head, rule.meaning, rule, _BASIS[rule.basis])
    for stage in policy.provisions.stage_rules:
        head = f"{stage.code}  第{stage.stage}阶段 stage {stage.stage}  {_condition(stage.when, day)}"
        yield _item(stage.code, head, stage.meaning, stage)
    yield from _rates(policy, day)


def _rates(policy: Policy, day: date) -> Iterator[Item]:
    rates, losses = policy.provisions.rates.on(day), policy.provisions.losses.on(day)
    if losses is not None:
        rows = [(kind, MISSING, _percent(lgd)) for kind, lgd in losses.by_security.items()]
        rows += [(one.kind, _percent(one.counted), _percent(one.lgd)) for one in losses.collateral]
        columns = ("security or collateral 担保或押品", "counted 计入", "lgd 违约损失率")
        yield Item("", told_table(columns, rows, right=(1, 2)))
        yield Item("", Padding(Lines(source_text(losses.source, None, losses.confidence), "dim"), INDENT))
    if rates is not None:
        rows = [
            (f"{tier.text.zh} {tier.text.en}", _percent(rates.specific.get(tier.value)), _percent(rates.standard[tier]))
            for tier in Tier
        ]
        columns = ("tier 五级分类", "specific 专项准备", "standardised 标准法")
        yield Item("", told_table(columns, rows, right=(1, 2)))
        told = f"一般准备 general {_percent(rates.general)}; 次级、可疑上下浮动 band ±{_percent(rates.band)}"
        sources = f"{source_text(rates.source, None, rates.confidence)}; " + source_text(
            rates.standard_source, None, rates.standard_confidence
        )
        yield Item("", Padding(Lines(f"{told} · {sources}", "dim"), INDENT))


def _signals(policy: Policy, day: date) -> Iterator[Item]:
    for one in policy.signals:
        head = f"{one.code}  {one.level.text.zh} {one.level}  {_condition(one.when, day)}"
        quiet = f"{one.cool_down_days}天内不重复预警 no second warning within {one.cool_down_days} days"
        element = f"{one.element} {ELEMENTS[one.element].zh} {ELEMENTS[one.element].en}"
        cool = quiet if one.lingers else "当日事实 fact of the day"
        yield _item(one.code, head, one.sentence, one, element, one.pattern, _OWNERS[one.owner], cool)


def _playbook(policy: Policy, day: date) -> Iterator[Item]:
    playbook = playbook_on(policy.playbook, day)
    for one in playbook.responses:
        told = f"{one.action.zh} {one.action.en} · {'、'.join(ROLES[role] for role in one.roles)} · {one.source}"
        yield Item("", told_lines(_response(one), told))
    for step in playbook.steps:
        cause = " · 须记录逾期原因 the cause is recorded" if step.needs_cause else ""
        days = f"逾期{step.from_dpd}天起 from {step.from_dpd} days past due"
        head = f"{step.code}  {days}  {step.who.zh} {step.who.en}"
        told = f"{step.action.zh} {step.action.en}{cause} · {ROLES[step.role]} · {step.source}"
        yield Item(step.code, told_lines(head, told))
    yield Item("", Lines(f"紧急信号 urgent signals: {', '.join(playbook.urgent) or MISSING}"))


PARTS: Mapping[str, tuple[str, Callable[[Policy, date], Iterator[Item]]]] = {
    "parameters": ("Parameters 参数", _parameters),
    "grades": ("Grades 信用等级", _grades),
    "tier_rules": ("Tier rules, stages and provisions 分类规则、阶段与准备", _tier_rules),
    "signals": ("Signals 预警信号", _signals),
    "playbook": ("Playbook 处置手册", _playbook),
    "calendar": ("Calendar 工作日历", calendar_items),
    "casework": ("Casework 处置管理", casework_items),
    "forms": ("Forms 检查表单", form_items),
}


def _item(label: str, head: str, meaning: Text, one: _SOURCED, *more: str) -> Item:
    parts = (f"{meaning.zh} {meaning.en}", *more, source_text(one.source, one.article, one.confidence))
    return Item(label, told_lines(head, " · ".join(parts)))


def _condition(when: Dated[Any], day: date) -> str:
    return _dated(when, day, lambda condition: str(condition.text))


def _response(one: Response) -> str:
    """Return for what warnings a row of the playbook stands, and its limits in working days."""
    kind = [f"{one.level.text.zh} {one.level}"]
    kind += [word for word, is_so in (("大额 large", one.size != ANY), ("紧急 urgent", one.urgency != ANY)) if is_so]
    limits = [f"认领 acknowledge {one.acknowledge_days}", f"方案 plan {one.plan_days}"]
    limits += [] if one.report_days is None else [f"上报总行 report {one.report_days}"]
    return f"{' '.join(kind)}  {', '.join(limits)} 个工作日 working days"


def _percent(share: float | None) -> str:
    return MISSING if share is None else percent_text(share, Language.ZH, "g")
