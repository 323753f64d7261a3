from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.domain.errors import PolicyError
from ews.policy.grades import Scale, read_grades, scale_on
from tests.policy.policies import POLICY

LOWS = (0, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32)
DEFAULT_SCALE = scale_on(POLICY.scales, date(2026, 6, 30))


def scale(edges: tuple[float, ...] = (*LOWS, 1), *, codes: str = "ABCDEFGHIJKLMNOPQRSTU", **changes: Any) -> Scale:
    grades = [
        {"code": code, "low": low, "high": high, "en": code, "zh": code}
        for code, low, high in zip(codes, edges, edges[1:], strict=False)
    ]
    default = {"code": "Z", "en": "In default", "zh": "已违约"}
    entry = {"starts": date(2020, 1, 1), "source": "x", "default": default, "grade": grades, **changes}
    return scale_on(read_grades({"scale": [entry]}, "grades.toml"), date(2020, 1, 1))


@pytest.mark.parametrize(
    ("pd", "rank"),
    [
        (0.0, 1),
        (0.002499, 1),
        (0.0025, 2),
        (0.009999, 3),
        (0.01, 4),
        (0.079999, 6),
        (0.08, 7),
        (0.159999, 7),
        (0.16, 8),
        (0.319999, 8),
        (0.32, 9),
        (1.0, 9),
    ],
)
def test_a_grade_holds_its_lower_edge_and_not_its_upper(pd: float, rank: int):
    assert DEFAULT_SCALE.rank_of(pd) == rank


def test_the_default_scale_has_nine_grades_and_default():
    assert DEFAULT_SCALE.codes == ("G1", "G2", "G3", "G4", "G5", "G6", "G7", "G8", "G9", "D")
    assert DEFAULT_SCALE.default_rank == 10


@given(low=st.floats(0, 1), high=st.floats(0, 1))
def test_a_higher_pd_never_gives_a_better_grade(low: float, high: float):
    low, high = sorted((low, high))
    assert 1 <= DEFAULT_SCALE.rank_of(low) <= DEFAULT_SCALE.rank_of(high) <= 9


def test_the_scale_of_the_day_counts_and_none_before_the_first_is_an_error():
    scales = POLICY.scales
    with pytest.raises(PolicyError, match="no master scale on 1899-12-31; its first starts on 1900-01-01"):
        scale_on(scales, date(1899, 12, 31))


@pytest.mark.parametrize(
    ("edges", "message"),
    [
        ((0.001, *LOWS[1:], 1), "A: the band starts at 0.001 and leaves a gap after the one before, which ends at 0.0"),
        ((*LOWS, 0.99), "the last grade ends at 0.99; it must end at 1"),
        ((0, 0.02, 0.02, 0.04, 0.08, 0.16, 0.32, 1), r"B: the band \[0.02, 0.02\) is empty: no pd reaches the grade"),
        ((*LOWS[:6], 1), "there are 6 grades besides default; at least 7 are needed"),
        (tuple(number / 21 for number in range(22)), "there are 21 grades besides default; at most 20 are allowed"),
    ],
)
def test_a_scale_with_a_gap_or_too_few_grades_is_refused(edges: tuple[float, ...], message: str):
    with pytest.raises(PolicyError, match=message):
        scale(edges)


def test_a_gap_or_overlap_in_the_middle_is_refused():
    good = [
        {"code": c, "low": low, "high": high, "en": c, "zh": c}
        for c, low, high in zip("ABCDEFG", LOWS, (*LOWS[1:], 1), strict=True)
    ]
    for low, what in ((0.03, "overlaps"), (0.05, "leaves a gap after")):
        bad = [*good[:3], {**good[3], "low": low}, *good[4:]]
        with pytest.raises(
            PolicyError, match=f"D: the band starts at {low} and {what} the one before, which ends at 0.04"
        ):
            scale(grade=bad)


def test_codes_are_unique_and_the_one_of_default_is_its_own():
    with pytest.raises(PolicyError, match="the code 'A' is used twice"):
        scale(codes="ABCDEFA")
    with pytest.raises(PolicyError, match="the code 'Z' of borrowers in default is also the code of a grade"):
        scale(codes="ABCDEFZ")


def test_a_scale_without_source_or_default_is_refused():
    with pytest.raises(PolicyError, match="scale 1: 'source' is None"):
        scale(source=None)
    with pytest.raises(PolicyError, match="scale 1 default: 'code' is None"):
        scale(default=None)
