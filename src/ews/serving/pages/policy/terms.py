"""Terms of casework as the policy page lists them: each limit with its value, in groups that share a source."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ews.casework.words import ROLE_TEXTS
from ews.domain.levels import WarningLevel
from ews.domain.text import Text
from ews.policy.casework import LEVELS, Casework, CheckEvery
from ews.policy.forms import Contradiction, Field
from ews.policy.playbook import ANY
from ews.serving.pages.policy.parts import Source, source_of

_NOBODY = Text("nobody", "无需")


@dataclass(frozen=True, slots=True)
class Term:
    text: Text
    value: Text


@dataclass(frozen=True, slots=True)
class Group:
    code: str
    text: Text
    terms: tuple[Term, ...]
    source: Source


def groups(casework: Casework) -> tuple[Group, ...]:
    """Return the limits of one edition, of which there is one each."""
    return (*_of_warnings(casework), *_of_checks(casework), *_of_decisions(casework))


def _of_warnings(casework: Casework) -> Iterable[Group]:
    life, verified, calls = casework.lifecycle, casework.verification, casework.contacts
    yield Group(
        "lifecycle",
        Text("Life of a warning", "预警流转"),
        (
            _term("Batches without the signal before lifting", "解除前信号连续消失批次", life.gone_observations),
            _term(
                "Share of warnings called false that somebody else checks",
                "误报抽查比例",
                _percent(life.false_sample_share),
            ),
            _term("Working days for that check", "抽查时限（工作日）", life.false_review_days),
            _term("Longest snooze, working days", "最长暂缓（工作日）", _levels(life.snooze_days)),
            _term(
                "Working days of each next role once it is late",
                "逐级上报间隔（工作日）",
                _levels(life.escalation_days),
            ),
            _term(
                "Working days to handle, from the plan on", "处置时限（定方案后，工作日）", _levels(life.handle_days)
            ),
            _term("Way up", "上报路径", _roles(life.roles, " → ")),
        ),
        source_of(life),
    )
    ways = (
        Term(
            Text(
                f"Verified by {way}{' (red ones too)' if way in verified.red_ways else ''}",
                f"核实方式 {way}{'（含红色）' if way in verified.red_ways else ''}",
            ),
            _same(", ".join(forms)),
        )
        for way, forms in verified.forms.items()
    )
    yield Group(
        "verification",
        Text("Verification", "核实"),
        (
            *ways,
            _term("Batches between two steps down of a red one", "红色逐级下调间隔批次", verified.steps_apart),
            _term(
                "Called false but still standing: raised again after days",
                "判误报而信号仍在，重发间隔天数",
                verified.again_days,
            ),
        ),
        source_of(verified),
    )
    yield Group(
        "contacts",
        Text("Contacts", "联系限制"),
        (
            _term("Allowed from to", "可联系时段", f"{calls.from_time:%H:%M}–{calls.to_time:%H:%M}"),
            _term("Effective calls a day, per person", "每人每日有效通话上限", calls.calls_a_day),
            _term("Effective calls a day, per borrower", "每户每日有效通话上限", calls.calls_a_day_per_case),
            _term("Days to record a contact made elsewhere", "补登时限（天）", calls.record_days),
            _term("Who may be contacted", "可联系对象", ", ".join(calls.parties)),
        ),
        source_of(calls),
    )


def _of_checks(casework: Casework) -> Iterable[Group]:
    checks, quality = casework.checks, casework.quality
    yield Group(
        "checks",
        Text("Checks", "贷后检查"),
        (
            _term(
                "First check, days after payout",
                "首次检查（放款后天数）",
                f"{checks.first_from_days}–{checks.first_to_days}",
            ),
            _term("Products with a first check", "首次检查产品", ", ".join(checks.first_products)),
            _term("Working days for a check after an event", "事件专项检查时限（工作日）", checks.event_days),
            _term("Working days to enter a check", "检查录入时限（工作日）", checks.entry_days),
            _term("Oldest check that may be entered, days", "可录入的最早检查（天前）", checks.oldest_days),
        ),
        source_of(checks),
    )
    yield Group(
        "quality",
        Text("Quality of checks", "检查质量"),
        (
            _term("Texts are near-identical from", "文字雷同阈值", _percent(quality.similarity)),
            _term("Characters that are compared from", "参与比对最少字数", quality.compare_from),
            _term("Earlier checks compared with", "比对的历史检查数", quality.compare_last),
            _term(
                "Share of own figures from which it is no copy",
                "自身数据占比达到即非雷同",
                _percent(quality.own_figures),
            ),
            _term("Figures at least", "至少数字个数", quality.least_figures),
            _term("Tolerance against the book", "与台账偏差容忍度", _percent(quality.tolerance)),
        ),
        source_of(quality),
    )


def _of_decisions(casework: Casework) -> Iterable[Group]:
    found, session, overrides, approvals = (
        casework.findings,
        casework.session,
        casework.overrides,
        casework.approvals,
    )
    yield Group(
        "findings",
        Text("Findings that take a second person", "需复核的认定"),
        (
            Term(Text("Approved by", "批准人"), ROLE_TEXTS[found.approver]),
            _term("Working days to decide", "审批时限（工作日）", found.decide_days),
            _term("Besides those of the law", "法规以外另须批准", ", ".join(found.also) or "—"),
        ),
        source_of(found),
    )
    yield Group(
        "session",
        Text("Quarterly session", "季度评审会"),
        (
            _term("Every … months", "间隔（月）", session.every_months),
            _term("Working days to prepare", "准备时限（工作日）", session.prepare_days),
            _term("Working days to approve", "批准时限（工作日）", session.approve_days),
            Term(Text("Approvals, side by side", "并行批准"), _roles(session.approvals, " + ")),
        ),
        source_of(session),
    )
    worse = overrides.worse_approver
    yield Group(
        "overrides",
        Text("Overrides and watch list", "人工调整与名单"),
        (
            _term("An override holds at most, days", "人工调整最长有效期（天）", overrides.longest_days),
            Term(Text("A better tier is approved by", "上调批准"), ROLE_TEXTS[overrides.better_approver]),
            Term(Text("A worse tier is approved by", "下调批准"), _NOBODY if worse is None else ROLE_TEXTS[worse]),
            _term("Working days to decide", "审批时限（工作日）", overrides.decide_days),
            _term("Watch list reviewed every … days", "名单复审间隔（天）", overrides.watch_review_days),
        ),
        source_of(overrides),
    )
    yield Group(
        "approvals",
        Text("Policies and models", "政策与模型"),
        (
            _term("Working days to decide on a policy", "政策启用审批时限（工作日）", approvals.adoption_days),
            _term("Working days to decide on a model", "模型上线审批时限（工作日）", approvals.promotion_days),
        ),
        source_of(approvals),
    )


def for_whom(row: CheckEvery) -> Text:
    """Return whom a row of the check plan is for."""
    told = [
        None if row.level is None else row.level.text,
        Text("large", "大额") if row.size != ANY else None,
        Text("several loans", "多笔贷款") if row.loans != ANY else None,
        Text("on the watch list", "名单内") if row.watched else None,
        None if row.customer_type is None else Text(f"type {row.customer_type}", f"{row.customer_type} 类客户"),
    ]
    known = [one for one in told if one is not None] or [Text("all", "全部")]
    return Text(", ".join(one.en for one in known), "、".join(one.zh for one in known))


def bounds(field: Field) -> str:
    """Return what a number of a form may be, empty where nothing is said."""
    if field.low is None and field.high is None:
        return ""
    return f"{field.low or 0:,g}–{'' if field.high is None else f'{field.high:,g}'}"


def becomes(field: Field) -> Text | None:
    """Return what becomes of an answer besides being kept."""
    told = []
    if field.finding is not None:
        told.append(Text(f"finding {field.finding}", f"形成认定 {field.finding}"))
    told += map(_doubt, field.contradicts)
    if field.asked_with is not None:
        told.append(Text(f"asked where {field.asked_with} is known", f"有 {field.asked_with} 时询问"))
    return Text("; ".join(one.en for one in told), "；".join(one.zh for one in told)) if told else None


def _doubt(doubt: Contradiction) -> Text:
    if doubt.than is not None:
        less = doubt.than == "less"
        return Text(f"doubted if {doubt.than} than {doubt.source}", f"{'低' if less else '高'}于 {doubt.source} 则存疑")
    bound = f"< {doubt.below:g}" if doubt.below is not None else f"> {doubt.above:g}"
    answers = "/".join(doubt.answers)
    return Text(f"{answers}: doubted if {doubt.source} {bound}", f"{answers}：{doubt.source} {bound} 时存疑")


def _term(en: str, zh: str, value: object) -> Term:
    return Term(Text(en, zh), value if isinstance(value, Text) else _same(str(value)))


def _same(value: str) -> Text:
    return Text(value, value)


def _levels(days: Mapping[WarningLevel, int]) -> Text:
    return Text(
        ", ".join(f"{level.text.en} {days[level]}" for level in LEVELS),
        "，".join(f"{level.text.zh} {days[level]}" for level in LEVELS),
    )


def _roles(roles: Iterable[str], between: str) -> Text:
    texts = [ROLE_TEXTS[role] for role in roles]
    return Text(between.join(one.en for one in texts), between.join(one.zh for one in texts))


def _percent(share: float) -> str:
    return f"{100 * share:g}%"
