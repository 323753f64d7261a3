"""Calendar, casework and forms of the policy as a terminal shows them."""

from collections.abc import Iterator, Mapping
from datetime import date

from rich.padding import Padding

from ews.cli.lines import Lines
from ews.cli.policy_items import INDENT, ROLES, Item, both, source_text, told_lines, told_table
from ews.domain.levels import WarningLevel
from ews.domain.text import Language
from ews.policy.casework import LEVELS, Casework, CheckEvery
from ews.policy.forms import Contradiction, Field
from ews.policy.playbook import ANY
from ews.policy.policy import Policy
from ews.scoring.wording import MISSING, percent_text

_YES = "是 yes"
_CAUSE = {"overdue": "逾期 late payment", "trouble": "经营困难 trouble"}
_ABOUT = {"borrower": "借款人 borrower", "loan": "借据 loan"}


def calendar_items(policy: Policy, day: date) -> Iterator[Item]:
    """Yield the country and the bank's own days; `day` is what all parts are asked with and changes nothing here."""
    one = policy.calendar
    known = MISSING if one.known_until is None else f"{one.known_until}"
    head = f"country 国家 {one.country}; 调休已知至 worked weekends known until {known}; {day} "
    head += "为工作日 is a working day" if one.is_working(day) else "非工作日 is no working day"
    own = (("休 off", one.off), ("班 working", one.working))
    told = [f"{name}: {', '.join(map(str, days))}" for name, days in own if days]
    yield Item("", told_lines(head, " · ".join((*told, source_text(one.source, None, one.confidence)))))


def casework_items(policy: Policy, day: date) -> Iterator[Item]:
    """Yield the limits in force on `day`."""
    casework = policy.casework_on(day)
    yield from _terms(casework)
    for one in casework.measures:
        credit = "压缩授信 cuts credit" if one.cuts_credit else "增加授信 gives credit" if one.gives_credit else ""
        told = [credit] if credit else []
        told += [f"批准 approved by {ROLES[one.approver]}, {one.decide_days} 工作日内 working days"]
        told += [f"金额至多为敞口的 amount up to {one.most_of_exposure:g} 倍 times the exposure"]
        told += [source_text(one.source, None, one.confidence)]
        yield Item(one.code, told_lines(f"{one.code}  {both(one.text)}", " · ".join(told)))
    for reminder in casework.reminders:
        head = f"{reminder.code}  {reminder.repayment}  到期前 {reminder.days_before} 天 days before"
        told = [both(reminder.text), source_text(reminder.source, None, reminder.confidence)]
        yield Item(reminder.code, told_lines(head, " · ".join(told)))
    for kind in casework.customer_types:
        told = [both(kind.handling), source_text(kind.source, None, kind.confidence)]
        yield Item(kind.code, told_lines(f"{kind.code}  {both(kind.text)}", " · ".join(told)))
    causes = [(_CAUSE[one.about], one.code, both(one.text)) for one in casework.causes]
    yield Item("", told_table(("cause of 原因类别", "code 代码", "meaning 含义"), causes, right=()))
    rows = [(one.code, one.form, _for_whom(one), str(one.every_days)) for one in casework.checks.rows]
    yield Item("", told_table(("check 检查", "form 表单", "for 适用", "days 间隔天数"), rows, right=(3,)))


def form_items(policy: Policy, day: date) -> Iterator[Item]:
    """Yield each form in force on `day` with its fields."""
    for form in policy.forms_on(day).forms:
        head = f"{form.code}  {both(form.text)}  {_ABOUT[form.about]}"
        yield Item(form.code, told_lines(head, source_text(form.source, None, form.confidence)))
        rows = [
            (one.name, both(one.text), _unit(one), _asked(one), one.element, one.source or MISSING, _becomes(one))
            for one in form.fields
        ]
        columns = ("field 字段", "meaning 含义", "unit 单位", "asked 必填", "element 要素", "source 预填", "use 用途")
        yield Item(form.code, told_table(columns, rows, right=()))


