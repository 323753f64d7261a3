"""Hits: how many warnings came true (命中率), and how long before default they came (预警提前期).

Cohort    borrowers who come to a level or a graver one in batch t: not so in the batch before, or not in it, and not in
          default in t. Yellow so takes in whoever is warned at all. Who ceases to be warned and is warned again later
          belongs to two cohorts. The first batch of the history has none, for nobody knows since when its warnings are
Followed  to the newest batch, 12 months at most; `defaulted` were in default in one of the batches up to then
Censored  `left` were missing from one of the batches up to then and seen in default in none: what became of them is not
          known, and they count as if they had not defaulted
Pool      the cohorts of a level that are old enough to be followed for so many months, and only those months of them:
          younger ones are left out and counted in `still_followed`, so that no rate mixes the two
Onset     a borrower in default in a batch, in the batch before it there and not in default
Lead      days from the first batch of the unbroken stretch of warnings (yellow or graver, in every batch and not in
          default) before the onset, to the onset. A warning of the onset's own batch comes too late to count. Where the
          stretch reaches the first batch of the history the true lead is longer; `cut_short` counts these, and with
          many of them the quartiles are what the lead was at least
Too few   below LEAST no share and no quartile is told: null
Seen      only in the batches of the history, one a month: what came and went between two of them is not seen
Branch    the borrower's in the batch of the warning; for lead times in that of the onset
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from ews.domain.levels import WarningLevel
from ews.monitoring.frame import LEVELS, Flags, Ranks
from ews.monitoring.history import History, of_branch

FOLLOWED_MONTHS = 12
REACHES = (3, 6, FOLLOWED_MONTHS)
"""Months within which the pools ask for default; a young history can tell the shorter ones only."""
_NEVER = 9_999
LEAST = 20
"""Fewer borrowers than that say nothing."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """Who came to `at_least` this level in the batch of `as_of`; `months_followed` are whole months, 12 at most."""

    as_of: date
    batch_id: str
    at_least: WarningLevel
    months_followed: int
    borrowers: int
    defaulted: int
    left: int

    @property
    def share(self) -> float | None:
        """Return the share that defaulted so far, null for too few to say."""
        return share(self.defaulted, self.borrowers)


@dataclass(frozen=True, slots=True)
class Pool:
    """All cohorts of a level followed for `within_months`; `still_followed` are borrowers of the younger ones."""

    at_least: WarningLevel
    within_months: int
    borrowers: int
    defaulted: int
    left: int
    still_followed: int

    @property
    def share(self) -> float | None:
        """Return the hit rate within so many months, null for too few to say."""
        return share(self.defaulted, self.borrowers)


@dataclass(frozen=True, slots=True)
class LeadTimes:
    """`quartiles` are the days that 25, 50 and 75 % of the `warned_before` do not exceed, null for too few to say."""

    onsets: int
    warned_before: int
    cut_short: int
    quartiles: tuple[int, int, int] | None

    @property
    def share_warned_before(self) -> float | None:
        return share(self.warned_before, self.onsets)


@dataclass(frozen=True, slots=True)
class Hits:
    """`cohorts` by batch, oldest first, then from yellow to red; `pools` from yellow to red, then by months."""

    since: date
    until: date
    cohorts: tuple[Cohort, ...]
    pools: tuple[Pool, ...]
    lead: LeadTimes


def hits(history: History, branch_id: str | None = None) -> Hits:
    """Return what became of the warnings of the history, of one branch if that is given."""
    days = [trace.publication.batch.as_of for trace in history.traces]
    risen = [_risen(history, days, place, branch_id) for place in range(1, len(days))]
    cohorts = {months: [_cohort(one, level, months) for one in risen for level in LEVELS[1:]] for months in REACHES}
    pools = tuple(
        _pool(level, months, [one for one in cohorts[months] if one.at_least is level])
        for level in LEVELS[1:]
        for months in REACHES
    )
    return Hits(days[0], days[-1], tuple(cohorts[FOLLOWED_MONTHS]), pools, _lead(history, days, branch_id))


def months_between(start: date, end: date) -> int:
    """Return the whole months from `start` to a later `end`; the last of a month counts as its 31st."""
    return 12 * (end.year - start.year) + end.month - start.month - (_day(start) > _day(end))


def share(part: int, whole: int) -> float | None:
    """Return part / whole, null where the whole is too few to say."""
    return part / whole if whole >= LEAST else None


def _day(one: date) -> int:
    return 31 if one.day == monthrange(one.year, one.month)[1] else one.day


@dataclass(frozen=True, slots=True, eq=False)
class _Risen:
    """Who rose to a graver level in a batch, and after how many months they were first in default, or missing."""

    as_of: date
    batch_id: str
    months: int
    before: Ranks
    now: Ranks
    default_after: NDArray[np.intp]
    left_after: NDArray[np.intp]


def _risen(history: History, days: list[date], place: int, branch_id: str | None) -> _Risen:
    now, before = history.level[place], history.level[place - 1]
    who = np.flatnonzero((now > before) & ~history.in_default[place] & of_branch(history, place, branch_id))
    months = np.array([months_between(days[place], day) for day in days[place + 1 :]], np.intp)
    later = slice(place + 1, place + 1 + int((months <= FOLLOWED_MONTHS).sum()))
    return _Risen(
        days[place],
        history.traces[place].publication.batch.batch_id,
        months_between(days[place], days[-1]),
        before[who],
        now[who],
        _first(history.in_default[later, who], months),
        _first(history.left[later, who], months),
    )


def _first(flags: Flags, months: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the month of the first batch that each column is true in, NEVER where it is true in none."""
    if not len(flags):
        return np.full(flags.shape[1], _NEVER, np.intp)
    return np.where(flags.any(axis=0), months[flags.argmax(axis=0)], _NEVER)


