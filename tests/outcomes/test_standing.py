from datetime import date
from typing import Any

import pytest

from ews.features.window import spine_on
from ews.outcomes.definition import Definition
from ews.outcomes.standing import standing
from tests.books import book_of

Row = dict[str, Any]
AS_OF = date(2026, 1, 31)
BORROWER = {"borrower_id": "B1", "kind": "firm"}
LOAN = {"loan_id": "L1", "borrower_id": "B1", "product": "business", "opened_on": date(2025, 1, 1)}


def ledger(dpd: int, balance: int = 500) -> list[Row]:
    return [{"loan_id": "L1", "stated_on": AS_OF, "balance": balance, "dpd": dpd}]


def stand(tables: dict[str, list[Row]], definition: Definition | None = None) -> Row:
    book = book_of({"borrowers": [BORROWER], **tables})
    found = standing(book, spine_on(book, [AS_OF]).table, definition or Definition())
    rows: list[Row] = found.filter(found.borrower_id == "B1").to_pyarrow().to_pylist()
    assert len(rows) == 1
    return rows[0]


@pytest.mark.parametrize(("dpd", "in_default"), [(0, False), (90, False), (91, True)])
def test_more_than_90_days_past_due_is_default(dpd, in_default):
    row = stand({"loans": [LOAN], "ledger": ledger(dpd)})
    assert (row["in_default"], row["dpd"], row["live"]) == (in_default, dpd, True)


@pytest.mark.parametrize(("dpd", "in_default"), [(59, False), (60, True)])
def test_the_threshold_belongs_to_the_definition(dpd, in_default):
    assert stand({"loans": [LOAN], "ledger": ledger(dpd)}, Definition(default_above_dpd=59))["in_default"] == in_default


def test_days_past_due_are_left_out_where_only_listed_outcomes_count():
    assert stand({"loans": [LOAN], "ledger": ledger(200)}, Definition(use_dpd=False))["in_default"] is False


@pytest.mark.parametrize(
    ("outcome", "in_default"),
    [
        ({"kind": "write_off", "occurred_on": AS_OF}, True),
        ({"kind": "write_off", "occurred_on": date(2026, 2, 1)}, False),
        ({"kind": "write_off", "occurred_on": AS_OF, "known_on": date(2026, 2, 1)}, False),
        ({"kind": "restructured", "occurred_on": AS_OF}, False),
        ({"kind": "default"}, False),
    ],
    ids=["on the day", "a day later", "known a day later", "kind not listed", "without a date"],
)
def test_a_listed_outcome_means_default_from_its_day_once_it_is_known(outcome, in_default):
    tables = {"loans": [LOAN], "ledger": ledger(0), "outcomes": [{"borrower_id": "B1", **outcome}]}
    assert stand(tables)["in_default"] is in_default


def test_who_is_listed_stays_listed_however_late_a_loan_is():
    outcomes = [{"borrower_id": "B1", "outcome_id": "O1", "kind": "write_off", "occurred_on": AS_OF}]
    for dpd in (0, 90, 91):
        assert stand({"loans": [LOAN], "ledger": ledger(dpd), "outcomes": outcomes})["listed"] is True
    assert stand({"loans": [LOAN], "ledger": ledger(91)})["listed"] is False


def test_a_borrower_whose_loan_is_paid_off_has_no_live_loan():
    row = stand({"loans": [LOAN], "ledger": ledger(0, balance=0)})
    assert row["live"] is False


def test_a_borrower_without_any_loan_row_has_no_live_loan_and_no_dpd():
    row = stand({"loans": [{**LOAN, "borrower_id": "B2"}], "ledger": ledger(0)})
    assert (row["live"], row["dpd"], row["in_default"]) == (False, None, False)


def test_in_a_book_without_a_loans_table_everyone_counts_as_live():
    row = stand({})
    assert (row["live"], row["dpd"], row["in_default"]) == (True, None, False)


def test_the_last_due_day_is_open_where_one_live_loan_has_none():
    due, open_ended = {**LOAN, "matures_on": date(2026, 12, 31)}, {**LOAN, "loan_id": "L2"}
    tables = {"ledger": [*ledger(0), {"loan_id": "L2", "stated_on": AS_OF, "balance": 9, "dpd": 0}]}
    assert stand({**tables, "loans": [due]})["due_last_on"] == date(2026, 12, 31)
    assert stand({**tables, "loans": [due, open_ended]})["due_last_on"] is None


@pytest.mark.parametrize(
    ("cure", "in_default"),
    [
        ({"occurred_on": date(2026, 1, 20)}, False),
        ({"occurred_on": date(2026, 2, 1)}, True),
        ({"occurred_on": date(2026, 1, 20), "known_on": date(2026, 2, 1)}, True),
        ({"occurred_on": date(2025, 12, 1)}, True),
        ({"occurred_on": date(2026, 1, 20), "loan_id": "L1"}, False),
        ({"occurred_on": date(2026, 1, 20), "loan_id": "L2"}, True),
    ],
    ids=["cured", "cured tomorrow", "not known yet", "cured before it", "of the loan", "of another loan"],
)
def test_a_listed_cure_ends_what_was_listed_before(cure, in_default):
    default = {"borrower_id": "B1", "kind": "default", "occurred_on": date(2025, 12, 1), "loan_id": "L1"}
    outcomes = [default, {"borrower_id": "B1", "kind": "cured", **cure}]
    assert stand({"loans": [LOAN], "ledger": ledger(0), "outcomes": outcomes})["in_default"] is in_default


def test_a_cure_does_not_cure_days_past_due():
    outcomes = [{"borrower_id": "B1", "kind": "cured", "occurred_on": AS_OF}]
    assert stand({"loans": [LOAN], "ledger": ledger(91), "outcomes": outcomes})["in_default"] is True
