"""Units: whether a condition makes sense before it meets a single row.

A literal number has no unit and fits any. Sums and comparisons need one unit on both sides; products and
quotients may scale by a share, a ratio, a change or a count; a quotient of like units is a ratio. Flags stand alone.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ews.domain.facts import FactUnit
from ews.policy.expressions import Arithmetic, Compare, Fault, Junction, Known, Name, Node, Not, Number, Within, Words
from ews.policy.vocabulary import Word

Kind = FactUnit | Literal["number"]
"""`number` is a literal; `flag` is also what a condition gives."""

SCALES: frozenset[Kind] = frozenset({"number", "share", "ratio", "change", "count"})
"""Units by which another may be multiplied or divided."""

MOST_SHARE = 10
"""No share is compared with more, not even of a limit that was overdrawn."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that one kind of condition may use: words of the vocabulary, and parameters.

    `later` are facts that are there only once the condition was judged.
    """

    words: Mapping[str, Word]
    parameters: Mapping[str, FactUnit]
    later: frozenset[str] = frozenset()


def check(node: Node, scope: Scope) -> None:
    """Raise Fault where `node` uses an unknown name, mixes units, or is not a condition."""
    if _kind(node, scope) != "flag":
        message = "this is a value, not a condition: compare it with something"
        raise Fault(message, node.at)


def _kind(node: Node, scope: Scope) -> Kind:
    match node:
        case Name():
            kind: Kind = _word(node, scope).unit
        case Number():
            kind = "number"
        case Words():
            kind = "text"
        case Arithmetic():
            kind = _arithmetic(node, scope)
        case Compare():
            kind = _compare(node, scope)
        case Within():
            kind = _within(node, scope)
        case _:
            kind = _logic(node, scope)
    return kind


def _logic(node: Known | Not | Junction, scope: Scope) -> Kind:
    if isinstance(node, Known):
        _word(node.item, scope)
        if node.item.name in scope.parameters:
            message = f"'{node.item.name}' is a parameter and always known"
            raise Fault(message, node.item.at)
        return "flag"
    for part in (node.part,) if isinstance(node, Not) else node.parts:
        if _kind(part, scope) != "flag":
            word = "not" if isinstance(node, Not) else node.op
            message = f"'{word}' joins conditions, and this is a value: compare it with something"
            raise Fault(message, part.at)
    return "flag"


def _word(node: Name, scope: Scope) -> Word:
    if node.name in scope.later:
        message = f"'{node.name}' is not known yet when this rule is judged"
        raise Fault(message, node.at)
    if node.name in scope.words:
        return scope.words[node.name]
    if node.name in scope.parameters:
        return Word(scope.parameters[node.name])
    near = difflib.get_close_matches(node.name, (*scope.words, *scope.parameters), n=1)
    hint = f"did you mean '{near[0]}'?" if near else "it is neither a fact, a feature nor a parameter"
    message = f"unknown name '{node.name}': {hint}"
    raise Fault(message, node.at)


def _arithmetic(node: Arithmetic, scope: Scope) -> Kind:
    left, right = _kind(node.left, scope), _kind(node.right, scope)
    for kind, side in ((left, node.left), (right, node.right)):
        if kind in {"text", "flag"}:
            message = f"'{node.op}' works on numbers, and this is a {kind}"
            raise Fault(message, side.at)
    result = _sum(left, right) if node.op in "+-" else _scaled(node.op, left, right)
    if result is None:
        message = f"'{node.op}' cannot join {left} and {right}"
        raise Fault(message, node.right.at)
    if node.op == "/" and node.right == Number(0.0, 0):
        message = "a division by zero is never known"
        raise Fault(message, node.right.at)
    return result


def _sum(left: Kind, right: Kind) -> Kind | None:
    if left == "number":
        return right
    return left if right in {left, "number"} else None


def _scaled(op: str, left: Kind, right: Kind) -> Kind | None:
    if op == "/" and left == right:
        return "number" if left == "number" else "ratio"
    if "number" in {left, right} and op == "*":
        return left if right == "number" else right
    if left in SCALES and right in SCALES:
        return left if right == "number" else "ratio"
    if right in SCALES:
        return left
    return right if op == "*" and left in SCALES else None


def _compare(node: Compare, scope: Scope) -> Kind:
    left, right = _kind(node.left, scope), _kind(node.right, scope)
    at = node.right.at
    if "flag" in {left, right}:
        message = "a flag is not compared: write it alone, or with 'not' before it"
    elif isinstance(node.left, Number | Words) and isinstance(node.right, Number | Words):
        message = "two literals are compared: the answer never changes"
    elif left != right and "number" not in {left, right}:
        message = f"{left} is compared with {right}: both sides need one unit"
    elif "text" in {left, right}:
        message = _text_fault(node, left, right)
    else:
        message = ""
    if message:
        raise Fault(message, at)
    for item, value in ((node.left, node.right), (node.right, node.left)):
        if isinstance(item, Name) and isinstance(value, Number | Words):
            _fits(item, value, scope)
    return "flag"


def _text_fault(node: Compare, left: Kind, right: Kind) -> str:
    if left != right:
        return f"{left} is compared with {right}: both sides need one unit"
    return "" if node.op in {"==", "!="} else "words have no order: use ==, != or in"


def _within(node: Within, scope: Scope) -> Kind:
    kind = _word(node.item, scope).unit
    if kind == "flag":
        message = "a flag is not compared: write it alone, or with 'not' before it"
        raise Fault(message, node.item.at)
    for choice in node.choices:
        if isinstance(choice, Words) != (kind == "text"):
            message = f"the list does not fit '{node.item.name}', which is {kind}"
            raise Fault(message, choice.at)
        _fits(node.item, choice, scope)
    return "flag"


def _fits(item: Name, value: Number | Words, scope: Scope) -> None:
    """Raise Fault where `item` is never anything like `value`."""
    if isinstance(value, Words):
        _choice(item, value, scope)
    else:
        _fraction(item, value, scope)


def _choice(item: Name, value: Words, scope: Scope) -> None:
    choices = _word(item, scope).choices
    if choices and value.value not in choices:
        message = f"'{item.name}' is never \"{value.value}\"; it is one of {', '.join(choices)}"
        raise Fault(message, value.at)


def _fraction(item: Name, value: Number, scope: Scope) -> None:
    """Raise Fault where a share is compared with what can only be meant as per cent."""
    if _word(item, scope).unit == "share" and abs(value.value) > MOST_SHARE:
        message = f"'{item.name}' is a share; write {value.value:g} % as {value.value / 100:g}"
        raise Fault(message, value.at)
