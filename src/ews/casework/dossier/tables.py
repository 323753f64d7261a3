"""Tables of a due-diligence file: decisions, checks, evidence and look-ups in full."""

from collections.abc import Iterator, Mapping

from ews.casework.checks.quality import FLAG_TEXTS
from ews.casework.dossier.dossier import Answered, Check, Dossier, Evidence, Known
from ews.casework.dossier.values import NOTHING, percent, yuan
from ews.casework.paper.paper import Block, Cell, Facts, Heading, Note, Picture, Row, Say, Section, Table, day, minute
from ews.casework.words import STATE_TEXTS
from ews.domain.text import Text

_SHORT = 12
_STATES = {
    "kept": Text("kept, hash agrees", "已留存，哈希一致"),
    "missing": Text("missing", "缺失"),
    "altered": Text("altered: no longer what was handed in", "已被改动：与提交时不一致"),
}


def decisions_section(dossier: Dossier, say: Say) -> Section:
    """Return every published decision with the batch, model and policy behind it."""
    heads = (
        (Text("As of", "观察时点"), 0.12),
        (Text("Published", "发布时间"), 0.12),
        (Text("PD", "违约概率"), 0.08),
        (Text("Grade", "等级"), 0.06),
        (Text("Tier", "五级分类"), 0.12),
        (Text("Level", "预警等级"), 0.12),
        (Text("Exposure", "敞口"), 0.13),
        (Text("Batch, model, policy, code", "批次、模型、政策、程序"), 0.25),
    )
    columns = tuple((say.word(head), share) for head, share in heads)
    rows = tuple(_decision(one, say) for one in dossier.known)
    table = Table(columns, rows, say.word(Text("Nothing was published.", "无已发布结论。")))
    return Section(say.word(Text("What was known when", "历次结论")), (table,), is_new_page=True)


def checks_section(dossier: Dossier, say: Say) -> Section:
    """Return each check with its answers, what the officer changed, and what is doubted about it."""
    blocks = [block for check in dossier.checks for block in check_blocks(check, say)]
    none: Block = Note(say.word(Text("No check was recorded.", "无检查记录。")))
    return Section(say.word(Text("Post-loan checks", "贷后检查")), tuple(blocks) or (none,))


def evidence_blocks(dossier: Dossier, say: Say, pictures: Mapping[str, bytes]) -> tuple[Block, ...]:
    """Return the list of files and the photos themselves."""
    heads = (
        (Text("SHA-256", "SHA-256"), 0.42),
        (Text("Kind and size", "类型与大小"), 0.18),
        (Text("Handed in", "提交"), 0.22),
        (Text("State", "状态"), 0.18),
    )
    rows = tuple(
        Row(
            (
                Cell(one.sha256, is_code=True),
                Cell(one.media_type, small=f"{one.size:,} B"),
                Cell(f"{one.check_id} · {dossier.people.get(one.by, one.by)}", small=minute(one.at)),
                Cell(say.word(_STATES[one.state]), "kept" if one.state == "kept" else "late"),
            )
        )
        for one in dossier.evidence
    )
    columns = tuple((say.word(head), share) for head, share in heads)
    table = Table(columns, rows, say.word(Text("Nothing was handed in.", "无影像资料。")))
    return (table, *(_picture(one, pictures, say) for one in dossier.evidence if one.media_type.startswith("image/")))


def look_ups_section(dossier: Dossier, say: Say) -> Section:
    """Return who was told of the borrower how often on which day, and each look-up where the file holds them."""
    heads = ((Text("Day", "日期"), 0.25), (Text("Who", "人员"), 0.50), (Text("Times", "次数"), 0.25))
    rows = tuple(
        Row((Cell(day(one.day)), Cell(_name(dossier, one.user_id)), Cell(str(one.times), is_number=True)))
        for one in dossier.looked_up
    )
    columns = tuple((say.word(head), share) for head, share in heads)
    blocks: list[Block] = [Table(columns, rows, say.word(Text("Nobody looked it up.", "无查阅记录。")))]
    if dossier.look_ups is not None:
        blocks += [Heading(say.word(Text("Each look-up", "逐次查阅"))), _each(dossier, say)]
    return Section(say.word(Text("Who looked the borrower up", "查阅记录")), tuple(blocks))


