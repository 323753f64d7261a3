"""The due-diligence file on paper: what comes first, the one timeline, and where each thing stands.

Order   who; the timeline of what was known and done; then each in full: decisions, cases, checks, findings, evidence,
        who looked it up, and the seal
"""

from datetime import datetime

from ews.casework.dossier.cases import case_sections
from ews.casework.dossier.dossier import Deadline, Done, Dossier, Known
from ews.casework.dossier.findings_table import findings_section
from ews.casework.dossier.tables import (
    checks_section,
    decisions_section,
    evidence_blocks,
    look_ups_section,
)
from ews.casework.dossier.values import NOTHING, percent, yuan
from ews.casework.dossier.words import VERB_TEXTS, told_by
from ews.casework.paper.paper import Cell, Facts, Note, Paper, Row, Say, Section, Table, Tone, day, minute
from ews.casework.words import KIND_TEXTS, STATE_TEXTS
from ews.domain.levels import WarningLevel
from ews.domain.people import SYSTEM
from ews.domain.text import Text

TITLE = Text("Due-diligence file", "尽职免责档案")
_SYSTEM = Text("system", "系统")
_TONES: dict[WarningLevel, Tone] = {
    WarningLevel.RED: "red",
    WarningLevel.ORANGE: "orange",
    WarningLevel.YELLOW: "yellow",
    WarningLevel.NONE: "none",
}


def paper_of(dossier: Dossier, say: Say, pictures: dict[str, bytes]) -> Paper:
    """Return the file on paper; `pictures` are the photos that it shows, by SHA-256."""
    who, seal = dossier.who, dossier.seal
    sections = (
        Section(say.word(Text("Borrower", "借款人")), (_facts(dossier, say),)),
        Section(say.word(Text("Timeline", "时间线")), (_about_the_timeline(say), _timeline(dossier, say))),
        decisions_section(dossier, say),
        *case_sections(dossier, say),
        checks_section(dossier, say),
        findings_section(dossier, say),
        Section(say.word(Text("Evidence", "影像资料")), evidence_blocks(dossier, say, pictures)),
        look_ups_section(dossier, say),
        _seal(dossier, say),
    )
    numbered = tuple(
        Section(f"{place}. {one.heading}", one.blocks, one.is_new_page) for place, one in enumerate(sections, start=1)
    )
    printed = say.word(Text("printed by", "打印人"))
    return Paper(
        title=say.word(TITLE),
        subtitle=who.name or who.borrower_id,
        about=f"{who.borrower_id} · {who.portfolio} · {who.branch_id or NOTHING} · {who.officer_id or NOTHING}",
        badge=Cell(say.word(who.level.text), _TONES[who.level]),
        figures=_figures(dossier, say),
        sections=numbered,
        footer=f"{who.borrower_id} · {printed} {person(dossier, seal.printed_by, say)} · {minute(seal.printed_at)} · "
        f"#{seal.entry} {seal.hash[:16]}",
        made_at=seal.printed_at,
        language=say.languages[0],
    )


def person(dossier: Dossier, user_id: str, say: Say) -> str:
    """Return how an account is told: its name and id."""
    if user_id == SYSTEM.user_id:
        return say.word(_SYSTEM)
    name = dossier.people.get(user_id)
    return user_id if name is None or name == user_id else f"{name} ({user_id})"


def _figures(dossier: Dossier, say: Say) -> tuple[tuple[Cell, str], ...]:
    met = [one.deadline for one in dossier.done if one.deadline is not None and one.verb != "escalate"]
    late = sum(one.days_late > 0 for one in met)
    people = sum(one.user_id != SYSTEM.user_id for one in dossier.done)
    return (
        (Cell(str(len(dossier.known))), say.word(Text("decisions", "历次结论"))),
        (Cell(str(people)), say.word(Text("acts of people", "人工处置"))),
        (Cell(str(len(met) - late), "kept"), say.word(Text("deadlines kept", "按期办理"))),
        (Cell(str(late), "late" if late else ""), say.word(Text("deadlines missed", "逾期办理"))),
        (Cell(str(len(dossier.checks))), say.word(Text("checks", "贷后检查"))),
        (Cell(str(len(dossier.evidence))), say.word(Text("pieces of evidence", "影像"))),
    )


def _facts(dossier: Dossier, say: Say) -> Facts:
    who = dossier.who
    exposure = yuan(who.exposure_fen)
    pairs = (
        (Text("Borrower", "借款人"), who.name or NOTHING),
        (Text("Id", "编号"), who.borrower_id),
        (Text("Portfolio", "组合"), who.portfolio),
        (Text("Industry and region", "行业与地区"), f"{who.industry or NOTHING} · {who.region or NOTHING}"),
        (Text("Branch", "机构"), who.branch_id or NOTHING),
        (Text("Officer", "客户经理"), who.officer_id or NOTHING),
        (Text("Newest decision as of", "最新观察时点"), day(who.as_of)),
        (Text("Exposure", "敞口"), NOTHING if exposure is None else say.word(exposure)),
        (
            Text("Probability of default", "违约概率"),
            say.word(Text("in default", "已违约")) if who.in_default else percent(who.pd),
        ),
        (Text("Grade", "信用等级"), who.grade),
        (Text("Tier", "五级分类"), say.word(who.tier.text)),
    )
    level = (say.word(Text("Warning level", "预警等级")), Cell(say.word(who.level.text), _TONES[who.level]))
    return Facts((*((say.word(name), Cell(value)) for name, value in pairs), level))


