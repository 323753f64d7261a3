import pandas as pd

from ews.scoring.exhibits.circles import CIRCLES, circles_of
from tests.scoring import connected
from tests.scoring.connected import guarantee
from tests.scoring.exhibits.worked import one_spine

DECIDED = pd.DataFrame(
    {
        "borrower_id": ["A", "B", "C", "E", "F"],
        "branch_id": ["S2", "S1", "S2", "S1", None],
        "exposure": [100.0, 300.0, None, 50.0, 60.0],
    }
)


def test_a_circle_is_told_with_its_members_their_money_and_their_trouble():
    book = connected.book(
        {"A": 0, "B": 31, "C": 30, "E": 0, "F": 0},
        guarantees=[
            *(guarantee("A", "B", 70), guarantee("B", "C", None), guarantee("X", "C", 5)),
            guarantee("E", "F", 9),  # two are no circle
        ],
    )
    assert circles_of(book, one_spine(book), DECIDED).to_pylist() == [
        {
            "circle_id": "A",
            "members": 4,
            "borrowers": 3,
            "exposure_fen": 400,
            "in_trouble": 1,
            "in_trouble_exposure_fen": 300,
            "guaranteed_fen": 75,
            "largest_id": "B",
            "branches": ["S1", "S2"],
            "member_ids": ["A", "B", "C", "X"],
        }
    ]


def test_without_guarantees_there_are_no_circles():
    book = connected.book({"A": 0})
    assert circles_of(book, one_spine(book), DECIDED) == CIRCLES.empty_table()
