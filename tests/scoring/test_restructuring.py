from datetime import date
from typing import Any

import pandas as pd
import pytest

from ews.events.book import Book
from ews.scoring.states import NOTHING
from tests.scoring.paid_loans import book_with, dues, facts_of, loan, months_ends, served, settled_on, state_of

DUES = dues(40)
PAID_UP = date(2025, 12, 25)
ARREARS = dict.fromkeys(range(7, 11), PAID_UP)
"""August to November 2025 are paid on 2025-12-25: 91 days past due on 2025-11-19, 127 at most."""


def history(name: str, *, every: int = 1, paid: dict[int, date] | None = None, **facts: Any) -> tuple[Any, Any]:
    """Return a loan of its own borrower and how it was served."""
    return loan(name, f"B-{name}", **facts), served(name, dues(40 // every, every=every), paid)


RESTRUCTURED, REFINANCED = date(2025, 6, 1), date(2026, 1, 5)
HISTORIES = [
    history("cured", paid=ARREARS),
    history("quarterly", every=3, paid={2: PAID_UP, 3: PAID_UP}),
    history("half_yearly", every=6, paid={1: PAID_UP}),
    history("relapsed", paid={**ARREARS, 15: date(2026, 4, 25)}),
    history("late_again", paid={**ARREARS, 18: date(2026, 7, 28)}),
    history("between", paid=dict.fromkeys((7, 8, 9), date(2025, 11, 25))),
    history("steady", restructured_on=RESTRUCTURED),
    history("missed", paid={12: date(2026, 1, 25)}, restructured_on=RESTRUCTURED),
    history("served_then_late", paid={18: date(2026, 7, 25)}, restructured_on=RESTRUCTURED),
    history("difficult", restructured_on=RESTRUCTURED),
]
NEW = dues(24, first=date(2026, 1, 20))
REFINANCING = [
    (
        loan("old", "B-old", matures_on=REFINANCED),
        served("old", DUES[:12], dict.fromkeys(range(7, 12), REFINANCED)),
    ),
    (
        loan("new", "B-old", opened_on=REFINANCED, replaces_loan_id="old"),
        served("new", NEW, {9: date(2026, 10, 24)}),
    ),
    (
        loan("bullet", "B-bullet", restructured_on=RESTRUCTURED),
        served("bullet", [date(2026, 12, 1)]),
    ),
]
DIFFICULT = {
    "finding_id": "F1",
    "borrower_id": "B-difficult",
    "found_on": date(2026, 3, 1),
    "field": "financial_difficulty",
    "value": "unresolved",
}
OCTOBER, NOVEMBER, DECEMBER = months_ends(date(2025, 10, 1), 3)
JANUARY, JULY = date(2026, 1, 22), date(2026, 7, 20)
DAYS = [
    date(2025, 6, 19),
    date(2025, 6, 20),
    OCTOBER,
    NOVEMBER,
    DECEMBER,
    JANUARY,
    date(2026, 6, 19),
    date(2026, 6, 20),
    date(2026, 6, 24),
    date(2026, 6, 25),
    date(2026, 7, 19),
    JULY,
    date(2026, 7, 25),
    date(2026, 10, 24),
    date(2026, 10, 25),
]
Chain = dict[date, dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def book() -> Book:
    both = [*HISTORIES, *REFINANCING]
    return book_with([one for one, _ in both], *(part for _, part in both), findings=[DIFFICULT])


def chained(book: Book, days: list[date]) -> Chain:
    """Return the loans of each day, every batch resting on the one before."""
    states, found = NOTHING, {}
    for day in days:
        found[day], states = settled_on(book, day, states)
    return found


@pytest.fixture(scope="module")
def chain(book: Book) -> Chain:
    return chained(book, DAYS)


def tiers(chain: Chain, loan_id: str, *days: date) -> list[int]:
    return [int(chain[day][loan_id]["tier_rank"]) for day in days]


def test_a_loan_that_paid_up_is_substandard_until_it_has_paid_normally_for_six_months(chain: Chain):
    days = (OCTOBER, NOVEMBER, DECEMBER, date(2026, 6, 24), date(2026, 6, 25))
    assert tiers(chain, "cured", *days) == [1, 2, 2, 2, 0]


def test_who_pays_by_the_quarter_or_half_year_needs_two_periods_too(chain: Chain):
    # by the quarter: six months on 2026-06-25, the second period on 2026-04-20; by the half year: on 2026-07-20
    assert tiers(chain, "quarterly", DECEMBER, date(2026, 6, 24), date(2026, 6, 25)) == [2, 2, 0]
    assert tiers(chain, "half_yearly", DECEMBER, date(2026, 6, 25), date(2026, 7, 19), JULY) == [2, 2, 2, 0]


def test_a_relapse_starts_the_cure_again_and_arrears_after_the_cure_do_not(chain: Chain):
    assert tiers(chain, "relapsed", DECEMBER, date(2026, 6, 25), date(2026, 10, 24), date(2026, 10, 25)) == [2, 2, 2, 0]
    assert tiers(chain, "late_again", date(2026, 6, 25), date(2026, 7, 25), date(2026, 10, 24)) == [0, 1, 0]


def test_what_happened_between_two_batches_is_seen(chain: Chain):
    # 91 days past due on 2025-11-19 and paid on 2025-11-25: neither month end saw it
    assert tiers(chain, "between", OCTOBER, NOVEMBER) == [1, 2]
    assert chain[NOVEMBER]["between"]["dpd"] == 0


def test_the_first_batch_knows_what_the_book_tells(book: Book):
    rows = facts_of(book, DECEMBER)
    assert (rows["cured"]["was_non_performing"], rows["cured"]["npl_since"]) == (True, date(2025, 11, 19))
    rows = facts_of(book, JULY)
    assert (rows["cured"]["was_non_performing"], rows["cured"]["npl_since"]) == (False, None)


def test_fewer_batches_find_the_same(book: Book, chain: Chain):
    days = [DECEMBER, date(2026, 6, 25), date(2026, 10, 25)]
    found = chained(book, days)
    for day in days:
        for loan_id in ("cured", "quarterly", "half_yearly", "relapsed", "late_again", "between", "steady", "missed"):
            assert (loan_id, day, tiers(found, loan_id, day)) == (loan_id, day, tiers(chain, loan_id, day))


def test_refinancing_cures_nothing(chain: Chain):
    found = {day: chain[day]["new"] for day in (JANUARY, date(2026, 6, 25), JULY, date(2026, 10, 24))}
    assert {day: (bool(row["was_non_performing"]), int(row["own_tier_rank"])) for day, row in found.items()} == {
        JANUARY: (True, 2),
        date(2026, 6, 25): (True, 2),
        JULY: (False, 1),  # cured on 2026-07-05: what is left is that it repaid an old loan
        date(2026, 10, 24): (False, 1),  # a relapse after the cure is no longer a matter of the old loan
    }


@pytest.mark.parametrize(
    ("loan_id", "day", "tier", "found"),
    [
        ("steady", date(2025, 6, 19), 1, (None, None, None)),
        ("steady", date(2025, 6, 20), 1, (date(2025, 6, 20), 0, 0)),
        ("steady", date(2026, 6, 19), 1, (date(2025, 6, 20), 11, 11)),
        ("steady", date(2026, 6, 20), 0, (date(2025, 6, 20), 12, 12)),
        ("missed", date(2026, 1, 22), 1, (None, None, None)),
        ("missed", date(2026, 6, 20), 1, (date(2026, 2, 20), 4, 4)),
        ("bullet", date(2026, 6, 20), 1, (None, None, None)),
        ("served_then_late", date(2026, 7, 25), 0, (date(2025, 6, 20), 13, 12)),
        ("difficult", date(2026, 6, 20), 1, (date(2026, 3, 20), 3, 3)),
    ],
)
def test_observation_runs_from_the_first_due_date_and_starts_again_after_a_missed_one(
    loan_id: str, day: date, tier: int, found: tuple[Any, ...], chain: Chain
):
    row = chain[day][loan_id]
    told = [row[name] for name in ("observed_from", "observation_months", "observation_periods")]
    assert tiers(chain, loan_id, day) == [tier]
    assert [None if pd.isna(value) else value for value in told] == [
        pd.Timestamp(value) if isinstance(value, date) else value for value in found
    ]


def test_grounds_other_than_days_past_due_are_remembered_by_the_predecessor(book: Book):
    left = state_of({"loan_id": "relapsed", "own_tier_rank": 2, "npl_since": date(2025, 3, 1), "held": ["IMPAIRED"]})
    bare = state_of({"loan_id": "steady", "own_tier_rank": 1})
    late = date(2025, 9, 30)
    assert facts_of(book, late, bare)["relapsed"]["was_non_performing"] is False
    rows, after = settled_on(book, late, left)
    assert list(rows["relapsed"]["own_held"]) == ["OVERDUE", "NOT_YET_CURED"]
    kept = {row["loan_id"]: row["npl_since"] for row in after.loans.to_pylist()}
    assert kept["relapsed"] == date(2025, 3, 1)


AGAIN: list[tuple[list[date], dict[str, Any], bool]] = [
    ([], {}, False),
    ([date(2025, 1, 15)], {}, True),
    ([date(2024, 5, 31)], {}, False),
    ([date(2025, 5, 20)], {}, False),  # the day was corrected
    ([], {"restructured_on": date(2024, 3, 1), "observed_from": date(2024, 7, 1)}, True),
    ([], {"restructured_on": date(2024, 3, 1), "observed_from": None}, True),
    ([], {"restructured_on": date(2024, 3, 1), "observed_from": date(2024, 6, 1)}, False),
    ([], {"restructured_on": RESTRUCTURED, "restructured_again": True}, True),
    ([], {"restructured_on": RESTRUCTURED, "observed_from": None}, False),
    ([], {"restructured_on": None}, False),
]


def test_a_second_restructuring_within_observation_is_told():
    loans = [
        loan(f"L{number}", restructured_on=day, known_on=day)
        for number, (versions, _, _) in enumerate(AGAIN)
        for day in (*versions, RESTRUCTURED)
    ]
    left = [
        {"loan_id": f"L{number}", "own_tier_rank": 0, **state} for number, (_, state, _) in enumerate(AGAIN) if state
    ]
    book = book_with(loans, *(served(f"L{number}", DUES) for number in range(len(AGAIN))))
    found = facts_of(book, date(2025, 6, 30), state_of(*left))
    assert [found[f"L{number}"]["restructured_again"] for number in range(len(AGAIN))] == [again for *_, again in AGAIN]


def test_a_loan_that_repays_one_just_restructured_is_restructured_again():
    rows = [
        loan("L1", restructured_on=date(2025, 2, 1), matures_on=RESTRUCTURED),
        loan("L2", opened_on=RESTRUCTURED, restructured_on=RESTRUCTURED, replaces_loan_id="L1"),
    ]
    book = book_with(rows, served("L1", DUES[:4]), served("L2", dues(12, first=date(2025, 6, 20))))
    assert facts_of(book, date(2025, 6, 30))["L2"]["restructured_again"] is True


def test_what_is_left_to_remember_is_a_function_of_its_inputs(book: Book):
    (_, first), (_, second) = settled_on(book, DECEMBER), settled_on(book, DECEMBER)
    assert first.loans.equals(second.loans)
