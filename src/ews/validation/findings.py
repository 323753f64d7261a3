"""Findings (验证发现): what a validation has to answer for, made of the results that did not pass.

Grain     one per test, whatever it looked at; `about` names the places, the gravest first
Severity  by findings.toml: high where a test that must hold failed for the whole, medium where any other failed, low
          where a result is to be watched
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files

from ews.domain.text import Text
from ews.validation.results import WHOLE, Result, Verdict


class Severity(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def text(self) -> Text:
        return _TEXTS[self]

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return tuple(Severity).index(self)


_TEXTS = {Severity.HIGH: Text("high", "高"), Severity.MEDIUM: Text("medium", "中"), Severity.LOW: Text("low", "低")}


@dataclass(frozen=True, slots=True)
class Raised:
    """A finding as a validation raises it; `results` are those that did not pass, the gravest first."""

    test: str
    severity: Severity
    results: tuple[Result, ...]

    @property
    def about(self) -> tuple[str, ...]:
        return tuple(one.about for one in self.results)


_CONTENT = tomllib.loads(files("ews.validation").joinpath("findings.toml").read_text(encoding="utf-8"))
MUST_HOLD: frozenset[str] = frozenset(_CONTENT["must_hold"])
DUE_DAYS: dict[Severity, int] = {one: _CONTENT["due_days"][one.value] for one in Severity}


def findings_of(results: Sequence[Result]) -> tuple[Raised, ...]:
    """Return the findings, the gravest first, then in the order of the results."""
    by_test: dict[str, list[Result]] = {}
    for one in results:
        if one.verdict in (Verdict.FAILED, Verdict.WATCH):
            by_test.setdefault(one.test, []).append(one)
    raised = [_raised(test, found) for test, found in by_test.items()]
    return tuple(sorted(raised, key=lambda one: one.severity.rank))


def severity_of(result: Result) -> Severity:
    """Return how grave a result that did not pass is."""
    if result.verdict is not Verdict.FAILED:
        return Severity.LOW
    return Severity.HIGH if must_hold(result) else Severity.MEDIUM


def must_hold(result: Result) -> bool:
    """Tell whether no answer is yes without this result."""
    return result.test in MUST_HOLD and result.about == WHOLE


def _raised(test: str, found: Sequence[Result]) -> Raised:
    ordered = tuple(sorted(found, key=lambda one: severity_of(one).rank))
    return Raised(test, severity_of(ordered[0]), ordered)
