from datetime import date

import pytest

from ews.features.account_flows.balances import balances
from ews.features.account_flows.postings import recent_postings
from tests.features.account_flows.cases import ACCOUNT, book_with, flows, month, part, posting

COLUMNS = ("balance_min_3m", "balance_sum_3m", "overdrawn_days")


def made(book, spine):
    return balances(book, spine, recent_postings(book, spine))


def left(day, balance, *, amount=1, **more):
    return posting(day, amount, balance_after=balance, **more)


def test_balances_are_carried_from_the_last_posting_before():
    rows = [
        left(date(2025, 1, 10), 500),
        left(date(2026, 4, 21), -100),
        left(date(2026, 4, 24), 200),
        posting(date(2026, 4, 24), 1),
        left(date(2026, 6, 29), -50),
    ]
    seen = flows({"B": rows})["B"]
    assert seen["balance_min_3m"] == -100
    assert seen["balance_mean_3m"] == pytest.approx((200 + 200 - 50) / 3)
    assert seen["overdrawn_days_3m"] == 3 + 2
    assert seen["overdrawn_months_12m"] == 2
    assert seen["balance_change_6m"] == pytest.approx(350 / 1_500 - 1)


def test_a_month_whose_postings_tell_no_balance_keeps_that_of_the_month_before():
    told = [left(date(2026, 3, 10), 400), left(date(2026, 5, 10), 900)]
    silent = [left(date(2026, 4, 10), None), left(date(2026, 6, 10), None)]
    seen = flows({"B": told + silent})["B"]
    assert seen["balance_mean_3m"] == pytest.approx((400 + 900 + 900) / 3)


def test_days_overdrawn_count_from_the_windows_first_day():
    cases = {
        "COVERED_SOON": [left(date(2026, 1, 5), -10), left(date(2026, 4, 3), 10)],
        "NEVER_COVERED": [left(date(2026, 1, 5), -10)],
    }
    told = part(book_with(cases), made, "overdrawn_days")
    assert {case: row["overdrawn_days"] for case, row in told.items()} == {"COVERED_SOON": 2, "NEVER_COVERED": 91}


def test_lowest_balances_add_up_over_accounts_and_days_and_months_overdrawn_do_not():
    rows = [
        left(date(2026, 6, 1), -5),
        left(date(2026, 6, 21), -7, account="A2"),
        *(left(month(back), -1, account="A2") for back in (5, 11, 12)),
    ]
    told = part(
        book_with({"B": rows}, accounts=(ACCOUNT, {**ACCOUNT, "account_id": "A2"})),
        made,
        "balance_min_3m",
        "overdrawn_days",
        "overdrawn_months",
    )
    assert told["B"] == {"balance_min_3m": -5 - 7, "overdrawn_days": 91, "overdrawn_months": 3}


@pytest.mark.parametrize(
    ("closed_on", "expected"),
    [
        (None, (-300, -900, 91)),
        (date(2026, 7, 1), (-300, -900, 91)),
        (date(2026, 5, 11), (-300, -300 + 100 + 100, 40)),
        (date(2026, 4, 1), (-300, 300, 0)),
        (date(2026, 3, 31), (100, 300, 0)),
    ],
)
def test_a_balance_is_carried_until_the_account_is_closed(closed_on, expected):
    old = {**ACCOUNT, "account_id": "A2", "closed_on": closed_on}
    rows = [left(date(2026, 1, 5), 100), left(date(2026, 1, 5), -400, account="A2")]
    told = part(book_with({"B": rows}, accounts=(ACCOUNT, old)), made, *COLUMNS)["B"]
    assert (told["balance_min_3m"], told["balance_sum_3m"], told["overdrawn_days"] or 0) == expected


def test_a_closing_known_later_does_not_end_the_balance_yet():
    rows = {"B": [left(date(2026, 1, 5), 9)]}
    gone = {**ACCOUNT, "closed_on": date(2026, 3, 1)}
    learnt = part(book_with(rows, accounts=(ACCOUNT, {**gone, "known_on": date(2026, 7, 1)})), made, "balance_min_3m")
    known = part(book_with(rows, accounts=(gone,)), made, "balance_min_3m")
    assert (learnt["B"]["balance_min_3m"], known["B"]["balance_min_3m"]) == (9, None)


FALLEN = {
    "HALVED": ([left(month(8), 200), left(month(2), 100)], -0.5),
    "NOTHING_THEN": ([left(month(10), 5), left(month(9), 0), left(month(2), 100)], None),
    "NONE_TOLD": ([posting(month(2), 5)], None),
    "OVERDRAWN_NOW": ([left(month(10), 100), left(month(2), -50)], -1.5),
}


def test_balances_are_compared_with_those_of_six_months_before():
    seen = flows({case: rows for case, (rows, _) in FALLEN.items()})
    told = {case: row["balance_change_6m"] for case, row in seen.items()}
    assert told == {case: change for case, (_, change) in FALLEN.items()}
    assert seen["NONE_TOLD"]["overdrawn_months_12m"] is None
    assert seen["HALVED"]["overdrawn_months_12m"] == 0
