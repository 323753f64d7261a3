"""Whom a filter chooses."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.domain.errors import RequestError
from ews.monitoring.filters import NOT_KNOWN, Filter, Movement, chosen, listed
from ews.monitoring.frame import ATTRIBUTES, SCALES
from ews.monitoring.rows import rows
from tests.monitoring.frames import fallen, frame_of, frames, person

NOW = [
    person("A", name="华信五金", industry=None, level_rank=1),
    person("B", branch_id="b2", exposure_fen=None, tier_rank=1, grade="G9"),
    fallen("C", branch_id=None, officer_id="o2", region="Ningbo", exposure_fen=900),
    person("E", name="Hua Xin (Hardware)", stage=None),
]
THEN = [
    person("A"),
    person("B", tier_rank=2, level_rank=2, grade="G1"),
    person("C", top_reason=None),
    person("D", branch_id="b2", level_rank=3),
]


def found(wanted: Filter, now=NOW, then=THEN) -> str:
    frame = frame_of(now, then)
    return "".join(np.array(frame.borrower_id.to_pylist(), object)[chosen(frame, wanted)])


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(), "ABCDE"),
        (Filter(branch_id="b1"), "AE"),
        (Filter(branch_id="b2"), "BD"),
        (Filter(branch_id="b9"), ""),
        (Filter(branch_id=""), ""),
        (Filter(branch_id=NOT_KNOWN), "C"),
        (Filter(officer_id="o2"), "C"),
        (Filter(industry=NOT_KNOWN), "A"),
        (Filter(region="Ningbo"), "C"),
        (Filter(top_reason="PAYS_LATE"), "ABCE"),
        (Filter(tier="pass"), "AE"),
        (Filter(tier="non_performing"), "C"),
        (Filter(tier="left"), "D"),
        (Filter(tier="new"), ""),
        (Filter(former_tier="new"), "E"),
        (Filter(former_tier="substandard"), "B"),
        (Filter(former_tier="non_performing", tier="special_mention"), "B"),
        (Filter(grade="G9"), "B"),
        (Filter(grade="G7"), ""),
        (Filter(former_grade="G5", grade="D"), "C"),
        (Filter(former_grade="G5", grade="left"), "D"),
        (Filter(level="warned"), "AC"),
        (Filter(level="none"), "BE"),
        (Filter(former_level="warned"), "BD"),
        (Filter(stage="3"), "C"),
        (Filter(stage=NOT_KNOWN), "E"),
        (Filter(in_default=True), "C"),
        (Filter(in_default=False), "ABE"),
        (Filter(former_in_default=False), "ABCD"),
        (Filter(is_exposure_known=False), "B"),
        (Filter(is_exposure_known=True), "ACE"),
        (Filter(least_exposure_fen=101), "C"),
        (Filter(least_exposure_fen=0), "ACE"),
        (Filter(text="五金"), "A"),
        (Filter(text=" hua xin ("), "E"),
        (Filter(text="a"), "AE"),
        (Filter(text="  "), "ABCDE"),
        (Filter(movement="new"), "E"),
        (Filter(movement="left"), "D"),
        (Filter(movement="newly_warned"), "AC"),
        (Filter(movement="tier_worse"), "C"),
        (Filter(movement="tier_better"), "B"),
        (Filter(movement="grade_worse"), "BC"),
        (Filter(movement="grade_better"), ""),
        (Filter(movement="level_up"), "AC"),
        (Filter(movement="level_down"), "B"),
        (Filter(movement="defaulted"), "C"),
        (Filter(movement="cured"), ""),
    ],
)
def test_a_filter_chooses(wanted, expected):
    # Firm A to Firm E are the usual names: "a" is in the id of A and in the name of E only
    now = [{**one, "name": None if one["name"].startswith("Firm") else one["name"]} for one in NOW]
    then = [{**one, "name": None} for one in THEN]
    assert found(wanted, now, then) == expected


def test_a_newcomer_with_a_warning_is_newly_warned():
    assert found(Filter(movement="newly_warned"), [person("A", level_rank=1)], []) == "A"


@pytest.mark.parametrize("movement", [one for one in Movement if one is not Movement.LEFT])
def test_nobody_has_moved_where_there_is_nothing_to_compare_with(movement):
    assert found(Filter(movement=movement), NOW, None) == ""


def test_an_unknown_movement_is_told_with_those_that_are_known():
    with pytest.raises(RequestError, match=r"'up' is no kind of movement. Give one of: new, left"):
        found(Filter(movement="up"))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(), "ABCE"),
        (Filter(former_level="warned"), "BD"),
        (Filter(former_level="warned", level="none"), "B"),
        (Filter(tier="left"), "D"),
        (Filter(movement="left"), "D"),
        (Filter(branch_id="b2"), "B"),
        (Filter(former_tier="pass", least_exposure_fen=0), "AC"),
    ],
)
def test_a_list_has_who_left_only_where_it_asks_for_them(wanted, expected):
    frame = frame_of(NOW, THEN)
    assert "".join(frame.borrower_id.take(listed(frame, wanted)).to_pylist()) == expected


words = st.sampled_from([None, None, "x", "y", NOT_KNOWN, "nowhere"])
filters = st.builds(
    Filter,
    **dict.fromkeys(ATTRIBUTES, words),
    **{scale: st.sampled_from([None, None, "pass", "G5", "none", "1", "left", "warned"]) for scale in SCALES},
    **{f"former_{scale}": st.sampled_from([None, None, "pass", "G5", "none", "new"]) for scale in SCALES},
    movement=st.sampled_from([None, *Movement]),
    in_default=st.sampled_from([None, True, False]),
)


@given(frames(), filters, st.sampled_from(["x", "y"]))
def test_a_branch_lets_through_nobody_of_another(frame, wanted, branch):
    page = rows(frame, dataclasses.replace(wanted, branch_id=branch), limit=None)
    assert {one.branch_id for one in page.rows} <= {branch}


@given(frames(), filters)
def test_each_condition_only_narrows(frame, wanted):
    both = np.ones(frame.rows, bool)
    for name, value in dataclasses.asdict(wanted).items():
        both &= chosen(frame, Filter(**{name: value}))
    assert chosen(frame, wanted).tolist() == both.tolist()
