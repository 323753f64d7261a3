"""First view: what somebody understands a case by in half a minute, without reading anything but store and exhibit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Any

from ews.domain.decisions import Decision
from ews.domain.exhibits import Exhibit, Month
from ews.serving.pages import figures
from ews.serving.pages.borrower import time_line, why
from ews.serving.pages.borrower.due import due_of, todos
from ews.serving.pages.borrower.months import columns
from ews.serving.pages.borrower.seen import Seen
from ews.serving.pages.borrower.values import family_tables, family_title
from ews.serving.pages.render import View
from ews.store.cases import Case

_QUARTER, _YEAR = 3, 12
GRADE_D = "D"


@dataclass(frozen=True, slots=True)
class Moved:
    """How the answer moved since the batch that it is compared with; `times` is what became of the odds."""

    times: float | None
    other_model: bool
    grade: int
    tier: int
    level: int


def first_view(seen: Seen, cases: Sequence[Case], view: View) -> Mapping[str, Any]:
    """Return what the first view shows."""
    decision, language = seen.decision, view.language
    months = columns(seen, cases, language)
    found = todos(cases, view)
    raised = decision.raised
    signals = why.endings(decision, view.services.wording, language)
    chart = time_line.option(months, view)
    return {
        "moved": moved(decision),
        "due": due_of(found),
        "open_count": len(found),
        "action": view.services.wording.action_text(decision, language),
        "waits": raised if raised is not None and raised.is_waiting else None,
        "waterfall": why.waterfall(decision, view.services.wording, language),
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


def moved(decision: Decision) -> Moved | None:
    """Return the movement; None where there is nothing to compare with."""
    before = decision.before
    if before is None:
        return None
    other = before.model_id not in {None, decision.model_id}
    comparable = before.pd is not None and decision.pd is not None and not other
    return Moved(
        times=exp(_logit(decision.pd) - _logit(before.pd)) if comparable else None,
        other_model=other,
        grade=_grade_place(decision.grade) - _grade_place(before.grade),
        tier=decision.tier.rank - before.tier.rank,
        level=decision.level.rank - before.level.rank,
    )


def title(exhibit: Exhibit | None, decision: Decision, view: View) -> str:
    """Return what the months tell: how what comes in compares with before, else only over which months they go."""
    until = figures.day(decision.as_of)
    months = () if exhibit is None else exhibit.months
    now, then = _mean(months[-_QUARTER:]), _mean(months[-_YEAR:-_QUARTER])
    if now is None or not then:
        return view._("24 months to %(day)s", day=until)
    change = 100 * (now / then - 1)
    return view._(
        "24 months to %(day)s: money received per month %(now)s in the last 3, %(then)s in the 9 before (%(change)s)",
        day=until,
        now=figures.money(now, view.language),
        then=figures.money(then, view.language),
        change=f"{change:+.0f}%".replace("-", "−"),
    )


def _mean(months: Sequence[Month]) -> float | None:
    known = [one.inflow_fen for one in months if one.inflow_fen is not None]
    return sum(known) / len(known) if known and len(known) == len(months) else None


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
