"""Chapters: the results area by area, each with its question, its pictures, and the tables behind them.

Whole    results of the whole are all listed; of parts (features, segments, grades …) those that did not pass, and the
         largest of the others up to MOST; how many more there are is said, and all stand in the table of the run
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from ews.casework.paper.paper import Block, Cell, Chart, Heading, Key, Note, Prose, Row, Table
from ews.cli.validate import charts, told
from ews.cli.validate.catalogue import AREA_OF, ASKS, BY_CODE
from ews.cli.validate.validated import Validated
from ews.cli.validate.voice import Voice
from ews.validation.results import WHOLE, Area, Result, Verdict

MOST = 12
_PSI_SHOWN = 15
_LISTED_WHOLE = frozenset({"reliability", "jeffreys_grade", "auc_cohort", "lead_days", "precision", "exposure_fate"})
"""Tests of parts that are listed in full."""
_ORDER = {Verdict.FAILED: 0, Verdict.WATCH: 1, Verdict.TOO_FEW: 3, Verdict.PASSED: 2, Verdict.TOLD: 2}
_HEADS = (
    ("Test", "检验", 0.36),
    ("Value [95 %]", "结果 [95%区间]", 0.16),
    ("Limit", "限值", 0.1),
    ("Verdict", "结论", 0.12),
    ("Rows", "样本", 0.13),
    ("Power", "检验功效", 0.13),
)


def chapter_blocks(area: Area, found: Validated, voice: Voice) -> Iterator[Block]:
    """Yield the blocks of one chapter."""
    results = [one for one in found.results if AREA_OF[one.test] is area]
    yield Prose(voice.of(ASKS[area]), is_bold=True)
    if not results:
        yield Note(_not_tested(area, found, voice))
        return
    whole = [one for one in results if one.about == WHOLE]
    if whole:
        yield _table(whole, voice)
    yield from _PICTURES.get(area, _no_picture)(found, voice)
    for test in dict.fromkeys(one.test for one in results if one.about != WHOLE):
        yield from _parts(test, [one for one in results if one.test == test and one.about != WHOLE], voice)


def _parts(test: str, results: Sequence[Result], voice: Voice) -> Iterator[Block]:
    yield Heading(voice.of(BY_CODE[test].title))
    if test in _LISTED_WHOLE or len(results) <= MOST:
        yield _table(results, voice)
        return
    ordered = sorted(results, key=lambda one: (_ORDER[one.verdict], -abs(one.value or 0.0)))
    graver = sum(one.verdict in (Verdict.FAILED, Verdict.WATCH) for one in ordered)
    shown = ordered[: max(min(graver, 2 * MOST), MOST)]
    yield _table(shown, voice)
    rest = ordered[len(shown) :]
    counts = {verdict: sum(one.verdict is verdict for one in rest) for verdict in Verdict}
    listed = voice(", ", "，").join(
        f"{told.VERDICT_TEXT[verdict].in_(voice.language)} {count}" for verdict, count in counts.items() if count
    )
    yield Note(
        voice(
            f"{len(rest)} more ({listed}); all are in validation/results.csv of the MLflow run.",
            f"另有{len(rest)}项（{listed}），全部结果见MLflow运行中的 validation/results.csv。",
        )
    )


def _table(results: Sequence[Result], voice: Voice) -> Table:
    columns = tuple((voice(en, zh), width) for en, zh, width in _HEADS)
    return Table(columns, tuple(_row(one, voice) for one in results), "")


def _row(one: Result, voice: Voice) -> Row:
    where = told.about(one, voice.language)
    note = "" if one.note is None else voice.of(one.note)
    note = "" if note == where else note
    return Row(
        (
            Cell(where or told.title(one, voice.language), small=note),
            told.value(one),
            told.limit(one),
            told.verdict(one, voice.language),
            told.counted(one, voice.language),
            told.power(one),
        )
    )


def _no_picture(found: Validated, voice: Voice) -> Iterator[Block]:
    del found, voice
    yield from ()


def _discrimination(found: Validated, voice: Voice) -> Iterator[Block]:
    days = [one for one in found.results if one.test == "auc_cohort" and one.value is not None]
    spans = [(one.about.removeprefix("cohort:"), one.value or 0.0, one.low, one.high) for one in days]
    keys = [Key(charts.NOW, voice("rows tested after the first validation", "首次验证之后的样本"))]
    if found.curves.roc_first:
        keys.append(Key(charts.FIRST, voice("first validation", "首次验证")))
    else:
        keys = [Key(charts.NOW, voice("rows tested", "检验样本"))]
    yield Chart(
        voice("ROC curve, and AUC by snapshot", "ROC曲线与分时点AUC"),
        voice(
            "left: defaulters found by others flagged; right: AUC with its 95 % interval",
            "左：误报率—识别率；右：AUC及95%区间",
        ),
        charts.discrimination(found.curves, spans),
        tuple(keys),
        instead=voice("One class only: there is no curve.", "只有一类样本，无法绘制。"),
    )


def _calibration(found: Validated, voice: Voice) -> Iterator[Block]:
    yield Chart(
        voice("Reliability by band of pd", "分段可靠性"),
        voice(
            "left: default rate against mean pd, with 95 % Jeffreys interval; right: defaults by band, safest first",
            "左：实际违约率—平均违约概率，95%Jeffreys区间；右：各段违约数，由低到高",
        ),
        charts.calibration(found.curves),
        (Key(charts.PALE, voice("interval; expected", "区间；预期")), Key(charts.NOW, voice("observed", "实际"))),
        instead=voice("There are no rows.", "无样本。"),
    )


def _earliness(found: Validated, voice: Voice) -> Iterator[Block]:
    whole = len(found.curves.leads) + found.curves.never_flagged
    if charts.leads(found.curves) is None:
        return
    yield Chart(
        voice(
            "How early: share of defaults flagged by so many days before first arrears",
            "预警提前量：首次逾期前已预警的违约占比",
        ),
        voice(
            f"days before first arrears; {whole:,} defaults; dashed: 90 days",
            f"首次逾期前天数；违约{whole:,}户；虚线：90天",
        ),
        charts.leads(found.curves),
        (Key(charts.PALE, voice("90 days early or more", "提前90天及以上")),),
    )
    yield Chart(
        voice("Lead times", "提前天数分布"),
        voice("number of defaults by days from the first flag to the first arrears", "首次预警距首次逾期的天数，户数"),
        charts.lead_counts(found.curves),
    )


def _stability(found: Validated, voice: Voice) -> Iterator[Block]:
    shown = [one for one in found.results if one.test == "psi_feature" and one.value is not None]
    shown = sorted(shown, key=lambda one: -(one.value or 0.0))[:_PSI_SHOWN]
    tones = {Verdict.FAILED: charts.RED, Verdict.WATCH: charts.ORANGE}
    colours = [tones.get(one.verdict, charts.PALE) for one in shown]
    yield Chart(
        voice("The features that moved most", "变化最大的特征"),
        voice("PSI, logarithmic; numbered as in the list below", "PSI，对数刻度；编号见下"),
        charts.bars([one.value or 0.0 for one in shown], colours, (0.10, 0.25)),
        (
            Key(charts.RED, voice("moved far", "显著变化")),
            Key(charts.ORANGE, voice("moved", "有变化")),
            Key(charts.PALE, voice("stable, or chance", "稳定或随机波动")),
        ),
        instead=voice("No feature can be compared.", "无可比特征。"),
    )
    listed = voice("; ", "；").join(
        f"{number} {told.about(one, voice.language)}" for number, one in enumerate(shown, start=1)
    )
    yield Note(listed)
    if found.curves.migration:
        yield Chart(
            voice("From grade to grade", "等级迁徙"),
            voice("borrowers; rows: first snapshot tested; columns: last", "户数；行：首个检验时点；列：最末时点"),
            charts.migration(found.curves),
        )


def _benchmark(found: Validated, voice: Voice) -> Iterator[Block]:
    rows = [one for one in found.results if one.test == "benchmark_auc" and one.value is not None]
    spans = [(str(number), one.value or 0.0, one.low, one.high) for number, one in enumerate(rows, start=1)]
    yield Chart(
        voice("AUC more than that of each benchmark", "较各基准模型高出的AUC"),
        voice("with 95 % interval; numbered as in the list below", "95%区间；编号见下表"),
        charts.spans(spans, 0.0),
        instead=voice("No benchmark could be made.", "无法建立基准模型。"),
    )


def _not_tested(area: Area, found: Validated, voice: Voice) -> str:
    if area is Area.EARLINESS:
        batches = [one for one in found.unproven if "batch" in one.en or "decided" in one.en]
        return voice.of(batches[0]) if batches else voice("Not tested.", "未检验。")
    if area is Area.FAIRNESS:
        return voice(
            "Not tested: the book holds no protected attribute. Give groups by borrower with --groups FILE.",
            "未检验：数据中无受保护属性。可用 --groups 文件 按客户提供分组。",
        )
    return voice("Not tested.", "未检验。")


_PICTURES: Mapping[Area, Callable[[Validated, Voice], Iterator[Block]]] = {
    Area.DISCRIMINATION: _discrimination,
    Area.CALIBRATION: _calibration,
    Area.EARLINESS: _earliness,
    Area.STABILITY: _stability,
    Area.BENCHMARK: _benchmark,
}
