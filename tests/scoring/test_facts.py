"""Histories through several batches, worked by hand: what the law makes of each loan on each day."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from ews.events.book import Book
from ews.scoring.states import NOTHING
from tests.books import Rows, book_of
from tests.scoring.paid_loans import dues, facts_of, loan, served, settled_on, state_of, stated

DUES = dues(40)
PAID_UP, LATER = date(2025, 12, 25), date(2026, 3, 25)
ARREARS = dict.fromkeys(range(7, 11), PAID_UP)
"""August to November 2025 are paid on 2025-12-25: more than 90 days past due from 2025-11-19."""
LONGER = dict.fromkeys(range(7, 14), LATER)
OF_THE_CARD = dict.fromkeys(range(6, 10), date(2025, 11, 25))
LAST_WEEK = dues(24, first=date(2025, 1, 27))

OCTOBER, MIDDLE, NOVEMBER, DECEMBER = date(2025, 10, 31), date(2025, 11, 19), date(2025, 11, 30), date(2025, 12, 31)
JANUARY, FEBRUARY, MAY = date(2026, 1, 31), date(2026, 2, 28), date(2026, 5, 29)
EVE, CURED, LATE_CURED = date(2026, 6, 24), date(2026, 6, 25), date(2026, 9, 25)
"""Six months after the arrears were paid."""
OBSERVED_EVE, OBSERVED = date(2027, 1, 19), date(2027, 1, 20)
"""A year after the first due date since the restructuring."""

Chain = dict[date, dict[str, dict[str, Any]]]


def book_with(loans: Rows, *parts: Mapping[str, Rows], **tables: Rows) -> Book:
    """Return a book whose borrowers are firms, but individuals where their id begins with R."""
    rows: dict[str, list[Mapping[str, Any]]] = {"loans": list(loans)}
    for part in (*parts, tables):
        for name, content in part.items():
            rows.setdefault(name, []).extend(content)
    kinds = {True: {"kind": "individual", "retail": True}, False: {"kind": "firm", "retail": False}}
    names = sorted({row["borrower_id"] for row in loans})
    rows["borrowers"] = [{"borrower_id": name, **kinds[name.startswith("R")]} for name in names]
    return book_of(rows, covered=(date(2024, 1, 1), date(2030, 12, 31)))


def chained(book: Book, days: Sequence[date]) -> Chain:
    """Return the loans of each day, every batch resting on the one before."""
    states, found = NOTHING, {}
    for day in days:
        found[day], states = settled_on(book, day, states)
    return found


def tiers(chain: Chain, loan_id: str, *days: date) -> list[int]:
    return [int(chain[day][loan_id]["tier_rank"]) for day in days]


IMPAIRED = {"borrower_id": "B4", "field": "impaired"}
EXCUSED = {"borrower_id": "B5", "field": "overdue_cause", "value": "technical", "found_on": date(2025, 10, 29)}


@pytest.fixture(scope="module")
def by_schedule() -> Book:
    return book_with(
        [
            loan("restructured", "B1", restructured_on=PAID_UP),
            loan("first", "B2"),
            loan("second", "B2"),
            loan("early", "B3"),
            loan("late", "B3"),
            loan("impaired", "B4"),
            loan("excused", "B5"),
            loan("unexcused", "B5"),
            loan("retail", "R1"),
            loan("retail_restructured", "R2", restructured_on=PAID_UP),
            loan("card", "R3", product="card", repayment="revolving"),
        ],
        *(served(name, DUES, ARREARS) for name in ("restructured", "first", "second", "early")),
        *(served(name, DUES, ARREARS) for name in ("retail", "retail_restructured")),
        served("late", DUES, LONGER),
        served("card", DUES, OF_THE_CARD),
        served("impaired", DUES),
        *(served(name, LAST_WEEK, {9: date(2025, 11, 10)}) for name in ("excused", "unexcused")),
        findings=[
            {"finding_id": "F1", **IMPAIRED, "found_on": date(2025, 11, 25), "value": "yes"},
            {"finding_id": "F2", **IMPAIRED, "found_on": date(2025, 12, 20), "value": "no"},
            {"finding_id": "F3", **EXCUSED, "loan_id": "excused"},
        ],
    )


@pytest.fixture(scope="module")
def chain(by_schedule: Book) -> Chain:
    days = (OCTOBER, MIDDLE, NOVEMBER, DECEMBER, MAY, EVE, CURED, LATE_CURED, OBSERVED_EVE, OBSERVED)
    return chained(by_schedule, days)


def test_a_loan_restructured_while_non_performing_is_cured_first_and_observed_on(chain: Chain):
    days = (OCTOBER, NOVEMBER, DECEMBER, EVE, CURED, OBSERVED_EVE, OBSERVED)
    assert tiers(chain, "restructured", *days) == [1, 2, 2, 2, 1, 1, 0]


def test_two_loans_that_wait_for_their_cure_do_not_wait_for_each_other(chain: Chain):
    assert tiers(chain, "first", NOVEMBER, EVE, CURED) == [2, 2, 0]
    assert tiers(chain, "second", NOVEMBER, EVE, CURED) == [2, 2, 0]


def test_a_loan_is_not_cured_before_the_debtors_other_claims_are(chain: Chain, by_schedule: Book):
    assert tiers(chain, "early", EVE, CURED, LATE_CURED) == [2, 2, 0]
    assert tiers(chain, "late", EVE, CURED, LATE_CURED) == [2, 2, 0]
    assert "CURE_OTHER_CLAIMS" in chain[CURED]["early"]["held"]
    # a first batch finds the same in the book
    assert tiers({CURED: settled_on(by_schedule, CURED)[0]}, "early", CURED) == [2]


def test_who_was_impaired_and_always_paid_is_cured_six_months_after_it_was_non_performing(chain: Chain):
    assert tiers(chain, "impaired", MIDDLE, NOVEMBER, DECEMBER, MAY, EVE) == [0, 2, 2, 2, 0]
    row = chain[MAY]["impaired"]
    assert (list(row["own_held"]), row["months_clean"], row["periods_clean"]) == (["NOT_YET_CURED"], 5, 6)


def test_retail_loans_and_cards_are_upgraded_by_days_past_due_alone(chain: Chain):
    assert tiers(chain, "retail", OCTOBER, NOVEMBER, DECEMBER) == [1, 2, 0]
    assert tiers(chain, "card", OCTOBER, MIDDLE, NOVEMBER) == [2, 3, 0]  # 103, 122 and 0 days past due
    assert tiers(chain, "retail_restructured", NOVEMBER, DECEMBER, OBSERVED_EVE, OBSERVED) == [2, 1, 1, 0]


def test_a_recorded_cause_excuses_the_loan_that_it_was_recorded_of(chain: Chain):
    assert (chain[OCTOBER]["excused"]["dpd"], chain[OCTOBER]["unexcused"]["dpd"]) == (4, 4)
    assert tiers(chain, "excused", OCTOBER) == [0]
    assert tiers(chain, "unexcused", OCTOBER) == [1]


MONTHS = [OCTOBER, NOVEMBER, DECEMBER, JANUARY, FEBRUARY]
MONTHS += [date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30), date(2026, 7, 31)]
MONTHS += [date(2026, 8, 31)]
JULY, AUGUST = MONTHS[-2:]


def tape(name: str, *dpd: int | None, balance: int = 5_000) -> dict[str, Rows]:
    """Return the loan's statements of MONTHS; without days past due after the last one given."""
    each = [*dpd, *[0] * (len(MONTHS) - len(dpd))]
    return stated(name, {day: (balance, late) for day, late in zip(MONTHS, each, strict=True)})


