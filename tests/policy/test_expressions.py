import pytest

from ews.policy.expressions import (
    Arithmetic,
    Compare,
    Fault,
    Junction,
    Known,
    Name,
    Node,
    Not,
    Number,
    Within,
    Words,
    names_in,
    parse,
)

A, B = Name("a", 0), Name("b", 0)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a > 1", Compare(">", A, Number(1.0, 0), 0)),
        ("a <= -0.5", Compare("<=", A, Number(-0.5, 0), 0)),
        ("not a", Not(A, 0)),
        ("a and b", Junction("and", (A, B), 0)),
        ("a == 'card'", Compare("==", A, Words("card", 0), 0)),
        ("a in ('x', 'y')", Within(A, (Words("x", 0), Words("y", 0)), 0)),
        ("a not in [1]", Not(Within(A, (Number(1.0, 0),), 0), 0)),
        ("known(a)", Known(A, 0)),
        ("a != -b", Compare("!=", A, Arithmetic("-", Number(0.0, 0), B, 0), 0)),
        (
            "1 < a <= b",
            Junction("and", (Compare("<", Number(1.0, 0), A, 0), Compare("<=", A, B, 0)), 0),
        ),
        (
            "a > b * 2 + 1",
            Compare(">", A, Arithmetic("+", Arithmetic("*", B, Number(2.0, 0), 0), Number(1.0, 0), 0), 0),
        ),
    ],
)
def test_a_condition_becomes_the_tree_of_its_parts(text: str, tree: Node):
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("", 0, "empty"),
        ("a >", 3, "cannot be read"),
        ("a > 1 or", 8, "cannot be read"),
        ("a = 1", 2, "write == to compare"),
        ("1or a", 0, "cannot be read"),
        ("a > b.c", 4, "Attribute is not allowed"),
        ("a > b[0]", 4, "Subscript is not allowed"),
        ("a > 1 and open('x')", 10, "only function"),
        ("a.b(c)", 0, "only function"),
        ("known(a, b)", 0, "one name"),
        ("known(1)", 0, "one name"),
        ("(lambda: a)", 1, "Lambda is not allowed"),
        ("[x for x in a]", 0, "ListComp is not allowed"),
        ("a if b else c", 0, "IfExp is not allowed"),
        ("a > b ** 2", 9, "Pow is not allowed"),
        ("a > ~b", 4, "sign is not allowed"),
        ("a is b", 0, "'is' is not allowed"),
        ("a == None", 5, "known(...)"),
        ("a == True", 5, "a flag stands alone"),
        ("a > 3j", 4, "neither a number"),
        ("a > 1e999", 4, "too large"),
        ("a > 9007199254740993", 4, "too large"),
        ("a > " + "9" * 400, 4, "too large"),
        ("a > 1 # or b > 2", 6, "after '#' would not be read"),
        ("a in 'card'", 5, "list after it"),
        ("a in ()", 5, "list after it"),
        ("1 in (1, 2)", 0, "name before it"),
        ("a in (1, b)", 9, "numbers or words"),
        ("a == '审批' and b.c", 14, "Attribute"),
        ("a > 1 " + "or a > 1 " * 200, 1000, "characters"),
    ],
)
def test_anything_else_is_a_fault_at_its_place(text: str, at: int, words: str):
    with pytest.raises(Fault, match=words.replace("(", r"\(").replace(")", r"\)").replace(".", r"\.")) as caught:
        parse(text)
    assert caught.value.at == at


def test_nesting_beyond_reason_is_a_fault():
    with pytest.raises(Fault, match="cannot be read"):
        parse("(" * 450 + "a > 1" + ")" * 450)


def test_names_come_from_left_to_right_with_their_places():
    tree = parse("a + b > 2 and not (c in (1, 2) or known(d))")
    assert [(name.name, name.at) for name in names_in(tree)] == [("a", 0), ("b", 4), ("c", 19), ("d", 40)]
