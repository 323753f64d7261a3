"""Findings of a report: what results made, beside what the store knows became of it.

Grain   one per test; those of the newest validation first, then those that it did not find any more
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ews.store.model_findings import Found, ModelFinding, State
from ews.validation.findings import DUE_DAYS, Severity, findings_of
from ews.validation.results import Result

RANKS = {one.value: one.rank for one in Severity}


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as a report tells it; `results` are empty where the newest validation did not find it any more.

    `kept` is null where no store keeps it.
    """

    test: str
    severity: Severity
    results: tuple[Result, ...]
    due_on: date
    kept: ModelFinding | None

    @property
    def is_open(self) -> bool:
        return self.kept is None or self.kept.state is State.OPEN


def found_in(results: Sequence[Result], on: date) -> tuple[Found, ...]:
    """Return what is to be kept of the results of a validation made on a day."""
    return tuple(
        Found(one.test, one.severity.value, one.severity.rank, one.about, on + timedelta(days=DUE_DAYS[one.severity]))
        for one in findings_of(results)
    )


def told_findings(results: Sequence[Result], on: date, kept: Sequence[ModelFinding]) -> tuple[Told, ...]:
    """Return the findings of a report, the gravest first."""
    known = {one.test: one for one in kept}
    made = findings_of(results)
    due = {one.test: one.due_on for one in found_in(results, on)}
    now = [
        Told(one.test, one.severity, one.results, _due(known.get(one.test), due[one.test]), known.get(one.test))
        for one in made
    ]
    gone = [one for one in kept if one.test not in due]
    return (*now, *(Told(one.test, Severity(one.severity), (), one.due_on, one) for one in gone))


def settled(kept: Sequence[ModelFinding]) -> frozenset[str]:
    """Return the tests whose finding a validator has signed off."""
    return frozenset(one.test for one in kept if one.state is not State.OPEN)


def _due(kept: ModelFinding | None, otherwise: date) -> date:
    return otherwise if kept is None else kept.due_on