@pytest.fixture(scope="module")
def by_ledger() -> Chain:
    book = book_with(
        [
            loan("unseen_card", "B1", product="card", repayment="revolving"),
            loan("seen", "B1"),
            loan("never_seen", "B2"),
            loan("beside", "B2"),
            loan("faded", "B3"),
            loan("unseen", "B4"),
            loan("small", "B5"),
            loan("pulled", "B5"),
            loan("tenth", "B6"),
            loan("spared", "B6"),
        ],
        tape("unseen_card", 70, 100, None),
        tape("seen"),
        tape("never_seen", *[None] * len(MONTHS)),
        tape("beside"),
        tape("faded", 30, 60, None),
        tape("unseen", 70, 100, None),
        tape("small", 70, 100),
        tape("pulled", balance=44_999),
        tape("tenth", 70, 100),
        tape("spared", balance=45_000),
    )
    return chained(book, [OCTOBER, NOVEMBER, DECEMBER, JANUARY, date(2026, 6, 30), JULY])


def test_a_loan_that_is_not_seen_any_more_keeps_its_tier(by_ledger: Chain):
    assert tiers(by_ledger, "faded", OCTOBER, NOVEMBER, DECEMBER, JANUARY) == [1, 1, 1, 0]
    assert list(by_ledger[DECEMBER]["faded"]["carried"]) == ["OVERDUE"]
    assert tiers(by_ledger, "unseen_card", OCTOBER, NOVEMBER, DECEMBER, JANUARY) == [1, 2, 2, 0]
    # a loan that needs a cure is seen without arrears from 2026-01-31
    assert tiers(by_ledger, "unseen", NOVEMBER, DECEMBER, JANUARY, date(2026, 6, 30), JULY) == [2, 2, 2, 2, 0]


