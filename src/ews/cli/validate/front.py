"""Front: the first page of a validation report, from which a validator decides: the answer, why, and what is open."""

from collections.abc import Iterator, Mapping, Sequence

from ews.casework.paper.paper import Block, Cell, Note, Prose, Row, Signatures, Table, Tone, day
from ews.cli.validate import told
from ews.cli.validate.catalogue import AREA_OF, AREA_TEXT, BY_CODE
from ews.cli.validate.findings import Told
from ews.cli.validate.validated import Validated
from ews.cli.validate.voice import Voice
from ews.domain.text import Text
from ews.validation.findings import Severity, must_hold
from ews.validation.opinion import Answer, by_area
from ews.validation.results import WHOLE, Area, Result, Verdict

ANSWER_TONE: Mapping[Answer, Tone] = {
    Answer.YES: "none",
    Answer.CONDITIONS: "yellow",
    Answer.NO: "red",
    Answer.CANNOT_SAY: "",
}
_SEVERITY_TONE: Mapping[Severity, Tone] = {Severity.HIGH: "late", Severity.MEDIUM: "orange", Severity.LOW: ""}
_KEY: Mapping[Area, tuple[str, ...]] = {
    Area.DATA: ("hashes_differ",),
    Area.DISCRIMINATION: ("auc",),
    Area.CALIBRATION: ("jeffreys_portfolio",),
    Area.EARLINESS: ("exposure_flagged_early",),
    Area.STABILITY: ("psi_score",),
    Area.CONCENTRATION: ("herfindahl_exposure",),
    Area.SENSITIVITY: ("monotone_breaches",),
    Area.BENCHMARK: ("benchmark_auc",),
    Area.REASONS: ("additivity",),
}
_ON_FRONT = 8
"""Findings that the first page has room for."""
_WORST = (Verdict.FAILED, Verdict.WATCH, Verdict.TOO_FEW)


def figures_of(found: Validated, findings: Sequence[Told], voice: Voice) -> tuple[tuple[Cell, str], ...]:
    """Return the few numbers that come first."""
    whole = {one.test: one for one in found.results if one.about == WHOLE}
    early = whole.get("exposure_flagged_early")
    open_ones = [one for one in findings if one.is_open]
    high = sum(one.severity is Severity.HIGH for one in open_ones)
    lineage = found.lineage
    return (
        (_of(whole.get("auc")), voice("AUC", "AUC")),
        (_of(whole.get("auc_0_dpd")), voice("AUC without arrears", "无逾期客户AUC")),
        _rates(found, voice),
        (_of(early), voice("exposure flagged 90 days early", "提前90天预警的违约敞口")),
        (
            Cell(f"{len(open_ones)}", "late" if high else ""),
            voice(f"open findings, {high} high", f"未关闭发现，其中高{high}项"),
        ),
        (
            Cell(f"{lineage.defaults_tested:,}"),
            voice(f"defaults in {lineage.rows_tested:,} rows tested", f"检验样本{lineage.rows_tested:,}条中的违约"),
        ),
    )


def answer_blocks(found: Validated, findings: Sequence[Told], answer: Answer, voice: Voice) -> Iterator[Block]:
    """Yield the answer with its grounds, then the verdict of each chapter."""
    yield Prose(_grounds(found, findings, answer, voice))
    yield voice.table(
        (
            ("Chapter", "检验领域", 0.2),
            ("Verdict", "结论", 0.12),
            ("Passed", "通过", 0.08),
            ("Watch", "关注", 0.08),
            ("Failed", "不通过", 0.08),
            ("Few", "不足", 0.06),
            ("What it rests on", "主要依据", 0.38),
        ),
        [_chapter(area, found, voice) for area in Area],
    )


def grave_blocks(findings: Sequence[Told], voice: Voice) -> Iterator[Block]:
    """Yield the findings of the first page: those that are high or medium and open; the others are counted."""
    grave = [one for one in findings if one.is_open and one.severity is not Severity.LOW]
    yield from findings_blocks(grave[:_ON_FRONT], voice)
    more = len(findings) - len(grave[:_ON_FRONT])
    if more:
        yield Note(
            voice(
                f"{more} more, open at a lower severity or signed off: see the findings in full.",
                f"另有{more}项级别较低或已签署，见“验证发现全表”。",
            )
        )


def findings_blocks(findings: Sequence[Told], voice: Voice, *, most_places: int = 1) -> Iterator[Block]:
    """Yield findings, each with who answers for it by when, and what became of it."""
    columns = (
        (voice("No.", "编号"), 0.1),
        (voice("Severity", "级别"), 0.1),
        (voice("Finding", "发现"), 0.44),
        (voice("Owner", "责任人"), 0.1),
        (voice("Due", "期限"), 0.14),
        (voice("Sign-off", "签署"), 0.12),
    )
    rows = tuple(_finding(number, one, voice, most_places) for number, one in enumerate(findings, start=1))
    yield Table(columns, rows, voice("Nothing failed and nothing is to be watched.", "无不通过或需关注的检验。"))


def signature_blocks(voice: Voice) -> Iterator[Block]:
    """Yield the lines to be signed."""
    yield Signatures(
        (
            voice("Validator, date", "验证人员、日期"),
            voice("Model owner, date", "模型负责人、日期"),
            voice("Head of model risk, date", "模型风险负责人、日期"),
        )
    )


