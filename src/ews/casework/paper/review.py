"""The quarterly form of a borrower on paper: monitoring, classification and provisions."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from ews.casework.dossier.values import NOTHING, percent, yuan
from ews.casework.dossier.words import VERB_TEXTS, code_text, told_by
from ews.casework.paper.paper import (
    Block,
    Cell,
    Facts,
    Paper,
    Row,
    Say,
    Section,
    Signatures,
    Table,
    day,
    minute,
)
from ews.casework.reviews.form import Line, LoanLine, ReviewBody, ReviewForm
from ews.casework.words import ROLE_TEXTS, STATE_TEXTS
from ews.domain.levels import Tier
from ews.domain.text import Text

TITLE = Text("Quarterly review: monitoring, classification, provisions", "季度风险评审表：监控、分类与拨备")
_DETERMINED, _APPROVER = Text("Determined by", "认定人"), Text("Approved by", "审批人")


def review_paper(form: ReviewForm, say: Say, words: Mapping[str, Text], printed_at: datetime) -> Paper:
    """Return one form; `words` are codes of the policy."""
    case, body = form.case, form.body
    sections = (
        Section(f"1. {say.word(Text('Borrower', '借款人'))}", (_borrower(form, say),)),
        Section(f"2. {say.word(Text('Monitoring', '风险监控'))}", _monitoring(body, say, words)),
        Section(
            f"3. {say.word(Text('Classification and provisions', '分类与拨备'))}", (_loans(body, say), _sums(body, say))
        ),
        Section(f"4. {say.word(Text('Determination and approval', '认定与审批'))}", _decisions(form, say, words)),
    )
    return Paper(
        title=f"{say.word(TITLE)} · {body.quarter}",
        subtitle=body.name or case.borrower_id or NOTHING,
        about=f"{case.borrower_id} · {case.portfolio} · {case.branch_id or NOTHING} · {case.case_id}",
        badge=Cell(state_text(case.state, say)),
        figures=(),
        sections=sections,
        footer=f"{case.case_id} v{case.version} · {minute(printed_at)}",
        made_at=printed_at,
        language=say.languages[0],
    )


def _borrower(form: ReviewForm, say: Say) -> Facts:
    case, body = form.case, form.body
    pairs = (
        (Text("Borrower", "借款人"), body.name or NOTHING),
        (Text("Id", "编号"), case.borrower_id or NOTHING),
        (Text("Quarter", "季度"), body.quarter),
        (Text("As of", "观察时点"), day(body.as_of)),
        (Text("Batch", "批次"), body.batch_id),
        (Text("Officer", "客户经理"), case.officer_id or NOTHING),
        (Text("Probability of default", "违约概率"), percent(body.pd)),
        (Text("Grade", "信用等级"), body.grade),
        (Text("Initial tier", "初分结果"), say.word(body.tier.text)),
    )
    return Facts(tuple((say.word(name), Cell(value)) for name, value in pairs))


def _monitoring(body: ReviewBody, say: Say, words: Mapping[str, Text]) -> tuple[Block, ...]:
    seen = body.monitoring
    signals = "\n".join(say.word(code_text(code, words)) for code in seen.signals) or NOTHING
    facts = Facts(
        (
            (say.word(Text("Warning level", "预警等级")), Cell(say.word(seen.level.text), seen.level.value)),
            (say.word(Text("Signals", "预警信号")), Cell(signals)),
        )
    )
    groups = (
        (Text("warning", "预警"), seen.warnings),
        (Text("measure", "处置措施"), seen.measures),
        (Text("check", "贷后检查"), seen.checks),
        (Text("contact", "联系"), seen.contacts),
    )
    rows = [_line(kind, line, say, words) for kind, lines in groups for line in lines]
    rows += [
        Row(
            (
                Cell(say.word(Text("finding", "调查发现"))),
                Cell(day(one.found_on)),
                Cell(one.field, small=one.loan_id or ""),
                Cell(NOTHING if one.value is None else one.value),
            )
        )
        for one in seen.findings
    ]
    heads = (
        (Text("What", "事项"), 0.20),
        (Text("Day", "日期"), 0.16),
        (Text("About", "内容"), 0.40),
        (Text("State", "状态"), 0.24),
    )
    return facts, table_of(heads, rows, say, Text("Nothing happened in the quarter.", "本季无监控事项。"))


def _line(kind: Text, line: Line, say: Say, words: Mapping[str, Text]) -> Row:
    what = NOTHING if line.what is None else say.word(code_text(line.what, words))
    level = "" if line.level is None else say.word(line.level.text)
    return Row(
        (
            Cell(say.word(kind), small=line.case_id),
            Cell(day(line.on)),
            Cell(what, small=level),
            Cell(state_text(line.state, say)),
        )
    )


def _loans(body: ReviewBody, say: Say) -> Table:
    heads = (
        (Text("Loan", "借据"), 0.15),
        (Text("Balance", "余额"), 0.14),
        (Text("Days past due", "逾期天数"), 0.09),
        (Text("Floor", "下限"), 0.12),
        (Text("Initial", "初分"), 0.12),
        (Text("Determined", "认定"), 0.14),
        (Text("Held by", "依据"), 0.24),
    )
    tiers = {} if body.determination is None else body.determination.tiers
    return table_of(heads, [_loan(one, tiers, say) for one in body.loans], say, Text("No loan.", "无借据。"))


def _loan(loan: LoanLine, tiers: Mapping[str, Tier], say: Say) -> Row:
    made = tiers.get(loan.loan_id)
    moved = made is not None and made is not loan.original.tier
    grounds = "\n".join(code for code, _ in loan.original.grounds)
    return Row(
        (
            Cell(loan.loan_id, small=loan.product),
            Cell(money_text(loan.balance_fen), is_number=True),
            Cell(NOTHING if loan.dpd is None else str(loan.dpd), is_number=True),
            Cell(say.word(loan.original.floor.text)),
            Cell(say.word(loan.original.tier.text)),
            Cell(NOTHING if made is None else say.word(made.text), "late" if moved else ""),
            Cell(grounds or NOTHING, is_code=True),
        )
    )


def _sums(body: ReviewBody, say: Say) -> Facts:
    sums = body.provisions
    pairs = (
        (Text("Expected loss", "预期损失"), sums.expected_loss_fen),
        (Text("General provision (indicative)", "一般准备（参考）"), sums.general_fen),
        (Text("Specific provision (indicative)", "专项准备（参考）"), sums.specific_fen),
        (Text("By the standard method (indicative)", "标准法（参考）"), sums.standard_fen),
    )
    return Facts(tuple((say.word(name), Cell(money_text(fen))) for name, fen in pairs))


def _decisions(form: ReviewForm, say: Say, words: Mapping[str, Text]) -> tuple[Block, ...]:
    rows = [
        Row(
            (
                Cell(minute(act.at)),
                Cell(say.word(VERB_TEXTS.get(act.verb, Text(act.verb, act.verb))), small=state_text(act.state, say)),
                Cell(act.user_id, small=f"#{act.act}"),
                Cell(
                    "\n".join(f"{say.word(label)}：{say.word(value)}" for label, value in told_by(act.content, words))
                ),
            )
        )
        for act in form.acts
    ]
    heads = (
        (Text("Time", "时间"), 0.18),
        (Text("What", "事项"), 0.22),
        (Text("Who", "人员"), 0.16),
        (Text("Written", "所记"), 0.44),
    )
    approvers = (f"{say.word(_APPROVER)} · {say.word(_role(role))}" for role in form.body.approvers)
    return table_of(heads, rows, say, Text("Nothing yet.", "尚无记录。")), Signatures(
        (say.word(_DETERMINED), *approvers)
    )


def table_of(heads: Sequence[tuple[Text, float]], rows: Sequence[Row], say: Say, empty: Text) -> Table:
    return Table(tuple((say.word(head), share) for head, share in heads), tuple(rows), say.word(empty))


def state_text(state: str, say: Say) -> str:
    return say.word(STATE_TEXTS.get(state, Text(state, state)))


def _role(role: str) -> Text:
    return ROLE_TEXTS.get(role, Text(role, role))


def money_text(fen: int | None) -> str:
    told = yuan(fen)
    return NOTHING if told is None else told.zh