def _cohort(risen: _Risen, level: WarningLevel, months: int) -> Cohort:
    came = (risen.before < level.rank) & (risen.now >= level.rank)
    defaulted = risen.default_after[came] <= months
    left = (risen.left_after[came] <= months) & ~defaulted
    return Cohort(
        risen.as_of,
        risen.batch_id,
        level,
        months_followed=min(risen.months, months),
        borrowers=len(defaulted),
        defaulted=int(defaulted.sum()),
        left=int(left.sum()),
    )


def _pool(level: WarningLevel, months: int, cohorts: list[Cohort]) -> Pool:
    followed = [one for one in cohorts if one.months_followed >= months]
    return Pool(
        level,
        months,
        borrowers=sum(one.borrowers for one in followed),
        defaulted=sum(one.defaulted for one in followed),
        left=sum(one.left for one in followed),
        still_followed=sum(one.borrowers for one in cohorts if one.months_followed < months),
    )


def _lead(history: History, days: list[date], branch_id: str | None) -> LeadTimes:
    warned = (history.level > 0) & ~history.in_default
    onsets = cut_short = 0
    leads: list[int] = []
    for place in range(1, len(days)):
        fell = history.in_default[place] & history.was_here[place] & ~history.in_default[place - 1]
        who = np.flatnonzero(fell & of_branch(history, place, branch_id))
        first = _first_warned(warned[:place, who])
        onsets += len(who)
        cut_short += int((first == 0).sum())
        leads += [(days[place] - days[start]).days for start in first.tolist() if start < place]
    return LeadTimes(onsets, len(leads), cut_short, _quartiles(leads))


def _first_warned(warned: Flags) -> NDArray[np.intp]:
    """Return the row from which on each column holds to the last one; the number of rows where not even that does."""
    unbroken = np.logical_and.accumulate(warned[::-1], axis=0)
    return np.asarray(len(warned) - unbroken.sum(axis=0))


def _quartiles(days: list[int]) -> tuple[int, int, int] | None:
    if len(days) < LEAST:
        return None
    low, middle, high = np.quantile(days, (0.25, 0.5, 0.75), method="inverted_cdf").tolist()
    return int(low), int(middle), int(high)
