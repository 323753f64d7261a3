from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from ews.events.book import Book
from ews.features.window import spine_on
from ews.outcomes.definition import Definition
from ews.outcomes.labels import label_reach, labels
from tests.books import book_of

AS_OF, ENDS = date(2025, 1, 31), date(2026, 1, 31)
KNOWN_BY = date(2026, 6, 30)
BORROWER = {"borrower_id": "B1", "kind": "firm"}
LOAN = {
    "loan_id": "L1",
    "borrower_id": "B1",
    "product": "business",
    "opened_on": date(2024, 1, 1),
    "repayment": "bullet",
}
LISTED = Definition(use_dpd=False, outcome_kinds=("default",), horizon_months=1)
DAY = timedelta(days=1)

Row = dict[str, Any]


def stated(day: date, dpd: int = 0, balance: int = 500, **more: Any) -> Row:
    return {"loan_id": "L1", "stated_on": day, "balance": balance, "dpd": dpd, **more}


def book(ledger: list[Row], loan: Row | None = None, **tables: list[Row]) -> Book:
    content = {
        "borrowers": [BORROWER],
        "loans": [{**LOAN, **(loan or {})}],
        "ledger": [stated(AS_OF), *ledger],
        **tables,
    }
    return book_of(content, extracted_on=KNOWN_BY)


def label(
    content: Book, definition: Definition | None = None, *, known_by: date = KNOWN_BY, days: Sequence[date] = (AS_OF,)
) -> list[Row]:
    rows = labels(content, spine_on(content, list(days)).table, definition or Definition(), known_by=known_by)
    found: list[Row] = rows.order_by("as_of").to_pyarrow().to_pylist()
    return found


@pytest.mark.parametrize(
    ("default_on", "defaulted"),
    [(AS_OF + DAY, 1), (ENDS, 1), (ENDS + DAY, 0)],
    ids=["first day", "last day", "a day late"],
)
def test_a_default_counts_from_the_day_after_as_of_to_the_end_of_the_horizon(default_on, defaulted):
    row = label(book([stated(default_on, dpd=91)]))[0]
    assert (row["defaulted"], row["ends_on"]) == (defaulted, ENDS)
    assert row["default_on"] == (default_on if defaulted else None)


@pytest.mark.parametrize(("dpd", "defaulted"), [(90, 0), (91, 1)])
def test_the_91st_day_past_due_is_the_first_of_default(dpd, defaulted):
    assert label(book([stated(date(2025, 6, 30), dpd=dpd)]))[0]["defaulted"] == defaulted


def test_the_first_of_several_days_of_default_is_told():
    later = [stated(date(2025, 8, 31), dpd=150), stated(date(2025, 6, 30), dpd=91)]
    outcomes = [{"borrower_id": "B1", "kind": "write_off", "occurred_on": date(2025, 12, 1)}]
    assert label(book(later, outcomes=outcomes))[0]["default_on"] == date(2025, 6, 30)


def test_a_dated_outcome_of_a_listed_kind_is_a_default_and_another_kind_is_not():
    for kind, defaulted in (("write_off", 1), ("restructured", 0), ("litigation", 0)):
        outcomes = [{"borrower_id": "B1", "kind": kind, "occurred_on": date(2025, 7, 1)}]
        assert label(book([stated(ENDS)], outcomes=outcomes))[0]["defaulted"] == defaulted


def test_a_default_on_as_of_itself_is_not_ahead_but_leaves_the_borrower_in_default():
    content = book_of(
        {"borrowers": [BORROWER], "loans": [LOAN], "ledger": [stated(AS_OF, dpd=91)]}, extracted_on=KNOWN_BY
    )
    row = label(content)[0]
    assert (row["in_default"], row["defaulted"]) == (True, 0)


def test_a_default_that_is_known_after_known_by_is_not_a_label_yet():
    late = book([stated(date(2025, 12, 31), dpd=91, known_on=date(2026, 3, 1)), stated(ENDS)])
    assert [label(late, known_by=day)[0]["defaulted"] for day in (date(2026, 2, 28), date(2026, 3, 1))] == [0, 1]


@pytest.mark.parametrize(("known_by", "mature"), [(ENDS - DAY, False), (ENDS, True)])
def test_a_label_is_mature_when_its_horizon_has_ended_for_defaulters_too(known_by, mature):
    row = label(book([stated(date(2025, 2, 28), dpd=91)]), known_by=known_by)[0]
    assert (row["defaulted"], row["mature"], row["label_known_by"]) == (1, mature, known_by)


def test_a_label_is_not_mature_beyond_what_the_ledger_speaks_of():
    content = book_of(
        {"borrowers": [BORROWER], "loans": [LOAN], "ledger": [stated(AS_OF)]},
        covered=(date(2024, 1, 1), ENDS - DAY),
        extracted_on=KNOWN_BY,
    )
    assert label_reach(content, Definition(), KNOWN_BY) == ENDS - DAY
    assert label(content)[0]["mature"] is False
    assert label_reach(content, Definition(use_dpd=False), KNOWN_BY) == KNOWN_BY


