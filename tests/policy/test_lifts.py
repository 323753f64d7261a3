import math
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ews.domain.lifts import Lift
from ews.policy.evaluate import COMPARE, truth
from ews.policy.expressions import parse
from ews.policy.lifts import MOST, lifts
from ews.policy.trials import ends

MANY_DO_NOT_HOLD = (HealthCheck.filter_too_much,)
"""Most conditions do not hold of most rows."""
LIMITS = {"limit": 90, "from_grade": 8}
WORSE = {
    "dpd": "higher",
    "change": "lower",
    "a": "higher",
    "b": "lower",
    "c": "none",
    "inflow": "lower",
    "inflow_before": "fixed",
    "grade_rank": "higher",
    "months_clean": "lower",
    "periods_clean": "lower",
    "evades": "higher",
    "enhanced": "lower",
    "use": "higher",
    "is_card": "fixed",
    "product": "fixed",
}
ROW: dict[str, Any] = {
    "dpd": 95,
    "change": -0.6,
    "a": 6.0,
    "b": 2.0,
    "c": 1.0,
    "inflow": 0.0,
    "inflow_before": 12.0,
    "grade_rank": 9,
    "months_clean": 3,
    "periods_clean": 1,
    "evades": True,
    "enhanced": False,
    "use": "diverted",
    "is_card": True,
    "product": "card",
    "nothing": None,
}


def told(text: str, **row: Any) -> list[str]:
    found = lifts(parse(text), {**ROW, **row}, LIMITS, WORSE)
    return [" and ".join(f"{one.name} {one.op} {one.value}" for one in together) for together in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dpd > limit", ["dpd <= 90"]),
        ("dpd >= limit", ["dpd <= 89"]),
        ("limit < dpd", ["dpd <= 90"]),
        ("change <= -0.5", ["change > -0.5"]),
        ("dpd > limit and change <= -0.5", ["dpd <= 90", "change > -0.5"]),
        ("dpd > limit or change <= -0.5", ["dpd <= 90 and change > -0.5"]),
        ("dpd > limit or change <= -0.9", ["dpd <= 90"]),
        ("grade_rank >= from_grade and not (is_card and dpd > 100)", ["grade_rank <= 7"]),
        ("0 < dpd <= 100", ["dpd <= 0"]),
        ("inflow == 0 and inflow_before > 0", ["inflow > 0"]),
        ("a > 2 * b", ["a <= 4", "b >= 3"]),
        ("a / b > 0.5 + c", ["a <= 3", "b >= 4", "c >= 2.5"]),
        ("a - b > c", ["a <= 3", "b >= 5", "c >= 4"]),
        ("12 / b > 5", ["b >= 2.4"]),
        ("evades", ["evades == False"]),
        ("not enhanced and evades", ["enhanced == True", "evades == False"]),
        ('use == "diverted"', ["use != diverted"]),
        ('use in ("diverted", "sold")', ["use not in diverted, sold"]),
        ("is_card and dpd > limit", ["dpd <= 90"]),
        ("is_card", []),
        ("not known(nothing)", []),
        ("not known(nothing) or dpd > 0", []),
        ("known(dpd) and dpd > 0", ["dpd <= 0"]),
        ("dpd > limit or dpd > 30", ["dpd <= 30"]),
        ("nothing > 1 or dpd > 30", ["dpd <= 30"]),
        ("a * a > 1", [" not (a * a) > 1"]),
    ],
)
def test_a_rule_is_turned_round(text: str, expected: list[str]):
    assert truth(parse(text), ROW, LIMITS) is True
    assert told(text) == expected


def test_a_cure_needs_every_part_that_keeps_the_loan_down():
    text = "dpd > 0 or not known(months_clean) or months_clean < 6 or not known(periods_clean) or periods_clean < 2"
    assert told(text) == ["dpd <= 0 and months_clean >= 6 and periods_clean >= 2"]
    assert told(text, dpd=0) == ["months_clean >= 6 and periods_clean >= 2"]
    assert told(text, months_clean=None) == ["dpd <= 0 and months_clean >= 6 and periods_clean >= 2"]
    assert told("not known(months_clean)", months_clean=None) == []


def test_a_way_to_the_worse_is_no_way_out():
    assert told("change > -0.9 and b > 1") == []
    assert told("dpd < 100") == []


def test_of_many_alternatives_the_shortest_are_told():
    text = " or ".join(f"(a > {number} and c < {number + 2} and change < {number})" for number in range(5))
    found = lifts(parse(text), ROW, LIMITS, WORSE)
    assert len(found) == MOST
    assert [len(one) for one in found] == sorted(len(one) for one in found)


def test_without_directions_there_is_no_lift():
    assert lifts(parse("dpd > 90"), ROW, LIMITS, {}) == ()


number_names = st.sampled_from(["a", "b", "c"])
numbers = st.sampled_from(["0", "1", "2", "-1", "0.5", "100", "limit"])
values = st.one_of(
    number_names,
    st.builds("({} {} {})".format, number_names, st.sampled_from(list("+-*/")), st.one_of(number_names, numbers)),
)
comparisons = st.builds(
    "{} {} {}".format, values, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), st.one_of(values, numbers)
)
flags = ["evades", "not enhanced", "known(a)", "not known(b)", "dpd > 30", "use == 'sold'", "use != 'diverted'"]
lists = [
    "use in ('diverted', 'sold')",
    "use not in ('as_agreed',)",
    "dpd in (1, 2)",
    "c not in (0, 1)",
    "not known(c) or c < 2",
]
leaves = st.one_of(comparisons, st.sampled_from([*flags, *lists]))
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds("not ({})".format, inner),
        st.builds("({}) {} ({})".format, inner, st.sampled_from(["and", "or"]), inner),
    ),
    max_leaves=5,
)
some = st.one_of(st.none(), st.sampled_from([-2.5, -1.0, 0.0, 0.5, 1.0, 2.0, 7.0, 1e6]))
rows = st.fixed_dictionaries(
    {
        "a": some,
        "b": some,
        "c": some,
        "dpd": st.integers(0, 100),
        "evades": st.sampled_from([None, True, False]),
        "enhanced": st.sampled_from([None, True, False]),
        "use": st.sampled_from([None, "diverted", "sold", "as_agreed"]),
    }
)


