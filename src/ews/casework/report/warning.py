"""Section: the warning level, the signals behind it, why the model sees risk, and how it moved."""

from collections.abc import Iterator, Sequence
from math import exp

from ews.casework.dossier.dossier import Known
from ews.casework.paper.paper import Block, Cell, Chart, Heading, Key, Note, Prose, day
from ews.casework.report import drawing
from ews.casework.report.borrower import family_titles
from ews.casework.report.classification import TIER_RULE, source_of
from ews.casework.report.report import Report
from ews.casework.report.values import NOTHING, chance
from ews.casework.report.voice import Voice
from ews.domain.decisions import Decision, Held, Reason
from ews.domain.levels import WarningLevel

MOST_STEPS = 8
_LEAST_STEP = 0.05
"""Log-odds below which a reason is told with the rest."""
_MOST_POINTS = 24
_COLOURS = {
    WarningLevel.RED: drawing.RED,
    WarningLevel.ORANGE: drawing.ORANGE,
    WarningLevel.YELLOW: drawing.YELLOW,
    WarningLevel.NONE: drawing.GREEN,
}


def warning_blocks(report: Report, voice: Voice) -> Iterator[Block]:
    """Yield level and movement, the signals, the reasons and through whom trouble comes."""
    decision = report.decision
    yield from _movement(decision, report.seen_once, voice)
    yield _history(report.dossier.known, voice)
    yield Heading(voice("Signals", "预警信号"))
    yield voice.table(
        (
            ("Signal", "预警信号", 0.40),
            ("Level", "级别", 0.12),
            ("Since", "起始日", 0.14),
            ("What would lift it", "解除条件", 0.34),
        ),
        (_signal(one, decision, voice) for one in _gravest_first(decision.held)),
        voice("No signal holds.", "无预警信号。"),
    )
    yield Heading(voice("Why the risk is what it is", "违约概率的构成原因"))
    yield from _reasons(decision, voice)
    if decision.paths:
        yield Heading(voice("Through whom trouble reaches the borrower", "风险传导路径"))
        for place, path in enumerate(decision.paths, start=1):
            yield Prose(voice.tell.path_sentence(decision, path, voice.language), mark=f"{place}.")


def _movement(decision: Decision, seen_once: Sequence[str], voice: Voice) -> Iterator[Block]:
    before = decision.before
    if before is None:
        yield Note(voice("There is no earlier decision to compare with.", "无上期结论可比。"))
        return
    in_default = voice("in default", "已违约")
    pds = [in_default if pd is None else chance(pd) for pd in (before.pd, decision.pd)]
    yield voice.table(
        (
            ("Compared", "对比项", 0.28),
            (f"{before.as_of}", f"上期 {before.as_of}", 0.36),
            (f"{decision.as_of}", f"本期 {decision.as_of}", 0.36),
        ),
        (
            (
                voice("Warning level", "预警等级"),
                Cell(voice.of(before.level.text), before.level.value),
                Cell(voice.of(decision.level.text), decision.level.value),
            ),
            (voice("Chance of default", "违约概率"), *pds),
            (voice("Grade", "信用等级"), before.grade, decision.grade),
            (voice("Tier", "五级分类"), voice.of(before.tier.text), voice.of(decision.tier.text)),
        ),
    )
    if seen_once and decision.pd is not None and before.pd is not None:
        missing = voice.list(family_titles(seen_once, voice))
        yield Note(
            voice(
                f"Chances and grades of the two are not comparable: only one of the two batches has {missing}.",
                f"两期违约概率与信用等级不可比：两期中仅一期有{missing}数据，差异不代表风险变动。",
            )
        )
    if before.model_id not in {None, decision.model_id}:
        yield Note(
            voice(
                "The two chances come from different models, so that their difference is no movement by itself.",
                "两期违约概率出自不同模型版本，其差异不完全代表风险变动。",
            )
        )
    if decision.level_now not in {None, decision.level}:
        now = voice.of(decision.level_now.text) if decision.level_now is not None else ""
        yield Note(
            voice(
                f"The signals of the day alone give {now}; the level falls step by step.",
                f"当日信号对应{now}，预警等级按规定逐级下调。",
            )
        )


