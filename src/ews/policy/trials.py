"""Trials: whether what is said to lift a rule really does, tried on the row on which the rule holds.

Method  each name gets the nearest value that meets all that is asked of it, a hair beyond its numbers; where it may be
        anything in a list or outside it, all that the condition names are tried. What no value can meet is no way out,
        and neither is a gap in the data
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, product
from numbers import Integral

from ews.domain.decisions import Value
from ews.domain.lifts import Lift
from ews.policy.evaluate import COMPARE, truth
from ews.policy.expressions import Compare, Junction, Node, Not, Number, Within, Words
from ews.policy.turning import inwards, render, turned

Row = Mapping[str, Value]
Alternative = tuple[Lift, ...]

_BEYOND = (1e-9, 1e-5)
"""How far beyond a number is tried, since quotients are rounded; the second too where several names move at once."""
_MOST_TRIED = 64
_OPEN = frozenset({"in", "not in", "!="})
_OTHER, _FAR = "(another word)", 1e6
_FALSE = Compare(">", Number(0.0, 0), Number(0.0, 0), 0)
_TRUE = Compare("==", Number(0.0, 0), Number(0.0, 0), 0)


def least(alternative: Alternative, tree: Node, row: Row, values: Mapping[str, float]) -> Alternative | None:
    """Return what of `alternative` is needed to end `tree`, which is true at `row`; None where it does not end it."""
    if not ends(alternative, tree, row, values):
        return None
    for number in range(len(alternative)):
        rest = (*alternative[:number], *alternative[number + 1 :])
        if rest and ends(rest, tree, row, values):
            return least(rest, tree, row, values)
    return alternative


def ends(alternative: Alternative, tree: Node, row: Row, values: Mapping[str, float]) -> bool:
    """Tell whether `tree` is not true any more once all lifts of the alternative have come."""
    asked: dict[str, list[Lift]] = {}
    for lift in alternative:
        if lift.name:
            asked.setdefault(lift.name, []).append(lift)
    words, hairs = list(_words(tree)), _BEYOND if len(asked) > 1 else _BEYOND[:1]
    each = [
        [(name, value) for hair in hairs for value in _tried(lifts, row[name], words, hair)]
        for name, lifts in asked.items()
    ]
    told = {str(lift.value) for lift in alternative if not lift.name}
    left = _assumed(inwards(tree), told) if told else tree
    return all(each) and not any(
        truth(left, {**row, **dict(pairs)}, values) for pairs in islice(product(*each), _MOST_TRIED)
    )


def comes_whole(value: object) -> bool:
    """Tell whether a value is of a kind that comes in whole numbers."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def _tried(lifts: Sequence[Lift], now: Value, words: Sequence[str], hair: float) -> list[Value]:
    """Return the values of one name that are tried: where it may become anything but some, each; else the nearest."""
    near = (one for lift in lifts for one in _near(lift, now, words, hair))
    fitting = [one for one in dict.fromkeys(near) if all(_meets(one, lift, now) for lift in lifts)]
    if isinstance(now, str | bool) or now is None or any(lift.op in _OPEN for lift in lifts):
        return fitting
    return sorted(fitting, key=lambda one: abs(float(one or 0) - now))[:1]


def _near(lift: Lift, now: Value, words: Sequence[str], hair: float) -> Iterator[Value]:
    """Yield values at and around what a lift names; of words all that the condition knows, and another."""
    if isinstance(now, bool):
        yield from (True, False)
    elif isinstance(now, str):
        yield from (*words, _OTHER)
    elif lift.op in {"in", "not in"}:
        named = [float(choice) for choice in _choices(lift, now)]
        yield from (*named, min(named) - 1, max(named) + 1, max(named) + _FAR)
    elif isinstance(lift.value, int | float):
        value, beyond = lift.value, hair * max(abs(lift.value), 1)
        if comes_whole(now):
            yield from (math.floor(value) + step for step in (-1, 0, 1, 2))
        else:
            yield from (value,) if lift.op == "==" else (value - beyond, value + beyond)


def _meets(value: Value, lift: Lift, now: Value) -> bool:
    if lift.op in {"in", "not in"}:
        return (value in _choices(lift, now)) == (lift.op == "in")
    return value is not None and COMPARE[lift.op](value, lift.value)


def _choices(lift: Lift, now: Value) -> list[float | str]:
    listed = str(lift.value).split(", ")
    return [*listed] if isinstance(now, str) else [float(choice) for choice in listed]


def _assumed(node: Node, told: set[str]) -> Node:
    """Return the condition as it is once the comparisons told have ceased to hold."""
    match node:
        case Junction():
            return replace(node, parts=tuple(_assumed(part, told) for part in node.parts))
        case Compare() if render(node) in told:
            return _FALSE
        case Compare() if render(replace(node, op=turned(node.op))) in told:
            return _TRUE
        case _:
            return node


def _words(node: Node) -> Iterator[str]:
    """Yield the words that a condition names."""
    match node:
        case Words():
            yield node.value
        case Compare(left=left, right=right):
            yield from (*_words(left), *_words(right))
        case Within(choices=choices):
            yield from (word for choice in choices for word in _words(choice))
        case Not(part=part):
            yield from _words(part)
        case Junction(parts=parts):
            yield from (word for part in parts for word in _words(part))
