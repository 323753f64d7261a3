"""Alarms (告警): what of a look at a model somebody must act on, told in both languages.

ALARM    something must be done before the next batch is trusted as the last one was
WATCH    somebody should know why
Drift    of columns that the model uses: MOVED_FAR, VANISHED and CONSTANT are alarms, MOVED is watched; shifts.py and
         alarm_rate.py say when
Chances  the newest mature cohort that overlaps no other, and every cohort that is still running, each as a whole and by
         grade, all of a look adjusted by Holm: too low is an alarm, too high is watched
Feeds    MISSING is an alarm, LATE and THIN are watched; they are facts and have no rate of false alarms
Since    the as_of of the first of the looks in a row that had the same alarm
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from ews.domain.text import Text
from ews.events.schemas import table
from ews.features.catalogue import feature
from ews.models.reference import SCORE
from ews.monitoring.health.alarm_rate import AlarmRate
from ews.monitoring.health.cohorts import Cohort, Counted
from ews.monitoring.health.feeds import Feed, FeedState
from ews.monitoring.health.shifts import ColumnShift, Moved
from ews.validation.multiplicity import holm


class AlarmLevel(StrEnum):
    ALARM = "alarm"
    WATCH = "watch"


class AlarmCode(StrEnum):
    SCORE_MOVED = "score_moved"
    FEATURE_MOVED = "feature_moved"
    FEATURE_VANISHED = "feature_vanished"
    FEATURE_CONSTANT = "feature_constant"
    PD_TOO_LOW = "pd_too_low"
    PD_TOO_HIGH = "pd_too_high"
    FEED_MISSING = "feed_missing"
    FEED_LATE = "feed_late"
    FEED_THIN = "feed_thin"


@dataclass(frozen=True, slots=True)
class Alarm:
    """`about` is a feature, a table, or a cohort by its day, with `grade:` and the grade where it is one."""

    code: AlarmCode
    level: AlarmLevel
    about: str
    text: Text
    since: date


LEVEL_TEXTS: Mapping[AlarmLevel, Text] = {
    AlarmLevel.ALARM: Text("alarm", "告警"),
    AlarmLevel.WATCH: Text("watch", "关注"),
}
_DRIFT: Mapping[Moved, tuple[AlarmCode, AlarmLevel]] = {
    Moved.MOVED: (AlarmCode.FEATURE_MOVED, AlarmLevel.WATCH),
    Moved.MOVED_FAR: (AlarmCode.FEATURE_MOVED, AlarmLevel.ALARM),
    Moved.VANISHED: (AlarmCode.FEATURE_VANISHED, AlarmLevel.ALARM),
    Moved.CONSTANT: (AlarmCode.FEATURE_CONSTANT, AlarmLevel.ALARM),
}
_FEEDS: Mapping[FeedState, tuple[AlarmCode, AlarmLevel]] = {
    FeedState.MISSING: (AlarmCode.FEED_MISSING, AlarmLevel.ALARM),
    FeedState.LATE: (AlarmCode.FEED_LATE, AlarmLevel.WATCH),
    FeedState.THIN: (AlarmCode.FEED_THIN, AlarmLevel.WATCH),
}
_SENTENCES: Mapping[AlarmCode, Text] = {
    AlarmCode.SCORE_MOVED: Text(
        "The chances of default lie otherwise than when the model learnt: PSI {psi} (chance reaches {noise}). Find out "
        "whether the book or the data has changed, then validate the model anew.",
        "违约概率分布与训练时不同：PSI {psi}（随机波动上限 {noise}）。请查明是客户结构还是数据变化，再重新验证模型。",
    ),
    AlarmCode.FEATURE_MOVED: Text(
        "'{name}' lies otherwise than when the model learnt: PSI {psi} (chance reaches {noise}){unknown}. Look at the "
        "feed, then at the customers.",
        "“{name}”的分布与训练时不同：PSI {psi}（随机波动上限 {noise}）{unknown}。先查数据，再看客户。",
    ),
    AlarmCode.FEATURE_VANISHED: Text(
        "'{name}' is known of nobody now; when the model learnt it was unknown for {then}. Restore the feed: the model "
        "decides without it.",
        "“{name}”目前对所有客户均缺失；训练时缺失占比 {then}。请恢复数据，模型正在缺此特征的情况下决策。",
    ),
    AlarmCode.FEATURE_CONSTANT: Text(
        "'{name}' has the same value for everybody now. Look at the feed: such a feature tells nothing.",
        "“{name}”目前对所有客户取值相同。请检查数据，此特征已无信息。",
    ),
    AlarmCode.PD_TOO_LOW: Text(
        "Cohort of {day}{grade}: {defaults} of {rows} borrowers defaulted{so_far}, {expected} were expected. More than "
        "chance explains: find out whether the year or the model is to blame, and recalibrate or retrain.",
        "{day} 批次{grade}：{rows} 户中{so_far}违约 {defaults} 户，预期 {expected} 户，超出随机波动。"
        "请查明是年景还是模型原因，并重新校准或训练。",
    ),
    AlarmCode.PD_TOO_HIGH: Text(
        "Cohort of {day}{grade}: {defaults} of {rows} borrowers defaulted, {expected} were expected. Fewer than chance "
        "explains: the chances are too high.",
        "{day} 批次{grade}：{rows} 户中违约 {defaults} 户，预期 {expected} 户，低于随机波动范围，违约概率偏高。",
    ),
    AlarmCode.FEED_MISSING: Text(
        "'{name}' is not there or stopped after {last}. Ask its source for it, import it, and score the day again.",
        "“{name}”缺失或在 {last} 之后中断。请向数据源索取并导入，再重新评分。",
    ),
    AlarmCode.FEED_LATE: Text(
        "'{name}' ends {behind} days before the day of the batch; usual are {usual} at most. Ask its source.",
        "“{name}”比批次日早 {behind} 天中止，通常最多 {usual} 天。请向数据源核实。",
    ),
    AlarmCode.FEED_THIN: Text(
        "'{name}' brought {rows} rows in the last 30 days; {lean} were the fewest in a year. Part may be missing.",
        "“{name}”近 30 天仅 {rows} 行，过去一年最少为 {lean} 行，可能部分缺失。",
    ),
}
_GRADE, _SO_FAR = Text(", grade {grade}", "（{grade} 级）"), Text(" so far", "已")
_UNKNOWN = Text("; unknown for {then} of borrowers then, {now} now", "；缺失占比由 {then} 变为 {now}")
_NOTHING = Text("—", "—")
_TOLD = 0.005
"""Change of the share of the unknown that is worth a word."""


def alarms(
    as_of: date,
    shifts: Sequence[ColumnShift],
    feeds: Sequence[Feed],
    cohorts: Sequence[Cohort],
    rate: AlarmRate,
) -> tuple[Alarm, ...]:
    """Return what the look found, alarms before what is watched."""
    found = [*_of_shifts(as_of, shifts), *_of_cohorts(as_of, cohorts, rate), *_of_feeds(as_of, feeds)]
    return tuple(sorted(found, key=lambda one: (one.level is AlarmLevel.WATCH, one.code is AlarmCode.FEATURE_MOVED)))


def standing_since(found: Sequence[Alarm], before: Sequence[Alarm]) -> tuple[Alarm, ...]:
    """Return `found`, each since the day that the look `before` has for it; cohorts have days of their own."""
    known = {(one.code, one.about): one.since for one in before}
    return tuple(replace(one, since=known.get((one.code, one.about), one.since)) for one in found)


def tested(cohorts: Sequence[Cohort]) -> tuple[tuple[Cohort, str | None, Counted], ...]:
    """Return what is tested of the cohorts: as a whole (None) and by grade."""
    apart = [one for one in cohorts if one.is_apart][-1:]
    chosen = [*apart, *(one for one in cohorts if not one.is_mature)]
    return tuple((one, grade, part) for one in chosen for grade, part in ((None, one.whole), *one.grades.items()))


def _of_shifts(as_of: date, shifts: Sequence[ColumnShift]) -> Iterator[Alarm]:
    for one in shifts:
        if one.moved not in _DRIFT or not one.is_used:
            continue
        code, level = _DRIFT[one.moved]
        is_score = one.column == SCORE
        code = AlarmCode.SCORE_MOVED if is_score and code is AlarmCode.FEATURE_MOVED else code
        values = {"psi": _number(one.psi), "noise": _number(one.noise)}
        shares = {"then": _percent(one.unknown_then), "now": _percent(one.unknown_now)}
        more = abs((one.unknown_now or 0.0) - (one.unknown_then or 0.0)) >= _TOLD
        unknown = _filled(_UNKNOWN, shares) if more else _same("")
        text = _told(code, name=feature_text(one.column), unknown=unknown, **values, **shares)
        yield Alarm(code, level, one.column, text, as_of)


def _of_cohorts(as_of: date, cohorts: Sequence[Cohort], rate: AlarmRate) -> Iterator[Alarm]:
    parts = tested(cohorts)
    low = holm([part.p_low for _, _, part in parts])
    high = holm([part.p_high if one.is_mature else None for one, _, part in parts])
    for (one, grade, part), p_low, p_high in zip(parts, low, high, strict=True):
        if p_low is not None and p_low < rate.of_look / 2:
            yield _of_cohort(AlarmCode.PD_TOO_LOW, AlarmLevel.ALARM, as_of, one, grade, part)
        elif p_high is not None and p_high < rate.of_look / 2:
            yield _of_cohort(AlarmCode.PD_TOO_HIGH, AlarmLevel.WATCH, as_of, one, grade, part)


def _of_cohort(
    code: AlarmCode, level: AlarmLevel, as_of: date, cohort: Cohort, grade: str | None, part: Counted
) -> Alarm:
    text = _told(
        code,
        day=_same(cohort.as_of),
        grade=_same("") if grade is None else _filled(_GRADE, {"grade": _same(grade)}),
        so_far=_same("") if cohort.is_mature else _SO_FAR,
        defaults=_same(f"{part.defaults:,}"),
        rows=_same(f"{part.rows:,}"),
        expected=_same(f"{part.expected:,.1f}"),
    )
    return Alarm(code, level, f"{cohort.as_of}" + ("" if grade is None else f" grade:{grade}"), text, as_of)


def _of_feeds(as_of: date, feeds: Sequence[Feed]) -> Iterator[Alarm]:
    for one in feeds:
        if one.state in _FEEDS:
            code, level = _FEEDS[one.state]
            lag = one.behind if one.covered_to is None or one.behind is not None else (as_of - one.covered_to).days
            numbers = {"behind": lag, "usual": one.usual or 0, "rows": one.rows, "lean": one.lean}
            told = {name: _NOTHING if value is None else _same(value) for name, value in numbers.items()}
            last = one.last_row or one.covered_to
            text = _told(code, name=table(one.table).text, last=_NOTHING if last is None else _same(last), **told)
            yield Alarm(code, level, one.table, text, as_of)


def feature_text(name: str) -> Text:
    """Return what a feature is called, its name where this version does not know it."""
    try:
        return feature(name).text
    except KeyError:
        return Text(name, name)


def _told(code: AlarmCode, **values: Text) -> Text:
    return _filled(_SENTENCES[code], values)


def _filled(text: Text, values: Mapping[str, Text]) -> Text:
    en, zh = ({name: getattr(value, side) for name, value in values.items()} for side in ("en", "zh"))
    return Text(text.en.format(**en), text.zh.format(**zh))


def _same(value: object) -> Text:
    return Text(str(value), str(value))


def _number(value: float | None) -> Text:
    return _NOTHING if value is None else _same(f"{value:.2f}")


def _percent(value: float | None) -> Text:
    return _NOTHING if value is None else _same(f"{value:.1%}")