def _about_the_timeline(say: Say) -> Note:
    text = Text(
        "What was known (published decisions) and what was done (acts, numbered #), in the order of time. A deadline "
        "counts to its end; delays are in working days.",
        "按时间顺序列示当时已知信息（已发布结论）与全部处置动作（以#编号）。期限含当日，逾期按工作日计。",
    )
    return Note(say.lines(text))


def _timeline(dossier: Dossier, say: Say) -> Table:
    rows = [(one.published_at, 0, place, _known_row(one, say)) for place, one in enumerate(dossier.known)]
    rows += [(one.at, 1, one.act, _done_row(dossier, one, say)) for one in dossier.done]
    columns = (
        (say.word(Text("Time", "时间")), 0.12),
        (say.word(Text("What", "事项")), 0.23),
        (say.word(Text("Who", "人员")), 0.12),
        (say.word(Text("What was known or written", "当时所知与所记")), 0.37),
        (say.word(Text("Deadline", "期限")), 0.16),
    )
    ordered = sorted(rows, key=lambda row: row[:3])
    nothing = say.word(Text("Nothing was published or done.", "无已发布结论，无处置动作。"))
    return Table(columns, tuple(row for *_, row in ordered), nothing, is_timeline=True)


def _known_row(one: Known, say: Say) -> Row:
    moved = [] if one.told is None else [say.each(one.told.new), say.each(one.told.reasons)]
    if one.told is None and one.top_reason is not None:
        moved.append(say.lines(one.top_reason))
    pd = say.word(Text("in default", "已违约")) if one.in_default else f"PD {percent(one.pd)}"
    stands = f"{pd} · {one.grade} · {say.word(one.tier.text)} · {say.word(one.level.text)}"
    published = say.lines(Text("decision published", "发布预警结论"))
    later = say.word(Text("superseded", "已被替代"))
    return Row(
        (
            _time(one.published_at),
            Cell(
                published,
                small=f"{say.word(Text('as of', '观察时点'))} {one.as_of}{f' · {later}' if one.superseded else ''}",
            ),
            Cell(say.word(_SYSTEM)),
            Cell("\n".join((stands, *filter(None, moved))), small=f"batch {one.batch_id[:12]}"),
            Cell(""),
        ),
        _TONES[one.level] if one.level is not WarningLevel.NONE else "known",
    )


def _done_row(dossier: Dossier, one: Done, say: Say) -> Row:
    verb = VERB_TEXTS.get(one.verb, Text(one.verb, one.verb))
    kind = KIND_TEXTS.get(one.kind, Text(one.kind, one.kind))
    state = STATE_TEXTS.get(one.state, Text(one.state, one.state))
    told = "\n".join(
        f"{say.word(label)}{say.colon}{say.word(value)}" for label, value in told_by(one.content, dossier.words)
    )
    is_system = one.user_id == SYSTEM.user_id
    return Row(
        (
            _time(one.at),
            Cell(
                say.lines(Text(f"{kind.en} · {verb.en}", f"{kind.zh} · {verb.zh}")),
                small=f"{one.case_id} v{one.version} → {say.word(state)}",
            ),
            Cell(person(dossier, one.user_id, say), small=f"#{one.act}"),
            Cell(told),
            _deadline_cell(one, say),
        ),
        "late" if one.verb == "escalate" else "system" if is_system else "",
    )


def _time(at: datetime) -> Cell:
    return Cell(f"{at:%Y-%m-%d}", small=f"{at:%H:%M}")


def _deadline_cell(one: Done, say: Say) -> Cell:
    found: Deadline | None = one.deadline
    if found is None:
        return Cell("")
    more = (
        "" if found.extended_to is None else say.word(Text(f"then {found.extended_to}", f"升级后 {found.extended_to}"))
    )
    if one.verb == "escalate":
        return Cell(f"{found.due_on}\n{say.word(Text('missed', '未按期'))}", "late", more)
    if found.days_late == 0:
        return Cell(f"{found.due_on}\n✓ {say.word(Text('kept', '按期'))}", "kept")
    days = found.days_late
    unit = "working day late" if days == 1 else "working days late"
    late = say.word(Text(f"{days} {unit}", f"逾期{days}个工作日"))
    return Cell(f"{found.due_on}\n✗ {late}", "late", more)


def _seal(dossier: Dossier, say: Say) -> Section:
    seal = dossier.seal
    text = Text(
        "This file was made from the store as it was at the moment of printing. The entry below was then the newest of "
        "the audit log, in which each entry is chained to the one before. With 'ews audit verify', and by comparing "
        "entry and hash, anybody can tell later whether the log still holds what it held then.",
        "本档案由打印时的系统记录自动生成。下列条目为当时审计日志的最新条目，日志逐条链式加密。"
        "日后可用“ews audit verify”并比对条目编号与哈希值，验证日志是否被改动。",
    )
    pairs = (
        (Text("Entry of the audit log", "审计日志条目"), Cell(str(seal.entry))),
        (Text("Hash", "哈希值"), Cell(seal.hash, is_code=True)),
        (Text("Printed by", "打印人"), Cell(person(dossier, seal.printed_by, say))),
        (Text("Printed at", "打印时间"), Cell(f"{seal.printed_at:%Y-%m-%d %H:%M:%S}")),
    )
    facts = Facts(tuple((say.word(name), cell) for name, cell in pairs))
    return Section(say.word(Text("State of the audit log", "审计链状态")), (Note(say.lines(text)), facts))
