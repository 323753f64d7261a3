"""First view: what somebody understands a case by in half a minute, without reading anything but store and exhibit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Any

from ews.domain.decisions import Decision, LoanDecision
from ews.serving.pages.borrower import time_line, why
from ews.serving.pages.borrower.due import due_of, todos
from ews.serving.pages.borrower.headline import title
from ews.serving.pages.borrower.months import columns
from ews.serving.pages.borrower.pressing import pressing
from ews.serving.pages.borrower.seen import Seen
from ews.serving.pages.borrower.values import family_tables, family_title
from ews.serving.pages.render import View
from ews.store.batches import families_seen_once
from ews.store.cases import Case

GRADE_D = "D"


@dataclass(frozen=True, slots=True)
class Moved:
    """How the answer moved since the batch that it is compared with; `times` is what became of the odds.

    `seen_once` names what only one of the two batches had data on: then pd and grade of the two cannot be compared.
    """

    times: float | None
    other_model: bool
    seen_once: tuple[str, ...]
    grade: int
    tier: int
    level: int

    @property
    def is_comparable(self) -> bool:
        """Tell whether pd and grade of the two rest on the same data and the same model."""
        return not self.seen_once and not self.other_model


def first_view(seen: Seen, cases: Sequence[Case], view: View) -> Mapping[str, Any]:
    """Return what the first view shows."""
    decision, language = seen.decision, view.language
    months = columns(seen, cases, language)
    found = todos(cases, view)
    raised = decision.raised
    signals = why.endings(decision, view.services.wording, language)
    seen_once = families_seen_once(view.services.store, decision)
    movement = moved(decision, seen_once)
    chart = time_line.option(months, view, is_comparable=movement is None or not movement.seen_once)
    return {
        "moved": movement,
        "seen_once": [family_title(one, language) for one in seen_once],
        "pressing": pressing(decision, seen.exhibit),
        "worst": worst_loan(decision),
        "due": due_of(found),
        "open_count": len(found),
        "action": view.services.wording.action_text(decision, language),
        "waits": raised if raised is not None and raised.is_waiting else None,
        "waterfall": why.waterfall(decision, view.services.wording, language, seen.exhibit),
        "grounds": why.grounds(decision, view.services.wording, language) if decision.in_default else (),
        "endings": signals,
        "columns": months,
        "time_option": chart,
        "time_height": time_line.height_class(chart),
        "time_title": title(seen.exhibit, decision, view),
        "blind": [(family_title(one, language), family_tables(one, language)) for one in decision.blind],
        "expected_loss": _sum([one.expected_loss_fen for one in decision.loans]),
        "dpd": max((one.dpd for one in decision.loans if one.dpd is not None), default=None),
    }


def moved(decision: Decision, seen_once: tuple[str, ...] = ()) -> Moved | None:
    """Return the movement; None where there is nothing to compare with. `seen_once` is told as it is given."""
    before = decision.before
    if before is None:
        return None
    other = before.model_id not in {None, decision.model_id}
    comparable = before.pd is not None and decision.pd is not None and not other
    return Moved(
        times=exp(_logit(decision.pd) - _logit(before.pd)) if comparable else None,
        other_model=other,
        seen_once=() if decision.pd is None or before.pd is None else seen_once,
        grade=_grade_place(decision.grade) - _grade_place(before.grade),
        tier=decision.tier.rank - before.tier.rank,
        level=decision.level.rank - before.level.rank,
    )


def worst_loan(decision: Decision) -> LoanDecision | None:
    """Return the loan that makes the tier; None where there is only one, or all loans have it."""
    made_by = [one for one in decision.loans if one.tier is decision.tier]
    if len(decision.loans) < 2 or len(made_by) != 1:
        return None
    return made_by[0]


def _logit(pd: float | None) -> float:
    chance = min(max(pd or 0.0, 1e-9), 1 - 1e-9)
    return log(chance / (1 - chance))


def _grade_place(grade: str) -> int:
    """Return a number that rises with risk; D, in default, is the last."""
    digits = "".join(one for one in grade if one.isdigit())
    return 99 if grade == GRADE_D or not digits else int(digits)


def _sum(parts: Sequence[int | None]) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if known else None
