from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import pytest

from ews.events.book import Book
from ews.scoring.finding_facts import borrower_findings, newest_word, not_understood, with_findings
from tests.books import ENGINE, Rows, book_of

DAY = date(2026, 6, 30)
MAY, JUNE, JULY = date(2026, 5, 10), date(2026, 6, 10), date(2026, 7, 1)
SCHEMA = {"borrower_id": "string", "as_of": "date", "known_by": "date"}


def days_of(*borrowers: str) -> ir.Table:
    rows = [{"borrower_id": borrower, "as_of": DAY, "known_by": DAY} for borrower in borrowers]
    return ENGINE.create_table(ibis.util.gen_name("days"), ibis.memtable(rows, schema=SCHEMA), temp=True)


def loans_of(*rows: dict[str, Any]) -> ir.Table:
    complete = [
        {"borrower_id": "B1", "as_of": DAY, "known_by": DAY, "product": "business", "dpd": 0, **row} for row in rows
    ]
    schema = {**SCHEMA, "loan_id": "string", "product": "string", "dpd": "int64"}
    return ENGINE.create_table(ibis.util.gen_name("loans"), ibis.memtable(complete, schema=schema), temp=True)


def finding(field: str, value: str | None, found_on: date = MAY, **more: Any) -> dict[str, Any]:
    return {"borrower_id": "B1", "field": field, "value": value, "found_on": found_on, **more}


def book(findings: Rows) -> Book:
    return book_of({"findings": [{"finding_id": f"F{number}", **row} for number, row in enumerate(findings)]})


def found(findings: Rows, *loans: dict[str, Any]) -> dict[str, dict[str, Any]]:
    table = with_findings(book(findings), loans_of(*(loans or ({"loan_id": "L1"},))))
    return {row["loan_id"]: row for row in table.to_pyarrow().to_pylist()}


NOTHING = {
    "use_of_funds": "none",
    "external_rating": "none",
    "bankruptcy": "none",
    "repayment_ability": "none",
    "overdue_excused": False,
    "impaired": False,
    "debt_evasion": False,
    "enhanced": False,
    "impairment_share": None,
}


@pytest.mark.parametrize("known", [True, False])
def test_nothing_found_is_a_fact_and_not_blindness(known: bool):
    loans = loans_of({"loan_id": "L1"})
    row = with_findings(book([]) if known else book_of({}), loans).to_pyarrow().to_pylist()[0]
    assert {name: row[name] for name in NOTHING} == NOTHING


def test_what_is_found_is_told_of_every_loan_it_concerns():
    row = found(
        [
            finding("external_rating", "downgraded_sharply"),
            finding("bankruptcy", "liquidation", loan_id="L1"),
            finding("repayment_ability", "unable"),
            finding("impaired", "yes", loan_id="L1"),
            finding("impairment_share", "0.55", loan_id="L1"),
            finding("debt_evasion", "yes"),
            finding("credit_enhancement", "recognised", loan_id="L1"),
            finding("order_book", "thin"),
            finding("impaired", "yes", loan_id="L2"),
        ]
    )["L1"]
    assert {name: row[name] for name in NOTHING} == {
        **NOTHING,
        "external_rating": "downgraded_sharply",
        "bankruptcy": "liquidation",
        "repayment_ability": "unable",
        "impaired": True,
        "debt_evasion": True,
        "enhanced": True,
        "impairment_share": 0.55,
    }


@pytest.mark.parametrize(
    ("findings", "told"),
    [
        ([finding("use_of_funds", "diverted"), finding("use_of_funds", "as_agreed", JUNE)], "as_agreed"),
        ([finding("use_of_funds", "diverted"), finding("use_of_funds", "unclear", JUNE)], "diverted"),
        ([finding("use_of_funds", "diverted"), finding("use_of_funds", None, JUNE)], "diverted"),
        ([finding("use_of_funds", "diverted"), finding("use_of_funds", "as_agreed", JULY)], "diverted"),
        ([finding("use_of_funds", "diverted"), finding("use_of_funds", "as_agreed", JUNE, known_on=JULY)], "diverted"),
        ([finding("use_of_funds", "diverted", loan_id="L1"), finding("use_of_funds", "as_agreed", JUNE)], "diverted"),
        ([finding("use_of_funds", "as_agreed", loan_id="L1"), finding("use_of_funds", "diverted", JUNE)], "diverted"),
        ([finding("use_of_funds", "diverted"), finding("use_of_funds", "as_agreed", JUNE, loan_id="L1")], "as_agreed"),
        ([finding("use_of_funds", "diverted", loan_id="L2")], "none"),
    ],
)  # fmt: skip
def test_the_newest_counts_and_a_general_finding_undoes_none_on_the_loan(findings: Rows, told: str):
    assert found(findings)["L1"]["use_of_funds"] == told


def test_what_was_found_of_a_borrowers_funds_concerns_its_business_loans():
    loans = ({"loan_id": "L1"}, {"loan_id": "L2", "product": "mortgage"})
    rows = found([finding("use_of_funds", "diverted"), finding("debt_evasion", "yes")], *loans)
    assert {loan: (row["use_of_funds"], row["debt_evasion"]) for loan, row in rows.items()} == {
        "L1": ("diverted", True),
        "L2": ("none", True),
    }


