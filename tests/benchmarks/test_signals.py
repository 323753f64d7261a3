from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmarks.signals import drawn_anew, measure, rows_of, verdict, why_never_beyond, why_not_measured, worth
from benchmarks.watch import Watched
from tests.policy.policies import POLICY

ONE, OTHER = "MONEY_OFF_TRADE", "UNIT_IN_TROUBLE"
SIGNALS = {"x": ONE, "o": OTHER}


def watched(*rows: tuple[str, str, int]) -> Watched:
    """Return a world of rows (borrower, signals as x and o, outcome), current and of the best grade."""
    frame = pd.DataFrame(
        {
            "borrower_id": [borrower for borrower, *_ in rows],
            "as_of": date(2024, 6, 30),
            "dpd_max": 0,
            "grade_rank": 1,
            "signals": [[SIGNALS[sign] for sign in signs if sign in SIGNALS] for _, signs, _ in rows],
            "left_out": [["TRIED"] if "t" in signs else [] for _, signs, _ in rows],
            "outcome": [outcome for *_, outcome in rows],
        }
    )
    nobody = np.zeros((0, 13))
    return Watched("A", (date(2024, 6, 30), date(2025, 6, 30)), nobody, nobody, nobody, frame)


WORLD = watched(
    ("B1", "x", 1), ("B1", "x", 1), ("B2", "xo", 1), ("B3", "x", 0), ("B4", "o", 1), ("B5", "", 0), ("B6", "t", 1),
    ("B7", "", 0),
)  # fmt: skip


def found(world: Watched, codes: Sequence[str] = (ONE, OTHER)) -> dict[str, Any]:
    return worth(codes[0], rows_of(world, codes, 7), codes)


def test_a_signal_is_worth_what_it_catches_and_whom_it_catches_alone():
    one = found(WORLD)
    assert (one["fires"], one["precision"], one["lift"]) == (500, 0.75, 0.75 / (5 / 8))
    assert (one["beyond_fires"], one["beyond_lift"]) == (4, 0.75 / (5 / 8))
    assert (one["beyond_caught"], one["beyond_alone"]) == (2, 1)  # B1 counts once, B2 is caught by the other too


def test_beyond_leaves_out_arrears_weak_grades_and_unknown_days():
    world = watched(("B1", "x", 1), ("B2", "x", 1), ("B3", "x", 1), ("B4", "x", 0), ("B5", "", 0))
    world.rows["dpd_max"] = [3, None, 0, 0, 0]
    world.rows["grade_rank"] = [1, 1, 7, 6, 1]
    one = found(world)
    assert (one["precision"], one["beyond_fires"], one["beyond_caught"]) == (0.75, 1, 0)


def test_a_signal_that_never_fires_has_no_precision():
    one = found(watched(("B1", "", 1), ("B2", "", 0)))
    assert (one["fires"], one["precision"], one["precision_se"], one["lift"]) == (0, None, None, None)
    assert (one["beyond_lift"], one["beyond_low"], one["beyond_caught"]) == (None, None, 0)


def test_whole_borrowers_are_drawn_anew_each_as_often_in_all_its_rows():
    drawn = drawn_anew(np.array([0, 1, 1, 2, 1]))
    assert drawn.shape == (5, 200)
    assert (drawn[1] == drawn[2]).all()
    assert (drawn[0] + drawn[1] + drawn[3] == 3).all()


def test_the_error_is_that_of_borrowers_not_of_rows():
    few = [(f"B{number}", "x", number % 2) for number in range(50) for _ in range(20)]
    assert found(watched(*few))["precision_se"] == pytest.approx((0.25 / 50) ** 0.5, rel=0.2)


def test_the_interval_holds_the_lift_and_narrows_with_more_borrowers():
    def interval(borrowers: int) -> tuple[float, float, float]:
        rows = [(f"B{number}", "x" if number % 5 == 0 else "", number % 3 == 0) for number in range(borrowers)]
        one = found(watched(*rows))
        return one["beyond_low"], one["beyond_lift"], one["beyond_high"]

    few, many = interval(150), interval(1500)
    assert few[0] < few[1] < few[2]
    assert many[2] - many[0] < (few[2] - few[0]) / 2


def test_what_was_left_out_is_measured_beside_the_policy():
    tried = POLICY.rule(ONE)
    told = measure(WORLD, POLICY, [replace(tried, code="TRIED")])
    assert (told["rows"], told["borrowers"], told["defaulters"], told["beyond_defaulters"]) == (8, 7, 4, 4)
    assert told["left_out"]["TRIED"]["beyond_alone"] == 1
    assert told["signals"][OTHER]["beyond_caught"] == 2
    assert "TRIED" not in told["signals"]


VERDICTS: list[tuple[list[dict[str, Any]], str]] = [
    ([{"beyond_caught": 20, "beyond_lift": 1.5, "beyond_low": 1.1}], "adds"),
    ([{"beyond_caught": 20, "beyond_lift": 1.5, "beyond_low": 0.9}], "adds nothing"),
    ([{"beyond_caught": 20, "beyond_lift": 1.29, "beyond_low": 1.1}], "adds nothing"),
    (
        [
            {"beyond_caught": 20, "beyond_lift": 1.5, "beyond_low": 1.1},
            {"beyond_caught": 9, "beyond_lift": 0.99, "beyond_low": 0.5},
        ],
        "adds nothing",
    ),
    (
        [
            {"beyond_caught": 20, "beyond_lift": 1.5, "beyond_low": 1.1},
            {"beyond_caught": 9, "beyond_lift": 1.0, "beyond_low": 0.5},
        ],
        "adds",
    ),
    ([{"beyond_caught": 4, "beyond_lift": 9.0, "beyond_low": 3.0}], "too few to say"),
]


@pytest.mark.parametrize(("worlds", "expected"), VERDICTS)
def test_a_signal_adds_where_it_is_sure_in_one_world_and_not_against_it_in_the_other(worlds, expected):
    told = {name: {"signals": {"ONE": one}} for name, one in zip("AB", worlds, strict=False)}
    assert verdict("ONE", told) == expected
    assert verdict("OTHER", told) == "not measured"


def test_only_the_outcome_and_what_tells_of_missing_data_are_not_measured():
    assert {signal.code for signal in POLICY.signals if why_not_measured(signal)} == {"DEFAULTED", "NOT_SEEN"}


def test_only_arrears_of_the_day_and_what_reads_the_grade_cannot_fire_beyond():
    told = {signal.code: why_never_beyond(signal) for signal in POLICY.signals if not why_not_measured(signal)}
    assert {code for code, why in told.items() if why == "a fact of the day"} == {"OVERDUE_NOW", "OVERDUE_NOW_30"}
    assert {code for code, why in told.items() if why == "reads the grade"} == {
        "GRADE_YELLOW",
        "GRADE_ORANGE",
        "GRADE_RED",
    }
