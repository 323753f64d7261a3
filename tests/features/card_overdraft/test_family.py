from datetime import date

import pytest

from ews.features.card_overdraft import family as card_overdraft
from tests.books import book_of
from tests.features.observed import observed

BORROWER = {"borrower_id": "B1", "kind": "individual"}
MONTH_ENDS = [
    date(2026, 6, 30),
    date(2026, 5, 31),
    date(2026, 4, 30),
    date(2026, 3, 31),
    date(2026, 2, 28),
    date(2026, 1, 31),
]


def statement(back: int, card: str = "C1", **more) -> dict[str, object]:
    return {"card_id": card, "borrower_id": "B1", "stated_on": MONTH_ENDS[back], **more}


def drawn(statements, as_of=MONTH_ENDS[0]) -> dict[str, float | None]:
    return observed(card_overdraft, book_of({"borrowers": [BORROWER], "card_statements": statements}), as_of)


def half_a_year() -> list[dict[str, object]]:
    balances = [900, 850, 810, 500, 400, -100]
    paid = [100, 50, 500, 44, 0, 7]
    cash = [30, 0, 20, 0, 0, 0]
    rows = [
        statement(
            back, credit_limit=1_000, balance=balances[back], minimum_due=50, paid=paid[back], cash_advance=cash[back]
        )
        for back in range(6)
    ]
    rows.append(statement(0, "C2", credit_limit=200, balance=300))
    rows.append(statement(0, "C3", credit_limit=0, balance=10))
    return rows


def test_half_a_year_worked_by_hand():
    seen = drawn(half_a_year())
    months = [1_200 / 1_200, 0.85, 0.81, 0.5, 0.4, 0.0]
    assert seen["card_utilisation"] == 1.0
    assert seen["card_utilisation_mean_6m"] == pytest.approx(sum(months) / 6)
    assert seen["card_utilisation_max_12m"] == 1.0
    assert seen["card_utilisation_change_3m"] == pytest.approx(((1_200 + 850 + 810) / 3_200) / (900 / 3_000) - 1)
    assert seen["card_months_above_80_6m"] == 3
    assert seen["card_over_limit_6m"] == 2
    # 100 of 850, 50 of 810 and all of 500 owed the month before
    assert seen["card_paid_share_3m"] == pytest.approx((100 + 50 + 500) / (850 + 810 + 500))
    # 50 and 44 are no more than 1.1 times the minimum, 100 and 500 are; nothing was owed in January
    assert seen["card_minimum_only_6m"] == 2
    # nothing was paid in February, when nothing was owed
    assert seen["card_unpaid_6m"] == 0
    assert seen["card_paid_6m"] == 701
    assert seen["card_cash_advance_3m"] == 50
    # charged: 900 - 850 + 100, 850 - 810 + 50, 810 - 500 + 500
    assert seen["card_cash_share_3m"] == pytest.approx(50 / (150 + 90 + 810))
    assert seen["cards_drawn"] == 3
    assert seen["card_balance"] == 900 + 300 + 10
    assert seen["card_balance_change_3m"] == pytest.approx((900 + 850 + 810 + 310) / (500 + 400) - 1)
    assert seen["card_limit"] == 1_200


def test_the_same_half_year_by_card_trend_and_payment():
    seen = drawn(half_a_year())
    assert (seen["card_months_above_95_6m"], seen["card_months_above_80_12m"]) == (1, 3)
    # slope of 0, 0.4, 0.5, 0.81, 0.85, 1 over six equal steps
    assert seen["card_utilisation_trend_6m"] == pytest.approx((5 * 1 + 3 * 0.85 + 0.81 - 0.5 - 3 * 0.4) / 35)
    assert (seen["card_worst_utilisation"], seen["cards_near_limit"]) == (1.5, 2)
    assert seen["card_limit_change_6m"] is None
    assert seen["card_paid_share_1m"] == pytest.approx(100 / 850)
    # then 50 of 810, 500 of 500; before them 44 of 400, nothing was owed in January
    assert seen["card_paid_share_change_3m"] == pytest.approx((650 / 2_160) / (44 / 400) - 1)
    assert seen["card_paid_full_share_12m"] == pytest.approx(1 / 4)
    assert seen["card_cash_months_6m"] == 2
    assert seen["card_charged_3m"] == 150 + 90 + 810