@pytest.mark.parametrize(
    ("value", "found_on", "loan_id", "excused"),
    [
        ("technical", date(2026, 6, 26), "L1", True),
        ("operational", DAY, "L1", True),
        ("technical", date(2026, 6, 25), "L1", False),  # the day on which it fell due: not past due yet
        ("no_money", DAY, "L1", False),
        ("technical", DAY, None, False),
        ("technical", DAY, "L2", False),
    ],
)
def test_arrears_are_excused_by_a_cause_found_on_one_of_their_days(
    value: str, found_on: date, loan_id: str | None, excused: bool
):
    rows = found([finding("overdue_cause", value, found_on, loan_id=loan_id)], {"loan_id": "L1", "dpd": 5})
    assert rows["L1"]["overdue_excused"] is excused


def test_a_cause_found_long_ago_does_not_excuse_a_loan_without_arrears():
    assert found([finding("overdue_cause", "technical", DAY, loan_id="L1")])["L1"]["overdue_excused"] is False


def test_a_stoppage_counts_for_some_months_only():
    told = book(
        [
            finding("stoppage", "partly", date(2025, 12, 31)),
            finding("stoppage", "yes", MAY, borrower_id="B2"),
            finding("stoppage", "no", JUNE, borrower_id="B2"),
            finding("stoppage", "yes", date(2025, 12, 30), borrower_id="B3"),
        ]
    )
    rows = borrower_findings(told, days_of("B1", "B2", "B3", "B4"), 6).to_pyarrow().to_pylist()
    assert {row["borrower_id"]: row["stoppage"] for row in rows} == {
        "B1": "partly",
        "B2": "no",
        "B3": "none",
        "B4": "none",
    }
    assert len(rows) == 4


def test_values_that_are_not_understood_are_counted():
    wrong = [("use_of_funds", "misused"), ("impairment_share", "60%"), ("firm_size", "huge"), ("stoppage", None)]
    right = [("use_of_funds", "unclear"), ("impaired", "yes"), ("firm_size", "micro"), ("stoppage", "partly")]
    other = [("order_book", "thin"), ("overdue_cause", "ill")]
    told = book([finding(*each) for each in (*wrong, *right, *other)])
    assert not_understood(told, DAY) == len(wrong)
    assert not_understood(told, date(2026, 5, 9)) == 0
    assert not_understood(book_of({}), DAY) == 0


@pytest.mark.parametrize(
    ("findings", "told"),
    [
        ([finding("repayment_ability", "able", JUNE)], "able"),
        ([finding("repayment_ability", "able", MAY)], "none"),  # the day of the listing itself is not later
        ([finding("repayment_ability", "unable", date(2026, 4, 1)), finding("repayment_ability", "able")], "unable"),
        ([finding("repayment_ability", "able", JUNE), finding("repayment_ability", "unable", DAY)], "unable"),
    ],
)
def test_who_was_found_able_to_pay_and_then_listed_is_not_known_to_be_able(findings: Rows, told: str):
    rows: Rows = [{"finding_id": f"F{number}", **row} for number, row in enumerate(findings)]
    listed: Rows = [
        {"borrower_id": "B1", "kind": "default", "occurred_on": MAY},
        {"borrower_id": "B1", "kind": "litigation", "occurred_on": JULY},
        {"borrower_id": "B1", "kind": "restructured", "occurred_on": None},
        {"borrower_id": "B2", "kind": "default", "occurred_on": DAY},
    ]
    table = with_findings(book_of({"findings": rows, "outcomes": listed}), loans_of({"loan_id": "L1"}))
    assert [row["repayment_ability"] for row in table.to_pyarrow().to_pylist()] == [told]


@pytest.mark.parametrize(
    ("found_on", "told"), [(date(2026, 6, 9), "none"), (JUNE, "none"), (date(2026, 6, 11), "able")]
)
def test_who_was_found_able_before_the_bank_knew_of_the_listing_is_not_known_to_be_able(found_on: date, told: str):
    rows: Rows = [{"finding_id": "F1", **finding("repayment_ability", "able", found_on)}]
    listed: Rows = [
        {"borrower_id": "B1", "kind": "default", "occurred_on": MAY, "known_on": JUNE},
        {"borrower_id": "B1", "kind": "default", "occurred_on": date(2026, 5, 9), "known_on": date(2026, 6, 20)},
    ]
    table = with_findings(book_of({"findings": rows, "outcomes": listed}), loans_of({"loan_id": "L1"}))
    assert [row["repayment_ability"] for row in table.to_pyarrow().to_pylist()] == [told]


def test_the_newest_word_is_told_by_loan_and_borrower():
    told = book(
        [finding("firm_size", "small"), finding("firm_size", "medium", JUNE), finding("firm_size", "huge", DAY)]
    )
    rows = newest_word(told, days_of("B1", "B2"), "firm_size", ("small", "medium")).to_pyarrow().to_pylist()
    assert [(row["loan_id"], row["word"], row["found_on"]) for row in rows] == [(None, "medium", JUNE)]
