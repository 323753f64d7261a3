"""Acts of a file: what was done, with the deadline that ran when it was done.

Counts   an act that moved the case on (another state, another deadline, or closed) met its deadline, or missed it;
         what only adds to the case (a file, a draft) or puts a deadline off says nothing about it
Missed   what went to the next role keeps the day that was missed, until it is done
Override its day is that of its expiry, which nobody has to meet
By check a task that the system closes by a check was done on the day of that check
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from ews.casework.dossier.dossier import Deadline, Done
from ews.casework.overrides.body import KIND as OVERRIDE
from ews.domain.people import SYSTEM
from ews.policy.calendar import Calendar
from ews.store.cases import Act, Case

ESCALATE = "escalate"
_SILENT = frozenset({"save", "attach", "snooze", "move", "wake", "observe", "join", "moot", "reopen", "note", "expire"})


def done_of(acts: Sequence[Act], cases: Mapping[str, Case], calendar: Calendar) -> tuple[Done, ...]:
    """Return the acts in their order; `acts` holds all of each case."""
    by_case: dict[str, list[Act]] = {}
    for act in acts:
        by_case.setdefault(act.case_id, []).append(act)
    found = [one for case_id, own in by_case.items() for one in _of_case(cases[case_id], own, calendar)]
    return tuple(sorted(found, key=lambda one: one.act))


def _of_case(case: Case, acts: Sequence[Act], calendar: Calendar) -> Iterator[Done]:
    before: Act | None = None
    missed: date | None = None
    for act in acts:
        due = None if before is None else before.due_on
        if act.verb == ESCALATE and missed is None:
            missed = due
        deadline = _deadline(case.kind, before, act, missed, calendar)
        yield Done(
            act=act.act,
            case_id=act.case_id,
            kind=case.kind,
            version=act.version,
            verb=act.verb,
            at=act.at,
            user_id=act.user_id,
            state=act.state,
            content=act.content,
            deadline=deadline,
        )
        if deadline is not None and act.verb != ESCALATE and act.due_on != due:
            missed = None
        before = act


def _deadline(kind: str, before: Act | None, act: Act, missed: date | None, calendar: Calendar) -> Deadline | None:
    if before is None or before.due_on is None or kind == OVERRIDE or act.verb in _SILENT or not _moves(before, act):
        return None
    day = _day(kind, act)
    first = missed or before.due_on
    late = max(calendar.between(first, day), 0) if day > first else 0
    # A deadline on a day of rest is over at its end all the same.
    late = max(late, 1) if day > first else late
    return Deadline(first, late, before.due_on if missed is not None and before.due_on != missed else None)


def _moves(before: Act, act: Act) -> bool:
    return (before.state, before.due_on) != (act.state, act.due_on)


def _day(kind: str, act: Act) -> date:
    """Return the day on which it was done, which for a task closed by the system is that of the check."""
    done_on = act.content.get("done_on")
    if kind == "task" and act.user_id == SYSTEM.user_id and isinstance(done_on, str):
        return date.fromisoformat(done_on)
    return act.at.date()
