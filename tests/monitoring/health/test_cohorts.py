"""What became of earlier batches, on a book of sixty borrowers of whom some default in known months."""

from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import beta

from ews.models.frozen import FrozenModel
from ews.monitoring.health.cohorts import cohorts, counted
from ews.outcomes.definition import Definition
from ews.outcomes.horizon import months_later
from tests.books import book_of
from tests.monitoring.frames import publication

EXTRACTED_ON = date(2026, 6, 30)
DAYS = (date(2025, 3, 31), date(2025, 6, 30), date(2025, 12, 31))
PEOPLE = [f"B{number:02d}" for number in range(60)]
LATE_FROM = {f"B{number:02d}": date(2025, 4 + number % 12, 28) for number in range(9)} | {"B09": date(2026, 3, 28)}
"""B00 to B08 go into default from April to December 2025, B09 in March 2026."""
MODEL = FrozenModel("sme", "", (), (), 1.0, 0.0, date(2024, 12, 31), 12, Definition().as_dict(), "1")


@pytest.fixture(scope="module")
def book():
    months = [months_later(date(2025, 1, 31), number) for number in range(18)]
    ledger = [
        {"loan_id": name, "stated_on": day, "balance": 500, "dpd": 95 if day >= LATE_FROM.get(name, date.max) else 0}
        for name in PEOPLE
        for day in months
    ]
    loans = [
        {"loan_id": name, "borrower_id": name, "product": "business", "opened_on": date(2024, 1, 1)} for name in PEOPLE
    ]
    borrowers = [{"borrower_id": name, "kind": "firm"} for name in PEOPLE]
    tables = {"borrowers": borrowers, "loans": loans, "ledger": ledger}
    return book_of(tables, covered=(date(2024, 1, 1), EXTRACTED_ON), extracted_on=EXTRACTED_ON)


def read(one):
    """Return everybody with a pd of 5 %, the two grades in turn; who is in default has none."""
    late = [LATE_FROM.get(name, date.max) <= one.batch.as_of for name in PEOPLE]
    pd = [None if gone else 0.05 for gone in late]
    return pa.table({"borrower_id": PEOPLE, "pd": pa.array(pd, pa.float64()), "grade": ["G1", "G2"] * 30})


@pytest.fixture(scope="module")
def found(book):
    batches = [publication(number, f"b{number}", day) for number, day in enumerate(DAYS)]
    return cohorts(book, batches, lambda _: MODEL, read)


def test_mature_batches_are_counted_in_full_and_running_ones_so_far(found):
    counts = [(one.as_of, one.is_mature, one.whole.rows, one.whole.defaults) for one in found]
    assert counts == [(DAYS[0], True, 60, 10), (DAYS[1], True, 57, 7), (DAYS[2], False, 51, 1)]
    assert [one.whole.expected for one in found] == pytest.approx([3.0, 2.85, 2.55])
    assert [one.matures_on for one in found] == [date(2026, 3, 31), date(2026, 6, 30), date(2026, 12, 31)]


def test_of_two_that_share_months_the_newer_stands_apart(found):
    assert [one.is_apart for one in found] == [False, True, False]


def test_grades_add_up_to_the_whole(found):
    for one in found:
        assert sum(part.rows for part in one.grades.values()) == one.whole.rows
        assert sum(part.defaults for part in one.grades.values()) == one.whole.defaults
    assert {name: part.defaults for name, part in found[0].grades.items()} == {"G1": 5, "G2": 5}


def test_the_test_is_that_of_jeffreys_both_ways(found):
    whole = found[0].whole
    assert whole.p_low == pytest.approx(beta.cdf(0.05, 10.5, 50.5))
    assert whole.p_high == pytest.approx(1 - whole.p_low)
    assert (whole.low, whole.high) == pytest.approx(tuple(beta.ppf([0.025, 0.975], 10.5, 50.5)))


def test_what_was_judged_when_mature_is_not_judged_again(book, found):
    def unread(one):
        assert one.batch.as_of == DAYS[2]
        return read(one)

    batches = [publication(number, f"b{number}", day) for number, day in enumerate(DAYS)]
    known = {one.batch_id: one for one in found if one.is_mature}
    assert cohorts(book, batches, lambda _: MODEL, unread, known=known) == found


def test_batches_of_a_model_that_is_gone_are_left_out(book):
    assert cohorts(book, [publication(1, "b1", DAYS[0])], lambda _: None, read) == ()


def test_nobody_has_no_rate():
    none = counted(np.empty(0), np.empty(0, np.int8))
    assert (none.rows, none.expected, none.low, none.p_low, none.p_high) == (0, 0.0, None, None, None)


def test_where_there_is_no_room_for_all_the_oldest_that_runs_comes_before_the_others(book, monkeypatch):
    batches = [publication(number, f"b{number}", day) for number, day in enumerate((*DAYS, date(2026, 3, 31)))]
    monkeypatch.setattr("ews.monitoring.health.cohorts.MOST_ROWS", 2)
    sized = [replace(one, batch=replace(one.batch, scored=1)) for one in batches]
    assert [one.batch_id for one in cohorts(book, sized, lambda _: MODEL, read)] == ["b1", "b2"]
