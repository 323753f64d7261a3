"""Lifts: the condition of a rule that held, turned round: what would have to change for it to cease to hold.

Order   `not` is pushed inwards; of `and` any part will do, of `or` all parts that hold must fall; a comparison is
        solved for each name that occurs once in it, with the others as known
Left out what moves a name to its worse side, what no borrower can move, and a gap in the data, which is no way out;
        where a gap holds a rule up, what the name must be once it is known is told. Each alternative was tried on the
        row; where several names of it mend each other, all are given
Nulls   an unknown part holds nothing up and needs no lift
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice, product

from ews.domain.decisions import Value
from ews.domain.lifts import Lift
from ews.policy.evaluate import truth, value_of
from ews.policy.expressions import (
    Arithmetic,
    Compare,
    CompareOp,
    Junction,
    Known,
    Name,
    Node,
    Not,
    Number,
    Within,
    names_in,
)
from ews.policy.trials import Alternative, Row, comes_whole, least
from ews.policy.turning import bare, inwards, mirrored, render, turned

MOST = 8
"""Alternatives told of one rule, the shortest first."""
_SIDES = {"higher": "<", "lower": ">"}
"""The better side by the direction in which risk rises."""
_TRIED = 256
"""Joint alternatives looked at for one `or`."""


def lifts(tree: Node, row: Row, values: Mapping[str, float], worse: Mapping[str, str]) -> tuple[tuple[Lift, ...], ...]:
    """Return alternatives, each with all lifts that must come together, for a `tree` that is true at `row`.

    `worse` is the direction in which risk rises, by name: higher, lower, none (either way), fixed (never a lift); a
    name that is missing is fixed. Empty where nothing that can be moved for the better would end it.
    """
    found = _alternatives(inwards(tree), row, values, worse)
    tried = (least(_merged(one), tree, row, values) for one in found)
    return tuple(sorted(dict.fromkeys(one for one in tried if one is not None), key=len)[:MOST])


def _alternatives(node: Node, row: Row, values: Mapping[str, float], worse: Mapping[str, str]) -> list[Alternative]:
    """Return what makes `node`, which is true at `row`, cease to be true."""
    match node:
        case Junction(op="and"):
            return [one for part in node.parts for one in _alternatives(part, row, values, worse)]
        case Junction():
            held = [part for part in node.parts if truth(part, row, values)]
            each = [
                _alternatives(part, row, values, worse) or _once_known(part, node.parts, row, values, worse)
                for part in held
            ]
            joined = islice(product(*each), _TRIED)
            return [tuple(lift for one in together for lift in one) for together in joined]
        case Compare():
            return _of_comparison(node, row, values, worse)
        case _:
            found = _of_leaf(node) if not _lists_numbers(node) else _of_numbers(node, row, worse)
            return [(lift,) for lift in found if _open(lift.name, worse) and _betters(lift, row, worse)]


def _once_known(
    part: Node, beside: Sequence[Node], row: Row, values: Mapping[str, float], worse: Mapping[str, str]
) -> list[Alternative]:
    """Return, where `part` asks for a gap in the data, what the name must be by the comparisons `beside` it."""
    if not (isinstance(part, Not) and isinstance(part.part, Known) and isinstance(part.part.item, Name)):
        return []
    name = part.part.item.name
    asked = (one for one in beside if isinstance(one, Compare) and name in {each.name for each in names_in(one)})
    told = (one for node in asked for one in _of_comparison(node, row, values, worse))
    return [one for one in told if one[0].name == name and not isinstance(one[0].value, str)]


def _of_leaf(node: Node) -> list[Lift]:
    match node:
        case Name():
            return [Lift(node.name, "==", value=False)]
        case Not(part=Name() as name):
            return [Lift(name.name, "==", value=True)]
        case Within():
            return [Lift(node.item.name, "not in", _listed(node))]
        case Not(part=Within() as within):
            return [Lift(within.item.name, "in", _listed(within))]
        case _:
            return []  # known(...) and its opposite


def _lists_numbers(node: Node) -> bool:
    within = node.part if isinstance(node, Not) else node
    return isinstance(within, Within) and isinstance(within.choices[0], Number)


def _of_numbers(node: Node, row: Row, worse: Mapping[str, str]) -> list[Lift]:
    """Return the way out of a list of numbers, or into it, on the better side of a name that has one."""
    within = node.part if isinstance(node, Not) else node
    if not isinstance(within, Within):
        return []
    name, now, direction = within.item.name, row[within.item.name], worse.get(within.item.name)
    numbers = [choice.value for choice in within.choices if isinstance(choice, Number)]
    if direction not in _SIDES or not isinstance(now, int | float):
        return _of_leaf(node)
    lower = _SIDES[direction] == "<"
    if node is within:
        out = _whole(Lift(name, _SIDES[direction], min(numbers) if lower else max(numbers)), row)
        return [] if out is None else [out]
    better = tuple(choice for choice in within.choices if isinstance(choice, Number) and (choice.value < now) == lower)
    return [Lift(name, "in", _listed(replace(within, choices=better)))] if better else []


def _of_comparison(node: Compare, row: Row, values: Mapping[str, float], worse: Mapping[str, str]) -> list[Alternative]:
    names = [name.name for name in names_in(node) if name.name not in values and _open(name.name, worse)]
    found = []
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            found.append(Lift("", "not", render(node)))
            continue
        in_left = any(one.name == name for one in names_in(node.left))
        side, other = (node.left, node.right) if in_left else (node.right, node.left)
        op, bound = turned(node.op), value_of(other, row, values)
        solved = None if bound is None else _solved(side, op if in_left else mirrored(op), bound, name, row, values)
        found.extend(lift for lift in (solved and _whole(_sided(solved, row, worse), row),) if lift is not None)
    return [(lift,) for lift in found if _betters(lift, row, worse)]


def _solved(
    side: Node, op: CompareOp, bound: float | str, name: str, row: Row, values: Mapping[str, float]
) -> Lift | None:
    """Return what `name` must be for `side op bound`, None where it cannot be said."""
    if isinstance(side, Name):
        return Lift(name, op, bound)
    if not isinstance(side, Arithmetic) or isinstance(bound, str):
        return None
    in_left = any(one.name == name for one in names_in(side.left))
    inner, other = (side.left, side.right) if in_left else (side.right, side.left)
    known = value_of(other, row, values)
    if not isinstance(known, int | float):
        return None
    moved = _moved(side.op, op, float(bound), float(known), in_left=in_left, now=value_of(inner, row, values))
    return None if moved is None else _solved(inner, moved[0], moved[1], name, row, values)


def _moved(
    sign: str, op: CompareOp, bound: float, known: float, *, in_left: bool, now: Value
) -> tuple[CompareOp, float] | None:
    """Return the comparison for one side of a sum or product, the other side being `known`."""
    if sign == "+":
        return op, bound - known
    if sign == "-":
        return (op, bound + known) if in_left else (mirrored(op), known - bound)
    if sign == "/" and not in_left:  # known / x: x keeps its sign
        turns = isinstance(now, int | float) and now * bound > 0
        return None if bound == 0 or known == 0 else (mirrored(op) if turns else op, known / bound)
    if known == 0:
        return None
    reached = bound / known if sign == "*" else bound * known
    return (op if known > 0 else mirrored(op)), reached


def _sided(lift: Lift, row: Row, worse: Mapping[str, str]) -> Lift:
    """Return `!=` of a number as the better side of it."""
    side = _SIDES.get(worse.get(lift.name, ""))
    is_number = isinstance(lift.value, int | float) and not isinstance(row[lift.name], str)
    return replace(lift, op=side) if lift.op == "!=" and side is not None and is_number else lift


def _whole(lift: Lift, row: Row) -> Lift | None:
    """Return the lift of a name that comes in whole numbers with a whole number; None where no number fits."""
    value, now = lift.value, row[lift.name]
    if isinstance(value, str):
        return lift
    if not math.isfinite(value):
        return None
    if comes_whole(now):
        if lift.op in {"<", "<="}:
            floor = math.ceil(value) - 1 if lift.op == "<" else math.floor(value)
            return Lift(lift.name, "<=", floor)
        if lift.op == "==" and not float(value).is_integer():
            return None
        if lift.op in {">", ">="}:
            ceiling = math.floor(value) + 1 if lift.op == ">" else math.ceil(value)
            return Lift(lift.name, ">=", ceiling)
    return replace(lift, value=int(value)) if float(value).is_integer() else lift


def _open(name: str, worse: Mapping[str, str]) -> bool:
    return worse.get(name, "fixed") != "fixed"


def _betters(lift: Lift, row: Row, worse: Mapping[str, str]) -> bool:
    """Tell whether the lift moves its name to the better side."""
    direction, value, now = worse.get(lift.name, "none"), lift.value, row.get(lift.name)
    if direction == "none" or isinstance(value, str):
        return True
    lower = lift.op in {"<", "<="} or (lift.op in {"==", "!="} and (now is None or value < float(now)))
    return lower == (direction == "higher")


def _merged(alternative: Alternative) -> Alternative:
    """Return the alternative with each name bounded once on a side, by the stricter number."""
    kept: dict[tuple[str, str], Lift] = {}
    for lift in alternative:
        key = (lift.name, lift.op if lift.op[0] not in "<>" else lift.op[0])
        other = kept.get(key)
        kept[key] = lift if other is None or _stricter(lift, other) else other
    return tuple(kept.values())


def _stricter(lift: Lift, other: Lift) -> bool:
    if lift.op[0] not in "<>" or isinstance(lift.value, str) or isinstance(other.value, str):
        return False
    beyond = (lift.value < other.value) if lift.op[0] == "<" else (lift.value > other.value)
    return beyond or (lift.value == other.value and len(lift.op) < len(other.op))


def _listed(node: Within) -> str:
    return ", ".join(str(bare(choice)) for choice in node.choices)
