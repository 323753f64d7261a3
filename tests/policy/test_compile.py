import math
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.events.engine import connect
from ews.policy.compile import compile_condition
from ews.policy.evaluate import COMPARE, truth
from ews.policy.expressions import parse
from ews.policy.units import Scope, check
from ews.policy.vocabulary import Word

ENGINE = connect(threads=1)
SCHEMA = pa.schema(
    [("a", pa.float64()), ("b", pa.int64()), ("c", pa.int8()), ("t", pa.string()), ("f", pa.bool_()), ("g", pa.int8())]
)
SCOPE = Scope(
    {
        "a": Word("ratio"),
        "b": Word("ratio"),
        "c": Word("ratio"),
        "t": Word("text"),
        "f": Word("flag"),
        "g": Word("flag"),
    },
    {"limit": "ratio"},
)
LIMIT = {"limit": 2.0}


def compiled(text: str, rows: list[dict[str, Any]]) -> list[bool | None]:
    table = ENGINE.create_table("rows", pa.Table.from_pylist(rows, SCHEMA), temp=True, overwrite=True)
    found = table.select(truth=compile_condition(parse(text), table, LIMIT)).to_pyarrow()["truth"]
    listed: list[bool | None] = found.to_pylist()
    return listed


numbers = st.sampled_from(["0", "1", "2", "-1", "0.5", "100"])
values = st.recursive(
    st.sampled_from(["a", "b", "c", "limit"]),
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from(list("+-*/")), st.one_of(inner, numbers)),
    max_leaves=4,
).filter(lambda text: "/ 0)" not in text)
leaves = st.one_of(
    st.builds("{} {} {}".format, values, st.sampled_from(list(COMPARE)), st.one_of(values, numbers)),
    st.builds("{} < {} <= {}".format, numbers, values, values),
    st.sampled_from(
        [
            "f",
            "g",
            "t == 'card'",
            "t != 'card'",
            "t in ('card', 'loan')",
            "b not in (1, 2)",
            "a in (0.5, 2, 100)",
            "c in (-1, 0) or not g",
            "a / c > b / c",
            "t not in ('loan',)",
            "not known(g)",
            "known(a)",
            "known(t)",
            "known(f)",
        ]
    ),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds("not ({})".format, inner),
        st.builds("({}) {} ({})".format, inner, st.sampled_from(["and", "or"]), inner),
    ),
    max_leaves=6,
)
whole = st.one_of(st.none(), st.integers(-3, 3))
rows = st.fixed_dictionaries(
    {
        "a": st.one_of(st.none(), st.sampled_from([-1.5, -0.0, 0.0, 0.5, 1.0, 2.0, 1e12, math.nan])),
        "b": whole,
        "c": whole,
        "t": st.sampled_from([None, "card", "loan", "other"]),
        "f": st.sampled_from([None, True, False]),
        "g": st.sampled_from([None, 0, 1]),
    }
)


@settings(max_examples=150, deadline=None)
@given(text=conditions, found=st.lists(rows, min_size=1, max_size=12))
def test_the_engine_and_plain_python_agree_on_every_row(text: str, found: list[dict[str, Any]]):
    tree = parse(text)
    check(tree, SCOPE)
    assert compiled(text, found) == [truth(tree, row, LIMIT) for row in found]


def row(**given: Any) -> dict[str, Any]:
    return {"a": None, "b": None, "c": None, "t": None, "f": None, "g": None, **given}


@pytest.mark.parametrize(
    ("text", "given_row", "expected"),
    [
        ("a > 1", row(), None),
        ("not (a > 1)", row(), None),
        ("a > 1 or f", row(f=True), True),
        ("a > 1 or f", row(f=False), None),
        ("a > 1 and f", row(f=False), False),
        ("a > 1 and f", row(f=True), None),
        ("known(a)", row(), False),
        ("not known(a)", row(), True),
        ("known(a) and a > 1", row(), False),
        ("a / b > 1", row(a=4.0, b=0), None),
        ("a / b > 1", row(a=4.0, b=3), True),
        ("b / c == 0.5", row(b=1, c=2), True),
        ("c * 100 > 1", row(c=127), True),
        ("b * b > 1", row(b=2**62), True),
        ("a > limit", row(a=2.0), False),
        ("a >= limit", row(a=2.0), True),
        ("t not in ('card', 'loan')", row(), None),
        ("not g", row(g=0), True),
    ],
)
def test_the_unknown_stays_unknown_where_it_matters(text: str, given_row: dict[str, Any], expected: bool | None):
    assert compiled(text, [given_row]) == [expected]
    assert truth(parse(text), given_row, LIMIT) is expected


def test_nan_is_unknown_not_a_large_number():
    assert compiled("a > 1", [row(a=float("nan"))]) == [None]
    assert compiled("known(a)", [row(a=float("nan"))]) == [False]