def _decision(one: Known, say: Say) -> Row:
    exposure = yuan(one.exposure_fen)
    pd = say.word(Text("in default", "已违约")) if one.in_default else percent(one.pd)
    tier_moved = one.tier_before is not None and one.tier_before is not one.tier
    level_moved = one.level_before is not None and one.level_before is not one.level
    was = say.word(Text("was", "原为"))
    origin = f"{one.batch_id[:_SHORT]} · {one.model_id[:_SHORT]}\n{one.policy_hash[:_SHORT]} · {one.code_version}"
    return Row(
        (
            Cell(day(one.as_of), small=say.word(Text("superseded", "已被替代")) if one.superseded else ""),
            Cell(f"{one.published_at:%Y-%m-%d}", small=f"{one.published_at:%H:%M}"),
            Cell(pd, is_number=True),
            Cell(one.grade),
            Cell(
                say.word(one.tier.text),
                small=f"{was} {say.word(one.tier_before.text)}" if tier_moved and one.tier_before else "",
            ),
            Cell(
                say.word(one.level.text),
                tone=one.level.value,
                small=f"{was} {say.word(one.level_before.text)}" if level_moved and one.level_before else "",
            ),
            Cell(NOTHING if exposure is None else say.word(exposure).split(" ")[0], is_number=True),
            Cell(origin, is_code=True),
        )
    )


def check_blocks(check: Check, say: Say) -> Iterator[Block]:
    """Yield one check: who did it when, what was answered, what is doubted."""
    state = say.word(STATE_TEXTS.get(check.state, Text(check.state, check.state)))
    yield Heading(f"{check.case_id} {say.word(check.text)} · {state}")
    pairs = (
        (Text("Done on", "检查日"), day(check.done_on)),
        (Text("Entered on", "录入日"), day(check.entered_on)),
        (Text("Entered by", "录入人"), check.entered_by or NOTHING),
        (Text("Loan", "借据"), check.loan_id or NOTHING),
        (Text("Corrects", "更正"), check.corrects or NOTHING),
        (Text("Corrected by", "被更正为"), check.corrected_by or NOTHING),
    )
    shown = tuple((say.word(name), Cell(value)) for name, value in pairs)
    yield Facts(shown)
    heads = (
        (Text("Field", "项目"), 0.36),
        (Text("Answer", "填报"), 0.36),
        (Text("As the book had it", "账面预填"), 0.28),
    )
    answered = [one for one in check.answers if one.shown is not None or one.why_empty or one.prefilled is not None]
    columns = tuple((say.word(head), share) for head, share in heads)
    yield Table(
        columns, tuple(_answer(one, say) for one in answered), say.word(Text("Nothing is filled in.", "未填报。"))
    )
    if check.flags:
        names = {one.name: one.text for one in check.answers}
        heads = ((Text("Doubted", "质量疑点"), 0.22), (Text("Field", "项目"), 0.25), (Text("Why", "依据"), 0.53))
        rows = tuple(
            Row(
                (
                    Cell(say.word(FLAG_TEXTS[flag.code]), "late"),
                    Cell(
                        NOTHING if flag.field is None else say.word(names.get(flag.field, Text(flag.field, flag.field)))
                    ),
                    Cell(say.lines(flag.evidence), small=flag.other or ""),
                )
            )
            for flag in check.flags
        )
        yield Table(tuple((say.word(head), share) for head, share in heads), rows, "")


def _answer(one: Answered, say: Say) -> Row:
    empty = "" if one.why_empty is None else f"{say.word(Text('left empty', '未填'))}{say.colon}{one.why_empty}"
    answer = (empty or NOTHING) if one.shown is None else say.word(one.shown)
    changed = say.word(Text("changed by the officer", "客户经理已修改"))
    book = NOTHING if one.prefilled_shown is None else say.word(one.prefilled_shown)
    of_day = "" if one.prefilled_on is None else str(one.prefilled_on)
    return Row(
        (
            Cell(say.word(one.text)),
            Cell(answer, small=changed if one.is_changed else "", tone="orange" if one.is_changed else ""),
            Cell(book, small=of_day),
        )
    )


def _picture(one: Evidence, pictures: Mapping[str, bytes], say: Say) -> Picture:
    caption = f"{one.sha256[:16]}… · {one.check_id} · {minute(one.at)}"
    instead = say.word(Text("not shown here", "此处未显示")) if one.state == "kept" else say.word(_STATES[one.state])
    return Picture(pictures.get(one.sha256), one.media_type, caption, instead)


def _each(dossier: Dossier, say: Say) -> Table:
    heads = (
        (Text("Entry", "条目"), 0.10),
        (Text("Time", "时间"), 0.20),
        (Text("Who", "人员"), 0.20),
        (Text("What", "内容"), 0.40),
        (Text("Status", "状态"), 0.10),
    )
    rows = tuple(
        Row(
            (
                Cell(str(one.entry), is_number=True),
                Cell(minute(one.at)),
                Cell(_name(dossier, one.user_id)),
                Cell(one.subject, is_code=True),
                Cell(NOTHING if one.status is None else str(one.status), is_number=True),
            )
        )
        for one in dossier.look_ups or ()
    )
    return Table(tuple((say.word(head), share) for head, share in heads), rows, NOTHING)


def _name(dossier: Dossier, user_id: str) -> str:
    name = dossier.people.get(user_id)
    return user_id if name is None or name == user_id else f"{name} ({user_id})"
