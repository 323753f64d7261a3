"""Months: what is known of a borrower month by month, oldest first, with what happened in each.

Months    those of the exhibit; where the batch has none, the same days without figures
Standing  the newest decision of the month that was not superseded
Since     what happened after as_of has a place of its own at the end
"""

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from ews.casework.checks.body import CANCELLED
from ews.casework.words import KIND_TEXTS, PATTERN_TEXTS, STATE_TEXTS
from ews.domain.exhibits import MONTHS, Month
from ews.domain.levels import WarningLevel
from ews.domain.text import Language
from ews.serving.pages.borrower.seen import Seen
from ews.store.cases import Case
from ews.store.publications import Standing

WARNINGS, WORK = "warnings", "work"
_WORK = frozenset({"check", "contact", "measure", "override", "watch"})
_DROPPED = frozenset({CANCELLED, "draft", "refused"})


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; `lane` is WARNINGS or WORK, `level` that of a warning."""

    on: date
    lane: str
    text: str
    level: WarningLevel | None = None
    is_end: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A month of the time line; `month` is null for what came after the last one.

    `has_figures` where an exhibit tells of the month, so that what it does not tell is not known.
    """

    ends_on: date | None
    month: Month | None = None
    standing: Standing | None = None
    events: tuple[Event, ...] = field(default=())
    has_figures: bool = False

    @property
    def card_utilisation(self) -> float | None:
        one = self.month
        if one is None or not one.card_limit_fen or one.card_balance_fen is None:
            return None
        return one.card_balance_fen / one.card_limit_fen


def columns(seen: Seen, cases: Iterable[Case], language: Language) -> tuple[Column, ...]:
    """Return the months up to as_of, and one more for what happened since, if anything did."""
    months = months_of(seen)
    ends = [one.ends_on for one in months]
    standings = _standings(seen.history, ends)
    found = sorted(events(cases, language), key=lambda one: (one.on, one.lane, one.text))
    first = months_back(ends[0], 1)
    by_month: dict[int, list[Event]] = {}
    for one in found:
        if one.on > first:
            by_month.setdefault(bisect_left(ends, one.on), []).append(one)
    has_figures = seen.exhibit is not None and bool(seen.exhibit.months)
    made = [
        Column(month.ends_on, month, standings.get(at), tuple(by_month.get(at, ())), has_figures)
        for at, month in enumerate(months)
    ]
    since = by_month.get(len(ends))
    return (*made, Column(None, events=tuple(since))) if since else tuple(made)


def months_of(seen: Seen) -> Sequence[Month]:
    if seen.exhibit is not None and seen.exhibit.months:
        return seen.exhibit.months
    as_of = seen.decision.as_of
    return [Month(months_back(as_of, number)) for number in range(MONTHS - 1, -1, -1)]


def months_back(day: date, number: int) -> date:
    """Return the day `number` months before; a month end where `day` is one or the month has no such day."""
    months = 12 * day.year + day.month - 1 - number
    year, month = divmod(months, 12)
    last = monthrange(year, month + 1)[1]
    is_end = day.day == monthrange(day.year, day.month)[1]
    return date(year, month + 1, last if is_end else min(day.day, last))


def events(cases: Iterable[Case], language: Language) -> Iterable[Event]:
    """Yield what was raised, lifted, checked and done."""
    for case in cases:
        if case.opened_at is None:
            continue
        if case.kind == "warning":
            yield from _of_warning(case, language)
        elif case.kind in _WORK and case.state not in _DROPPED:
            yield Event(_day_of(case), WORK, f"{_kind(case, language)} {_state(case, language)} {case.case_id}")


def _of_warning(case: Case, language: Language) -> Iterable[Event]:
    about = PATTERN_TEXTS.get(str(case.body.get("kind")))
    what = _kind(case, language) if about is None else about.in_(language)
    raised = STATE_TEXTS["raised"].in_(language)
    level = case.body.get("first_level") or case.level
    grade = None if level is None else WarningLevel(level)
    opened = case.body.get("handed_over_on")
    on = date.fromisoformat(opened) if isinstance(opened, str) else _opened(case)
    yield Event(on, WARNINGS, f"{'' if grade is None else grade.text.in_(language)} {what} {raised}".strip(), grade)
    if case.closed_at is not None:
        yield Event(case.closed_at.date(), WARNINGS, f"{what} {_state(case, language)}", is_end=True)


def _day_of(case: Case) -> date:
    done = case.body.get("done_on")
    return date.fromisoformat(done) if isinstance(done, str) else _opened(case)


def _opened(case: Case) -> date:
    return date.max if case.opened_at is None else case.opened_at.date()


def _kind(case: Case, language: Language) -> str:
    return KIND_TEXTS[case.kind].in_(language)


def _state(case: Case, language: Language) -> str:
    text = STATE_TEXTS.get(case.state)
    return case.state if text is None else text.in_(language)


def _standings(history: Iterable[Standing], ends: Sequence[date]) -> dict[int, Standing]:
    found: dict[int, Standing] = {}
    first = months_back(ends[0], 1)
    for one in history:
        at = bisect_left(ends, one.as_of)
        if not one.superseded and first < one.as_of and at < len(ends):
            found.setdefault(at, one)
    return found