def test_an_outcome_without_a_date_is_a_label_but_not_a_default_that_is_known_on_the_snapshot():
    outcomes = [{"borrower_id": "B1", "kind": "default", "known_on": date(2025, 3, 5)}]
    row = label(book([], outcomes=outcomes), LISTED, known_by=date(2025, 3, 5))[0]
    assert (row["defaulted"], row["undated"], row["in_default"], row["default_on"]) == (1, True, False, None)
    assert (row["mature"], row["label_known_by"]) == (True, date(2025, 3, 5))


def test_before_the_list_is_known_nobody_on_it_has_a_label():
    outcomes = [{"borrower_id": "B1", "kind": "default", "known_on": date(2025, 3, 5)}]
    row = label(book([], outcomes=outcomes), LISTED, known_by=date(2025, 2, 20))[0]
    assert (row["defaulted"], row["mature"]) == (0, False)


def test_an_outcome_without_a_date_does_not_hide_the_date_of_another():
    outcomes = [
        {"borrower_id": "B1", "kind": "default", "known_on": date(2025, 3, 5)},
        {"borrower_id": "B1", "kind": "write_off", "occurred_on": date(2025, 7, 1)},
    ]
    row = label(book([], outcomes=outcomes))[0]
    assert (row["defaulted"], row["undated"], row["default_on"]) == (1, False, date(2025, 7, 1))


@pytest.mark.parametrize(
    ("matures_on", "end_balance", "closed_early"),
    [
        (date(2027, 1, 1), 0, True),
        (None, 0, True),
        (date(2025, 9, 30), 0, False),
        (date(2027, 1, 1), 300, False),
    ],
    ids=["paid off early", "open-ended and gone", "ran to its end", "still there"],
)
def test_a_borrower_who_leaves_before_the_loan_is_due_exits_early(matures_on, end_balance, closed_early):
    content = book([stated(ENDS, balance=end_balance)], loan={"matures_on": matures_on})
    row = label(content)[0]
    assert (row["closed_early"], row["defaulted"]) == (closed_early, 0)


def test_a_default_is_no_early_exit_and_a_running_horizon_tells_none():
    gone = [stated(date(2025, 6, 30), dpd=91), stated(ENDS, balance=0)]
    assert label(book(gone))[0]["closed_early"] is False
    assert label(book(gone), known_by=date(2025, 12, 31))[0]["closed_early"] is None


def test_a_closing_that_is_listed_is_an_early_exit():
    outcomes = [{"borrower_id": "B1", "kind": "closed", "occurred_on": date(2025, 5, 1)}]
    assert label(book([stated(ENDS)], outcomes=outcomes))[0]["closed_early"] is True


def test_several_snapshots_have_the_labels_that_each_has_alone():
    days = [AS_OF, date(2025, 2, 28), date(2025, 6, 30)]
    content = book([stated(date(2025, 2, 28)), stated(date(2025, 6, 30)), stated(date(2026, 2, 15), dpd=95)])
    together = label(content, days=days)
    assert together == [row for day in days for row in label(content, days=[day])]
    assert [row["defaulted"] for row in together] == [0, 1, 1]


@pytest.mark.parametrize(("known_by", "learnt"), [(date(2026, 2, 28), False), (date(2026, 3, 1), True)])
def test_a_default_before_as_of_that_is_learnt_later_makes_nobody_a_good_borrower(known_by, learnt):
    outcomes = [
        {"borrower_id": "B1", "kind": "default", "occurred_on": date(2025, 1, 15), "known_on": date(2026, 3, 1)}
    ]
    row = label(book([stated(ENDS)], outcomes=outcomes), known_by=known_by)[0]
    assert (row["in_default"], row["defaulted"], row["in_default_learnt_later"]) == (False, 0, learnt)


def test_who_is_known_to_be_in_default_on_as_of_did_not_become_so_later():
    content = book_of(
        {"borrowers": [BORROWER], "loans": [LOAN], "ledger": [stated(AS_OF, dpd=91)]}, extracted_on=KNOWN_BY
    )
    assert label(content)[0]["in_default_learnt_later"] is False


def test_a_default_is_the_label_of_who_owed_the_loan_on_as_of():
    moved = {**LOAN, "borrower_id": "B2", "known_on": date(2025, 9, 1)}
    content = book_of(
        {
            "borrowers": [BORROWER, {"borrower_id": "B2", "kind": "firm"}],
            "loans": [{**LOAN, "known_on": date(2024, 1, 1)}, moved],
            "ledger": [stated(AS_OF), stated(date(2025, 6, 30), dpd=91), stated(ENDS, dpd=300)],
        },
        extracted_on=KNOWN_BY,
    )
    assert {row["borrower_id"]: row["defaulted"] for row in label(content)} == {"B1": 1, "B2": 0}


def test_a_loan_taken_up_after_as_of_counts_for_who_took_it_up():
    fresh = {**LOAN, "loan_id": "L2", "opened_on": date(2025, 3, 1), "known_on": date(2025, 3, 1)}
    late = {**stated(date(2025, 9, 30), dpd=91), "loan_id": "L2"}
    content = book_of(
        {"borrowers": [BORROWER], "loans": [LOAN, fresh], "ledger": [stated(AS_OF), stated(ENDS), late]},
        extracted_on=KNOWN_BY,
    )
    assert label(content)[0]["default_on"] == date(2025, 9, 30)