def meets(value: Any, lift: Lift) -> bool:
    if lift.op in {"in", "not in"}:
        listed = str(lift.value).split(", ")
        named = listed if isinstance(value, str) else [float(choice) for choice in listed]
        return (value in named) == (lift.op == "in")
    return COMPARE[lift.op](value, lift.value)


def moved(row: dict[str, Any], alternative: tuple[Lift, ...], turn: int) -> dict[str, Any]:
    """Return the row with each name where its lifts want it: a number as near as may be, of words the one in turn."""
    found = dict(row)
    for name in {lift.name for lift in alternative}:
        asked, now = [lift for lift in alternative if lift.name == name], row[name]
        near: list[Any] = [True, False] if isinstance(now, bool) else ["diverted", "sold", "as_agreed", "other"]
        if now is None or (isinstance(now, int | float) and not isinstance(now, bool)):  # a gap: a number is asked for
            named = [(lift.op, float(value)) for lift in asked for value in str(lift.value).split(", ")]
            hairs = [1 if isinstance(now, int) else max(1e-7, 64 * math.ulp(value)) for _, value in named]
            near = [one for hair, (_, value) in zip(hairs, named, strict=True) for one in (value - hair, value + hair)]
            near += [value for op, value in named if isinstance(now, int) or op in {"==", "in"}]
            near = sorted(near, key=lambda one: abs(one - (now or 0)))
        fitting = [one for one in near if all(meets(one, lift) for lift in asked)]
        assert fitting, f"no {name} meets {asked}"
        found[name] = fitting[turn % len(fitting)] if isinstance(now, str) else fitting[0]
    return found


@settings(max_examples=400, deadline=None, suppress_health_check=MANY_DO_NOT_HOLD)
@given(text=conditions, row=rows, turn=st.integers(0, 3))
def test_any_alternative_ends_the_rule_and_moves_nothing_for_the_worse(text: str, row: dict[str, Any], turn: int):
    tree = parse(text)
    assume(truth(tree, row, LIMITS) is True)
    for alternative in lifts(tree, row, LIMITS, WORSE):
        if all(lift.name for lift in alternative):
            assert truth(tree, moved(row, alternative, turn), LIMITS) is not True
        for lift in alternative:
            now = row.get(lift.name)
            if lift.op[0] in "<>" and now is not None and WORSE[lift.name] in {"higher", "lower"}:
                assert (lift.op[0] == "<") == (WORSE[lift.name] == "higher")


@settings(max_examples=200, deadline=None, suppress_health_check=MANY_DO_NOT_HOLD)
@given(text=conditions, row=rows)
def test_no_lift_of_an_alternative_can_be_spared(text: str, row: dict[str, Any]):
    tree = parse(text)
    assume(truth(tree, row, LIMITS) is True)
    for alternative in lifts(tree, row, LIMITS, WORSE):
        for number in range(len(alternative) if len(alternative) > 1 else 0):
            rest = (*alternative[:number], *alternative[number + 1 :])
            assert not ends(rest, tree, row, LIMITS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(a > 7 or b < 3) and (a > 7 or a < 8)", ["b >= 3"]),
        ("c > 0.5 or c <= 1", []),
        ("use == 'diverted' or use != 'diverted'", []),
        (
            "use == 'diverted' and (use in ('diverted', 'sold') or evades)",
            ["use != diverted", "use not in diverted, sold"],
        ),
        ("use in ('diverted', 'sold') or use == 'diverted'", ["use not in diverted, sold"]),
        ("grade_rank in (8, 9) or grade_rank > 20", ["grade_rank <= 7"]),
        ("grade_rank not in (7, 8, 10)", ["grade_rank in 7, 8"]),
        ("months_clean in (1, 3)", ["months_clean >= 4"]),
        ("months_clean not in (1, 2)", []),
        ("dpd / 2 != 40", ["dpd == 80"]),
        ("dpd != 2.5 * c", ["c == 38"]),
        ("a * a > 1 or a * a <= 1", []),
    ],
)
def test_what_no_value_can_meet_is_no_way_out(text: str, expected: list[str]):
    assert told(text) == expected


ordered = st.tuples(values, st.sampled_from(["<", "<=", ">", ">="]), st.one_of(values, numbers))
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@settings(max_examples=200, deadline=None)
@given(parts=ordered, row=rows)
def test_the_number_of_a_lift_is_the_edge(parts: tuple[str, str, str], row: dict[str, Any]):
    left, op, right = parts
    text = f"{left} {op} {right}"
    if truth(parse(text), row, LIMITS) is False:
        text = f"{left} {OPPOSITE[op]} {right}"
    tree = parse(text)
    if truth(tree, row, LIMITS) is None:
        return
    for (lift,) in lifts(tree, row, LIMITS, dict.fromkeys("abc", "none")):
        if lift.op[0] in "<>" and not isinstance(lift.value, str) and "/" not in text:
            hair = max(abs(lift.value), 1) * 1e-8
            back = lift.value + hair if lift.op[0] == "<" else lift.value - hair
            assert truth(tree, {**row, lift.name: back}, LIMITS) is True
