"""The monitoring report on paper: its order, its head, and the note on what it rests on.

Order   summary; borrower and loans; classification with its legal basis; warning and reasons; account flows; inquiries;
        guarantees; cards; repayment; checks; handling plan; what it rests on; opinions and signatures
"""

from collections.abc import Callable, Iterator
from itertools import count

from ews.casework.dossier.paper import person
from ews.casework.paper.paper import Block, Cell, Note, Paper, Section, minute
from ews.casework.report.borrower import borrower_blocks, missing_titles, summary_blocks
from ews.casework.report.classification import classification_blocks
from ews.casework.report.flows import cards_blocks, flows_blocks, inquiries_blocks
from ews.casework.report.repayment import repayment_blocks
from ews.casework.report.report import Report, Telling
from ews.casework.report.ties import ties_blocks
from ews.casework.report.values import NOTHING, chance, money
from ews.casework.report.voice import Voice
from ews.casework.report.warning import warning_blocks
from ews.casework.report.work import checks_blocks, plan_blocks, signature_blocks
from ews.domain.text import Language, Text

TITLE = Text("Post-loan risk monitoring and warning report", "贷后风险预警监控报告")
_NUMERALS = "一二三四五六七八九十"
_TEENS = 10


def paper_of(report: Report, telling: Telling, language: Language) -> Paper:
    """Return the report on paper, in one language."""
    voice, decision, seal = Voice(language, telling), report.decision, report.dossier.seal
    title = voice.of(TITLE)
    printed = f"{voice('printed by', '打印人')} {person(report.dossier, seal.printed_by, voice.say)}"
    sections = tuple(
        Section(f"{_numeral(place, voice)}{voice.of(heading)}", tuple(blocks(report, voice)))
        for place, (heading, blocks) in zip(count(1), _PARTS, strict=False)
    )
    return Paper(
        title=title,
        subtitle=decision.name or decision.borrower_id,
        about=" · ".join(
            (
                decision.borrower_id,
                f"{voice('branch', '管户机构')} {decision.branch_id or NOTHING}",
                f"{voice('officer', '客户经理')} {decision.officer_id or NOTHING}",
                f"{voice('as of', '观察时点')} {decision.as_of}",
            )
        ),
        badge=None,
        figures=_figures(report, voice),
        sections=sections,
        footer=f"{printed} · {minute(seal.printed_at)} · #{seal.entry} {seal.hash[:16]}",
        made_at=seal.printed_at,
        language=language,
        manner="official",
        header=f"{title}  {decision.borrower_id}  {decision.as_of}    {voice('internal', '内部资料 注意保密')}",
    )


def _figures(report: Report, voice: Voice) -> tuple[tuple[Cell, str], ...]:
    decision = report.decision
    dpd = max((one.dpd for one in decision.loans if one.dpd is not None), default=None)
    before = decision.before
    moved = before is not None and before.grade != decision.grade
    was = f"{voice('grade, was', '信用等级，上期')} {before.grade}" if before and moved else voice("grade", "信用等级")
    months = decision.horizon_months
    pd = Cell(chance(decision.pd)) if decision.pd is not None else Cell(voice("in default", "已违约"), "late")
    return (
        (Cell(voice.of(decision.level.text), decision.level.value), voice("warning level", "预警等级")),
        (pd, voice(f"default in {months} months", f"{months}个月违约概率")),
        (Cell(decision.grade), was),
        (Cell(voice.of(decision.tier.text)), voice("tier", "五级分类")),
        (Cell(money(decision.exposure_fen, voice.language)), voice("exposure", "风险敞口")),
        (Cell(NOTHING if dpd is None else f"{dpd:,}", "late" if dpd else ""), voice("days past due", "最长逾期天数")),
    )


def _rests_on(report: Report, voice: Voice) -> Iterator[Block]:
    decision, seal = report.decision, report.dossier.seal
    exhibit = voice("kept with the batch", "随批次保存") if report.exhibit is not None else voice("none", "无")
    yield voice.facts(
        ("Batch", "批次", Cell(decision.batch_id[:16], is_code=True)),
        ("Known by", "信息截止", f"{decision.known_by}"),
        ("Model", "模型", Cell(decision.model_id[:16], is_code=True)),
        ("Policy", "政策", Cell(decision.policy_hash[:16], is_code=True)),
        ("Monthly figures", "逐月数据", exhibit),
        ("No data on", "缺失数据", voice.list(missing_titles(report, voice)) or voice("nothing", "无")),
        ("Entry of the audit log", "审计日志条目", f"{seal.entry}"),
        ("Hash", "哈希值", Cell(seal.hash[:16], is_code=True)),
    )
    yield Note(
        voice(
            "“—” is not known or does not apply; 0 is known to be nothing. Chances, expected losses and provisions are "
            "estimates of a model and of policy parameters, to be judged by people. What was known later than the day "
            "named above is not in the figures.",
            "“—”表示未知或不适用，0 表示已知为零。违约概率、预期损失与准备金为模型及政策参数测算结果，须经人工判断。"
            "信息截止日之后获知的事项不在数据之内。",
        )
    )


def _numeral(place: int, voice: Voice) -> str:
    if voice.language is Language.EN:
        return f"{place}. "
    told = _NUMERALS[place - 1] if place <= _TEENS else f"十{_NUMERALS[place - _TEENS - 1]}"
    return f"{told}、"


_PARTS: tuple[tuple[Text, Callable[[Report, Voice], Iterator[Block]]], ...] = (
    (Text("Summary", "结论摘要"), summary_blocks),
    (Text("Borrower and loans", "借款人及贷款基本情况"), borrower_blocks),
    (Text("Classification and its legal basis", "风险分类及依据"), classification_blocks),
    (Text("Warning and reasons", "预警情况及原因"), warning_blocks),
    (Text("Account flows", "账户资金流"), flows_blocks),
    (Text("Credit inquiries", "征信查询"), inquiries_blocks),
    (Text("Guarantees and connected parties", "担保及关联关系"), ties_blocks),
    (Text("Cards", "信用卡"), cards_blocks),
    (Text("Repayment", "还款情况"), repayment_blocks),
    (Text("Checks made", "贷后检查情况"), checks_blocks),
    (Text("Handling plan", "处置方案及进展"), plan_blocks),
    (Text("What this rests on", "编制说明"), _rests_on),
    (Text("Opinions and signatures", "审批意见与签署"), lambda _, voice: signature_blocks(voice)),
)
