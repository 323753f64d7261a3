"""Histories in one book: each is told so that its turning point falls on the same two days, TURN and the day before."""

from datetime import date
from typing import Any

import pandas as pd
import pytest

from ews.events.book import Book
from ews.scoring.states import NOTHING, States
from tests.scoring.paid_loans import book_with, dues, facts_of, loan, months_ends, served, settled_on, state_of

DUES = dues(40)
PAID_UP = date(2025, 12, 25)
TURN, BEFORE = date(2026, 6, 25), date(2026, 6, 24)
OCTOBER, NOVEMBER, DECEMBER = months_ends(date(2025, 10, 1), 3)
DAYS = [OCTOBER, NOVEMBER, DECEMBER, BEFORE, TURN]
RESTRUCTURED = date(2025, 6, 1)
REFINANCED, REFINANCED_BEFORE = date(2025, 12, 25), date(2025, 5, 25)
ON_25 = dues(40, first=date(2025, 1, 25))


def late(first: int, last: int, paid_on: date) -> dict[int, date]:
    """Return that the instalments from number `first` to `last` were paid on one day."""
    return dict.fromkeys(range(first, last + 1), paid_on)


def history(name: str, due_on: list[date], paid: dict[int, date] | None = None, **facts: Any) -> tuple[Any, Any]:
    """Return a loan of its own borrower and how it was served."""
    return loan(name, f"B-{name}", **facts), served(name, due_on, paid)


HISTORIES = [
    # 91 days past due on 2025-11-19, 127 at most
    history("cured", DUES, late(7, 10, PAID_UP)),
    history("quarterly", dues(14, every=3), late(2, 3, PAID_UP)),
    # six months after 2025-10-25 only one period is paid
    history("half_yearly", dues(6, every=6, first=date(2025, 6, 25)), {0: date(2025, 10, 25)}),
    # cured on 2026-04-25, had it not been late again in December
    history("relapsed", DUES, {**late(5, 8, date(2025, 10, 25)), 10: PAID_UP}),
    # cured on 2025-11-25
    history("late_again", DUES, {**late(0, 3, date(2025, 5, 25)), 11: date(2026, 1, 25)}),
    # 91 days past due on 2025-11-19 and paid on 2025-11-25: neither month end saw it
    history("between", DUES, late(7, 9, date(2025, 11, 25))),
    history("steady", ON_25, restructured_on=RESTRUCTURED),
    history("young", ON_25, restructured_on=date(2026, 6, 10)),
    history("missed", DUES, {11: date(2026, 1, 5)}, restructured_on=RESTRUCTURED),
    history("served_then_late", DUES, {15: date(2026, 5, 25)}, restructured_on=date(2025, 2, 1)),
    history("difficult", DUES, restructured_on=RESTRUCTURED),
    history("bullet", [date(2026, 12, 1)], restructured_on=RESTRUCTURED),
]
DIFFICULT = {
    "finding_id": "F1",
    "borrower_id": "B-difficult",
    "found_on": date(2026, 3, 1),
    "field": "financial_difficulty",
    "value": "unresolved",
}
REFINANCING = [
    (loan("old", "B-old", matures_on=REFINANCED), served("old", DUES[:12], late(7, 11, REFINANCED))),
    (
        loan("new", "B-old", opened_on=REFINANCED, replaces_loan_id="old"),
        served("new", dues(24, first=date(2026, 1, 20))),
    ),
    (
        loan("gone", "B-gone", matures_on=REFINANCED_BEFORE),
        served("gone", DUES[:5], late(0, 4, REFINANCED_BEFORE)),
    ),
    (
        loan("heir", "B-gone", opened_on=REFINANCED_BEFORE, replaces_loan_id="gone"),
        served("heir", dues(24, first=date(2025, 6, 20)), {11: date(2026, 7, 1)}),
    ),
]
Chain = dict[date, tuple[dict[str, dict[str, Any]], States]]


@pytest.fixture(scope="module")
def book() -> Book:
    both = [*HISTORIES, *REFINANCING]
    return book_with([one for one, _ in both], *(part for _, part in both), findings=[DIFFICULT])


def chained(book: Book, days: list[date]) -> Chain:
    """Return the loans of each day and what they leave, every batch resting on the one before."""
    states, found = NOTHING, {}
    for day in days:
        found[day] = settled_on(book, day, states)
        states = found[day][1]
    return found


@pytest.fixture(scope="module")
def chain(book: Book) -> Chain:
    return chained(book, DAYS)


@pytest.fixture(scope="module")
def fewer(book: Book) -> Chain:
    return chained(book, [DECEMBER, TURN])


def tiers(chain: Chain, loan_id: str, *days: date) -> list[int]:
    return [int(chain[day][0][loan_id]["tier_rank"]) for day in days]


def test_a_loan_that_paid_up_is_substandard_until_it_has_paid_normally_for_six_months(chain: Chain):
    assert tiers(chain, "cured", *DAYS) == [1, 2, 2, 2, 0]


def test_who_pays_by_the_quarter_or_half_year_needs_two_periods_too(chain: Chain):
    assert tiers(chain, "quarterly", DECEMBER, BEFORE, TURN) == [2, 2, 0]
    assert tiers(chain, "half_yearly", OCTOBER, DECEMBER, BEFORE, TURN) == [2, 2, 2, 0]


def test_a_relapse_starts_the_cure_again_and_arrears_after_the_cure_do_not(chain: Chain):
    assert tiers(chain, "relapsed", OCTOBER, NOVEMBER, BEFORE, TURN) == [2, 2, 2, 0]
    assert tiers(chain, "late_again", OCTOBER, NOVEMBER, DECEMBER, BEFORE) == [2, 0, 1, 0]


