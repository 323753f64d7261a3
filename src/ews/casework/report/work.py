"""Sections on the work done: checks and what they found, what is decided and planned, and room for opinions."""

from collections.abc import Iterator

from ews.casework.dossier.cases import case_table
from ews.casework.dossier.dossier import CaseLine, Check
from ews.casework.dossier.findings_table import findings_section
from ews.casework.dossier.tables import check_blocks
from ews.casework.paper.paper import Block, Cell, Heading, Note, Opinions, Prose, day
from ews.casework.report.report import Report
from ews.casework.report.values import NOTHING
from ews.casework.report.voice import Voice
from ews.casework.words import KIND_TEXTS, STATE_TEXTS
from ews.domain.text import Text

_FULL = 2
"""Checks told in full, the newest; all others stand in the list."""
_MOST_CONTACTS = 10
_KINDS = ("warning", "measure", "override", "watch", "task")


def checks_blocks(report: Report, voice: Voice) -> Iterator[Block]:
    """Yield the checks, the newest first, and what was found."""
    checks = sorted(report.dossier.checks, key=lambda one: (one.done_on is not None, one.done_on, one.case_id))[::-1]
    submitted = [one for one in checks if one.state == "submitted"]
    if not checks:
        yield Prose(voice("No post-loan check is recorded.", "尚无贷后检查记录。"))
    else:
        yield voice.table(
            (
                ("Check", "检查", 0.34),
                ("State", "状态", 0.14),
                ("Done on", "检查日", 0.15),
                ("Entered on", "录入日", 0.15),
                ("By", "检查人", 0.22),
            ),
            (_check(one, report, voice) for one in checks),
        )
    for one in submitted[:_FULL]:
        yield from check_blocks(one, voice.say)
    if report.dossier.findings:
        found = findings_section(report.dossier, voice.say)
        yield Heading(found.heading)
        yield from found.blocks
    yield from _contacts(report, voice)


def plan_blocks(report: Report, voice: Voice) -> Iterator[Block]:
    """Yield what the policy asks for, and each warning, measure, override and task with what became of it."""
    action = voice.tell.action_text(report.decision, voice.language)
    if action:
        yield Prose(voice(f"What the policy asks for: {action}", f"政策要求：{action}"))
    told = False
    for kind in _KINDS:
        own = [one for one in report.dossier.cases if one.kind == kind and (kind != "task" or one.closed_at is None)]
        if own:
            told = True
            yield Heading(f"{voice.of(_heading(kind))} ({len(own)})")
            yield case_table(report.dossier, _open_first(own), voice.say)
    if not told:
        yield Prose(
            voice("No warning, measure, override or task is recorded.", "尚无预警、处置措施、人工调整或任务记录。")
        )
    yield Note(
        voice(
            "Each step with its time, deadline and author stands in the due-diligence file.",
            "各步骤的时间、期限与经办人详见尽职免责档案。",
        )
    )


def signature_blocks(voice: Voice) -> Iterator[Block]:
    """Yield the boxes for opinions and signatures."""
    who = (
        ("Officer in charge", "主办客户经理意见"),
        ("Second officer", "协办客户经理意见"),
        ("Branch manager", "支行负责人意见"),
        ("Risk management", "风险管理部门意见"),
        ("Credit committee or approver", "有权审批人（贷审会）意见"),
    )
    yield Opinions(
        tuple(voice(en, zh) for en, zh in who),
        voice(
            "Signed: ____________________    Date: ________________",
            "签字：________________    日期：______年____月____日",
        ),
    )


def _heading(kind: str) -> Text:
    text = KIND_TEXTS[kind]
    plural = {"watch": "Watch list"}.get(kind, f"{text.en.capitalize()}s")
    return Text(plural, {"task": "待办任务"}.get(kind, text.zh))


def _open_first(cases: list[CaseLine]) -> list[CaseLine]:
    """Return open cases before closed ones, and of each the gravest first."""
    return sorted(
        cases, key=lambda one: (one.closed_at is not None, -(one.level.rank if one.level else 0), one.case_id)
    )


def _check(check: Check, report: Report, voice: Voice) -> tuple[Cell | str, ...]:
    by = check.entered_by
    doubts = len(check.flags)
    doubted = voice(f"{doubts} doubted", f"质量疑点 {doubts} 项") if doubts else ""
    return (
        Cell(voice.of(check.text), small=check.case_id),
        Cell(voice.of(STATE_TEXTS.get(check.state, Text(check.state, check.state))), small=doubted),
        day(check.done_on),
        day(check.entered_on),
        NOTHING if by is None else report.dossier.people.get(by, by),
    )


def _contacts(report: Report, voice: Voice) -> Iterator[Block]:
    """Yield the newest contacts."""
    own = [one for one in report.dossier.cases if one.kind == "contact"]
    if own:
        yield Heading(f"{voice.of(Text('Contacts', '联系记录'))} ({len(own)})")
        yield case_table(report.dossier, own[-_MOST_CONTACTS:][::-1], voice.say)
