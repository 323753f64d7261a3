"""Opinion (验证意见): what the results come to, chapter by chapter and as a whole, before a person has signed it.

Chapter  failed where a test that must hold failed; watch where any other failed or is to be watched; too few where a
         test that must hold could not tell, or nothing was told; passed where at least one passed; else told
Answer   no         a test that must hold failed, and no validator has taken the risk
         cannot_say a test of CORE could not tell: too few defaults
         conditions some finding is open, or a test that must hold could not tell
         yes        else
"""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from ews.domain.text import Text
from ews.validation.findings import Severity, findings_of, must_hold
from ews.validation.results import Area, Result, Verdict

CORE = ("auc", "jeffreys_portfolio")
"""Tests without which nobody can say anything of a model."""


class Answer(StrEnum):
    YES = "yes"
    CONDITIONS = "conditions"
    NO = "no"
    CANNOT_SAY = "cannot_say"

    @property
    def text(self) -> Text:
        return _TEXTS[self]


_TEXTS = {
    Answer.YES: Text("Yes: fit for use", "是：可以使用"),
    Answer.CONDITIONS: Text("Yes, with conditions", "有条件通过"),
    Answer.NO: Text("No: not fit for use", "否：不得使用"),
    Answer.CANNOT_SAY: Text("Cannot be said yet", "暂无法判断"),
}


def answer_of(results: Sequence[Result], settled: Collection[str] = ()) -> Answer:
    """Return the answer that the results propose; `settled` are tests whose finding a validator has signed off."""
    open_findings = [one for one in findings_of(results) if one.test not in settled]
    if any(one.severity is Severity.HIGH for one in open_findings):
        return Answer.NO
    unsure = [one for one in results if one.verdict is Verdict.TOO_FEW and must_hold(one)]
    if any(one.test in CORE for one in unsure) or not any(one.test == CORE[0] for one in results):
        return Answer.CANNOT_SAY
    return Answer.CONDITIONS if open_findings or unsure else Answer.YES


def by_area(
    results: Sequence[Result], area_of: Mapping[str, Area]
) -> Mapping[Area, tuple[Verdict, Mapping[Verdict, int]]]:
    """Return verdict and count of verdicts by chapter, in the order of reading, without empty ones."""
    found: dict[Area, list[Result]] = {area: [] for area in Area}
    for one in results:
        found[area_of[one.test]].append(one)
    return {area: (chapter_verdict(part), _counts(part)) for area, part in found.items() if part}


def chapter_verdict(results: Sequence[Result]) -> Verdict:
    """Return the verdict of a chapter's results."""
    verdicts = {one.verdict for one in results}
    binding = {one.verdict for one in results if must_hold(one)}
    if Verdict.FAILED in binding:
        return Verdict.FAILED
    if verdicts & {Verdict.FAILED, Verdict.WATCH}:
        return Verdict.WATCH
    if Verdict.TOO_FEW in binding:
        return Verdict.TOO_FEW
    if Verdict.PASSED in verdicts:
        return Verdict.PASSED
    return Verdict.TOO_FEW if Verdict.TOO_FEW in verdicts else Verdict.TOLD


def _counts(results: Sequence[Result]) -> Mapping[Verdict, int]:
    return {verdict: sum(one.verdict is verdict for one in results) for verdict in Verdict}
