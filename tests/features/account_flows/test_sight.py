from datetime import date, timedelta

import pytest

from ews.features.account_flows.sight import WINDOWS, life
from tests.features.account_flows.cases import ACCOUNT, AS_OF, book_with, part

SILENT = {
    "OPEN": ({}, (1, 77)),
    "CLOSED_A_YEAR": ({"closed_on": date(2025, 6, 30)}, (0, 77)),
    "CLOSED": ({"closed_on": date(2025, 7, 1)}, (1, 77)),
    "OPENED_LATER": ({"opened_on": date(2026, 7, 1)}, (0, -1)),
    "OPENED_TODAY": ({"opened_on": AS_OF}, (1, 0)),
    "LEARNT_LATER": ({"known_on": date(2026, 7, 1)}, (0, -1)),
    "UNKNOWN_OPENING": ({"opened_on": None}, (1, -1)),
}
"""Terms of an account, whether its borrower's flows are seen, and how many months it has been open."""


def test_flows_are_seen_while_an_account_is_open_and_a_year_after():
    told = {}
    for case, (terms, _) in SILENT.items():
        book = book_with({case: []}, accounts=({**ACCOUNT, **terms},))
        told[case] = tuple(part(book, life, "seen_3", "months_open")[case].values())
    assert told == {case: expected for case, (_, expected) in SILENT.items()}


@pytest.mark.parametrize(
    ("covered", "seen"),
    [
        ((date(2000, 1, 1), AS_OF), set(WINDOWS)),
        ((date(2026, 4, 1), AS_OF), {3}),
        ((date(2026, 4, 2), AS_OF), set()),
        ((date(2025, 4, 1), AS_OF), {3, 6, 9, 12, 15}),
        ((date(2000, 1, 1), AS_OF - timedelta(days=1)), set()),
    ],
)
def test_a_window_is_seen_where_the_extract_speaks_of_all_of_it(covered, seen):
    columns = [f"seen_{months}" for months in WINDOWS]
    told = part(book_with({"B": []}, covered=covered), life, *columns)["B"]
    assert {months for months in WINDOWS if told[f"seen_{months}"]} == seen