def _history(known: Sequence[Known], voice: Voice) -> Chart:
    """Return the chance of default at each decision that counts, coloured by warning level."""
    shown = sorted((one for one in known if not one.superseded), key=lambda one: one.as_of)[-_MOST_POINTS:]
    title = voice("Chance of default at each decision, coloured by warning level", "历次违约概率走势（颜色为预警等级）")
    if not shown:
        return Chart(title, "%", None, instead=voice("Nothing was published.", "无已发布结论。"))
    levels = [level for level in reversed(WarningLevel) if any(one.level is level for one in shown)]
    keys = [Key(_COLOURS[level], voice.of(level.text)) for level in levels]
    if any(one.pd is None for one in shown):
        keys.append(Key(drawing.RED, voice("×  already in default", "×  已违约，不再估计")))
    first, last = shown[0], shown[-1]
    content = drawing.chances(
        tuple(one.as_of for one in shown), tuple(one.pd for one in shown), tuple(_COLOURS[one.level] for one in shown)
    )
    alt = voice(
        f"From {chance(first.pd)} on {first.as_of} to {chance(last.pd)} on {last.as_of}",
        f"{first.as_of} 为 {chance(first.pd)}，{last.as_of} 为 {chance(last.pd)}",
    )
    return Chart(title, "%", content, tuple(keys), alt)


def _gravest_first(held: Sequence[Held]) -> list[Held]:
    """Return the signals; tier rules that hold for the borrower as a whole stand with the classification."""
    signals = [one for one in held if one.kind != TIER_RULE]
    return sorted(signals, key=lambda one: (-WarningLevel(one.gives).rank, one.code))


def _signal(held: Held, decision: Decision, voice: Voice) -> tuple[Cell | str, ...]:
    level = WarningLevel(held.gives)
    states = {"lingers": voice("lingers", "延续"), "carried": voice("carried, as last seen", "沿用上次结果")}
    return (
        Cell(
            voice.tell.held_sentence(decision, held, voice.language),
            small=" · ".join(filter(None, (source_of(decision, held, voice), states.get(held.state)))),
        ),
        Cell(voice.of(level.text), level.value),
        day(held.since),
        _lifts(held, decision, voice),
    )


def _lifts(held: Held, decision: Decision, voice: Voice) -> str:
    both, either = voice(" and ", " 且 "), voice("; or ", "；或 ")
    told = [both.join(voice.tell.lift_sentence(decision, one, voice.language) for one in way) for way in held.lifts]
    if told:
        return either.join(told)
    is_today = held.state == "holds"
    return voice("nothing the borrower can move", "不可由借款人自行解除") if is_today else NOTHING


def _reasons(decision: Decision, voice: Voice) -> Iterator[Block]:
    if decision.pd is None or decision.base_log_odds is None:
        yield Note(
            voice(
                "The borrower is in default: no chance of default is estimated, and nothing is to be explained.",
                "本户已违约，不再估计违约概率，故无构成原因。",
            )
        )
        return
    ordered = sorted(decision.reasons, key=lambda one: (-abs(one.log_odds), one.code))
    shown = [one for one in ordered[:MOST_STEPS] if abs(one.log_odds) >= _LEAST_STEP]
    shown.sort(key=lambda one: (-one.log_odds, one.code))
    rest = sum(one.log_odds for one in ordered if one not in shown)
    steps = [one.log_odds for one in shown] + ([rest] if abs(rest) >= _LEAST_STEP / 10 else [])
    yield Chart(
        voice("From the usual chance of its kind to that of this borrower", "由同类客户通常水平到本户违约概率"),
        voice("chance of default, scale of odds; numbers as in the list", "违约概率（发生比刻度）；编号与下列说明一致"),
        drawing.waterfall(decision.base_log_odds, tuple(steps)),
        (
            Key(drawing.DARK, voice("raises the risk", "推高风险")),
            Key(drawing.PALE, voice("lowers the risk", "降低风险")),
            Key(drawing.RED, voice("= this borrower", "= 本户")),
        ),
        voice(f"It ends at {chance(decision.pd)}", f"合计为 {chance(decision.pd)}"),
    )
    yield Note(
        voice(
            "× is what becomes of the odds (probability of default divided by that of none), not of the probability.",
            "“×”为发生比（odds，违约概率÷不违约概率）的倍数，并非违约概率的倍数。",
        )
    )
    usual = chance(1 / (1 + exp(-decision.base_log_odds)))
    yield Prose(voice(f"the usual borrower of its kind: {usual}", f"同类客户的通常水平：{usual}"), mark="0.")
    for place, one in enumerate(shown, start=1):
        yield Prose(_with_factor(one, voice), mark=f"{place}.")
    if len(steps) > len(shown):
        told = voice(
            f"all other reasons together ({_factor(rest)} the odds)", f"其余因素合计（发生比 {_factor(rest)}）"
        )
        yield Prose(told, mark=f"{len(steps)}.")
    yield Prose(voice(f"this borrower: {chance(decision.pd)}", f"本户：{chance(decision.pd)}"), mark="=")


def _with_factor(reason: Reason, voice: Voice) -> str:
    told = voice.tell.reason_sentence(reason, voice.language)
    return voice(f"{told} ({_factor(reason.log_odds)} the odds)", f"{told}（发生比 {_factor(reason.log_odds)}）")


def _factor(log_odds: float) -> str:
    return f"×{exp(log_odds):.2f}"
