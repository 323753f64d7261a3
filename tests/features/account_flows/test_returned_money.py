from datetime import date

import pytest

from ews.events.owners import with_borrower
from ews.features.account_flows.returned_money import returned_money
from ews.features.window import spine_on
from tests.features.account_flows.cases import book_with, flows, month, posting

CAME_ON = date(2026, 5, 10)


def there_and_back(amount: int, day: date, **more):
    more = {"counterparty_id": "K1", **more}
    return [posting(CAME_ON, 1_000, category="sales", counterparty_id="K1"), posting(day, -amount, **more)]


RETURNS = {
    "EQUAL": (there_and_back(1_000, date(2026, 5, 10), category="purchase"), True),
    "UNKNOWN_CATEGORY": (there_and_back(1_000, date(2026, 5, 11)), True),
    "BEFORE_IT_CAME": (there_and_back(1_000, date(2026, 5, 5)), True),
    "TOO_LONG_BEFORE": (there_and_back(1_000, date(2026, 5, 4)), False),
    "FIVE_DAYS": (there_and_back(1_000, date(2026, 5, 15)), True),
    "SIX_DAYS": (there_and_back(1_000, date(2026, 5, 16)), False),
    "A_TWENTIETH_LESS": (there_and_back(950, CAME_ON), True),
    "STILL_LESS": (there_and_back(949, CAME_ON), False),
    "A_TWENTIETH_MORE": (there_and_back(1_052, CAME_ON), True),
    "STILL_MORE": (there_and_back(1_053, CAME_ON), False),
    "ANOTHER_PARTY": (there_and_back(1_000, CAME_ON, counterparty_id="K2"), False),
    "NO_PARTY": (there_and_back(1_000, CAME_ON, counterparty_id=None), False),
    "LOAN_SERVICE": (there_and_back(1_000, CAME_ON, category="loan_service"), False),
    "OWN_TRANSFER": (there_and_back(1_000, CAME_ON, category="own_transfer"), False),
}


def test_a_return_is_nearly_equal_within_days_and_by_the_same_party():
    seen = flows({case: rows for case, (rows, _) in RETURNS.items()})
    told = {case: (row["inflow_3m"], row["returned_inflow_share_12m"]) for case, row in seen.items()}
    assert told == {case: (0, 1) if returns else (1_000, 0) for case, (_, returns) in RETURNS.items()}


def test_both_legs_of_a_circle_are_taken_out_of_turnover_and_each_counts_once():
    trade = [posting(month(0), 600, category="sales", counterparty_id="K9"), posting(month(0), -90, category="rent")]
    answered_twice = [*there_and_back(1_000, CAME_ON), posting(date(2026, 5, 12), -990, counterparty_id="K1")]
    named_related = [
        posting(CAME_ON, 400, category="related_party", counterparty_id="K1"),
        posting(CAME_ON, -400, category="related_party", counterparty_id="K1"),
    ]
    seen = flows({"TWICE": [*trade, *answered_twice], "RELATED": [*trade, *named_related]})
    columns = ("inflow_3m", "outflow_3m", "inflow_12m", "circular_inflow_share_3m", "returned_inflow_share_12m")
    assert [seen["TWICE"][name] for name in columns] == [600, 90, 600, pytest.approx(1_000 / 1_600), 1_000 / 1_600]
    assert [seen["RELATED"][name] for name in columns] == [600, 90, 600, pytest.approx(400 / 1_000), 400 / 1_000]


@pytest.mark.parametrize(
    ("as_of", "returned"),
    [
        (date(2026, 5, 31), None),
        (date(2026, 6, 3), None),
        (date(2026, 6, 4), 1_000),
        (date(2026, 7, 9), 1_000),
        (date(2026, 7, 10), None),
    ],
)
def test_money_has_returned_from_the_day_both_postings_are_known_until_one_is_taken_back(as_of, returned):
    came = posting(date(2026, 5, 31), 1_000, counterparty_id="K1", posting_id="P1")
    left = posting(date(2026, 6, 2), -1_000, counterparty_id="K1", posting_id="P2", known_on=date(2026, 6, 4))
    taken_back = {**left, "known_on": date(2026, 7, 10), "withdrawn": True}
    book = book_with({"B": [came, left, taken_back]})
    legs = returned_money(spine_on(book, [as_of]), with_borrower(book, "transactions"), months=3).execute()
    assert legs.returned_in.dropna().tolist() == ([] if returned is None else [returned])
