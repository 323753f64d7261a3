"""Snapshots (时点切片): the days on which the book is looked at, and which of them teach and which test.

Month ends by default, so that windows are calendar months and the days share their months; counted back from the
last day whose label is mature, so that a book which grows by a month keeps its newest knowledge.

time       several days: the last months test; a day teaches if its horizon has ended when the test begins, so one
           horizon is purged between the two, and its label is what was known of it on that day
borrower   one day: a share of the borrowers tests
cross_fit  few data: every day teaches and tests, each borrower by a model that did not see it
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ews.domain.errors import TrainingDataError
from ews.events.book import Book
from ews.outcomes.horizon import month_end_on_or_before, months_later
from ews.outcomes.labels import label_reach
from ews.training.recipe import Days, Recipe

HISTORY_MONTHS = 12
"""The least history before a snapshot: features over 12 months are told from then on, longer windows are null at
first."""

_FEEDS = ("transactions", "card_statements", "ledger", "payments")

Kind = Literal["time", "borrower", "cross_fit"]


@dataclass(frozen=True, slots=True)
class Plan:
    """Days in order; a day that teaches also tests unless `kind` is time; purged days are not even looked at."""

    kind: Kind
    train: Days
    test: Days
    purged: Days

    @property
    def days(self) -> Days:
        return tuple(sorted({*self.train, *self.test}))

    def labels_known_by(self, known_by: date) -> Mapping[date, date]:
        """Return per day what its label may rest on: by time, nothing learnt after the test begins teaches."""
        begins = min(known_by, *self.test) if self.kind == "time" else known_by
        return {day: begins if day in self.train else known_by for day in self.days}


def plan_snapshots(book: Book, recipe: Recipe, *, known_by: date) -> Plan:
    """Return the recipe's own days, or month ends from 12 months after the feeds begin to the last mature label.

    TrainingDataError where the book is too short to learn or to be tested by time.
    """
    days = recipe.snapshots or _month_ends(book, recipe, known_by)
    if recipe.cross_fit:
        return Plan("cross_fit", days, days, ())
    if len(days) == 1:
        return Plan("borrower", days, days, ())
    edge = months_later(days[-1], -recipe.test_months)
    test = recipe.test_snapshots or tuple(day for day in days if day > edge)
    others = [day for day in days if day not in test]
    train = tuple(day for day in others if months_later(day, recipe.horizon_months) <= min(test))
    if not train:
        message = (
            f"The book is too short to be tested by time: of {len(days)} snapshots from {days[0]} to {days[-1]} the "
            f"test begins on {min(test)}, and before that no label of {recipe.horizon_months} months is known. "
            "Give a longer book or earlier snapshots, or set cross_fit = true in the recipe."
        )
        raise TrainingDataError(message)
    return Plan("time", train, test, tuple(day for day in others if day not in train))


def _month_ends(book: Book, recipe: Recipe, known_by: date) -> Days:
    reach = label_reach(book, recipe.definition, known_by)
    last = recipe.last_snapshot or month_end_on_or_before(months_later(reach, -recipe.horizon_months))
    first = recipe.first_snapshot or _first_day(book) or last
    days: list[date] = []
    day = last
    while day >= first:
        days.append(day)
        day = months_later(last, -recipe.snapshot_every_months * len(days))
    if not days:
        message = (
            f"The book is too short to learn from: the first snapshot with {HISTORY_MONTHS} months of history is "
            f"{first}, the last with a mature label ({recipe.horizon_months} months, known by {known_by}) is {last}. "
            "Give a longer book, or set first_snapshot or a shorter horizon_months in the recipe."
        )
        raise TrainingDataError(message)
    return tuple(sorted(days))


def _first_day(book: Book) -> date | None:
    starts = [bounds[0] for bounds in map(book.covered, _FEEDS) if bounds is not None]
    return months_later(month_end_on_or_before(min(starts)), HISTORY_MONTHS) if starts else None