def _grounds(found: Validated, findings: Sequence[Told], answer: Answer, voice: Voice) -> str:
    binding = [one for one in found.results if must_hold(one)]
    failed, unsure = (sum(one.verdict is verdict for one in binding) for verdict in (Verdict.FAILED, Verdict.TOO_FEW))
    open_ones = [one for one in findings if one.is_open]
    counts = {one: sum(each.severity is one for each in open_ones) for one in Severity}
    signed = len(findings) - len(open_ones)
    told_en = (
        f"{answer.text.en}. Of {len(binding)} results that must hold, {failed} failed and {unsure} could not be told; "
        f"open findings: {counts[Severity.HIGH]} high, {counts[Severity.MEDIUM]} medium, {counts[Severity.LOW]} low"
        f"{f'; {signed} signed off' if signed else ''}. The results propose this answer; a validator gives it, below."
    )
    told_zh = (
        f"{answer.text.zh}。必须成立的{len(binding)}项结果中，{failed}项不通过、{unsure}项无法判断；"
        f"未关闭发现：高{counts[Severity.HIGH]}项、中{counts[Severity.MEDIUM]}项、低{counts[Severity.LOW]}项"
        f"{f'；已签署{signed}项' if signed else ''}。以上为检验结果所提示的意见，最终结论由验证人员签署。"
    )
    return voice.of(Text(told_en, told_zh))


def _chapter(area: Area, found: Validated, voice: Voice) -> tuple[Cell, ...]:
    known = by_area(found.results, AREA_OF)
    name = Cell(voice.of(AREA_TEXT[area]))
    if area not in known:
        why = voice("see the chapter", "见该章说明")
        return (name, Cell(voice("not tested", "未检验")), *(Cell("·", is_number=True),) * 4, Cell(why))
    verdict, counts = known[area]
    numbers = (counts[one] for one in (Verdict.PASSED, Verdict.WATCH, Verdict.FAILED, Verdict.TOO_FEW))
    return (
        name,
        told.verdict_cell(verdict, voice.language),
        *(Cell(f"{number:,}" if number else "·", is_number=True) for number in numbers),
        Cell(_rests_on(area, found, voice)),
    )


def _rests_on(area: Area, found: Validated, voice: Voice) -> str:
    results = [one for one in found.results if AREA_OF[one.test] is area]
    shown = [one for code in _KEY.get(area, ()) for one in results if one.test == code][:1]
    if not shown:
        shown = [one for verdict in _WORST for one in results if one.verdict is verdict][:1]
    return "\n".join(_short(one, voice) for one in shown)


def _short(one: Result, voice: Voice) -> str:
    unit = BY_CODE[one.test].unit
    between = ""
    if one.low is not None and one.high is not None and one.about == WHOLE:
        between = f" [{told.figure(one.low, unit)}, {told.figure(one.high, unit)}]"
    where = told.about(one, voice.language)
    place = voice(f" ({where})", f"（{where}）") if where else ""
    return f"{told.title(one, voice.language)}{place} {told.figure(one.value, unit)}{between}"


def _finding(number: int, one: Told, voice: Voice, most_places: int) -> Row:
    kept = one.kept
    state, small = voice("open", "未关闭"), ""
    if kept is not None:
        state = voice.of(kept.state.text)
        signed = f"{kept.signed_by} {kept.signed_at:%Y-%m-%d}" if kept.signed_by and kept.signed_at else ""
        small = "\n".join(part for part in (signed, kept.note or "") if part)
    return Row(
        (
            Cell(kept.finding_id if kept is not None else f"{number}"),
            Cell(voice.of(one.severity.text), _SEVERITY_TONE[one.severity]),
            Cell(voice.of(BY_CODE[one.test].title), small=places(one, voice, most_places)),
            Cell((kept.owner if kept is not None else None) or told.NOTHING),
            Cell(day(one.due_on)),
            Cell(state, "kept" if not one.is_open else "", small=small),
        )
    )


def places(one: Told, voice: Voice, most: int = 1) -> str:
    """Return where a finding was made, with its figures."""
    if not one.results:
        return voice("not found any more by this validation", "本次验证未再发现")
    first = [_place(each, voice) for each in one.results[:most]]
    more = len(one.results) - len(first)
    listed = voice("; ", "；").join(first)
    return f"{listed}{voice(f'; and {more} more', f'；另有{more}处') if more > 0 else ''}"


def _place(one: Result, voice: Voice) -> str:
    unit = BY_CODE[one.test].unit
    where = told.about(one, voice.language) or voice("whole", "整体")
    bound = f" ({told.limit(one).text})" if one.limit is not None else ""
    return f"{where} {told.figure(one.value, unit)}{bound}"


def _of(result: Result | None) -> Cell:
    if result is None or result.value is None:
        return Cell(told.NOTHING)
    return Cell(
        told.figure(result.value, BY_CODE[result.test].unit), "late" if result.verdict is Verdict.FAILED else ""
    )


def _rates(found: Validated, voice: Voice) -> tuple[Cell, str]:
    """Return the default rate of all rows tested, beside what was expected."""
    bands = found.curves.bands
    rows = sum(band[0] for band in bands)
    if not rows:
        return Cell(told.NOTHING), voice("defaulted", "实际违约率")
    expected = sum(band[0] * band[2] for band in bands) / rows
    observed = sum(band[1] for band in bands) / rows
    return Cell(f"{observed:.2%}"), voice(f"defaulted; expected {expected:.2%}", f"实际违约率，预期{expected:.2%}")
