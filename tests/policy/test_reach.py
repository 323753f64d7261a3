from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.policy.evaluate import truth
from ews.policy.expressions import parse
from ews.policy.reach import always_holds, implies, why_never
from ews.policy.vocabulary import Word

WORDS = {
    "a": Word("ratio"),
    "b": Word("ratio"),
    "part": Word("share", least=0.0, most=1.0),
    "drawn": Word("share"),
    "late": Word("days", least=0.0, is_whole=True),
    "flag": Word("flag"),
    "kind": Word("text", ("card", "loan")),
    "place": Word("text"),
}
VALUES = {"limit": 2.0}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a >= 0.9 and a < 0.8", "a is never both >= 0.9 and < 0.8"),
        ("a > limit and a < 2", "a is never both > limit and < 2"),
        ("a > 1 and not (a > 1)", "a is never both > 1 and <= 1"),
        ("3 < a < 2", "a is never both > 3 and < 2"),
        ("part > 1", "part is never > 1"),
        ("part < 0", "part is never < 0"),
        ("late < 0", "late is never < 0"),
        ("late > 3 and late < 4", "late is never both > 3 and < 4"),
        ("late == 2.5", "late is never == 2.5"),
        ("kind == 'card' and kind == 'loan'", "kind is never both == card and == loan"),
        ("kind not in ('card', 'loan')", "kind is never outside its list"),
        ("place == 'x' and place != 'x'", "place is never both == x and != x"),
        ("flag and not flag", "flag is never both true and false"),
        ("a > 1 and not known(a)", "a is asked for although it is not known"),
        ("limit > 5 and a > 1", "limit > 5 does not hold"),
        ("(a > 2 and a < 1) or (flag and not flag)", "a is never both > 2 and < 1; flag is never both true and false"),
        ("a in (1, 2) and a > 2", "a is never both in its list and > 2"),
    ],
)
def test_a_contradiction_is_told(text: str, why: str):
    assert why_never(parse(text), WORDS, VALUES) == why


@pytest.mark.parametrize(
    "text",
    [
        "a >= 0.8 and a < 0.9",
        "a >= 0.8 and a <= 0.8",
        "a >= limit and a <= 2",
        "part >= 1",
        "part > 0.999 and part < 1",
        "part > 0 and part < 0.001",
        "drawn > 1",
        "drawn < 0",
        "late > 3 and late < 5",
        "late > 2.5 and late < 3.5",
        "late <= 0",
        "kind not in ('card',)",
        "place != 'x'",
        "place not in ('x', 'y')",
        "a > 2 and a < 1 or flag",
        "a > b and a < b",
        "a + 1 > 3 and a < 1",
        "not known(a) or a > 1",
        "a in (1, 2) and a > 1",
        " and ".join(f"(a > {number} or b > {number})" for number in range(9)),
    ],
)
def test_what_may_hold_is_left_alone(text: str):
    assert why_never(parse(text), WORDS, VALUES) is None


@pytest.mark.parametrize(
    ("text", "always"),
    [
        ("a > 1 or a <= 1", True),
        ("part <= 1", True),
        ("known(a) or not known(a)", True),
        ("a > 1 or a < 1", False),
        ("part < 1", False),
        ("drawn <= 1", False),
        ("late >= 0", True),
        ("late > 3 or late < 4", True),
        ("late > 3 or late < 3", False),
        ("flag or not flag", True),
    ],
)
def test_what_holds_for_everyone_is_told(text: str, always: bool):
    assert always_holds(parse(text), WORDS, VALUES) is always


@pytest.mark.parametrize(
    ("text", "other", "implied"),
    [
        ("a > 3", "a > 2", True),
        ("a > 2", "a > 2", True),
        ("a > 2", "a > 3", False),
        ("a > 3 and flag", "a > limit", True),
        ("a > 3", "a > 2 and flag", False),
        ("a > 3 or flag", "a > 2", False),
        ("a > 3 or a > 4", "a > 2", True),
        ("a > 3", "a > 2 or b > 1", True),
        ("a > 3", "a > 4 or b > 1", False),
        ("a > 3 and b > 2", "a > 2 and (b > 1 or flag)", True),
        ("late > 3", "late >= 4", True),
        ("a > 3", "a > 2 or not (a > 2)", True),
        ("not known(a)", "a > 2", False),
    ],
)
def test_one_condition_may_hold_wherever_another_does(text: str, other: str, implied: bool):
    assert implies(parse(text), parse(other), WORDS, VALUES) is implied


leaves = st.one_of(
    st.builds(
        "{} {} {}".format,
        st.sampled_from(["a", "b", "part", "late", "drawn"]),
        st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
        st.sampled_from(["0", "0.5", "1", "2", "limit"]),
    ),
    st.sampled_from(["flag", "kind == 'card'", "kind in ('loan',)", "known(a)", "a in (0, 1)", "a > b", "a + b > 1"]),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds("not ({})".format, inner),
        st.builds("({}) {} ({})".format, inner, st.sampled_from(["and", "or"]), inner),
    ),
    max_leaves=6,
)
number = st.one_of(st.none(), st.sampled_from([-1.0, 0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0]))
rows = st.fixed_dictionaries(
    {
        "a": number,
        "b": number,
        "part": st.sampled_from([None, 0.0, 0.25, 0.5, 1.0]),
        "drawn": number,
        "late": st.sampled_from([None, 0, 1, 2, 3]),
        "flag": st.sampled_from([None, True, False]),
        "kind": st.sampled_from([None, "card", "loan"]),
        "place": st.none(),
    }
)


@settings(max_examples=300, deadline=None)
@given(text=conditions, found=st.lists(rows, min_size=1, max_size=8))
def test_no_row_ever_meets_what_never_holds_or_fails_what_always_does(text: str, found: list[dict[str, Any]]):
    tree = parse(text)
    truths = [truth(tree, row, VALUES) for row in found]
    assert True not in truths or why_never(tree, WORDS, VALUES) is None
    assert False not in truths or not always_holds(tree, WORDS, VALUES)


@settings(max_examples=300, deadline=None)
@given(text=conditions, other=conditions, found=st.lists(rows, min_size=1, max_size=8))
def test_what_is_implied_holds_on_every_row(text: str, other: str, found: list[dict[str, Any]]):
    if implies(parse(text), parse(other), WORDS, VALUES):
        assert all(truth(parse(other), row, VALUES) for row in found if truth(parse(text), row, VALUES))
