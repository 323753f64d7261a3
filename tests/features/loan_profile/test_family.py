from datetime import date, datetime
from typing import Any

import pytest

from ews.features.loan_profile import family as loan_profile
from tests.books import book_of
from tests.features.cases import AS_OF, told
from tests.features.observed import observed

LOAN = {
    "loan_id": "L1",
    "borrower_id": "B1",
    "product": "business",
    "principal": 2_000,
    "opened_on": date(2025, 1, 15),
    "matures_on": date(2026, 9, 15),
    "repayment": "instalment",
    "security": "mortgage",
}
BULLET = {**LOAN, "loan_id": "L2", "repayment": "bullet", "security": "none", "matures_on": date(2026, 9, 29)}
MONEY: dict[str, Any] = {
    "accounts": [{"account_id": "A1", "borrower_id": "B1", "opened_on": date(2020, 1, 1)}],
    "transactions": [{"posting_id": "P1", "account_id": "A1", "occurred_at": datetime(2026, 1, 5), "amount": 400}],
}


def stated(balance: int | None, loan: str = "L1", day: date = AS_OF) -> dict[str, object]:
    return {"loan_id": loan, "stated_on": day, "dpd": 0, "balance": balance}


def test_a_profile_worked_by_hand():
    loans = [
        LOAN,
        BULLET,
        {**LOAN, "loan_id": "L3", "product": "consumer", "security": "guarantee", "opened_on": date(2026, 5, 2)},
        {**LOAN, "loan_id": "L4", "product": "card", "principal": None, "repayment": "revolving", "security": None},
        {**LOAN, "loan_id": "L5"},  # paid back
    ]
    ledger = [stated(1_000), stated(600, "L2"), stated(300, "L3"), stated(100, "L4"), stated(0, "L5")]
    ledger += [stated(1_600, day=date(2025, 6, 30)), stated(400, "L5", date(2025, 6, 30))]
    seen = observed(
        loan_profile,
        book_of({"borrowers": [{"borrower_id": "B1", "kind": "firm"}], "loans": loans, "ledger": ledger, **MONEY}),
        AS_OF,
    )
    assert seen == pytest.approx(
        {
            "debt_outstanding": 2_000,
            "debt_to_inflow": 5,
            "debt_change_12m": 2_000 / 2_000 - 1,
            "live_loans": 3,
            "business_debt_share": 1_600 / 2_000,
            "unsecured_debt_share": 600 / 1_900,
            "guaranteed_debt_share": 300 / 1_900,
            "bullet_debt_share": 600 / 2_000,
            "bullet_due_share_3m": 600 / 2_000,
            "bullet_due_to_inflow_1m": 0,
            "bullet_due_to_inflow_3m": 600 / 400,
            "principal_left_share": 1_900 / 6_000,
            "months_to_maturity": 2,
            "months_on_book": 17,
            "months_since_payout": 1,
        }
    )


MATURES = [
    (date(2026, 6, 1), 1, 1),  # matured and still owed
    (date(2026, 7, 30), 1, 1),
    (date(2026, 7, 31), 0, 1),  # a month end counts as day 31: one month is not within it
    (date(2026, 9, 29), 0, 1),
    (date(2026, 9, 30), 0, 0),
    (None, None, None),
]


def test_a_bullet_is_due_within_whole_months():
    names = ("bullet_due_to_inflow_1m", "bullet_due_to_inflow_3m")
    cases = [
        {"loans": [{**BULLET, "loan_id": "L1", "matures_on": day}], "ledger": [stated(400)], **MONEY}
        for day, *_ in MATURES
    ]
    assert told(loan_profile, cases, names) == [tuple(expected) for _, *expected in MATURES]


def test_what_is_due_at_once_is_unknown_where_a_loan_does_not_tell_how_it_is_repaid():
    cases = [
        {"loans": [{**BULLET, "loan_id": "L1", **change}], "ledger": [stated(balance)], **MONEY}
        for change, balance in (({}, 400), ({"repayment": None}, 400), ({}, None), ({"repayment": "revolving"}, 400))
    ]
    due = told(loan_profile, cases, ("bullet_due_to_inflow_3m",))
    assert due == [(1,), (None,), (None,), (0,)]


def test_debt_adds_the_known_balances_of_live_loans():
    loans = [LOAN, {**LOAN, "loan_id": "L2"}, {**LOAN, "loan_id": "L3"}]
    ledger = [stated(700), stated(None, "L2"), stated(0, "L3")]
    cases = [{"loans": loans, "ledger": ledger}, {"loans": loans[:1], "ledger": [stated(None)]}, {}]
    names = ("debt_outstanding", "live_loans", "business_debt_share")
    assert told(loan_profile, cases, names) == [(700, 2, 1), (None, 1, None), (0, 0, None)]


def test_a_borrower_without_loans_owes_nothing_and_has_no_other_profile():
    names = [each.name for each in loan_profile.FEATURES]
    ((*values,),) = told(loan_profile, [{"loans": [], "ledger": []}], names)
    assert {name: value for name, value in zip(names, values, strict=True) if value is not None} == {
        "debt_outstanding": 0,
        "live_loans": 0,
    }


def test_debt_a_year_ago_counts_only_where_every_balance_of_then_is_told():
    loans = [LOAN, {**LOAN, "loan_id": "L2"}]
    then = date(2025, 6, 30)
    now = [stated(300), stated(0, "L2")]
    cases = [
        {"loans": loans, "ledger": [*now, stated(100, day=then), stated(100, "L2", then)]},
        {"loans": loans, "ledger": [*now, stated(100, day=then), stated(None, "L2", then)]},
        {"loans": loans, "ledger": now},
        {"loans": loans, "ledger": [*now, stated(100, day=date(2025, 5, 31))]},
    ]
    assert told(loan_profile, cases, ["debt_change_12m"]) == [(0.5,), (None,), (None,), (None,)]


def test_without_a_ledger_terms_are_told_but_no_amounts():
    names = ("debt_outstanding", "live_loans", "months_to_maturity", "months_on_book")
    assert told(loan_profile, [{"loans": [LOAN]}], names) == [(None, 1, 2, 17)]
