"""First sections: what it comes to in a few sentences, who the borrower is, and the loans."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from ews.casework.paper.paper import Block, Cell, Heading, Prose, day
from ews.casework.report.report import Report
from ews.casework.report.values import NOTHING, UNIT, chance, in_table, money
from ews.casework.report.voice import Voice, number
from ews.domain.decisions import Decision, LoanDecision
from ews.domain.exhibits import LoanStrip
from ews.domain.products import PRODUCT_TEXTS
from ews.domain.text import Text
from ews.features.catalogue import FAMILIES, family_name

MOST_REASONS = 3
_REPAYMENTS: Mapping[str, Text] = {
    "instalment": Text("instalments", "分期"),
    "bullet": Text("at maturity", "到期一次"),
    "revolving": Text("revolving", "循环"),
}
_INQUIRIES = "credit_inquiries"
_FAMILY_TITLES = {family_name(family): family.TITLE for family in FAMILIES}


def summary_blocks(report: Report, voice: Voice) -> Iterator[Block]:
    """Yield the answer first: level and risk, why, what is asked for, what nobody could see."""
    decision = report.decision
    yield Prose(_answer(decision, voice))
    raising = sorted((one for one in decision.reasons if one.log_odds > 0), key=lambda one: (-one.log_odds, one.code))
    if raising:
        yield Prose(voice("What adds most to the risk:", "主要风险因素："))
        for place, reason in enumerate(raising[:MOST_REASONS], start=1):
            yield Prose(voice.tell.reason_sentence(reason, voice.language), mark=f"{place}.")
    action = voice.tell.action_text(decision, voice.language)
    if action:
        yield Prose(voice(f"To be done: {action}", f"处置要求：{action}"))
    open_cases = [one for one in report.dossier.cases if one.kind == "warning" and one.closed_at is None]
    late = sum(bool(one.days_late) for one in open_cases)
    yield Prose(
        voice(
            f"Open warnings: {len(open_cases)}, of which {late} past their deadline.",
            f"未结预警 {len(open_cases)} 件，其中逾期未办 {late} 件。",
        )
    )
    if decision.blind:
        missing = voice.list(family_titles(decision.blind, voice))
        yield Prose(
            voice(
                f"Not seen: the book holds no data on {missing}. What follows says nothing about it, and tier "
                "and level do not improve because of that.",
                f"数据缺失：本期未取得{missing}数据，以下内容不含该部分判断，分类与预警等级不因数据缺失而上调。",
            ),
            is_bold=True,
        )


def borrower_blocks(report: Report, voice: Voice) -> Iterator[Block]:
    """Yield who it is, who belongs to it, and each loan."""
    decision = report.decision
    type_of = (decision.customer_type, None if report.paid_like is None else voice.of(report.paid_like))
    paid = " · ".join(filter(None, type_of)) or NOTHING
    yield voice.facts(
        ("Borrower", "借款人", decision.name or NOTHING),
        ("Id", "客户编号", decision.borrower_id),
        ("Industry", "行业", decision.industry or NOTHING),
        ("Region", "地区", decision.region or NOTHING),
        ("Branch", "管户机构", decision.branch_id or NOTHING),
        ("Officer", "客户经理", decision.officer_id or NOTHING),
        ("Exposure", "风险敞口", money(decision.exposure_fen, voice.language)),
        ("Paid in the last 3 months", "近三个月还款类型", paid),
        ("Portfolio", "资产组合", decision.portfolio),
        ("As of", "观察时点", f"{decision.as_of}"),
    )
    if decision.unit:
        yield Heading(voice("Economic unit", "经济单元（实际控制人及关联人）"))
        yield voice.table(
            (("Party", "名称", 0.5), ("Id", "编号", 0.25), ("Is", "关系", 0.25)),
            (
                (
                    voice.called(one.member_id, one.name or NOTHING),
                    Cell(one.member_id, is_code=True),
                    voice.of(one.role.text),
                )
                for one in decision.unit
            ),
        )
    yield Heading(voice("Loans", "贷款情况"))
    strips = {} if report.exhibit is None else {one.loan_id: one for one in report.exhibit.loans}
    unit = voice.of(UNIT)
    yield voice.table(
        (
            ("No.", "序号", 0.07),
            ("Loan", "借据", 0.23),
            ("Opened, matures", "发放与到期", 0.18),
            (f"Principal\n({unit})", f"发放金额\n（{unit}）", 0.14),
            (f"Balance\n({unit})", f"余额\n（{unit}）", 0.14),
            ("Days past due", "逾期天数", 0.10),
            ("Tier", "五级分类", 0.14),
        ),
        (
            _loan(place, one, strips.get(one.loan_id), decision.as_of, voice)
            for place, one in enumerate(decision.loans, start=1)
        ),
        voice("No loan of the borrower is alive.", "无存续贷款。"),
    )


def family_titles(families: Sequence[str], voice: Voice) -> tuple[str, ...]:
    return tuple(voice.of(_FAMILY_TITLES.get(one, Text(one, one))) for one in families)


def missing_titles(report: Report, voice: Voice) -> tuple[str, ...]:
    """Return what the book had no data on, and credit inquiries where none are known after an old report."""
    found = family_titles(report.decision.blind, voice)
    until = _seen_until(report)
    if until is None or _INQUIRIES in report.decision.blind:
        return found
    title = voice.of(_FAMILY_TITLES[_INQUIRIES])
    return (*found, voice(f"{title} after {until:%Y-%m}", f"{title}（{until:%Y-%m} 之后）"))


def _seen_until(report: Report) -> date | None:
    """Return the end of the last month whose inquiries are known, where later ones are not."""
    months = () if report.exhibit is None else report.exhibit.months
    known = [one.ends_on for one in months if one.inquiries is not None]
    return known[-1] if known and months[-1].inquiries is None else None


def _answer(decision: Decision, voice: Voice) -> str:
    before = decision.before
    level, tier = voice.of(decision.level.text), voice.of(decision.tier.text)
    exposure = money(decision.exposure_fen, voice.language)
    was = None if before is None else chance(before.pd) if before.pd is not None else voice("in default", "已违约")
    if decision.pd is None:
        risk = voice("the borrower is in default", "本户已违约")
    else:
        risk = voice(
            f"the chance of default within {decision.horizon_months} months is {chance(decision.pd)}",
            f"{decision.horizon_months}个月内违约概率 {chance(decision.pd)}",
        )
    moved = "" if before is None else voice(f" ({before.as_of}: {was})", f"（{before.as_of} 为 {was}）")
    return voice(
        f"As of {decision.as_of} the warning level is {level}, {risk}{moved}; grade {decision.grade}, tier {tier}, "
        f"exposure {exposure}.",
        f"截至 {decision.as_of}，本户预警等级为{level}，{risk}{moved}，信用等级 {decision.grade}，"
        f"五级分类{tier}，风险敞口 {exposure}。",
    )


def _loan(place: int, loan: LoanDecision, strip: LoanStrip | None, as_of: date, voice: Voice) -> tuple[Cell | str, ...]:
    product = voice.of(PRODUCT_TEXTS.get(loan.product, Text(loan.product, loan.product)))
    repayment = (
        "" if loan.repayment is None else voice.of(_REPAYMENTS.get(loan.repayment, Text(*(loan.repayment,) * 2)))
    )
    due = ""
    if loan.next_due_on is not None:
        left = money(loan.next_due_fen, voice.language)
        due = voice(f"next due {loan.next_due_on}: {left}", f"下期应还 {loan.next_due_on} {left}")
        if loan.is_unpaid_on(as_of):
            due = voice(f"oldest unpaid {loan.next_due_on}: {left}", f"最早欠款 {loan.next_due_on} {left}")
    if loan.is_unpaid_on(as_of) and loan.coming_on is not None:
        coming = money(loan.coming_fen, voice.language)
        due += voice(f"\nnext due {loan.coming_on}: {coming}", f"\n下期应还 {loan.coming_on} {coming}")
    return (
        str(place),
        Cell(loan.loan_id, small=" · ".join(filter(None, (product, repayment)))),
        Cell(f"{day(loan.opened_on)}\n{day(loan.matures_on)}", small=due),
        number(NOTHING if strip is None else in_table(strip.principal_fen, voice.language)),
        number(in_table(loan.balance_fen, voice.language)),
        Cell(NOTHING if loan.dpd is None else f"{loan.dpd:,}", "late" if loan.dpd else "", is_number=True),
        voice.of(loan.tier.text),
    )