def _terms(casework: Casework) -> Iterator[Item]:
    """Yield the parts of which there is one each."""
    life, calls, checks, quality = casework.lifecycle, casework.contacts, casework.checks, casework.quality
    verified = casework.verification
    rows = [
        ("连续未再现批次 batches without the signal before lifting", str(life.gone_observations)),
        ("误报抽查比例 share of false ones that somebody else checks", _share(life.false_sample_share)),
        ("抽查时限 working days for that", str(life.false_review_days)),
        ("最长暂缓 longest snooze, working days", _levels(life.snooze_days)),
        ("升级间隔 working days of each next role", _levels(life.escalation_days)),
        ("处置时限 working days to handle", _levels(life.handle_days)),
        ("升级路径 escalation", " → ".join(ROLES[role] for role in life.roles)),
        *(
            (
                f"核实方式 verified by {way}{'，含红色 red ones too' if way in verified.red_ways else ''}",
                ", ".join(forms),
            )
            for way, forms in verified.forms.items()
        ),
        ("红色降级间隔批次 batches between steps down of a red one", str(verified.steps_apart)),
        ("误报解除后重发 false but standing, raised again after days", str(verified.again_days)),
        ("可联系时段 contacts allowed", f"{calls.from_time:%H:%M}-{calls.to_time:%H:%M}"),
        ("每日有效通话上限 effective calls a day", str(calls.calls_a_day)),
        ("可联系对象 parties", ", ".join(calls.parties)),
        ("首次检查 first check, days after payout", f"{checks.first_from_days}-{checks.first_to_days}"),
        ("首次检查产品 products with a first check", ", ".join(checks.first_products)),
        ("专项检查时限 working days of an event check", str(checks.event_days)),
        ("检查录入时限 working days to enter a check", str(checks.entry_days)),
        ("文字雷同阈值 near-identical from", _share(quality.similarity)),
        ("参与比对的最少字数 characters compared from", str(quality.compare_from)),
        ("比对的历史检查数 earlier checks compared with", str(quality.compare_last)),
        ("自身数据占比 share of own figures, from which no copy", _share(quality.own_figures)),
        ("至少数字个数 figures at least", str(quality.least_figures)),
        ("数据偏差容忍度 tolerance against the book", _share(quality.tolerance)),
        ("重要认定批准 findings approved by", ROLES[casework.findings.approver]),
        ("重要认定审批时限 working days to decide on them", str(casework.findings.decide_days)),
        ("另须批准的认定 findings approved besides", ", ".join(casework.findings.also) or MISSING),
        ("季度会办 session every ... months", str(casework.session.every_months)),
        ("会办准备时限 working days to prepare it", str(casework.session.prepare_days)),
        ("会办批准时限 working days to approve", str(casework.session.approve_days)),
        ("会办批准 approvals", "、".join(ROLES[role] for role in casework.session.approvals)),
        ("人工调整最长 override at most, days", str(casework.overrides.longest_days)),
        ("上调批准 better tier approved by", ROLES[casework.overrides.better_approver]),
        ("下调批准 worse tier approved by", ROLES.get(casework.overrides.worse_approver or "", MISSING)),
        ("人工调整审批时限 working days to decide on overrides", str(casework.overrides.decide_days)),
        ("政策启用审批时限 working days to decide on a policy", str(casework.approvals.adoption_days)),
        ("模型上线审批时限 working days to decide on a model", str(casework.approvals.promotion_days)),
        ("名单复审 watch list reviewed every ... days", str(casework.overrides.watch_review_days)),
    ]
    yield Item("", told_table(("limit 限制", "value 值"), rows, right=(1,)))
    parts = (life, verified, calls, checks, quality, casework.findings, casework.session, casework.overrides)
    sources = dict.fromkeys(source_text(one.source, None, one.confidence) for one in parts)
    yield Item("", Padding(Lines("; ".join(sources), "dim"), INDENT))


def _levels(days: Mapping[WarningLevel, int]) -> str:
    return ", ".join(f"{level} {days[level]}" for level in LEVELS)


def _share(share: float) -> str:
    return percent_text(share, Language.ZH, "g")


def _for_whom(row: CheckEvery) -> str:
    told = (
        None if row.level is None else f"{row.level.text.zh} {row.level}",
        "大额 large" if row.size != ANY else None,
        "多笔 several loans" if row.loans != ANY else None,
        "名单内 watched" if row.watched else None,
        None if row.customer_type is None else f"{row.customer_type}类 type {row.customer_type}",
    )
    return ", ".join(filter(None, told)) or "全部 all"


def _unit(field: Field) -> str:
    if field.low is None and field.high is None:
        return field.unit
    return f"{field.unit} {field.low or 0:,g}-{'' if field.high is None else f'{field.high:,g}'}"


def _asked(field: Field) -> str:
    if not field.required:
        return MISSING
    return _YES if not field.why_empty_allowed else f"{_YES}, 或说明 or why not"


def _becomes(field: Field) -> str:
    told = [] if field.finding is None else [f"认定 finding {field.finding}"]
    told += [f"核对 held against {_doubt(one)}" for one in field.contradicts]
    told += [] if field.asked_with is None else [f"有值时询问 asked with `{field.asked_with}`"]
    return "; ".join(told) or MISSING


def _doubt(doubt: Contradiction) -> str:
    if doubt.than is not None:
        return f"{doubt.than} than {doubt.source}"
    bound = f"< {doubt.below:g}" if doubt.below is not None else f"> {doubt.above:g}"
    return f"{'/'.join(doubt.answers)}: {doubt.source} {bound}"