def test_a_loan_never_seen_is_neither_non_performing_nor_taken_for_performing(by_ledger: Chain):
    row = by_ledger[NOVEMBER]["never_seen"]
    assert (row["tier_rank"], row["was_non_performing"], list(row["held"])) == (0, False, [])
    assert {"OVERDUE", "OVERDUE_90", "OVERDUE_270", "OVERDUE_360"} <= set(row["undecided"])
    beside = by_ledger[NOVEMBER]["beside"]
    assert {"CLAIMS_HERE_10", "DEBTOR_NON_PERFORMING"} <= set(beside["undecided"])
    assert beside["tier_rank"] == 0


def test_silence_about_one_claim_does_not_free_the_debtors_others(by_ledger: Chain):
    # the card is half of what the debtor owes here
    assert tiers(by_ledger, "seen", OCTOBER, NOVEMBER, DECEMBER, JANUARY) == [0, 2, 2, 0]
    assert "CLAIMS_HERE_10" in list(by_ledger[DECEMBER]["seen"]["carried"])


def test_a_claim_pulled_down_by_another_comes_free_with_it(by_ledger: Chain):
    days = (OCTOBER, NOVEMBER, DECEMBER, date(2026, 6, 30))
    assert tiers(by_ledger, "small", *days) == [1, 2, 2, 0]  # without arrears since 2025-12-31: a month end
    assert tiers(by_ledger, "pulled", *days) == [0, 2, 2, 0]
    assert tiers(by_ledger, "spared", *days) == [0, 1, 1, 0]  # exactly 10 %


def test_a_loan_that_repays_one_still_observed_is_restructured_again():
    """Restructured in 2024; a missed payment made its observation start again, so that it ran past a year."""
    restructured = date(2025, 6, 1)
    book = book_with(
        [
            loan("old", "B1", restructured_on=date(2024, 3, 1), matures_on=restructured),
            loan("new", "B1", opened_on=restructured, restructured_on=restructured, replaces_loan_id="old"),
        ],
        served("old", DUES[:4]),
        served("new", dues(12, first=date(2025, 6, 20))),
    )
    day = date(2025, 6, 30)
    left = {"loan_id": "old", "own_tier_rank": 1, "restructured_on": date(2024, 3, 1)}
    again = state_of({**left, "observed_from": date(2024, 9, 20)})
    served_ = state_of({**left, "observed_from": date(2024, 5, 20)})
    assert facts_of(book, day, again)["new"]["restructured_again"] is True
    assert facts_of(book, day, served_)["new"]["restructured_again"] is False