@pytest.mark.parametrize(("paid", "minimum_only", "unpaid"), [(0, 1, 1), (55, 1, 0), (56, 0, 0), (500, 0, 0)])
def test_up_to_a_tenth_above_the_minimum_counts_as_the_minimum(paid, minimum_only, unpaid):
    rows = [statement(1, balance=500, minimum_due=50, paid=0), statement(0, balance=500, minimum_due=50, paid=paid)]
    seen = drawn(rows)
    assert (seen["card_minimum_only_6m"], seen["card_unpaid_6m"]) == (minimum_only, unpaid)


def test_paying_all_of_a_small_balance_is_not_paying_the_minimum_only():
    rows = [statement(1, balance=50, minimum_due=50), statement(0, balance=0, minimum_due=0, paid=50)]
    assert drawn(rows)["card_minimum_only_6m"] == 0


def test_who_pays_all_back_every_month_does_not_live_on_the_card():
    spends = [statement(back, credit_limit=1_000, balance=900, minimum_due=90, paid=900) for back in range(6)]
    borrows = [{**row, "paid": 100} for row in spends]
    transactor, revolver = drawn(spends), drawn(borrows)
    assert transactor["card_utilisation"] == revolver["card_utilisation"] == 0.9
    assert (transactor["card_paid_full_share_12m"], revolver["card_paid_full_share_12m"]) == (1, 0)
    assert (transactor["card_charged_3m"], revolver["card_charged_3m"]) == (2_700, 300)


@pytest.mark.parametrize(("balance", "near"), [(799, 0), (800, 1), (1_200, 1)])
def test_a_card_is_near_its_limit_from_80_per_cent(balance, near):
    seen = drawn([statement(0, credit_limit=1_000, balance=balance), statement(0, "C2", credit_limit=9_000, balance=0)])
    assert (seen["cards_near_limit"], seen["card_worst_utilisation"]) == (near, balance / 1_000)
    assert seen["card_months_above_80_6m"] == 0


def test_a_limit_that_an_issuer_cut_shows_against_6_statements_ago():
    months = [*MONTH_ENDS, date(2025, 12, 31)]
    rows = [
        {**statement(0), "stated_on": day, "credit_limit": 600 if back < 2 else 1_000, "balance": 0}
        for back, day in enumerate(months)
    ]
    rows.append(statement(0, "NEW", credit_limit=5_000, balance=0))
    assert drawn(rows)["card_limit_change_6m"] == pytest.approx(-0.4)
    assert drawn(rows[:6])["card_limit_change_6m"] is None


@pytest.mark.parametrize(("balances", "trend"), [([400, 300, 200], None), ([400, 300, 200, 100], 0.1), ([100] * 4, 0)])
def test_a_trend_needs_four_statements(balances, trend):
    rows = [statement(back, credit_limit=1_000, balance=balance) for back, balance in enumerate(balances)]
    assert drawn(rows)["card_utilisation_trend_6m"] == (trend if trend is None else pytest.approx(trend))


def test_what_no_statement_tells_is_null():
    seen = drawn([statement(0, credit_limit=None, balance=100)])
    told = {name: value for name, value in seen.items() if value is not None}
    assert told == {"cards_drawn": 1, "card_balance": 100}


def test_a_borrower_without_a_recent_statement_has_no_card_that_is_known():
    rows = [statement(5, credit_limit=1_000, balance=100, paid=0, minimum_due=0, cash_advance=0)]
    assert drawn(rows, date(2026, 4, 29))["card_utilisation"] == 0.1
    assert set(drawn(rows, date(2026, 4, 30)).values()) == {None}


def test_an_overpaid_card_is_not_drawn():
    seen = drawn([statement(0, credit_limit=1_000, balance=-20)])
    assert (seen["card_utilisation"], seen["cards_drawn"], seen["card_balance"]) == (0, 0, 0)