def test_what_happened_between_two_batches_is_seen(chain: Chain):
    assert tiers(chain, "between", OCTOBER, NOVEMBER) == [1, 2]
    assert chain[NOVEMBER][0]["between"]["dpd"] == 0


def test_the_first_batch_knows_what_the_book_tells(book: Book, fewer: Chain):
    row = fewer[DECEMBER][0]["cured"]
    assert (bool(row["was_non_performing"]), row["npl_since"]) == (True, pd.Timestamp(2025, 11, 19))
    row = facts_of(book, TURN)["cured"]
    assert (row["was_non_performing"], row["npl_since"]) == (False, None)


def test_fewer_batches_find_the_same(chain: Chain, fewer: Chain):
    for day in fewer:
        for loan_id in fewer[day][0]:
            assert (loan_id, day, tiers(fewer, loan_id, day)) == (loan_id, day, tiers(chain, loan_id, day))


def test_refinancing_cures_nothing(chain: Chain):
    def stands(loan_id: str, day: date) -> tuple[bool, int]:
        row = chain[day][0][loan_id]
        return bool(row["was_non_performing"]), int(row["own_tier_rank"])

    # cured on TURN, after what the day before left: what remains is that it repaid an old loan
    assert [stands("new", day) for day in (DECEMBER, BEFORE, TURN)] == [(True, 2), (True, 2), (True, 1)]
    # cured on 2025-11-25; a relapse in May is no longer a matter of the old loan
    days = (OCTOBER, NOVEMBER, DECEMBER, BEFORE)
    assert [stands("heir", day) for day in days] == [(True, 2), (True, 1), (False, 1), (False, 1)]
    assert chain[BEFORE][0]["heir"]["dpd"] == 4


@pytest.mark.parametrize(
    ("loan_id", "day", "tier", "found"),
    [
        ("steady", BEFORE, 1, (date(2025, 6, 25), 11, 11)),
        ("steady", TURN, 0, (date(2025, 6, 25), 12, 12)),
        ("young", BEFORE, 1, (None, None, None)),
        ("young", TURN, 1, (date(2026, 6, 25), 0, 0)),
        ("missed", DECEMBER, 1, (None, None, None)),
        ("missed", TURN, 1, (date(2026, 1, 20), 5, 5)),
        ("bullet", TURN, 1, (None, None, None)),
        ("served_then_late", TURN, 0, (date(2025, 2, 20), 14, 13)),
        ("difficult", TURN, 1, (date(2026, 3, 20), 3, 3)),
    ],
)
def test_observation_runs_from_the_first_due_date_and_starts_again_after_a_missed_one(
    loan_id: str, day: date, tier: int, found: tuple[Any, ...], chain: Chain
):
    row = chain[day][0][loan_id]
    told = [row[name] for name in ("observed_from", "observation_months", "observation_periods")]
    assert tiers(chain, loan_id, day) == [tier]
    assert [None if pd.isna(value) else value for value in told] == [
        pd.Timestamp(value) if isinstance(value, date) else value for value in found
    ]


def test_grounds_other_than_days_past_due_are_remembered_by_the_predecessor(book: Book):
    since = date(2025, 3, 1)
    left = state_of(
        {"loan_id": "between", "own_tier_rank": 2, "npl_since": since, "held": ["IMPAIRED"]},
        {"loan_id": "steady", "own_tier_rank": 1},
    )
    rows, after = settled_on(book, OCTOBER, left)
    assert [bool(rows[loan_id]["was_non_performing"]) for loan_id in ("between", "steady")] == [True, False]
    assert list(rows["between"]["own_held"]) == ["OVERDUE", "NOT_YET_CURED"]
    kept = {row["loan_id"]: row["npl_since"] for row in after.loans.to_pylist()}
    assert (kept["between"], kept["steady"]) == (since, None)


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
    # one more: a loan that repays one just restructured
    loans += [
        loan("old", "B2", restructured_on=date(2025, 2, 1), matures_on=RESTRUCTURED),
        loan("new", "B2", opened_on=RESTRUCTURED, restructured_on=RESTRUCTURED, replaces_loan_id="old"),
    ]
    # observed for 14 months: due once a year, one due date is paid by then; due twice a year, both are
    rare = {"yearly": [date(2024, 3, 20), date(2025, 3, 20)]}
    rare["half-yearly"] = [rare["yearly"][0], date(2024, 9, 20), rare["yearly"][1]]
    observed = {"own_tier_rank": 0, "restructured_on": date(2024, 1, 1), "observed_from": rare["yearly"][0]}
    loans += [
        loan(name, opened_on=date(2023, 1, 10), restructured_on=RESTRUCTURED, known_on=RESTRUCTURED) for name in rare
    ]
    left += [{"loan_id": name, **observed} for name in rare]
    services = [served(f"L{number}", DUES) for number in range(len(AGAIN))]
    services += [served(name, days) for name, days in rare.items()]
    book = book_with(loans, *services, served("old", DUES[:4]), served("new", dues(12, first=date(2025, 6, 20))))
    found = facts_of(book, date(2025, 6, 30), state_of(*left))
    assert [found[f"L{number}"]["restructured_again"] for number in range(len(AGAIN))] == [again for *_, again in AGAIN]
    assert found["new"]["restructured_again"] is True
    assert [found[name]["restructured_again"] for name in rare] == [True, False]


def test_what_is_left_to_remember_is_a_function_of_its_inputs(book: Book, chain: Chain):
    assert settled_on(book, OCTOBER)[1].loans.equals(chain[OCTOBER][1].loans)
