"""Quality: signs that a check was written and not done. They are kept and shown, and never stop anything.

near_identical  a text is that of an earlier check of the officer or the borrower, and most of its numbers too
no_figures      fewer numbers than a check tells, in answers that were not merely prefilled and in texts
contradicts     an answer that the book speaks against by more than the policy tolerates
late_entry      entered later than the working days that the policy gives after the day of the check
same_file       a photo or scan was handed in with an earlier check already
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz

from ews.casework.checks.answers import answer_of
from ews.casework.checks.figures import figures_of, words_of
from ews.casework.checks.prefill import Known, source_text
from ews.domain.decisions import Value
from ews.domain.text import Text
from ews.policy.calendar import Calendar
from ews.policy.casework import QualityLimits
from ews.policy.forms import NUMBERS, Contradiction, Field, Form, is_contradicted, word_of

NEAR_IDENTICAL = "near_identical"
NO_FIGURES = "no_figures"
CONTRADICTS = "contradicts"
LATE_ENTRY = "late_entry"
SAME_FILE = "same_file"

FLAG_TEXTS: Mapping[str, Text] = {
    NEAR_IDENTICAL: Text("near-identical text", "文字雷同"),
    NO_FIGURES: Text("too few figures", "缺少数据"),
    CONTRADICTS: Text("contradicts the book", "与账面数据矛盾"),
    LATE_ENTRY: Text("entered late", "录入逾期"),
    SAME_FILE: Text("file used before", "影像重复使用"),
}


@dataclass(frozen=True, slots=True)
class Flag:
    """`field` is null where the flag is about the whole check; `other` is the case that it resembles."""

    code: str
    field: str | None
    evidence: Text
    other: str | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """A check as far as its quality is concerned; `known` is by source, `prefilled` by field."""

    case_id: str
    answers: Mapping[str, Value]
    files: tuple[str, ...]
    done_on: date
    entered_on: date
    known: Mapping[str, Known]
    prefilled: Mapping[str, Known]
    corrects: str | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier check, of the same officer or about the same borrower."""

    case_id: str
    texts: tuple[str, ...]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """A text of an earlier check, ready to be compared with."""

    case_id: str
    words: str
    figures: frozenset[str]


def flags_of(
    form: Form, check: Entered, earlier: Sequence[Earlier], limits: QualityLimits, calendar: Calendar
) -> tuple[Flag, ...]:
    """Return what speaks against a check; a correction is near to what it corrects, and late by nature."""
    others = [one for one in earlier if one.case_id not in {check.case_id, check.corrects}]
    found = [*_near_identical(form, check, others, limits), *_few_figures(form, check, limits)]
    found += [*_contradictions(form, check, limits), *_same_files(check, others)]
    if check.corrects is None:
        found += _late(check, limits, calendar)
    return tuple(found)


def _near_identical(form: Form, check: Entered, others: Sequence[Earlier], limits: QualityLimits) -> Iterator[Flag]:
    known = [_Told(one.case_id, words_of(text), frozenset(figures_of(text))) for one in others for text in one.texts]
    known = [one for one in known if len(one.words) >= limits.compare_from]
    for field in form.fields:
        text = check.answers.get(field.name)
        if field.unit != "text" or not isinstance(text, str):
            continue
        words, figures = words_of(text), figures_of(text)
        if len(words) < limits.compare_from:
            continue
        alike = [(_likeness(words, figures, one, limits), one.case_id) for one in known]
        likeness, case_id = max(alike, default=(0.0, ""))
        if likeness >= limits.similarity:
            share = f"{likeness:.0%}"
            evidence = Text(
                f"'{field.text.en}' is {share} the text of check {case_id}, and tells few numbers of its own",
                f"“{field.text.zh}”与检查 {case_id} 的文字相似度为 {share}，且少有自身数据",
            )
            yield Flag(NEAR_IDENTICAL, field.name, evidence, case_id)


def _likeness(words: str, figures: Sequence[str], other: _Told, limits: QualityLimits) -> float:
    """Return how alike two texts are, 0..1; 0 where enough of the numbers are its own."""
    own = sum(one not in other.figures for one in figures)
    if own and own >= limits.own_figures * len(figures):
        return 0.0
    return fuzz.ratio(words, other.words, score_cutoff=100 * limits.similarity) / 100


def _few_figures(form: Form, check: Entered, limits: QualityLimits) -> Iterator[Flag]:
    told = 0
    for field in form.fields:
        answer = check.answers.get(field.name)
        begun = check.prefilled.get(field.name)
        if field.unit in NUMBERS and answer is not None:
            told += begun is None or begun.value != answer
        if field.unit == "text" and isinstance(answer, str):
            told += len(figures_of(answer))
    if told < limits.least_figures:
        evidence = Text(
            f"It tells {told} numbers besides what was prefilled; {limits.least_figures} are expected",
            f"除预填内容外仅有 {told} 项数据，应不少于 {limits.least_figures} 项",
        )
        yield Flag(NO_FIGURES, None, evidence)


def _contradictions(form: Form, check: Entered, limits: QualityLimits) -> Iterator[Flag]:
    for field in form.fields:
        answer = check.answers.get(field.name)
        doubt = doubt_of(field, answer, check.known, limits.tolerance)
        if doubt is not None:
            yield Flag(CONTRADICTS, field.name, _against(field, answer, doubt, check.known[doubt.source]))


def doubt_of(field: Field, answer: Value, known: Mapping[str, Known], tolerance: float) -> Contradiction | None:
    """Return the first of a field's contradictions by which the book speaks against an answer, None where none does."""
    for doubt in field.contradicts:
        found = known.get(doubt.source)
        if answer is None or found is None or found.value is None or isinstance(found.value, str):
            continue
        if is_contradicted(doubt, answer_of(field, answer), float(found.value), tolerance):
            return doubt
    return None


def _against(field: Field, answer: Value, doubt: Contradiction, known: Known) -> Text:
    choice = field.choice(answer) if isinstance(answer, str) else None
    said = Text(word_of(answer), word_of(answer)) if choice is None else choice.text
    source = source_text(doubt.source)
    return Text(
        f"'{field.text.en}' is answered with {said.en}; the book of {known.on} says otherwise: "
        f"{source.en} = {_number(known.value)}",
        f"“{field.text.zh}”填报为{said.zh}，与 {known.on} 的账面数据不符：{source.zh} = {_number(known.value)}",
    )


def _late(check: Entered, limits: QualityLimits, calendar: Calendar) -> Iterator[Flag]:
    last = calendar.after(check.done_on, limits.entry_days)
    if check.entered_on > last:
        evidence = Text(
            f"Done on {check.done_on}, entered on {check.entered_on}; the last day for it was {last}",
            f"检查日 {check.done_on}，录入日 {check.entered_on}，最迟应于 {last} 录入",
        )
        yield Flag(LATE_ENTRY, None, evidence)


def _same_files(check: Entered, others: Sequence[Earlier]) -> Iterator[Flag]:
    for file in check.files:
        other = next((one.case_id for one in others if file in one.files), None)
        if other is not None:
            field = next((name for name, answer in check.answers.items() if answer == file), None)
            evidence = Text(
                f"The file {file[:12]}… was handed in with check {other} already",
                f"影像 {file[:12]}… 已在检查 {other} 中使用过",
            )
            yield Flag(SAME_FILE, field, evidence, other)


def _number(value: Value) -> str:
    return f"{value:,.4g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
